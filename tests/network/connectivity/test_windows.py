"""Where spikes arrive in layers that see windows, against plain loops."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pynn_sfdfa import LIF_SFDFA, Convolution, Dense, Input, Local, Network, Pooling

DETERMINISTIC = settings(deadline=None, derandomize=True, max_examples=40)


def synapses_of(connectivity, shape):
    """(pre, post, weight index) of all synapses, sorted."""
    return sorted(zip(*(a.tolist() for a in connectivity.sites(shape).synapses()), strict=True))


@DETERMINISTIC
@given(
    shape=st.tuples(st.integers(1, 3), st.integers(2, 7), st.integers(2, 7)),
    channels=st.integers(1, 3),
    kernel=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    stride=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    padding=st.tuples(st.integers(0, 2), st.integers(0, 2)),
    shared=st.booleans(),
)
def test_a_convolution_reaches_what_a_plain_loop_says(shape, channels, kernel, stride, padding, shared):
    layer = (Convolution if shared else Local)(channels, kernel, stride, padding)
    free = [n + 2 * p - k for n, p, k in zip(shape[1:], padding, kernel, strict=True)]
    if min(free) < 0 or any(f % s for f, s in zip(free, stride, strict=True)):
        with pytest.raises(ValueError, match="Choose a"):
            layer.output_shape(shape)
        return
    c, rows, columns = layer.output_shape(shape)
    assert (c, rows, columns) == (channels, *(f // s + 1 for f, s in zip(free, stride, strict=True)))
    wanted = []
    for out in range(channels):
        for sy in range(rows):
            for sx in range(columns):
                for below in range(shape[0]):
                    for dy in range(kernel[0]):
                        for dx in range(kernel[1]):
                            y, x = sy * stride[0] + dy - padding[0], sx * stride[1] + dx - padding[1]
                            if not (0 <= y < shape[1] and 0 <= x < shape[2]):
                                continue
                            row = (below * kernel[0] + dy) * kernel[1] + dx
                            if not shared:
                                row += (sy * columns + sx) * shape[0] * kernel[0] * kernel[1]
                            pre = (below * shape[1] + y) * shape[2] + x
                            wanted.append((pre, (out * rows + sy) * columns + sx, row * channels + out))
    assert synapses_of(layer, shape) == sorted(wanted)
    sites = layer.sites(shape)
    unit = np.repeat(np.arange(sites.offsets.size - 1), np.diff(sites.offsets))
    assert (np.diff(unit * sites.count + sites.site) > 0).all()  # by unit, then by site


@DETERMINISTIC
@given(
    channels=st.integers(1, 3),
    size=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    grid=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    kernel=st.integers(0, 2),
)
def test_summed_units_reach_what_their_sum_would(channels, size, grid, kernel):
    shape = (channels, size[0] * grid[0], size[1] * grid[1])
    assume(kernel <= min(grid))
    above = Convolution(2, kernel) if kernel else Dense(4)
    layer = Network([Input(shape), Pooling(size), above]).layers[0]
    pooled = (channels, *grid)
    of_sum = {}
    for pre, post, weight in synapses_of(above, pooled):
        of_sum.setdefault(pre, []).append((post, weight))
    wanted = []
    for pre in range(int(np.prod(shape))):
        c, y, x = np.unravel_index(pre, shape)
        unit = int(np.ravel_multi_index((c, y // size[0], x // size[1]), pooled))
        wanted += [(pre, post, weight) for post, weight in of_sum.get(unit, [])]
    assert synapses_of(layer.connectivity, shape) == sorted(wanted)
    assert layer.shape == above.output_shape(pooled)


def test_spiking_pooling_has_one_neuron_a_window_and_one_weight():
    layer = Pooling(2, weight=0.3, cell=LIF_SFDFA())
    assert layer.output_shape((2, 4, 6)) == (2, 2, 3)
    assert not layer.learns
    wanted = [
        ((c * 4 + y) * 6 + x, (c * 2 + y // 2) * 3 + x // 2, 0) for c in range(2) for y in range(4) for x in range(6)
    ]
    assert synapses_of(layer, (2, 4, 6)) == sorted(wanted)
    network = Network([Input((2, 4, 6)), layer, Dense(3)])
    assert network.weights[0].tolist() == [[np.float32(0.3)]]
    assert [one.name for one in network.layers] == ["hidden 1", "output"]


def test_poolings_in_a_row_are_one_of_the_product():
    twice = Network([Input((1, 8, 8)), Pooling(2), Pooling((2, 1)), Convolution(2, 2)]).layers[0]
    once = Network([Input((1, 8, 8)), Pooling((4, 2)), Convolution(2, 2)]).layers[0]
    assert twice.shape == once.shape
    assert synapses_of(twice.connectivity, (1, 8, 8)) == synapses_of(once.connectivity, (1, 8, 8))


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        (
            [Input((1, 4, 4)), Convolution(3, 5), Dense(2)],
            "hidden 1.*kernel is 5 long and the height only 4.*most 4",
        ),
        ([Input((1, 4, 4)), Convolution(3, 3, stride=2), Dense(2)], "1 would be left.*Choose a stride of 1, or"),
        ([Input((1, 5, 4)), Pooling(2), Dense(2)], "windows of 2 do not divide the height of 5.*size of 1, 5"),
        ([Input((16,)), Convolution(3, 2), Dense(2)], r"\(16,\) has 1 axes.*Input\(\(1, 28, 28\)\)"),
        ([Input((1, 4, 4)), Dense(16), Convolution(3, 2)], r"output.*\(16,\) has 1 axes"),
        ([Input((1, 4, 4)), Dense(2), Pooling(1)], r"Pooling\(.*size=1.*there is none. Put a layer"),
        ([Input((1, 28, 28)), Convolution(10**6, 5), Dense(2)], "576,000,000 neurons; at most 10,000,000"),
        ([Input((1000, 64, 64)), Local(64, 5), Dense(2)], "weights; at most 100,000,000"),
        ([Input((1000, 512, 512)), Convolution(1, 5), Dense(2)], "units that its windows see; at most"),
    ],
)
def test_layers_that_do_not_fit_are_refused_when_the_network_is_built(layers, message):
    with pytest.raises(ValueError, match=message):
        Network(layers)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Convolution(0, 3), "channels = 0 is not valid"),
        (lambda: Convolution(3, 0), "kernel = 0 is not valid; give an integer >= 1, or a pair"),
        (lambda: Local(3, (1, 2, 3)), r"Local: kernel = \(1, 2, 3\)"),
        (lambda: Convolution(3, 3, padding=-1), "padding = -1 is not valid; give an integer >= 0"),
        (lambda: Pooling(0), "size = 0 is not valid"),
        (lambda: Pooling(2, weight=0.5), "give both for spiking units, or neither"),
        (lambda: Pooling(2, weight=-1.0, cell=LIF_SFDFA()), "weight = -1.0 is not valid; it must be > 0"),
    ],
)
def test_parameters_that_are_not_valid_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_each_layer_can_have_a_range_of_weights_of_its_own():
    layers = [Input((1, 6, 6)), Convolution(4, 3), Pooling(2), Dense(3)]
    network = Network(layers, weights=[(0.0, 0.1), (1.0, 2.0)])
    assert 0 <= network.weights[0].min() <= network.weights[0].max() <= 0.1
    assert 1 <= network.weights[1].min() <= network.weights[1].max() <= 2.0
    with pytest.raises(ValueError, match="ranges for 3 layers, but the network has 2"):
        Network(layers, weights=[(0.0, 0.1)] * 3)
    with pytest.raises(ValueError, match=r"weights = \(2.0, 1.0\) is not valid"):
        Network(layers, weights=[(0.0, 0.1), (2.0, 1.0)])
