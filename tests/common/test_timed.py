"""The text of the replay, carried out: against sums over all pairs of spikes."""

import numpy as np
import pytest

from pynn_sfdfa.common.timed import Fired, lag_to, spike_errors, spike_factors, weight_gradient

CONSTANTS = {"tau_m": np.full(3, 20.0), "tau_syn": np.array([8.0, 10.0, 12.0]), "c": np.array([0.4, 0.5, 0.6])}


def fired(seed, spikes):
    rng = np.random.default_rng(seed)
    neurons = rng.integers(0, 3, spikes)
    return Fired(np.sort(rng.uniform(0, 50, spikes)), neurons, rng.uniform(1, 9, spikes), CONSTANTS)


def gammas(spikes, errors):
    """Section 4 of docs/algorithm.md with an error for each spike, as it stands."""
    found = np.zeros(spikes.time.size)
    for k in reversed(range(found.size)):
        i = spikes.neuron[k]
        later = [m for m in range(k + 1, found.size) if spikes.neuron[m] == i]
        carried = sum(found[m] * np.exp((spikes.time[k] - spikes.time[m]) / CONSTANTS["tau_m"][i]) for m in later)
        found[k] = spikes.factor[k] * (errors[k] + CONSTANTS["c"][i] / CONSTANTS["tau_m"][i] * carried)
    return found


def test_errors_of_hidden_spikes_are_sums_over_the_output_spikes_that_follow():
    hidden, output, lag = fired(0, 9), fired(1, 12), 1.5
    wanted, feedback = np.array([2.0, -1.0, 0.5]), np.random.default_rng(2).normal(size=(3, 3))
    gamma = gammas(output, wanted[output.neuron])
    expected = np.zeros(9)
    for z in range(9):
        for k in range(12):
            o, age = output.neuron[k], output.time[k] - hidden.time[z] - lag
            if age > 0:
                tau_m, tau_syn = CONSTANTS["tau_m"][o], CONSTANTS["tau_syn"][o]
                slope = np.exp(-age / tau_syn) / tau_syn - np.exp(-age / tau_m) / tau_m
                expected[z] += feedback[o, hidden.neuron[z]] * gamma[k] * slope
    assert np.count_nonzero(expected) == 5
    np.testing.assert_allclose(spike_errors(hidden, lag, output, wanted, feedback), expected, rtol=1e-12, atol=1e-14)


def test_gradients_are_sums_over_pairs_of_arrivals_and_spikes():
    hidden, rng = fired(3, 10), np.random.default_rng(4)
    errors, arrivals, rows = rng.normal(size=10), rng.uniform(0, 50, 14), rng.integers(0, 5, 14)
    gamma, expected = gammas(hidden, errors), np.zeros((5, 3))
    for time, row in zip(arrivals, rows, strict=True):
        for k in range(10):
            i, age = hidden.neuron[k], hidden.time[k] - time
            if age > 0:
                traces = np.exp(-age / CONSTANTS["tau_syn"][i]) - np.exp(-age / CONSTANTS["tau_m"][i])
                expected[row, i] += gamma[k] * traces
    np.testing.assert_allclose(weight_gradient(hidden, errors, arrivals, rows, 5), expected, rtol=1e-12, atol=1e-14)


def test_a_spike_is_not_moved_by_what_arrives_with_it():
    output = Fired(np.array([5.0]), np.array([0]), np.array([2.0]), CONSTANTS)
    hidden = Fired(np.array([4.0, 4.5]), np.array([1, 1]), np.ones(2), CONSTANTS)
    first, second = spike_errors(hidden, 0.5, output, np.ones(3), np.ones((3, 3)))
    assert first != 0 and second == 0


@pytest.mark.parametrize("exact", [False, True])
def test_factors_are_those_of_section_3_and_zero_where_nothing_drives(exact):
    found = spike_factors(np.array([2.0, 0.1, -1.0]), np.array([0, 1, 2]), exact, CONSTANTS)
    expected = [20.0 / (2.0 * 12.0 / 8.0 - 0.4 * exact), 0.0 if exact else 20.0 / 0.1, 0.0]
    np.testing.assert_allclose(found, expected)


def test_the_shortest_way_to_the_output_counts_and_there_must_be_one():
    ways = {"out": [("a", 3.0), ("b", 1.0)], "a": [("hidden", 0.5)], "b": [("a", 1.0)], "hidden": [("a", 1.0)]}
    assert lag_to("out", "hidden", lambda name: ways.get(name, []), ("out", "hidden")) == 2.5
    with pytest.raises(
        ValueError, match="from population 'out' to 'alone' is timed, but no projection leads from 'alone'"
    ):
        lag_to("out", "alone", lambda name: ways.get(name, []), ("out", "alone"))
