"""Networks of windows on the exact simulator: trained, kept, and wired by PyNN's connectors."""

from __future__ import annotations

import numpy as np
import pytest
from laid_out import laid_out

import pynn_sfdfa.event as sim
from pynn_sfdfa import BP, LIF_SFDFA, SGD, Convolution, Dense, Input, Local, Network, Pooling, SpikeTrains, Trainer
from pynn_sfdfa.training import checkpoint
from pynn_sfdfa.training.metrics import feedback_alignment
from pynn_sfdfa.training.readouts import FirstSpike
from pynn_sfdfa.training.responses import OutputSpikes

CELL = LIF_SFDFA(tau_m=20.0, tau_syn=10.0, cm=1.0, v_rest=-65.0, v_thresh=-59.0, trial_duration=40.0)


def network(*layers):
    return Network([Input((1, 6, 6)), *layers, Dense(2, cell=CELL)], weights=(-0.3, 0.9), seed=2, max_spikes=200)


def all_kinds():
    return network(
        Convolution(2, 3, padding=1, cell=CELL), Pooling(2, weight=0.8, cell=CELL), Local(2, 2, cell=CELL), Pooling(2)
    )


def samples(n=6):
    rng = np.random.default_rng(5)
    pairs = [(rng.uniform(1, 20, 36).astype(np.float32), np.arange(36)) for _ in range(n)]
    return SpikeTrains.from_samples(pairs, np.arange(n) % 2, 36)


def test_it_answers_as_the_dense_network_with_the_same_weights():
    built = all_kinds()
    found = sim.training_engine(built).respond(samples())
    expected = sim.training_engine(laid_out(built)[0]).respond(samples())
    assert found.counts.sum() > 10
    np.testing.assert_array_equal(found.counts, expected.counts)


def test_fixed_weights_stay_and_a_checkpoint_gives_the_others_back(tmp_path):
    built = all_kinds()
    before = [w.copy() for w in built.weights]
    Trainer(built, rule=BP(), optimizer=SGD(1e-3), batch_size=3, seed=1, folder=tmp_path).fit(samples(), epochs=1)
    changed = [bool((w != old).any()) for w, old in zip(built.weights, before, strict=True)]
    assert changed == [True, False, True, True]
    again = all_kinds()
    again.restore(checkpoint.load(tmp_path / "last.safetensors").arrays)
    for found, expected in zip(again.weights, built.weights, strict=True):
        np.testing.assert_array_equal(found, expected)


def test_what_is_wired_spikes_when_what_is_trained_does():
    built, trains = all_kinds(), samples()
    sim.setup()
    wiring = built.wire(sim, trains)
    for population in wiring.populations:
        population.record("spikes")
    sim.run(wiring.duration)
    expected = sim.training_engine(built, readout=FirstSpike()).respond(trains)
    assert [wiring.counts(population).sum() for population in wiring.populations] == list(expected.spikes)
    output = wiring.populations[-1]
    np.testing.assert_array_equal(wiring.counts(output), expected.counts)
    first = OutputSpikes(*wiring.spikes(output), wiring.trial_duration).first(expected.counts.shape)
    np.testing.assert_allclose(first, expected.output.first(expected.counts.shape), atol=1e-4)
    assert wiring.projections[1].size() == 72  # a synapse for each unit, none for a weight that is 0


def test_local_layers_learn_on_pynn_and_shared_weights_are_refused_there():
    sim.setup()
    targets = np.full((6, 2), 5.0)
    for layers in ([Convolution(2, 3, cell=CELL)], [Local(2, 3, cell=CELL), Pooling(2)]):
        with pytest.raises(ValueError, match="needs weights that several synapses share.*train it with a Trainer"):
            network(*layers).wire(sim, samples(), targets=targets, learning_rate=1e-3)
    built = network(Pooling(2, weight=0.8, cell=CELL), Local(2, 2, cell=CELL))
    before = [w.copy() for w in built.weights]
    wiring = built.wire(sim, samples(), targets=targets, learning_rate=1e-3, feedback_learning_rate=0.1)
    sim.run(wiring.duration)
    built.read(wiring)
    changed = [bool((w != old).any()) for w, old in zip(built.weights, before, strict=True)]
    assert changed == [False, True, True]


def test_alignment_is_that_of_the_laid_out_weights():
    built = all_kinds()
    feedback = [np.random.default_rng(1).normal(size=f.shape).astype(np.float32) for f in built.feedback]
    found = feedback_alignment(built.matrices(built.weights), feedback)
    expected = feedback_alignment(laid_out(built)[1], feedback)
    np.testing.assert_allclose(found, expected, rtol=1e-9)
