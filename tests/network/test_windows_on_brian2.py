"""Networks of windows on Brian2: wired, and learned where each synapse has a weight of its own."""

from __future__ import annotations

import numpy as np
import pytest

from pynn_sfdfa import Input, Network, SpikeTrains, Trainer, event
from pynn_sfdfa.network.cells import LIF_SFDFA
from pynn_sfdfa.network.connectivity import Convolution, Dense, Local, Pooling
from pynn_sfdfa.rules import SFDFA
from pynn_sfdfa.training.optimizers import SGD

CELL = LIF_SFDFA(tau_m=20.0, tau_syn=10.0, cm=1.0, v_rest=-65.0, v_thresh=-62.0, trial_duration=40.0)


@pytest.fixture
def sim():
    pytest.importorskip("brian2")
    import pynn_sfdfa.brian2 as simulator

    simulator.setup(timestep=0.1, target="numpy")
    yield simulator
    simulator.end()


def samples(n_units, n=2):
    rng = np.random.default_rng(5)
    pairs = [(np.sort(rng.integers(1, 20, n_units)).astype(np.float32), np.arange(n_units)) for _ in range(n)]
    return SpikeTrains.from_samples(pairs, np.arange(n) % 2, n_units)


def test_a_convolution_is_wired_as_it_is_computed(sim):
    layers = [Input((1, 4, 4)), Convolution(2, 3, padding=1, cell=CELL), Pooling(2), Dense(2, cell=CELL)]
    network = Network(layers, delay=1.0, weights=(-0.3, 0.9), seed=2, max_spikes=200)
    shown = samples(16)
    wanted = event.training_engine(network).respond(shown)
    made = network.wire(sim, shown)
    for population in made.populations:
        population.record("spikes")
    sim.run(made.duration)
    found = [int(made.counts(population).sum()) for population in made.populations]
    assert min(wanted.spikes) > 20
    np.testing.assert_allclose(found, wanted.spikes, rtol=0.05)


@pytest.mark.slow
def test_local_layers_learn(sim):
    network = Network([Input((1, 3, 3)), Local(2, 2, cell=CELL), Dense(2, cell=CELL)], delay=1.0, weights=(-0.3, 0.9))
    before = network.weights[0].copy()
    trainer = Trainer(network, sim, rule=SFDFA(rho=1.0, r_target=0.0), optimizer=SGD(1e-3), batch_size=1, seed=1)
    trainer.fit(samples(9), epochs=1)
    changed = network.weights[0] != before
    assert changed.shape == (4, 4, 2)
    assert changed.mean() > 0.5
