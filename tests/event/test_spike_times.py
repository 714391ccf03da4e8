"""The next-spike solver against a search on the membrane equation itself."""

import math

import numba
import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq, minimize_scalar

from pynn_sfdfa.event.spike_times import (
    fall_of_power,
    fall_to_spike,
    growth_to_spike,
    may_reach,
    next_spike,
    next_spike_any_ratio,
)

RATIOS = st.one_of(st.just(2.0), st.floats(1.01, 50.0))
TAU_SYN = st.floats(1.0, 200.0)
C = st.floats(0.05, 5.0)
DETERMINISTIC = settings(deadline=None, derandomize=True)  # the first call compiles


def height(t, A, B, tau_m, tau_syn):
    """B - A after t ms: the potential above rest, divided by kappa."""
    return B * np.exp(-t / tau_m) - A * np.exp(-t / tau_syn)


def search(A, B, c, tau_m, tau_syn, window):
    """First crossing within the window by dense evaluation, numerical maximum and brentq; and the highest value."""
    grid = np.linspace(0.0, window, 4001)
    values = height(grid, A, B, tau_m, tau_syn)
    top = int(values.argmax())
    low, high = grid[max(top - 1, 0)], grid[min(top + 1, grid.size - 1)]
    found = minimize_scalar(lambda t: -height(t, A, B, tau_m, tau_syn), bounds=(low, high), method="bounded")
    peak, highest = (found.x, -found.fun) if -found.fun > values[top] else (grid[top], values[top])
    if values[0] >= c:
        return 0.0, highest
    if highest <= c:
        return -1.0, highest
    return brentq(lambda t: height(t, A, B, tau_m, tau_syn) - c, 0.0, peak, xtol=1e-13, rtol=1e-14), highest


def check(A, B, c, tau_m, tau_syn, window, dtype):
    eps = float(np.finfo(dtype).eps)
    A, B, c, tau_m, tau_syn, window = (float(dtype(x)) for x in (A, B, c, tau_m, tau_syn, window))
    size = abs(A) + abs(B) + c
    expected, highest = search(A, B, c, tau_m, tau_syn, window)
    # Where the outcome hinges on less than the rounding error of B - A, either answer is right.
    assume(abs(highest - c) > 8 * eps * size and abs(B - A - c) > 8 * eps * size)
    assume(abs(height(window, A, B, tau_m, tau_syn) - c) > 8 * eps * size)
    dt = next_spike(*(dtype(x) for x in (A, B, c, tau_m, tau_syn, window)))
    assert (dt >= 0) == (expected >= 0)
    if expected > 0:
        slope = A / tau_syn * math.exp(-expected / tau_syn) - B / tau_m * math.exp(-expected / tau_m)
        curvature = size / tau_syn**2
        # Rounding moves the curve by eps * size; the crossing moves by that over the slope, or its root at a graze.
        error = eps * size
        assert dt == pytest.approx(
            expected, rel=8 * eps, abs=min(16 * error / slope, 16 * math.sqrt(error / curvature)) + 1e-12
        )


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@DETERMINISTIC
@given(A=st.floats(-10, 10), B=st.floats(-10, 10), c=C, ratio=RATIOS, tau_syn=TAU_SYN, window=st.floats(0.01, 1000.0))
@example(A=1.0, B=1.0, c=0.1, ratio=2.0, tau_syn=130.0, window=200.0)
@example(A=-1.0, B=0.05, c=0.1, ratio=2.0, tau_syn=130.0, window=200.0)
@example(A=1.0, B=-0.5, c=0.1, ratio=3.0, tau_syn=5.0, window=200.0)
@example(A=10.0, B=10.0, c=0.05, ratio=50.0, tau_syn=1.0, window=1000.0)
@example(A=10.0, B=10.0, c=0.05, ratio=1.01, tau_syn=200.0, window=1000.0)
def test_agrees_with_a_search_on_the_equation(dtype, A, B, c, ratio, tau_syn, window):
    check(A, B, c, ratio * tau_syn, tau_syn, window, dtype)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@DETERMINISTIC
@given(
    tau_syn=TAU_SYN,
    ratio=st.one_of(st.just(2.0), st.floats(1.2, 20.0)),
    c=C,
    peak=st.floats(0.1, 2.0),
    margin=st.floats(-12.0, -1.0),
    sign=st.sampled_from([-1, 1]),
)
def test_grazing(dtype, tau_syn, ratio, c, peak, margin, sign):
    """The curve is built to peak a hair above or below threshold, ``peak`` time constants from now."""
    tau_m = ratio * tau_syn
    height_wanted = c * (1 + sign * 10.0**margin)
    # d/dt = 0 at the peak gives A exp(-t/tau_syn)/tau_syn = B exp(-t/tau_m)/tau_m.
    at_peak_A = height_wanted / (ratio - 1)
    at_peak_B = ratio * at_peak_A
    t = peak * tau_syn
    check(at_peak_A * math.exp(t / tau_syn), at_peak_B * math.exp(t / tau_m), c, tau_m, tau_syn, 10 * t, dtype)


@DETERMINISTIC
@given(A=st.floats(0.1, 10), excess=st.floats(-0.5, 5), c=C, tau_syn=TAU_SYN)
def test_both_solvers_agree_at_ratio_two(A, excess, c, tau_syn):
    B = A + c * min(excess, 0.999)
    assume(abs((B - 2 * c) ** 2 - 4 * c * (c - B + A)) > 1e-6)
    growth = growth_to_spike(A, B, c)
    dt = next_spike_any_ratio(A, B, c, 2 * tau_syn, tau_syn)
    assert (dt >= 0) == (growth >= 0)
    if growth >= 0:
        assert dt == pytest.approx(2 * tau_syn * math.log1p(growth), rel=1e-8)


@pytest.mark.parametrize("ratio", [1.3, 2.0, 7.0])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_due_now(ratio, dtype):
    arguments = (dtype(x) for x in (1.0, 1.5, 0.5, 10.0 * ratio, 10.0, 0.0))
    assert next_spike(*arguments) == 0.0


@pytest.mark.parametrize("ratio", [1.3, 2.0, 7.0])
def test_only_spikes_inside_the_window(ratio):
    arguments = (3.0, 3.0, 0.2, 10.0 * ratio, 10.0)
    dt = next_spike(*arguments, math.inf)
    assert 0 < dt < 10
    assert next_spike(*arguments, dt) == dt
    assert next_spike(*arguments, math.nextafter(dt, 0.0)) == -1.0


def test_a_spike_that_comes_soon_keeps_its_relative_precision():
    A, c, missing = 4.0, 0.5, 2.0**-40
    dt = next_spike(A, A + c - missing, c, 200.0, 100.0, math.inf)
    slope = A / 100.0 - (A + c) / 200.0
    assert dt == pytest.approx(missing / slope, rel=1e-9)


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="not compiled: NUMBA_DISABLE_JIT is set")
@pytest.mark.parametrize("ratio", [1.5, 2.0])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_result_has_the_type_of_the_arguments(ratio, dtype):
    next_spike(*(dtype(x) for x in (3.0, 3.0, 0.2, 10.0 * ratio, 10.0, 100.0)))
    returned = {str(s.args[0]): str(s.return_type) for s in next_spike.nopython_signatures}
    assert returned[np.dtype(dtype).name] == np.dtype(dtype).name


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@DETERMINISTIC
@given(A=st.floats(-10, 10), lag=st.floats(-12, 1.5), c=C, ratio=RATIOS, window=st.floats(0.001, 20.0))
@example(A=10.0, lag=1.5, c=0.05, ratio=50.0, window=1e-3)
@example(A=3.0, lag=-12.0, c=1.0, ratio=8.0, window=20.0)
@example(A=3.0, lag=-1.0, c=1.0, ratio=8.0, window=0.1)
def test_a_window_is_decided_as_time_without_end_would_decide_it(dtype, A, lag, c, ratio, window):
    """``window`` counts in tau_syn; ``lag`` tells how far below threshold the neuron is."""
    A, c, ratio = dtype(A), dtype(c), dtype(ratio)
    B = dtype(A + c * (1 - dtype(10.0) ** dtype(lag)))
    eps, size = float(np.finfo(dtype).eps), float(abs(A) + abs(B) + c)
    left_m, left_syn = dtype(math.exp(-window / ratio)), dtype(math.exp(-window))
    assume(abs(B * float(left_m) - A * float(left_syn) - c) > 16 * eps * size)
    fall_m, fall_syn = fall_to_spike(A, B, c, ratio, left_m, left_syn)
    endless, _ = fall_to_spike(A, B, c, ratio, dtype(0.0), dtype(0.0))
    expected, highest = search(float(A), float(B), float(c), float(ratio), 1.0, window)
    assume(abs(highest - c) > 16 * eps * size)
    assert (fall_m >= 0) == (expected >= 0)
    if fall_m >= 0:
        assert fall_m <= 1 - left_m + eps and endless >= 0
        moved = 16 * eps * size / max(A * ratio * (1 - fall_syn) - B * (1 - fall_m), math.sqrt(eps) * size)
        assert abs(fall_m - endless) <= moved + 4 * eps
        assert fall_syn == pytest.approx(-math.expm1(ratio * math.log1p(-float(fall_m))), rel=16 * eps)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@DETERMINISTIC
@given(fall=st.floats(1e-12, 1.0, exclude_max=True), ratio=st.one_of(st.integers(1, 70), st.floats(1.01, 50.0)))
def test_a_power_falls_with_full_relative_precision(dtype, fall, ratio):
    fall, ratio = dtype(fall), dtype(ratio)
    assume(fall < 1)
    with np.errstate(under="ignore"):
        assert fall_of_power(fall, ratio) == pytest.approx(
            -math.expm1(float(ratio) * math.log1p(-float(fall))), rel=8 * float(np.finfo(dtype).eps)
        )


@DETERMINISTIC
@given(A=st.floats(-10, 10), B=st.floats(-10, 10), c=C, ratio=RATIOS, window=st.floats(1e-6, 20.0))
@example(A=2.0, B=2.0, c=0.5, ratio=2.0, window=20.0)
@example(A=2.0, B=2.0, c=0.500000001, ratio=2.0, window=20.0)
def test_what_may_not_reach_threshold_does_not(A, B, c, ratio, window):
    possible = may_reach(A, B, c, ratio, math.exp(-window / ratio), math.exp(-window))
    dt = next_spike_any_ratio(A, B, c, ratio, 1.0)
    assert possible or not 0 <= dt <= window


@pytest.mark.parametrize("ratio", [1.3, 8.0])
@pytest.mark.parametrize("name", ["A", "B"])
def test_a_neuron_without_a_state_does_not_spike(ratio, name):
    values = {"A": 3.0, "B": 3.0} | {name: math.nan}
    assert next_spike(*values.values(), 0.2, 10.0 * ratio, 10.0, math.inf) == -1.0
