"""A layer whose neurons inhibit each other, in the batch engine: spikes against float64, and who cannot learn there."""

from __future__ import annotations

import numpy as np
import pytest
from kernels import of_trial
from small_nets import random_trains, same_on_threads
from stock_reference import Stock, spikes

import pynn_sfdfa.event as sim
from pynn_sfdfa import BP, SFDFA, SGD, Dense, Input, Network, SpikeCount
from pynn_sfdfa.event.batch.layers import Layers
from pynn_sfdfa.network.cells import LIF_SFDFA, IF_curr_exp
from pynn_sfdfa.rules import Combination
from pynn_sfdfa.rules.parts.direct import Direct
from pynn_sfdfa.rules.parts.estimated import Estimated

N_PRE, N, DURATION = 10, 5, 120.0


def shown(cell, inhibition, delay, grid=None, max_spikes=200):
    """Return a network of one layer, its trains and the records of a trial, with perturbations and without."""
    layers = [Input((N_PRE,)), Dense(N, cell=cell, inhibition=inhibition)]
    network = Network(layers, delay=delay, weights=(-0.5, 1.5), max_spikes=max_spikes, seed=3)
    trains = random_trains(np.random.default_rng(4), 3, N_PRE, spikes=(60, 90), last=110.0, grid=grid)
    run = Layers(network, 0, 1)
    workspace = run.workspace(trains, 3)
    run.run(workspace, trains, np.arange(3), 0, False)
    return network, trains, workspace.layers[0]


def mutual(cell, weights, times, units, inhibition, delay, max_spikes):
    """Return the spike times of all neurons and their margins: what one causes in the others, until nothing changes."""
    reset = -cell.theta if cell.reset is None else cell.reset
    cell = Stock(cell.tau_m, cell.tau_syn, cell.cm, cell.theta, reset, cell.refractory, cell.duration)
    fired = [np.empty(0)] * weights.shape[1]
    for _ in range(200):
        found = []
        for i in range(weights.shape[1]):
            lateral = np.concatenate([t for k, t in enumerate(fired) if k != i])
            arrivals = np.concatenate([times, lateral]) + delay
            w = np.concatenate([weights[units, i], np.full(lateral.size, -inhibition)])
            order = np.argsort(arrivals, kind="stable")
            found.append(spikes(cell, w[order], arrivals[order]))
        if all(a.size == b.size and np.allclose(a, b, atol=1e-9) for (a, _), b in zip(found, fired, strict=True)):
            return found
        fired = [times for times, _ in found]
    raise AssertionError("the spikes of one layer do not settle")


@pytest.mark.parametrize(
    ("tau_refrac", "delay", "tau_m", "v_reset"),
    [(2.0, 1.0, 64.0, -65.0), (0.0, 1.0, 16.0, -67.0), (7.0, 0.3, 16.0, -65.0), (2.0, 6.0, 64.0, -67.0)],
)
def test_spikes_are_those_of_the_equations(tau_refrac, delay, tau_m, v_reset):
    cell = IF_curr_exp(
        tau_m=tau_m, tau_syn=8.0, cm=8.0, v_rest=-65.0, v_thresh=-62.0, v_reset=v_reset, tau_refrac=tau_refrac,
        trial_duration=DURATION,
    )  # fmt: skip
    network, trains, layer = shown(cell, 0.9, delay, grid=1.0 if delay == 1.0 else None)
    stock = Stock(tau_m, 8.0, 8.0, 3.0, v_reset + 65.0, tau_refrac, DURATION)
    compared, several = 0, 0
    for trial in range(2):
        times, units = trains.sample(trial)
        weights = network.weights[0].astype(float)
        expected = mutual(stock, weights, times.astype(float), units, 0.9, delay, 200)
        if min(margin for _, margin in expected) < 1e-4:
            continue  # rounding decides whether a neuron spikes
        records = of_trial(layer, "spikes", trial)[: of_trial(layer, "counts", trial).sum()]
        for i, (exact, _) in enumerate(expected):
            np.testing.assert_allclose(np.sort(records.time[records.unit == i]), exact, atol=1e-3)
        compared += 1
        several += sum(exact.size > 2 for exact, _ in expected) > 1
    assert compared > 0
    assert several > 0


def test_a_subtractive_reset_is_a_reset_to_rest():
    common = {"tau_m": 32.0, "tau_syn": 16.0, "cm": 8.0, "v_rest": -65.0, "v_thresh": -62.0, "trial_duration": DURATION}
    cells = [LIF_SFDFA(**common), IF_curr_exp(**common, tau_refrac=0.0)]
    subtractive, hard = (shown(cell, 0.6, 1.0)[2] for cell in cells)
    np.testing.assert_array_equal(subtractive.counts, hard.counts)
    assert (of_trial(hard, "counts", 0) > 2).sum() > 1
    for trial in range(3):
        n = of_trial(hard, "counts", trial).sum()
        a, b = (np.sort(of_trial(layer, "spikes", trial).time[:n]) for layer in (subtractive, hard))
        np.testing.assert_allclose(a, b, atol=1e-3)


def test_hardly_any_inhibition_is_as_good_as_none():
    """The kernel of layers with inhibition and that of others, on the same records."""
    cell = IF_curr_exp(tau_m=64.0, tau_syn=8.0, cm=8.0, v_thresh=-62.0, tau_refrac=2.0, trial_duration=DURATION)
    some, none = (shown(cell, inhibition, 1.0, max_spikes=12)[2] for inhibition in (1e-9, 0.0))
    np.testing.assert_array_equal(some.counts, none.counts)
    assert some.counts.max() == 12  # the cap
    for trial in range(3):
        n_groups = int(none.places[trial].n_groups)
        groups = [of_trial(layer, "groups", trial)[:n_groups] for layer in (some, none)]
        for name in ("stop", "released"):
            np.testing.assert_array_equal(groups[0][name], groups[1][name])
        for records, n in (("spikes", groups[0].stop[-1]), ("releases", groups[0].released[-1])):
            mine, theirs = (_sorted(of_trial(layer, records, trial)[:n]) for layer in (some, none))
            names = {"time", "unit", "since_syn", "since_m", "factor", "last", "carry"} & set(mine.dtype.names)
            for name in names:
                np.testing.assert_allclose(mine[name], theirs[name], rtol=2e-4, atol=1e-4, err_msg=name)


def _sorted(records):
    return records[np.lexsort((records.time, records.unit))]


def test_grades_arrive_with_the_inhibition():
    """With the derivative along v of all hidden neurons: more spikes of one output mean fewer of the others."""
    cell = LIF_SFDFA(tau_m=32.0, tau_syn=16.0, cm=8.0, v_rest=-65.0, v_thresh=-64.0, trial_duration=DURATION)
    trains = random_trains(np.random.default_rng(4), 3, N_PRE, spikes=(60, 90), last=110.0)
    sums = []
    for inhibition in (0.0, 1e-6, 0.3):
        layers = [Input((N_PRE,)), Dense(8, cell=cell), Dense(N, cell=cell, inhibition=inhibition)]
        network = Network(layers, delay=1.0, weights=(-0.5, 1.5), max_spikes=200, seed=3)
        run = Layers(network, 0, 1)
        workspace = run.workspace(trains, 3)
        run.run(workspace, trains, np.arange(3), 0, True)
        sums.append(workspace.directional(1, 3).copy())
    np.testing.assert_allclose(sums[0], sums[1], rtol=1e-3, atol=1e-3)
    assert abs(sums[0] - sums[2]).max() > 0.1


def test_same_bits_on_any_number_of_threads():
    cell = LIF_SFDFA(tau_m=32.0, tau_syn=16.0, cm=8.0, v_rest=-65.0, v_thresh=-64.0, trial_duration=DURATION)
    layers = [Input((N_PRE,)), Dense(8, cell=cell), Dense(N, cell=cell, inhibition=0.4)]
    trains = random_trains(np.random.default_rng(4), 12, N_PRE, spikes=(60, 90), last=110.0, n_classes=N)
    network = Network(layers, delay=1.0, weights=(-0.5, 1.5), max_spikes=200, seed=3)

    def trained(threads):
        rule = Combination(Direct(), Estimated(1e-2))
        engine = sim.training_engine(network, rule, SGD(1e-6), SpikeCount(), 4, 0, threads)
        list(engine.train(trains, np.arange(12), 0))
        return [*engine.weights(), *engine.feedback()]

    learned = same_on_threads(trained, (1, 3))
    assert any((w != start).any() for w, start in zip(learned, network.weights, strict=False))


@pytest.mark.parametrize("rule", [BP(), SFDFA(timed=True)])
@pytest.mark.parametrize("where", ["output", "hidden 1"])
def test_rules_that_follow_spike_times_refuse_inhibition(rule, where):
    strengths = (0.5, 0.0) if where == "hidden 1" else (0.0, 0.5)
    layers = [Input((N_PRE,)), *(Dense(4, inhibition=strength) for strength in strengths)]
    network = Network(layers, delay=1.0)
    with pytest.raises(ValueError, match=rf"rule {rule.name} cannot learn in Layer '{where}'.* = 0.5 nA.*hm2bp"):
        sim.training_engine(network, rule)
    trains = random_trains(np.random.default_rng(1), 1, N_PRE)
    assert sim.training_engine(network).respond(trains).counts.shape == (1, 4)
