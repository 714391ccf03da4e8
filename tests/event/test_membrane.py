"""When a membrane under two currents first reaches its threshold, against a search on its equation."""

import math

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.optimize import brentq, minimize_scalar

from pynn_sfdfa.event.membrane import Membrane, next_crossing, potential

TAU = st.floats(0.5, 100.0)
CURRENT = st.one_of(st.just(0.0), st.floats(-20.0, 20.0))
CELLS = st.one_of(
    st.builds(Membrane, TAU, TAU, TAU, st.floats(0.1, 10.0)),
    st.builds(lambda tau, cm: Membrane(tau, tau, tau, cm), TAU, st.floats(0.1, 10.0)),
    st.builds(lambda tau, near, cm: Membrane(tau, tau * (1 + near), tau, cm), TAU, st.floats(0, 1e-9), st.just(1.0)),
    st.builds(lambda tau, other, cm: Membrane(tau, other, other, cm), TAU, TAU, st.floats(0.1, 10.0)),
)


def height(t, w, i_E, i_I, cell):
    """w after t ms: as partial fractions where time constants differ enough, else from the limit where they agree."""
    total = w * np.exp(-t / cell.tau_m)
    for current, tau in ((i_E, cell.tau_E), (i_I, cell.tau_I)):
        if abs(tau / cell.tau_m - 1) < 1e-6:  # first two orders of the difference
            x = t * (1 / cell.tau_m - 1 / tau)
            total += current / cell.cm * t * np.exp(-t / cell.tau_m) * (1 + x / 2)
        else:
            kappa = cell.tau_m * tau / (cell.tau_m - tau) / cell.cm
            total += current * kappa * (np.exp(-t / cell.tau_m) - np.exp(-t / tau))
    return total


def search(w, threshold, i_E, i_I, cell):
    """Return the first crossing by dense evaluation and bisection (-1 if there is none), and how near to it w came."""
    longest = max(cell[:3])
    grid = np.concatenate([[0.0], np.geomspace(1e-6, 60 * longest, 20001)])
    values = height(grid, w, i_E, i_I, cell)
    peaks = 1 + np.flatnonzero((values[1:-1] > values[:-2]) & (values[1:-1] >= values[2:]))
    nearest = abs(w - threshold)
    for peak in peaks:
        found = minimize_scalar(
            lambda t: -height(t, w, i_E, i_I, cell), bounds=(grid[peak - 1], grid[peak + 1]), method="bounded",
            options={"xatol": 1e-12 * grid[peak]},
        )  # fmt: skip
        nearest = min(nearest, abs(-found.fun - threshold))
        if -found.fun > values[peak]:
            grid[peak], values[peak] = found.x, -found.fun
    nearest = min(nearest, abs(threshold))  # w ends at zero
    above = np.flatnonzero(values >= threshold)
    if not above.size:
        return -1.0, nearest
    if above[0] == 0:
        return 0.0, nearest
    low, high = grid[above[0] - 1], grid[above[0]]
    return brentq(lambda t: height(t, w, i_E, i_I, cell) - threshold, low, high, xtol=1e-14, rtol=1e-14), nearest


@settings(deadline=None, derandomize=True, max_examples=400)
@given(cell=CELLS, w=st.floats(-30.0, 5.0), threshold=st.floats(-10.0, 20.0), i_E=CURRENT, i_I=CURRENT)
@example(Membrane(20.0, 5.0, 5.0, 1.0), -20.0, -1.0, 0.0, 0.0)  # without currents, settling above threshold
@example(Membrane(20.0, 5.0, 5.0, 1.0), -20.0, -1.0, 0.0, -9.0)  # down, then up
@example(Membrane(20.0, 2.0, 10.0, 1.0), 0.0, -0.5, 10.0, -9.0)  # up, down, up to the end
@example(Membrane(20.0, 2.0, 10.0, 1.0), -3.0, 2.5, 10.0, -9.0)  # up and down, too low
@example(Membrane(20.0, 5.0, 10.0, 1.0), 0.0, 5.0, -9.0, 9.0)  # down first, then above threshold for a while
@example(Membrane(6.0, 6.00000000392844, 6.0, 1.0), 0.0, 1.0, -0.5, 1.0)  # currents whose sum turns very late
@example(Membrane(1.0, 1.0, 1.0, 1.0), -2.0, -1.0, 0.0, 1.1e-308)  # as good as no current
@example(Membrane(2.0, 5.0, 6.0, 0.2), 0.0, 5.0, 3.0, -2e-313)  # a sum that turns too late for a float64
@example(Membrane(1.0, 1.0, 1.0, 1.0), -10.0, -1.0, 0.0, 3e-273)  # a peak that comes too late to matter
@example(Membrane(20.0, 50.0, 80.0, 1.0), 0.0, 5.0, 9.0, -3.0)  # the membrane is fastest
def test_the_first_crossing_is_that_of_a_search(cell, w, threshold, i_E, i_I):
    expected, nearest = search(w, threshold, i_E, i_I, cell)
    size = abs(w) + abs(threshold) + (abs(i_E) + abs(i_I)) * min(max(cell[:3]), cell.tau_m) / cell.cm
    assume(nearest > 1e-9 * size)  # else rounding decides
    time = next_crossing(w, threshold, i_E, i_I, cell)
    assert (time >= 0) == (expected >= 0)
    if expected > 0:
        assert height(time, w, i_E, i_I, cell) == pytest.approx(threshold, abs=1e-12 * size + 1e-300)
        assert time == pytest.approx(expected, rel=1e-6, abs=1e-9)


@settings(deadline=None, derandomize=True, max_examples=200)
@example(Membrane(1.0, 1.0, 2.0, 1.0), 1.0, 9e-104, 1e-12)  # the slope is 0 at a time that is tried
@example(Membrane(0.5, 11.0, 12.0, 1.0), 5.0, -1.0, 1e-12)  # from far beyond the peak Newton's steps are too short
@given(cell=CELLS, i_E=st.floats(0.1, 20.0), i_I=CURRENT, above=st.sampled_from([0.0, 1e-15, 1e-12, 1e-6]))
def test_a_peak_that_touches_the_threshold_is_found_or_not_but_never_misplaced(cell, i_E, i_I, above):
    grid = np.linspace(0.0, 20 * max(cell[:3]), 20001)
    values = height(grid, 0.0, i_E, i_I, cell)
    top = values.argmax()
    assume(0 < top < grid.size - 1)
    time = next_crossing(0.0, values[top] * (1 - above), i_E, i_I, cell)
    if time >= 0:
        assert time <= grid[top + 1]
        assert height(time, 0.0, i_E, i_I, cell) == pytest.approx(values[top] * (1 - above), rel=1e-9)
    else:
        assert above < 1e-12


@settings(deadline=None, derandomize=True, max_examples=30)
@given(cell=CELLS, w=st.floats(-30.0, 5.0), i_E=CURRENT, i_I=CURRENT, t=st.floats(0.1, 100.0))
def test_the_potential_is_that_of_the_differential_equation(cell, w, i_E, i_I, t):
    tau_m, tau_E, tau_I, cm = cell
    solved = solve_ivp(
        lambda _, y: [-y[0] / tau_m + (y[1] + y[2]) / cm, -y[1] / tau_E, -y[2] / tau_I],
        (0.0, t), (w, i_E, i_I), method="DOP853", rtol=3e-14, atol=1e-14,
    )  # fmt: skip
    assert potential(t, w, i_E, i_I, cell) == pytest.approx(solved.y[0, -1], rel=1e-9, abs=1e-9)


def test_equal_time_constants_are_the_limit_of_different_ones():
    times = [next_crossing(0.0, 5.0, 3.0, -0.5, Membrane(10.0, 10.0 * (1 + x), 10.0, 1.0)) for x in (0.0, 1e-12, 1e-7)]
    assert times[1] == pytest.approx(times[0], rel=1e-11)
    assert times[2] == pytest.approx(times[0], rel=1e-6) and times[2] != times[0]


def test_a_constant_current_is_integrated_in_closed_form():
    # w runs from -30 towards 0 with tau_m: it passes -10 at tau_m ln 3
    assert next_crossing(-30.0, -10.0, 0.0, 0.0, Membrane(20.0, 5.0, 3.0, 1.0)) == pytest.approx(
        20.0 * math.log(3.0), rel=1e-15
    )
    assert next_crossing(-30.0, 0.0, 0.0, 0.0, Membrane(20.0, 5.0, 3.0, 1.0)) == -1.0
