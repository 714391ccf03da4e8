"""Convolution, Local and Pooling against plain loops and arrays."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from laid_out import laid_out, matrix

from pynn_sfdfa import LIF_SFDFA, Convolution, Dense, Input, Local, Network, Pooling

CELL = LIF_SFDFA(trial_duration=40.0)
pairs = st.tuples(st.integers(1, 3), st.integers(1, 3))


@st.composite
def placed(draw):
    """A layer of windows and an image that they fit."""
    kernel, stride = draw(pairs), draw(pairs)
    padding = tuple(draw(st.integers(0, k - 1)) for k in kernel)
    more = draw(st.tuples(st.integers(0, 3), st.integers(0, 3)))
    lengths = [k + n * s - 2 * p for k, n, s, p in zip(kernel, more, stride, padding, strict=True)]
    assume(min(lengths) >= 1)
    kind = draw(st.sampled_from([Convolution, Local]))
    return kind(draw(st.integers(1, 3)), kernel, stride, padding, cell=CELL), (draw(st.integers(1, 3)), *lengths)


def by_loops(layer, shape):
    """Return the arrivals of every unit: [(site, row), ...]."""
    channels, height, width = shape
    (kh, kw), (sh, sw), (ph, pw) = layer.kernel, layer.stride, layer.padding
    _, down, across = layer.output_shape(shape)
    found = {unit: [] for unit in range(channels * height * width)}
    for site_y in range(down):
        for site_x in range(across):
            for channel in range(channels):
                for dy in range(kh):
                    for dx in range(kw):
                        y, x = site_y * sh + dy - ph, site_x * sw + dx - pw
                        if 0 <= y < height and 0 <= x < width:
                            arrival = (site_y * across + site_x, (channel * kh + dy) * kw + dx)
                            found[(channel * height + y) * width + x].append(arrival)
    return found


@given(placed())
@settings(max_examples=60, deadline=None)
def test_spikes_arrive_where_plain_loops_say(given_layer):
    layer, shape = given_layer
    sites, expected = layer.sites(shape), by_loops(layer, shape)
    assert sites.offsets.dtype == sites.site.dtype == sites.row.dtype == np.int64
    assert sites.offsets.size == len(expected) + 1
    for unit, arrivals in expected.items():
        at = slice(sites.offsets[unit], sites.offsets[unit + 1])
        assert list(zip(sites.site[at].tolist(), sites.row[at].tolist(), strict=True)) == arrivals


@given(placed())
@settings(max_examples=40, deadline=None)
def test_windows_laid_out_are_a_convolution_of_the_padded_image(given_layer):
    layer, shape = given_layer
    network = Network([Input(shape), layer, Dense(2, cell=CELL)], seed=3)
    weights = np.random.default_rng(1).normal(size=network.weights[0].shape)
    image = np.random.default_rng(2).normal(size=shape)
    padded = np.pad(image, ((0, 0), *((p, p) for p in layer.padding)))
    (kh, kw), (sh, sw) = layer.kernel, layer.stride
    channels, down, across = layer.output_shape(shape)
    expected = np.empty((channels, down, across))
    for y in range(down):
        for x in range(across):
            seen = padded[:, y * sh : y * sh + kh, x * sw : x * sw + kw].ravel()
            expected[:, y, x] = seen @ (weights if layer.shared else weights[y * across + x])
    found = image.ravel() @ matrix(network.layers[0], weights)
    np.testing.assert_allclose(found.reshape(expected.shape), expected, rtol=1e-12, atol=1e-12)


@given(st.integers(1, 3), pairs, pairs, st.integers(1, 3), st.integers(1, 3))
@settings(max_examples=40, deadline=None)
def test_pooling_that_sums_is_a_sum_below_the_layer_above(channels, size, again, down, across):
    shape = (channels, size[0] * again[0] * down, size[1] * again[1] * across)
    above = [Convolution(2, 1, cell=CELL), Local(2, (down, across), cell=CELL), Dense(3, cell=CELL)]
    image = np.random.default_rng(2).normal(size=shape)
    both = (size[0] * again[0], size[1] * again[1])
    summed = image.reshape(channels, down, both[0], across, both[1]).sum(axis=(2, 4))
    for layer in above:
        pooled = Network([Input(shape), Pooling(size), Pooling(again), layer, Dense(2, cell=CELL)], seed=1)
        plain = Network([Input(summed.shape), layer, Dense(2, cell=CELL)], seed=1)
        assert len(pooled.layers) == 2
        np.testing.assert_array_equal(pooled.weights[0], plain.weights[0])
        weights = pooled.weights[0].astype(float)
        found, expected = (own @ matrix(net.layers[0], weights) for own, net in
                           ((image.ravel(), pooled), (summed.ravel(), plain)))  # fmt: skip
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


def test_neurons_that_pool_see_the_units_of_their_window_alone():
    pool = Pooling((2, 1), weight=0.7, cell=CELL)
    network = Network([Input((2, 4, 3)), pool, Dense(2, cell=CELL)])
    assert not network.layers[0].connectivity.learns
    assert network.layers[0].shape == (2, 2, 3)
    image = np.random.default_rng(2).normal(size=(2, 4, 3))
    expected = np.float32(0.7) * image.reshape(2, 2, 2, 3).sum(axis=2)
    found = image.ravel() @ matrix(network.layers[0], network.weights[0].astype(float))
    np.testing.assert_allclose(found, expected.ravel(), rtol=1e-6)


def test_what_is_laid_out_has_the_weights_of_the_network():
    network = Network([Input((1, 6, 6)), Convolution(2, 3, cell=CELL), Pooling(2), Dense(3, cell=CELL)], seed=4)
    dense, weights = laid_out(network)
    assert [w.shape for w in dense.weights] == [(36, 32), (32, 3)]
    assert all(w.dtype == np.float32 for w in weights)
    np.testing.assert_array_equal(np.unique(weights[1]), np.unique(network.weights[1]))


SMALL = Convolution(2, 3)
TOP = Dense(2)


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ([Input((64,)), SMALL, TOP], r"'hidden 1' .*of shape \(64,\): windows need .*Input\(\(1, 28, 28\)\)"),
        ([Input((1, 2, 9)), SMALL, TOP], "vertical kernel 3 is larger than its height of 2: choose .* at most 2"),
        ([Input((1, 9, 2)), SMALL, TOP], "horizontal kernel 3 is larger than its width of 2"),
        ([Input((1, 8, 8)), Convolution(2, 3, 2), TOP], "do not fit .* 1 would be left over. Choose a kernel of 4"),
        ([Input((1, 8, 8)), Convolution(2, 3, 1, 3), TOP], "padding 3 makes windows that hold nothing"),
        ([Input((1, 7, 8)), Pooling(2), TOP], "windows of 2 do not divide its height of 7: choose one of 1, 7"),
        ([Input((1, 8, 8)), SMALL, Pooling(5), TOP], r"'output' .*\(2, 6, 6\): windows of 5 do not divide"),
        ([Input((1, 8, 8)), SMALL, Pooling(2)], r"last layer is Pooling.* Put one that learns above it"),
        ([Input((1, 8, 8)), SMALL, Pooling(2, weight=1.0, cell=CELL)], "last layer is Pooling"),
        ([Input((1, 28, 28)), Convolution(10**6, 5), TOP], "576,000,000 neurons, and a layer has at most 16,777,216"),
        ([Input((4000, 64, 64)), Convolution(4096, (64, 64)), TOP], "its 67,108,864,000 weights.*lower channels"),
    ],
)  # fmt: skip
def test_layers_that_do_not_fit_are_refused_with_the_fix(layers, message):
    with pytest.raises(ValueError, match=message):
        Network(layers)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Convolution(0, 3), "^Convolution: channels = 0 is not valid"),
        (lambda: Local(2.5, 3), "^Local: channels = 2.5 is not valid"),
        (lambda: Local(True, 3), "^Local: channels = True is not valid"),
        (lambda: Local(2, True), "^Local: kernel = True is not valid"),
        (lambda: Convolution(2, 0), "^Convolution: kernel = 0 is not valid"),
        (lambda: Convolution(2, (3, 3, 3)), r"kernel = \(3, 3, 3\) is not valid; .* a pair of them"),
        (lambda: Convolution(2, 3, 0), "stride = 0"),
        (lambda: Convolution(2, 3, 1, -1), "padding = -1"),
        (lambda: Pooling(0), "^Pooling: size = 0"),
        (lambda: Pooling(2, weight=1.0), "weight and cell belong together"),
        (lambda: Pooling(2, weight=float("nan"), cell=CELL), "weight = nan is not valid"),
        (lambda: Pooling(2, weight=True, cell=CELL), "weight = True is not valid"),
        (lambda: Pooling(2, weight=0.0, cell=CELL), "weight = 0.0 is not valid"),
    ],
)
def test_parameters_that_are_not_valid_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_each_layer_may_have_its_own_range_of_weights():
    layers = [Input((1, 4, 4)), Convolution(2, 3, cell=CELL), Pooling(2, weight=1.0, cell=CELL), Dense(2, cell=CELL)]
    network = Network(layers, weights=[(5.0, 6.0), None, (-2.0, -1.0)])
    assert 5.0 <= network.weights[0].min() <= network.weights[0].max() < 6.0
    np.testing.assert_array_equal(network.weights[1], np.eye(2))
    assert -2.0 <= network.weights[2].min() <= network.weights[2].max() < -1.0
    with pytest.raises(ValueError, match="one such pair for each of the 3 layers"):
        Network(layers, weights=[(5.0, 6.0), None])
    with pytest.raises(ValueError, match=r"'hidden 2' .* must be None, because its weights are fixed"):
        Network(layers, weights=[(5.0, 6.0)] * 3)
    with pytest.raises(ValueError, match="'hidden 1' .* must be a range in nA"):
        Network(layers, weights=[None, None, (0.0, 1.0)])
    with pytest.raises(ValueError, match=r"weights of layer 'output' = \(1.0, 0.0\)"):
        Network(layers, weights=[(5.0, 6.0), None, (1.0, 0.0)])
