"""Convolutions on SpiNNaker: networks of windows on cores that learn, and sPyNNaker's own connector."""

import numpy as np
import pytest

pytest.importorskip("spynnaker")

from laid_out import laid_out
from oracles.fixed_point_network import FixedPointNetwork
from pyNN import errors

from pynn_sfdfa import LIF_SFDFA, Convolution, Dense, Input, Network, Pooling, SpikeTrains
from pynn_sfdfa.common.convolution import ConvolutionConnector

CELL = LIF_SFDFA(tau_m=20.0, tau_syn=10.0, cm=1.0, v_rest=-65.0, v_thresh=-62.0, trial_duration=40.0)
KERNEL = np.random.default_rng(1).uniform(-0.5, 1.0, (3, 3)).round(2)


def in_rectangles(sim, width, height):
    return {"neurons_per_core": (width, height), "structure": sim.Grid2D(width / height)}


@pytest.mark.slow
def test_a_network_with_windows_spikes_as_specified(emulated):
    sim, rng = emulated, np.random.default_rng(5)
    layers = [Input((1, 6, 6)), Convolution(3, 3, padding=1, cell=CELL), Pooling(2), Convolution(2, 2, cell=CELL)]
    network = Network([*layers, Dense(2, cell=CELL)], delay=1.0, weights=(-0.3, 0.9), seed=2)
    pairs = [(np.sort(rng.integers(1, 20, 36)).astype(np.float32), rng.permutation(36)) for _ in range(2)]
    shown = SpikeTrains.from_samples(pairs, np.arange(2), 36)
    specification = FixedPointNetwork(laid_out(network)[0], timestep=1.0)
    expected = [specification.run(shown, k) for k in range(2)]

    sim.setup(timestep=1.0, board="emulated")
    wiring = network.wire(sim, shown)
    for population in wiring.populations:
        population.record("spikes")
    sim.run(wiring.duration)
    for layer, population in enumerate(wiring.populations):
        counts = wiring.counts(population)
        assert counts.sum() > 10
        np.testing.assert_array_equal(counts, [trial[layer].state.count for trial in expected])


@pytest.mark.slow
def test_kernels_of_spynnaker_do_what_the_list_of_connections_does(emulated):
    sim = emulated
    sim.setup(timestep=1.0, board="emulated")
    times = [[float(t)] for t in np.random.default_rng(1).integers(2, 15, 35)]
    recorded = []
    for own, kernels in ((True, [KERNEL]), (False, [np.clip(KERNEL, 0, None), np.clip(KERNEL, None, 0)])):
        lying = in_rectangles(sim, 7, 5) if own else {}
        pre = sim.Population(35, sim.SpikeSourceArray(spike_times=times), **lying)
        post = sim.Population(35, sim.IF_curr_exp(tau_refrac=0.0, v_thresh=-60.0), **lying)
        for each in kernels:
            connector = ConvolutionConnector(each, (5, 7), padding=1)
            sim.Projection(pre, post, connector, sim.StaticSynapse(delay=2.0))
        post.record("v")
        recorded.append(post)
    sim.run(25.0)
    found, expected = (post.get_data("v").segments[0].analogsignals[0].magnitude for post in recorded)
    assert expected.min() < -65.0 and expected.max() > -61.0
    np.testing.assert_array_equal(found, expected)


def test_kernels_that_do_not_fit_spynnaker_are_refused(mapped):
    sim = mapped
    sim.setup(timestep=1.0)
    pre = sim.Population(25, sim.SpikeSourceArray(spike_times=[1.0]), **in_rectangles(sim, 5, 5))
    cells = sim.Population(4, sim.IF_curr_exp(), label="cells", **in_rectangles(sim, 2, 2))
    static = sim.StaticSynapse(delay=1.0)
    for connector, message in (
        (ConvolutionConnector(KERNEL, (5, 5), stride=2), r"has no stride of \(2, 2\).*neurons_per_core .* as a number"),
        (ConvolutionConnector(np.ones((2, 2)), (5, 6)), "leads from 30 cells"),
        (ConvolutionConnector(np.ones((4, 1, 5, 5)), (5, 5)), "leads from one channel to one, not from 1 to 4"),
        (ConvolutionConnector(np.ones((1, 22)), (1, 25)), "from 1 x 25 to 1 x 4 cells here, and these are 5 x 5 and 2"),
    ):
        with pytest.raises((errors.ConnectionError, errors.InvalidDimensionsError), match=message):
            sim.Projection(pre, cells, connector, static)
