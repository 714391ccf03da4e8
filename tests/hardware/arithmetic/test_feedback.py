"""Errors and the estimate of feedback weights, against rational arithmetic."""

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pynn_sfdfa.hardware.arithmetic import Formats, Tally
from pynn_sfdfa.hardware.arithmetic.feedback import hidden_error, improve_feedback, output_error
from pynn_sfdfa.hardware.arithmetic.formats import INT32_LIMIT

CONSTANTS = Formats().constants()
words = st.integers(-INT32_LIMIT, INT32_LIMIT)
counts = st.integers(0, 2000)


def limited(x):
    return max(-INT32_LIMIT, min(INT32_LIMIT, x))


@given(words, counts)
def test_output_error(target, count):
    tally = Tally()
    assert output_error(np.array([target]), np.array([count]), CONSTANTS, tally.counts)[0] == limited(
        target - count * 2**16
    )
    assert tally.saturated["error"] == int(abs(target - count * 2**16) > INT32_LIMIT)


@given(st.lists(st.tuples(words, words), min_size=1, max_size=20), counts, st.integers(0, 2**28), st.integers(0, 2**28))
def test_hidden_error(outputs, count, rho, r_target):
    feedback, error = (np.array(column) for column in zip(*outputs, strict=True))
    tally = Tally()
    found = hidden_error(feedback[:, np.newaxis], error, np.array([count]), rho, r_target, CONSTANTS, tally.counts)
    exact = sum(Fraction(b * e, 2**24) for b, e in outputs) + Fraction(rho * (r_target - count * 2**16), 2**16)
    # Feedback is rounded down to 16 fraction bits.
    off = sum(Fraction(abs(e), 2**16) for _, e in outputs) + Fraction(1, 2)
    assert abs(found[0] - limited(exact)) <= off


@given(words, st.integers(-5 * 2**16, 5 * 2**16), words, st.integers(0, 3), st.integers(0, 2**31 - 1))
def test_feedback_moves_towards_the_correlation(weight, v, directional, count, rate):
    feedback, tally = np.array([[weight]]), Tally()
    improve_feedback(feedback, np.array([v]), np.array([directional]), np.array([count]), rate, CONSTANTS, tally.counts)
    if count == 0 or rate == 0:
        assert feedback[0, 0] == weight and not tally.counts.any()
        return
    difference = limited(Fraction(v * directional, 2**16) - Fraction(weight, 2**8))
    exact = limited(weight + difference * Fraction(rate, 2**23))
    assert abs(feedback[0, 0] - exact) <= Fraction(rate, 2**24) + Fraction(1, 2)


def test_the_estimate_reaches_the_mean_of_noisy_products():
    """d = 1.5 v + noise: feedback becomes 1.5, within the noise of a mean over 1/rate trials."""
    rng, tally = np.random.default_rng(1), Tally()
    feedback = np.zeros((1, 200), np.int64)
    rate = round(0.002 * 2**31)
    for _ in range(4000):
        v = rng.normal(size=200)
        directional = np.array([round((1.5 * v[0] + rng.normal()) * 2**16)])
        improve_feedback(
            feedback[:, :1],
            np.array([round(v[0] * 2**16)]),
            directional,
            np.ones(1, np.int64),
            rate,
            CONSTANTS,
            tally.counts,
        )
    # Variance of v d is 1.5^2 * 2 + 1; of its running mean rate/2 of that.
    assert abs(feedback[0, 0] / 2**24 - 1.5) < 4 * np.sqrt(0.001 * 5.5)
    assert not any(tally.saturated.values())
