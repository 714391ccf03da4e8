"""What follows from where spikes arrive: shapes, synapses, what PyNN wires and what it has learned."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from network_toys import SharedWindows, Windows

import pynn_sfdfa.event as sim
from pynn_sfdfa import LIF_SFDFA, SGD, Dense, Input, Network, SpikeTrains, Trainer
from pynn_sfdfa.network.shapes import units
from pynn_sfdfa.training import checkpoint

CELL = LIF_SFDFA(tau_m=20.0, tau_syn=10.0, cm=1.0, v_rest=-65.0, v_thresh=-63.0, trial_duration=40.0)
KINDS = (Windows, SharedWindows)

windows = st.builds(
    lambda kind, channels, kernel, stride, below, more: (
        kind(channels, kernel, stride, cell=CELL), (below, kernel + more)
    ),
    st.sampled_from(KINDS), st.integers(1, 3), st.integers(1, 4), st.integers(1, 3), st.integers(1, 3),
    st.integers(0, 5),
)  # fmt: skip
dense = st.builds(
    lambda size, shape: (Dense(size, cell=CELL), tuple(shape)),
    st.integers(1, 5),
    st.lists(st.integers(1, 4), min_size=1, max_size=3),
)
layers = st.one_of(dense, windows)


def drawn(connectivity, shape):
    return connectivity.initial_weights(shape, (0.5, 2.0), np.random.default_rng(3))


@given(layers)
@settings(max_examples=60, deadline=None)
def test_synapses_lead_from_units_to_neurons_each_pair_once_and_use_the_weights(layer):
    connectivity, shape = layer
    synapses = connectivity.sites(shape).synapses()
    weights = drawn(connectivity, shape)
    n_post = units(connectivity.output_shape(shape))
    assert weights.shape == connectivity.sites(shape).weight_shape
    assert weights.dtype == np.float32
    assert 0.5 <= weights.min() <= weights.max() < 2.0
    assert (np.diff(synapses.pre) >= 0).all()
    assert synapses.pre.max() < units(shape) and synapses.post.max() < n_post
    assert np.unique(synapses.pre * n_post + synapses.post).size == synapses.pre.size
    assert np.unique(synapses.weight).size == weights.size  # here every row is met by some site
    if not getattr(connectivity, "shared", False):
        assert synapses.weight.size == weights.size


@given(windows)
@settings(max_examples=60, deadline=None)
def test_windows_as_synapses_are_a_convolution(layer):
    connectivity, shape = layer
    weights, (channels, length) = drawn(connectivity, shape), connectivity.output_shape(shape)
    activity = np.random.default_rng(4).normal(size=shape)
    synapses = connectivity.sites(shape).synapses()
    found = np.zeros(channels * length)
    np.add.at(found, synapses.post, weights.ravel()[synapses.weight] * activity.ravel()[synapses.pre])
    expected = np.zeros((channels, length))
    for x in range(length):
        seen = activity[:, x * connectivity.stride : x * connectivity.stride + connectivity.kernel].T.ravel()
        expected[:, x] = seen @ (weights if connectivity.shared else weights[x])
    np.testing.assert_allclose(found.reshape(channels, length), expected, rtol=1e-6, atol=1e-12)


@given(layers)
@settings(max_examples=25, deadline=None)
def test_what_is_wired_is_the_list_of_synapses_and_reading_it_gives_the_weights_back(layer):
    connectivity, shape = layer
    network = Network([Input(shape), connectivity], weights=(0.5, 2.0), seed=1)
    before = network.weights[0].copy()
    sim.setup()
    wiring = network.wire(sim, SpikeTrains.from_samples([([1.0], [0])], [0], network.sizes[0]))
    wired = {(int(i), int(j)): w for i, j, w in wiring.projections[0].get("weight", format="list")}
    synapses = connectivity.sites(shape).synapses()
    pairs = zip(synapses.pre.tolist(), synapses.post.tolist(), before.ravel()[synapses.weight].tolist(), strict=True)
    assert wired == {(i, j): w for i, j, w in pairs}
    network.weights[0] = np.zeros_like(before)
    network.read(wiring)
    np.testing.assert_array_equal(network.weights[0], before)
    assert network.weights[0].dtype == np.float32


def test_dense_weights_are_those_that_a_seed_has_always_given():
    expected = np.random.default_rng(np.random.SeedSequence([7, 1])).uniform(-0.5, 2.0, (6, 2)).astype(np.float32)
    network = Network([Input((2, 2)), Dense(6), Dense(2)], weights=(-0.5, 2.0), seed=7)
    np.testing.assert_array_equal(network.weights[1], expected)


@pytest.mark.parametrize("size", [0, -1, 2.5, "ten", True, None])
def test_a_dense_layer_has_a_whole_number_of_neurons(size):
    with pytest.raises(ValueError, match="^Dense: size = .* is not valid; it must be an integer >= 1"):
        Dense(size)


def windowed(kind, **options):
    cell = LIF_SFDFA(tau_m=20.0, tau_syn=10.0, cm=1.0, v_rest=-65.0, v_thresh=-64.0, trial_duration=40.0)
    layers = [Input((1, 8)), kind(2, 3, cell=cell), Dense(2, cell=cell)]
    return Network(layers, weights=(0.2, 0.9), seed=2, **options)


def samples():
    rng = np.random.default_rng(5)
    pairs = [(rng.integers(1, 20, 8).astype(np.float32), np.arange(8)) for _ in range(6)]
    return SpikeTrains.from_samples(pairs, np.arange(6) % 2, 8)


def test_layers_that_see_a_part_learn_inside_a_pynn_simulator():
    network = windowed(Windows)
    before = [w.copy() for w in network.weights]
    sim.setup()
    wiring = network.wire(sim, samples(), targets=np.full((6, 2), 5.0), learning_rate=1e-3, feedback_learning_rate=0.1)
    sim.run(6 * network.trial_duration)
    network.read(wiring)
    for old, new in zip(before, network.weights, strict=True):
        assert new.shape == old.shape
        assert (old != new).any()


@pytest.mark.slow
def test_layers_that_see_a_part_are_trained_where_they_are_offered_and_kept_in_checkpoints(tmp_path):
    pytest.importorskip("brian2", reason="run: pip install 'pynn-sfdfa[brian2]'")
    import pynn_sfdfa.brian2 as brian2

    brian2.setup(timestep=1.0, target="numpy")
    network = windowed(Windows, delay=1.0)
    before = network.weights[0].copy()
    settings = {"optimizer": SGD(1e-3), "batch_size": 1, "seed": 1, "folder": tmp_path}
    Trainer(network, brian2, **settings).fit(samples(), epochs=1)
    assert network.weights[0].shape == before.shape == (6, 3, 2)
    assert (network.weights[0] != before).any()
    again = windowed(Windows, delay=1.0)
    again.restore(checkpoint.load(tmp_path / "last.safetensors").arrays)
    np.testing.assert_array_equal(again.weights[0], network.weights[0])
    brian2.end()


def test_a_simulator_without_them_refuses_them_and_says_who_does_not():
    with pytest.raises(
        ValueError,
        match=r"Layer 'hidden 1' \(Windows of LIF_SFDFA, \(1, 8\) to \(2, 6\)\) cannot be trained or "
        "evaluated on spiNNaker: it needs neurons that see a part of the layer below. Choose the simulator event or",
    ):
        windowed(Windows).check_trains_on("spiNNaker")


def test_weights_that_synapses_share_are_shown_but_not_learned_on_pynn():
    network = windowed(SharedWindows)
    sim.setup()
    with pytest.raises(ValueError, match="Layer 'hidden 1' .* needs weights that several synapses share, and synapses"):
        network.wire(sim, samples(), targets=np.full((6, 2), 5.0), learning_rate=1e-3)
    wiring = network.wire(sim, samples())
    wiring.populations[0].record("spikes")
    sim.run(6 * network.trial_duration)
    assert sum(wiring.populations[0].get_spike_counts().values()) > 10


@pytest.mark.parametrize("inhibition", [-0.1, float("nan"), float("inf"), 1e10, "much", True, None])
def test_inhibition_that_is_no_weight_is_refused(inhibition):
    with pytest.raises(
        ValueError, match=r"Dense: inhibition = .* is not valid; it must be a weight from 0 to 1e\+09 nA"
    ):
        Dense(3, inhibition=inhibition)


def test_inhibition_needs_a_delay_and_a_simulator_that_has_it():
    layers = [Input((2,)), Dense(3, cell=CELL), Dense(2, cell=CELL, inhibition=0.5)]
    with pytest.raises(ValueError, match=r"Layer 'output' .* inhibition = 0.5 nA, which acts after the delay.* 1 ms"):
        Network(layers)
    brian2 = pytest.importorskip("pynn_sfdfa.brian2", reason="run: pip install 'pynn-sfdfa[brian2]'")
    with pytest.raises(ValueError, match="Layer 'output' .* it needs inhibition among the neurons of a layer"):
        Trainer(Network(layers, delay=1.0), brian2)
