from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from pynn_sfdfa.common.perturbation import perturbation, perturbations

MASK = 2**64 - 1
GOLDEN = 0x9E3779B97F4A7C15


def mix(z):
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def by_hand(seed, layer, trial, neuron):
    """The definition in Python's integers of any length."""
    key = mix((seed + GOLDEN) & MASK)
    for value in (layer, trial, neuron):
        key = mix(((key ^ value) + GOLDEN) & MASK)
    second = mix((key + GOLDEN) & MASK)
    radius, angle = ((key >> 11) + 1) * 2.0**-53, (second >> 11) * 2.0**-53
    return math.sqrt(-2 * math.log(radius)) * math.cos(2 * math.pi * angle)


def test_splitmix64_by_its_published_first_outputs():
    """The mixer and the increment are those of SplitMix64 with state 1234567."""
    outputs = [mix((1234567 + (k + 1) * GOLDEN) & MASK) for k in range(3)]
    assert outputs == [6457827717110365317, 3203168211198807973, 9817491932198370423]


@pytest.mark.parametrize("seed", [0, 1, 2**40 + 17, 2**63 - 1])
def test_draws_are_the_defined_ones(seed):
    for layer, trial, neuron in ((0, 0, 0), (1, 2, 3), (2, 10**9, 799)):
        assert perturbation(seed, layer, trial, neuron) == pytest.approx(by_hand(seed, layer, trial, neuron), rel=1e-14)


def test_a_layer_of_draws_is_the_single_draws():
    np.testing.assert_array_equal(perturbations(3, 1, 7, 20), [perturbation(3, 1, 7, n) for n in range(20)])


def test_draws_are_standard_normal():
    draws = np.concatenate([perturbations(1, 0, trial, 500) for trial in range(200)])
    assert stats.kstest(draws, "norm").pvalue > 0.01
    assert draws.mean() == pytest.approx(0, abs=0.01)
    assert draws.var() == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("axis", ["seed", "layer", "trial", "neuron"])
def test_neighbours_are_independent(axis):
    n = 4000
    first, second = np.empty(n), np.empty(n)
    for k in range(n):
        arguments = {"seed": 5 + 13 * k, "layer": 2, "trial": 7 * k, "neuron": 11 * k}
        first[k] = perturbation(*arguments.values())
        arguments[axis] += 1
        second[k] = perturbation(*arguments.values())
    bound = 4 / math.sqrt(n)
    assert abs(np.corrcoef(first, second)[0, 1]) < bound
    assert abs(np.corrcoef(abs(first), abs(second))[0, 1]) < bound
