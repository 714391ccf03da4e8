"""Spikes of the batch path against the float64 reference."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernels import EPS, decided, expected, volleys
from small_nets import network, random_trains

from pynn_sfdfa import SpikeTrains
from pynn_sfdfa.common.perturbation import perturbations

DETERMINISTIC = settings(deadline=None, derandomize=True, max_examples=25)


def check(net, trains, least_spikes=0):
    """Hold the spikes of the first layer against the reference, neuron by neuron; return how many there were."""
    total = 0
    for sample, (times, units, _) in enumerate(volleys(net, trains)):
        response = expected(net, trains, sample)
        assert (np.diff(times) >= 0).all()
        sure = decided(response)
        assert (~sure).sum() <= max(1, 0.02 * sure.size)
        for i in np.flatnonzero(sure):
            got, wanted = times[units == i], np.array(response.times[i])
            assert got.size == wanted.size, f"neuron {i} of sample {sample}"
            # Rounding moves the potential by some EPS of its parts; the crossing moves by that over its slope.
            tolerance = EPS * (net.trial_duration + 64 * net.layers[0].cell.tau_m / np.array(response.rises[i]))
            assert (abs(got - wanted) <= tolerance).all(), f"neuron {i} of sample {sample}: {abs(got - wanted).max()}"
            total += wanted.size
    assert total >= least_spikes
    return total


@DETERMINISTIC
@given(
    seed=st.integers(0, 2**32 - 1),
    n=st.sampled_from([1, 7, 8, 33]),
    ratio=st.sampled_from([2.0, 1.3, 5.0]),
    tau_syn=st.sampled_from([130.0, 20.0]),
    delay=st.sampled_from([0.0, 3.5]),
    grid=st.sampled_from([None, 1.0, 10.0]),
)
def test_random_layers(seed, n, ratio, tau_syn, delay, grid):
    rng = np.random.default_rng(seed)
    net = network([9, n], c=0.3, tau_m=ratio * tau_syn, tau_syn=tau_syn, delay=delay, weights=(-0.8, 1.0), seed=seed)
    check(net, random_trains(rng, 2, 9, last=190.0, grid=grid))


@pytest.mark.parametrize("n", [201, 450])
@pytest.mark.parametrize("ratio", [2.0, 3.0])
def test_several_blocks(n, ratio):
    net = network([40, n], c=0.1, tau_m=130.0 * ratio, max_spikes=60)
    check(net, random_trains(np.random.default_rng(3), 1, 40), least_spikes=1000)


@pytest.mark.parametrize("ratio", [2.0, 3.0])
def test_a_trial_of_many_time_constants(ratio):
    net = network([20, 30], c=0.1, tau_m=10.0 * ratio, tau_syn=10.0, duration=300.0, weights=(-0.5, 1.0))
    check(net, random_trains(np.random.default_rng(5), 3, 20, spikes=(200, 250), last=295.0), least_spikes=100)


def test_the_cap_on_spikes_keeps_the_first():
    free, capped = (network([10, 20], c=0.05, max_spikes=cap, seed=4) for cap in (500, 5))
    trains = random_trains(np.random.default_rng(1), 2, 10)
    check(capped, trains, least_spikes=100)
    for (times, units, _), (all_times, all_units, _) in zip(
        volleys(capped, trains), volleys(free, trains), strict=True
    ):
        assert np.bincount(units).max() == 5 < np.bincount(all_units).max()
        for i in range(20):
            np.testing.assert_array_equal(times[units == i], all_times[all_units == i][:5])


def test_empty_samples_silent_samples_and_inputs_after_the_end():
    net = network([3, 9], c=0.3, weights=(0.2, 0.5), duration=50.0)
    few, many = np.array([1.0]), np.repeat(np.arange(1.0, 11.0), 3)
    late = np.array([50.0, 50.5, 80.0])
    every = np.tile([0, 1, 2], 10)
    samples = [([], []), (few, [0]), (many, every), (late, [0, 1, 2])]
    samples.append((np.concatenate([many, late]), np.concatenate([every, [0, 1, 2]])))
    trains = SpikeTrains.from_samples(
        [(np.array(t, np.float32), np.array(u, np.int32)) for t, u in samples], np.zeros(5, int), 3
    )
    found = volleys(net, trains)
    assert [times.size for times, _, _ in found[:2]] == [0, 0]
    assert found[3][0].size == 0
    assert found[2][0].size > 20
    for column, with_late in zip(found[2], found[4], strict=True):
        np.testing.assert_array_equal(with_late, column)
    check(net, trains)


def test_a_delay_that_ends_the_trial_loses_the_spike():
    trains = SpikeTrains.from_samples([(np.full(5, 40.0), np.arange(5))], np.zeros(1, int), 5)
    fired = {
        delay: volleys(network([5, 4], c=0.1, weights=(0.9, 1.0), duration=50.0, delay=delay), trains)[0][0].size
        for delay in (0.0, 10.5)
    }
    assert fired[0.0] > 0
    assert fired[10.5] == 0


def test_first_spikes_carry_the_perturbation_of_their_neuron():
    net = network([20, 210], c=0.3, seed=2)
    trains = random_trains(np.random.default_rng(2), 3, 20)
    for trial, (_, units, grades) in enumerate(volleys(net, trains, seed=9, perturbed=True)):
        drawn = perturbations(9, 0, trial, 210)
        assert np.unique(units).size > 20
        for i in np.unique(units):
            first, *later = grades[units == i]
            assert first == np.float32(drawn[i])
            assert not any(later)


def test_simultaneous_inputs_act_as_their_sum():
    together = network([4, 12], c=0.1, weights=(0.0, 0.8))
    merged = network([1, 12], c=0.1)
    merged.weights = [together.weights[0].sum(axis=0, keepdims=True)]
    label = np.zeros(1, int)
    found = volleys(together, SpikeTrains.from_samples([(np.full(4, 7.0), np.arange(4))], label, 4))[0]
    wanted = volleys(merged, SpikeTrains.from_samples([([7.0], [0])], label, 1))[0]
    assert found[0].size > 10
    np.testing.assert_array_equal(found[1], wanted[1])
    np.testing.assert_allclose(found[0], wanted[0], rtol=1e-5)
