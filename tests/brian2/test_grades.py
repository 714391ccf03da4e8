"""Directional derivatives travel with the spikes: perturbations, grades, and delays longer than spike intervals."""

import numpy as np
import pytest

import pynn_sfdfa.event as event
from pynn_sfdfa.common.perturbation import perturbations

STEP = 0.5
CELL = {"tau_m": 20.0, "tau_syn": 10.0, "cm": 1.0, "v_rest": -65.0, "trial_duration": 30.0}


def deep_net(sim, delay, seed, learning_rate=0.1, trials=2, timestep=STEP):
    """Return the feedback to two hidden layers after some trials, and the spikes of each neuron."""
    generator = np.random.default_rng(6)
    sim.setup(timestep=timestep, seed=seed)
    times = [
        np.concatenate([np.sort(generator.choice(30, 3, replace=False)) * STEP + k * 30.0 for k in range(trials)])
        for _ in range(6)
    ]
    layers = [sim.Population(6, sim.SpikeSourceArray(spike_times=times))]
    layers += [sim.Population(n, sim.LIF_SFDFA(v_thresh=-58.0, **CELL)) for n in (4, 3)]
    layers += [sim.Population(2, sim.LIF_SFDFA(v_thresh=-58.0, targets=[[3.0] * trials] * 2, **CELL))]
    for pre, post in zip(layers[:-1], layers[1:], strict=True):
        weight = generator.uniform(-0.2, 0.9, (pre.size, post.size))
        sim.Projection(pre, post, sim.AllToAllConnector(), sim.SFDFASynapse(weight=weight, delay=delay))
    synapse = sim.SFDFAFeedback(weight=0.0, learning_rate=learning_rate)
    feedback = [sim.Projection(layers[-1], hidden, sim.AllToAllConnector(), synapse) for hidden in layers[1:3]]
    for layer in layers[1:]:
        layer.record("spikes")
    sim.run(30.0 * trials)
    counts = [len(train) for layer in layers[1:] for train in layer.get_data().segments[0].spiketrains]
    return [projection.get("weight", format="array") for projection in feedback], counts


@pytest.mark.parametrize("delay", [0.0, 0.5, 7.0])
def test_a_grade_is_that_of_the_departing_spike(sim, delay):
    sim.setup(timestep=STEP, seed=11, first_trial=2)
    stimulus = sim.Population(1, sim.SpikeSourceArray(spike_times=[1.0, 2.0, 31.0, 32.0]))
    hidden = sim.Population(3, sim.LIF_SFDFA(v_thresh=-63.0, **CELL))
    output = sim.Population(1, sim.LIF_SFDFA(v_thresh=1000.0, targets=[[1.0, 1.0]], **CELL))
    weight = np.array([[0.3], [-0.2], [0.1]])
    sim.Projection(stimulus, hidden, sim.AllToAllConnector(), sim.SFDFASynapse(weight=4.0))
    sim.Projection(hidden, output, sim.AllToAllConnector(), sim.SFDFASynapse(weight=weight, delay=delay))
    sim.Projection(output, hidden, sim.AllToAllConnector(), sim.SFDFAFeedback(learning_rate=0.1))
    hidden.record("spikes")
    sim.run(60.0 - STEP)
    train = np.array(hidden.get_data().segments[0].spiketrains[0])
    assert np.diff(train).min() < 2.0  # neurons spike again while their first spikes are under way
    drawn = perturbations(11, 0, 3, 3)  # of the second trial, the first being number 2
    assert output.brian2_group.D[0] == pytest.approx(weight[:, 0] @ drawn, rel=1e-12)


@pytest.mark.parametrize("delay", [0.0, 3.0])
def test_feedback_through_two_hidden_layers_as_on_the_exact_simulator(sim, delay):
    found, counts = deep_net(sim, delay, seed=4, trials=1, timestep=0.05)
    exact, exact_counts = deep_net(event, delay, seed=4, trials=1)
    assert counts == exact_counts
    assert min(sum(counts[:4]), sum(counts[4:7]), sum(counts[7:])) >= 4
    for a, b in zip(found, exact, strict=True):
        assert (b != 0).any()
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-15)


@pytest.mark.slow
def test_seeds_give_different_perturbations(sim):
    first, second = (deep_net(sim, 0.0, seed, trials=1)[0][0] for seed in (2**63 - 1, 2**31 - 1))
    assert (first != second).any()


def test_without_a_learning_rate_of_feedback_nothing_is_perturbed(sim):
    found, _ = deep_net(sim, 0.0, seed=1, learning_rate=0.0, trials=1)
    assert not found[0].any()
    learning = [p for p in sim.simulator.contents.populations if isinstance(p.celltype, sim.LIF_SFDFA)]
    assert len(learning) == 3
    assert not any(population.brian2_group.perturbation[:].any() for population in learning)
