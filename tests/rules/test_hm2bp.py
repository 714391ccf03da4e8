"""HM2-BP: the fused kernels against the rule written plainly, on any spikes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_hm2bp import PlainTrial, hm2bp
from small_nets import random_trains, same_on_threads
from stock_reference import Stock, s_psp

import pynn_sfdfa.event as sim
from pynn_sfdfa import SGD, Adam, Dense, Input, Network, SpikeCount
from pynn_sfdfa.event.batch.blocks import Blocks
from pynn_sfdfa.event.batch.layers import Layers
from pynn_sfdfa.event.batch.trials import Trials
from pynn_sfdfa.network.cells import LIF_SFDFA, IF_curr_exp
from pynn_sfdfa.rules import HM2BP
from pynn_sfdfa.training.readouts.first_spike import FirstSpike
from pynn_sfdfa.training.readouts.most_spikes import MostSpikes


def net(sizes, inhibition=0.0, theta=1.0, delay=1.0, weights=(-0.6, 1.0), seed=1, max_spikes=60, **cell):
    """A network of stock cells with tau_m 64, tau_syn 8 and trials of 100 ms."""
    cell = IF_curr_exp(**{
        "tau_m": 64.0, "tau_syn": 8.0, "cm": 4.0, "v_rest": -65.0, "v_thresh": -65.0 + theta, "tau_refrac": 2.0,
        "trial_duration": 100.0, **cell,
    })  # fmt: skip
    hidden = [Dense(n, cell=cell) for n in sizes[1:-1]]
    layers = [Input((sizes[0],)), *hidden, Dense(sizes[-1], cell=cell, inhibition=inhibition)]
    return Network(layers, delay=delay, weights=weights, max_spikes=max_spikes, seed=seed)


def learned(network, trains, rule, loss, threads=1):
    """Return the gradients of a batch, and the spikes of each trial and layer before the rule gives any."""
    n = len(trains)
    layers = Layers(network, 0, threads)
    workspace = layers.workspace(trains, n)
    layers.run(workspace, trains, np.arange(n), 0, False, every=rule.parts.local_gradient.of_potential)
    fired = [[of_layer(layer, size, k) for layer, size in zip(workspace.layers, network.sizes[1:], strict=True)]
             for k in range(n)]  # fmt: skip
    errors = [np.zeros((n, w.shape[1]), np.float32) for w in layers.weights]
    trials = Trials(layers, workspace, errors, [e.reshape(-1) for e in errors], loss, trains.labels, 1.0 / n)
    rule.assign_errors(trials, [])
    gradients = [np.zeros(w.shape, np.float32) for w in layers.weights]
    blocks = Blocks(layers.layouts)
    flat, local = [gradient.reshape(-1) for gradient in gradients], rule.parts.local_gradient
    for tasks in trials.gradient_tasks(flat.__getitem__, blocks, local, by_block=False):
        layers.pool.run(tasks)
    return [g[:, :size] for g, size in zip(gradients, network.sizes[1:], strict=True)], fired


def of_layer(layer, size, trial):
    trials = layer.places.size
    count = layer.counts.reshape(trials, -1)[trial].sum()
    spikes = layer.spikes.reshape(trials, -1)[trial, :count]
    return [np.sort(spikes.time[spikes.unit == i]).astype(float) for i in range(size)]


def plain(network, trains, fired, rule, loss):
    """Return the mean gradients of the rule written plainly."""
    counts = [np.array([[len(times) for times in layers[k]] for layers in fired]) for k in range(len(network.layers))]
    output = loss.error(counts[-1].astype(np.int32), trains.labels).astype(float)
    offsets = [rule.rho * (rule.r_target - count.mean(axis=0)) for count in counts[:-1]]
    totals = [np.zeros(w.shape) for w in network.weights]
    for k in range(len(trains)):
        times, units = trains.sample(k)
        inputs = [np.asarray(times[units == j], float) for j in range(network.sizes[0])]
        trial = PlainTrial(network, inputs, fired[k])
        found = hm2bp(trial, output[k], trains.labels[k], offsets, rule.micro, rule.lateral, rule.silent,
                      rule.silent_target_spikes, rule.silent_ratio)  # fmt: skip
        totals = [total + gradient / len(trains) for total, gradient in zip(totals, found, strict=True)]
    return totals


def compare(network, trains, rule, loss, threads=1):
    """Hold the fused gradients against those written plainly; return the spikes of all layers."""
    found, fired = learned(network, trains, rule, loss, threads)
    for fused, exact in zip(found, plain(network, trains, fired, rule, loss), strict=True):
        np.testing.assert_allclose(fused, exact, rtol=3e-4, atol=2e-5 * abs(exact).max())
    return fired


RULES = [
    HM2BP(),
    HM2BP(micro=False, silent=0.0, silent_ratio=0.1),
    HM2BP(lateral=False, silent_target_spikes=0),
    HM2BP(silent_target_spikes=9, rho=0.5, r_target=3.0, silent_ratio=0.0),
]
LOSS = SpikeCount(12.0, 2.0, margin=1.0)


@pytest.mark.slow
@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("cell", [
    {}, {"tau_refrac": 0.0, "inhibition": 0.3, "theta": 0.5}, {"i_offset": 0.02}, {"v_reset": -65.5, "theta": 3.0},
])  # fmt: skip
def test_gradients_are_those_of_the_rule_written_plainly(rule, cell):
    trains = random_trains(np.random.default_rng(2), 3, 9, last=90.0, n_classes=4)
    fired = compare(net([9, 8, 7, 4], **cell), trains, rule, LOSS)
    assert sum(len(times) > 1 for trial in fired for times in trial[-1]) > 3  # neurons have several spikes
    silent = [not trial[-1][label].size for trial, label in zip(fired, trains.labels, strict=True)]
    assert any(silent) or cell  # a silent target, which is given some


def test_cells_that_learn_by_spike_times_learn_by_potentials_too():
    """A subtractive reset is a reset to rest."""
    cell = LIF_SFDFA(tau_m=32.0, tau_syn=16.0, cm=8.0, v_rest=-65.0, v_thresh=-64.0, trial_duration=100.0)
    layers = [Input((9,)), Dense(8, cell=cell), Dense(4, cell=cell)]
    network = Network(layers, delay=1.0, weights=(-0.6, 1.0), max_spikes=90, seed=1)
    compare(network, random_trains(np.random.default_rng(2), 3, 9, last=90.0, n_classes=4), HM2BP(), LOSS)


@settings(max_examples=12, deadline=None)
@given(
    seed=st.integers(0, 10**6), theta=st.floats(0.3, 8.0), delay=st.floats(0.1, 9.0), tau_refrac=st.floats(0.0, 12.0),
    inhibition=st.sampled_from([0.0, 0.1, 1.0]), number=st.integers(0, 70), grid=st.sampled_from([None, 2.0]),
)  # fmt: skip
def test_on_any_spikes(seed, theta, delay, tau_refrac, inhibition, number, grid):
    """Silent neurons and targets, spikes that arrive too late, simultaneous ones, all spikes that can be given."""
    network = net([6, 5, 4], inhibition, theta, delay, seed=seed, tau_refrac=tau_refrac)
    trains = random_trains(np.random.default_rng(seed), 2, 6, spikes=(0, 40), last=95.0, n_classes=4, grid=grid)
    number = min(number, 60, max(1, int(100.0 / tau_refrac) - 2) if tau_refrac else 60)
    compare(network, trains, HM2BP(silent_target_spikes=number), LOSS)


def test_the_cap_and_the_refractory_period_limit_given_spikes():
    trains = random_trains(np.random.default_rng(2), 3, 9, last=90.0, n_classes=4)
    for limits, number in ({"max_spikes": 5}, 5), ({"tau_refrac": 9.0}, 9):
        network = net([9, 8, 4], theta=20.0, **limits)
        more, most = (learned(network, trains, HM2BP(silent_target_spikes=n), LOSS)[0] for n in (50, number))
        for a, b in zip(more, most, strict=True):
            np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("cell", [{}, {"tau_refrac": 0.0}])
def test_without_inhibition_neurons_that_fired_learn_twice_as_much_at_the_micro_level(cell):
    """Plainly: the potentials of all inputs add up to the threshold at every spike."""
    network, trains = net([9, 8, 7, 4], **cell), random_trains(np.random.default_rng(2), 3, 9, last=90.0, n_classes=4)
    _, fired = learned(network, trains, HM2BP(silent_target_spikes=0), LOSS)
    for k in range(3):
        times, units = trains.sample(k)
        inputs = [np.asarray(times[units == j], float) for j in range(9)]
        trial = PlainTrial(network, inputs, fired[k])
        for layer in range(3):
            factor = trial.micro(layer)[trial.counts(layer) > 0]
            np.testing.assert_allclose(factor, 2.0, atol=1e-4)  # spike times are rounded to float32
    doubled, plain_ = (learned(network, trains, HM2BP(micro=micro, silent=0.0, silent_target_spikes=0), LOSS)[0]
                       for micro in (True, False))  # fmt: skip
    for two, one in zip(doubled, plain_, strict=True):
        np.testing.assert_allclose(two, 2.0 * one, rtol=1e-5, atol=1e-6 * abs(two).max())


@given(
    st.lists(st.floats(0.0, 100.0), max_size=8),
    st.lists(st.floats(0.0, 100.0), max_size=8),
    st.sampled_from([0.0, 2.0, 7.5]),
)
def test_the_walk_backwards_is_the_published_double_sum(arrivals, times, tau_refrac):
    """In float64, docs/algorithm.md, section 10."""
    cell, fired = Stock(64.0, 8.0, 8.0, 1.0, 0.0, tau_refrac, 100.0), []
    for time in sorted(times):
        if not fired or time - fired[-1] > tau_refrac:
            fired.append(time)
    events = [(a, 0) for a in arrivals] + [(t, 1) for t in fired] + [(t + tau_refrac, 2) for t in fired]
    S1, S2, e, now = 0.0, 0.0, 0.0, 200.0
    for time, kind in sorted(events, reverse=True):  # at equal times release, then spike, then arrival
        S1, S2, now = S1 * np.exp((time - now) / 8.0), S2 * np.exp((time - now) / 64.0), time
        if kind == 0:
            e += S2 - S1
        elif kind == 1:
            S1, S2 = S1 + cell.K, S2 + cell.K
        else:
            S1, S2 = S1 - S2, 0.0
    assert e == pytest.approx(s_psp(cell, sorted(arrivals), fired), rel=1e-12, abs=1e-12)


def test_same_bits_on_any_number_of_threads():
    trains = random_trains(np.random.default_rng(3), 24, 9, last=90.0, n_classes=4)
    network = net([9, 20, 17, 4], inhibition=0.3)

    def trained(threads):
        engine = sim.training_engine(network, HM2BP(rho=0.1, r_target=1.0), Adam(1e-3), LOSS, 8, 0, threads)
        list(engine.train(trains, np.arange(24), 0))
        return engine.weights()

    assert all((w != start).any() for w, start in zip(same_on_threads(trained), network.weights, strict=True))


def test_given_spikes_are_no_response():
    """They are neither counted nor the first spikes of a class."""
    trains = random_trains(np.random.default_rng(2), 6, 9, last=90.0, n_classes=4)
    network = net([9, 8, 4], theta=20.0)
    for readout in (MostSpikes(), FirstSpike()):
        figures = {
            number: list(sim.training_engine(network, HM2BP(silent_target_spikes=number), SGD(1e-9), LOSS, 6, 0, 1,
                                             readout).train(trains, np.arange(6), 0))[0]
            for number in (0, 30)
        }  # fmt: skip
        assert figures[30].correct == figures[0].correct
        assert figures[30].loss == figures[0].loss
        for a, b in zip(figures[30].spikes, figures[0].spikes, strict=True):
            np.testing.assert_array_equal(a, b)
