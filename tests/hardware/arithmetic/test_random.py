"""Random numbers: distribution, independence, and that each has a purpose of its own."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pynn_sfdfa.hardware.arithmetic.random import extended, mix, next_word, perturbation, perturbations
from pynn_sfdfa.hardware.arithmetic.rounding import stochastic

words = st.integers(0, 2**32 - 1)


@given(words, words)
def test_mix_is_one_to_one(a, b):
    assert 0 <= mix(a) < 2**32
    assert (mix(a) == mix(b)) == (a == b)


def test_known_values():
    """Computed by hand from the definition, so that no port may differ."""
    assert mix(1) == _by_definition(1)
    assert mix(0xDEADBEEF) == _by_definition(0xDEADBEEF)
    assert next_word(0xFFFFFFFF) == (0xFFFFFFFF * 1664525 + 1013904223) % 2**32


def _by_definition(x):
    x ^= x >> 16
    x = x * 0x7FEB352D % 2**32
    x ^= x >> 15
    x = x * 0x846CA68B % 2**32
    return x ^ (x >> 16)


def test_perturbations_are_normal_enough():
    v = np.concatenate([perturbations(3, 0, trial, 500, 16) for trial in range(200)]) / 2**16
    assert abs(v.mean()) < 4 / np.sqrt(v.size)
    assert abs(v.var() - 1) < 4 * np.sqrt(2 / v.size)
    assert abs((v**4).mean() - 2.85) < 4 * np.sqrt(90 / v.size)
    assert np.abs(v).max() < 4.9


def test_perturbations_are_uncorrelated():
    v = np.stack([perturbations(3, layer, trial, 400, 16) for layer in (0, 1) for trial in range(100)]) / 2**16
    correlation = np.corrcoef(v)[np.triu_indices(len(v), 1)]
    assert abs(correlation.std() * np.sqrt(400) - 1) < 0.05
    across = np.corrcoef(v[:, :50].T)[np.triu_indices(50, 1)]
    assert abs(across.std() * np.sqrt(len(v)) - 1) < 0.1


def test_each_part_of_the_key_matters():
    drawn = {tuple(perturbations(*parts, 16)) for parts in ((1, 2, 3, 9), (2, 2, 3, 9), (1, 3, 3, 9), (1, 2, 4, 9))}
    assert len(drawn) == 4
    key = 0
    for part in (1, 1, 2, 3):  # seed, purpose, layer, trial
        key = extended(key, part)
    assert perturbation(key, 5, 16) == perturbations(1, 2, 3, 9, 16)[5]


def test_words_of_a_row_round_without_bias():
    """A change of 0.3 units, many rows of 40 synapses: the mean is 0.3."""
    total, n = 0, 0
    for row in range(500):
        word = extended(77, row)
        for _ in range(40):
            word = next_word(word)
            total += stochastic(int(0.3 * 2**15), 15, word)
            n += 1
    assert abs(total / n - 0.3) < 4 * np.sqrt(0.21 / n)
