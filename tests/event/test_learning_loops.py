"""Loops through LIF_SFDFA: exact, learned by what a synapse can know, whatever the runs and the cells in the loop."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference_trial import Neuron, as_events, layer_trial

import pynn_sfdfa.event as sim
from pynn_sfdfa.common.perturbation import perturbations

DURATION = 60.0
N_IN, N, N_OUT = 5, 4, 2
C, C_OUT = 0.3, 0.5
ETA, ETA_B, RHO, R_TARGET = 2e-5, 0.2, 0.3, 4.0
DELAY = 1.5
RNG = np.random.default_rng(7)
TIMES = [[np.sort(RNG.uniform(0, 40, 3)) for _ in range(N_IN)] for _ in range(2)]
IN, LOOP, OUT = (
    RNG.uniform(-0.2, 1.1, (N_IN, N)), RNG.uniform(-0.6, 0.6, (N, N)), RNG.uniform(-0.4, 1.0, (N, N_OUT))
)  # fmt: skip
FEEDBACK = RNG.uniform(-1, 1, (N_OUT, N))
TARGETS = np.array([[3.0, 1.0], [0.0, 4.0]])


def cells(n, c, label, duration=DURATION, **learning):
    parameters = {"tau_m": 26.0, "tau_syn": 13.0, "cm": 1.0, "v_rest": 0.0, "v_thresh": 26.0 * c}
    return sim.Population(n, sim.LIF_SFDFA(trial_duration=duration, **parameters, **learning), label=label)


def build(eta=ETA):
    """A recurrent hidden layer that an output layer answers to, which sends its spikes back, too, and its errors."""
    sim.setup(timestep=0.5, seed=11)
    trains = [np.concatenate([k * DURATION + times[j] for k, times in enumerate(TIMES)]) for j in range(N_IN)]
    stimulus = sim.Population(N_IN, sim.SpikeSourceArray(spike_times=trains))
    hidden = cells(N, C, "hidden", rho=RHO, r_target=R_TARGET)
    output = cells(N_OUT, C_OUT, "output", targets=[sim.Sequence(row) for row in TARGETS])
    everything = sim.AllToAllConnector()
    projections = [
        sim.Projection(pre, post, everything, sim.SFDFASynapse(weight=w, delay=delay, learning_rate=eta))
        for pre, post, w, delay in (
            (stimulus, hidden, IN, 0.0), (hidden, hidden, LOOP, DELAY), (output, hidden, -0.2 * OUT.T, 3.0),
            (hidden, output, OUT, 0.0),
        )
    ]  # fmt: skip
    projections.append(
        sim.Projection(output, hidden, everything, sim.SFDFAFeedback(weight=FEEDBACK, learning_rate=ETA_B))
    )
    for population in (hidden, output):
        population.record(["spikes", "v"])
    return hidden, output, projections


def trains_of(population, trial=0):
    """Return the spikes of a trial, timed from its start."""
    trains = [np.array(train) - trial * DURATION for train in population.get_data("spikes").segments[-1].spiketrains]
    return [train[(train >= 0) & (train < DURATION)] for train in trains]


def without_grades(spikes):
    return [[time for time, _ in train] for train in spikes]


def causes(hidden, output, trial):
    """Return what reaches the hidden layer: inputs, its own spikes, and those of the output."""
    inputs = as_events([[(t, 0.0) for t in train] for train in TIMES[trial]])
    return sorted(
        event
        for event in inputs + as_events(hidden, DELAY, N_IN) + as_events(output, 3.0, N_IN + N)
        if event[0] < DURATION
    )


@pytest.mark.slow
def test_spikes_grades_and_learning_are_those_of_a_layer_that_is_given_its_own_spikes_as_inputs():
    hidden, output, projections = build()
    sim.run(DURATION)
    after = [p.get("weight", format="array") for p in projections]
    found = [trains_of(p) for p in (hidden, output)]
    assert min(train.size for train in found[0]) > 1 and sum(train.size for train in found[1]) > 4
    perturbation = perturbations(11, 0, 0, N)
    weights = np.concatenate([IN, LOOP, -0.2 * OUT.T])
    grades = [[np.zeros(train.size) for train in layer] for layer in found]
    for _ in range(40):  # grades go round as spikes do: after as many rounds as spikes follow each other they stand
        given = [
            [list(zip(train, own, strict=True)) for train, own in zip(layer, of, strict=True)]
            for layer, of in zip(found, grades, strict=True)
        ]
        spikes, E = layer_trial([Neuron(c=C)] * N, causes(*given, 0), weights, DURATION, perturbation)
        answers, E_out = layer_trial([Neuron(c=C_OUT)] * N_OUT, as_events(given[0]), OUT, DURATION)
        grades = [[np.array([g for _, g in train]) for train in layer] for layer in (spikes, answers)]
    for layer, expected in zip(found, (spikes, answers), strict=True):
        for one, other in zip(layer, without_grades(expected), strict=True):
            np.testing.assert_allclose(one, other, atol=1e-9)
    counts, out_counts = (np.array([len(train) for train in layer]) for layer in (spikes, answers))
    error_out = TARGETS[:, 0] - out_counts
    error = FEEDBACK.T @ error_out + RHO * (R_TARGET - counts)
    expected = weights - ETA * error * E
    np.testing.assert_allclose(np.concatenate(after[:3]), expected, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(after[3], OUT - ETA * error_out * E_out, rtol=1e-9, atol=1e-12)
    directional = np.array([own.sum() for own in grades[1]])
    moved = FEEDBACK + ETA_B * (np.outer(directional, perturbation) - FEEDBACK) * (counts > 0)
    np.testing.assert_allclose(after[4], moved, rtol=1e-8)


def everything(cuts):
    hidden, output, projections = build()
    for cut in (*cuts, 2 * DURATION - 5.0):
        sim.run_until(cut)
    signals = [np.array(p.get_data("v").segments[0].analogsignals[0]) for p in (hidden, output)]
    spikes = [np.array(t) for p in (hidden, output) for t in p.get_data("spikes").segments[0].spiketrains]
    learned = [p.get("weight", format="array") for p in projections]
    return spikes, learned + [p.get("eligibility", format="array") for p in projections[:4]], signals


@settings(deadline=None, derandomize=True, max_examples=15)
@given(cuts=st.lists(st.one_of(st.floats(0.0, 110.0), st.sampled_from([60.0, 61.5])), max_size=4))
def test_splitting_a_run_changes_no_bit(cuts):
    for one, other in zip(everything([]), everything(sorted(cuts)), strict=True):
        for a, b in zip(one, other, strict=True):
            np.testing.assert_array_equal(a, b)


def test_spikes_under_way_round_a_loop_are_dropped_where_a_trial_ends():
    sim.setup()
    stimulus = sim.Population(1, sim.SpikeSourceArray(spike_times=[1.0]))
    population = cells(1, 0.1, "late", duration=10.0)
    sim.Projection(stimulus, population, sim.AllToAllConnector(), sim.StaticSynapse(weight=1.0))
    sim.Projection(population, population, sim.AllToAllConnector(), sim.StaticSynapse(weight=5.0, delay=9.0))
    population.record("spikes")
    sim.run(20.0)
    (train,) = population.get_data("spikes").segments[0].spiketrains
    assert train.size > 0 and float(train[-1]) < 10.0


def test_loops_through_both_cells_are_exact_whatever_the_run():
    """A stock cell hears of learning ones and answers: each fires as alone with the others' spikes as its input."""

    def network(duration, stops):
        sim.setup(timestep=0.5)
        stimulus = sim.Population(3, sim.SpikeSourceArray(spike_times=[[2.0, 30.0], [3.0], [7.0, 40.0]]))
        learning, stock = cells(3, 0.3, "learning", duration=duration), sim.Population(2, sim.IF_curr_exp())
        static, connect = (lambda w, delay: sim.StaticSynapse(weight=w, delay=delay)), sim.AllToAllConnector()
        sim.Projection(stimulus, learning, connect, static(0.5, 0.0))
        sim.Projection(learning, stock, connect, static(2.0, 0.0))
        sim.Projection(stock, learning, connect, static(0.3, 1.1))
        sim.Projection(stock, stock, connect, static(-0.2, 0.7), receptor_type="inhibitory")
        for population in (learning, stock):
            population.record("spikes")
        for stop in stops:
            sim.run_until(stop)
        return [np.array(t) for p in (learning, stock) for t in p.get_data("spikes").segments[0].spiketrains]

    whole = network(80.0, [80.0])
    assert min(train.size for train in whole) > 2
    for one, other in zip(whole, network(80.0, [0.0, 2.5, 13.7, 14.8, 79.0, 80.0]), strict=True):
        np.testing.assert_array_equal(one, other)
    sim.setup()
    learning = cells(3, 0.3, "learning", duration=80.0)
    alone = sim.Population(5, sim.SpikeSourceArray(spike_times=[[2.0, 30.0], [3.0], [7.0, 40.0], *whole[3:]]))
    for source, weight, delay in ((alone[:3], 0.5, 0.0), (alone[3:], 0.3, 1.1)):
        synapse = sim.StaticSynapse(weight=weight, delay=delay)
        sim.Projection(source, learning, sim.AllToAllConnector(), synapse)
    learning.record("spikes")
    sim.run(80.0)
    for one, other in zip(learning.get_data("spikes").segments[0].spiketrains, whole[:3], strict=True):
        np.testing.assert_allclose(np.array(one), other, atol=1e-9)


@pytest.mark.parametrize("delay", [0.0, 1.0])
def test_what_closes_a_loop_without_delay_is_refused(delay):
    sim.setup()
    a, b = cells(2, C, "a"), cells(2, C, "b")
    static, connect = (lambda delay: sim.StaticSynapse(weight=1.0, delay=delay)), sim.AllToAllConnector()
    sim.Projection(a, b, connect, static(0.0))
    if delay:
        sim.Projection(b, a, connect, static(delay))
    else:
        with pytest.raises(sim.errors.ConnectionError, match="'b→a' closes a loop .* delays are all 0 ms"):
            sim.Projection(b, a, connect, static(delay))
    with pytest.raises(sim.errors.ConnectionError, match="'a→a' closes a loop through population 'a'.*delay=1.0"):
        sim.Projection(a, a, connect, sim.SFDFASynapse(weight=1.0))
