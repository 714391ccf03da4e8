"""When a neuron spikes next: the first root of ``B exp(-t/tau_m) - A exp(-t/tau_syn) = c``, for float32 and float64.

Until its next input a neuron is two decaying sums A and B (docs/algorithm.md, section 1) and spikes when ``B - A``
reaches c. Written with ``y = exp(-t/tau_m)`` the left side is ``B y - A y**(tau_m/tau_syn)``: for A > 0 concave in y,
and for A <= 0 it never rises, so there are at most two crossings and the first one lies before the peak.

All arguments of a call must have the same type; the result has it too.
"""

from __future__ import annotations

import math

import numpy as np

from pynn_sfdfa.support.jit import jit

__all__ = ["fall_of_power", "fall_to_spike", "growth_to_spike", "may_reach", "next_spike", "next_spike_any_ratio"]

_MAX_STEPS = 100  # three at most but for grazes; halving the bracket at each, 53 exhaust a float64
_LARGEST_POWER = 64
_COARSE = 1e-8  # between the precision of float32 and that of float64
_MARGIN = 1e-9  # relative, far more than the rounding of a float64: where it leaves doubt, the crossing is computed


@jit(inline="always")
def growth_to_spike(A: float, B: float, c: float) -> float:
    """Return ``exp(dt/tau_m) - 1`` for the time dt to the next spike of a neuron with ``tau_m = 2 tau_syn``.

    Parameters
    ----------
    A, B : float
        The decaying sums now, in nA.
    c : float
        Threshold in the same unit, > 0.

    Returns
    -------
    float
        0 if the neuron is at or above threshold now, -1 if it will not spike without further input.

    Notes
    -----
    With ``u = exp(dt/tau_m) - 1`` the crossing is ``c u**2 - (B - 2c) u + (c - (B - A)) = 0``. Solving for u, not for
    ``1 + u``, keeps full precision for spikes that come soon, and the smaller root is >= 0 whenever it exists. To
    reject spikes later than a window without a logarithm, compare with ``expm1(window/tau_m)``.
    """
    missing = c - (B - A)
    if missing <= 0:
        return missing - missing
    slope = B - (c + c)
    discriminant = slope * slope - (c + c) * (missing + missing)
    if slope > 0 and discriminant > 0:
        return (missing + missing) / (slope + math.sqrt(discriminant))
    return type(A)(-1.0)


@jit
def fall_of_power(fall: float, ratio: float) -> float:
    """Return ``1 - (1 - fall)**ratio`` to full relative precision; whole ratios take multiplications only."""
    whole = int(ratio)
    if ratio != whole or whole > _LARGEST_POWER:
        # To float32, float64 is exact without expm1 and log1p, which take longer, unless next to nothing has fallen.
        if np.finfo(type(fall)).eps > _COARSE and fall > _COARSE:
            return type(fall)(1.0 - math.exp(np.float64(ratio) * math.log(1.0 - np.float64(fall))))
        return -math.expm1(ratio * math.log1p(-fall))
    total = fall - fall
    while True:
        if whole & 1:
            total += fall * (type(fall)(1.0) - total)
        whole >>= 1
        if whole == 0:
            return total
        fall *= type(fall)(2.0) - fall


@jit
def fall_to_spike(A: float, B: float, c: float, ratio: float, left_m: float, left_syn: float) -> tuple[float, float]:
    """Return by how much B and A will have fallen at the next spike within a window, for any ``tau_m > tau_syn``.

    Parameters
    ----------
    A, B, c : float
        As for `growth_to_spike`.
    ratio : float
        ``tau_m/tau_syn``
    left_m, left_syn : float
        What is left of B and A at the end of the window: ``exp(-window/tau_m)``, ``exp(-window/tau_syn)``; 0 if it has
        no end.

    Returns
    -------
    fall_m, fall_syn : float
        ``1 - exp(-dt/tau_m)`` and ``1 - exp(-dt/tau_syn)`` for the time dt to the spike; 0 if the neuron is at or above
        threshold now, -1 if it does not spike within the window.

    Notes
    -----
    Most windows are decided by what is known at their ends: one that ends below threshold, and before the peak, has no
    spike. Where the peak comes first it is computed. Then the crossing lies between now and an end at or above
    threshold, and the parabola through both with the slope of now is a good first guess for Halley's method, kept
    within the bracket. Its steps end when the next would not matter: its error is of the third order.
    """
    T = type(A)
    zero, half, one, two, four, none = T(0.0), T(0.5), T(1.0), T(2.0), T(4.0), T(-1.0)
    missing = c - (B - A)
    if missing <= zero:
        return zero, zero
    rise = A * ratio - B  # -d(B - A)/dy, y = exp(-t/tau_m)
    if A <= 0 or B <= 0 or not rise > 0:  # nor is a number
        return none, none
    high, above = one - left_m, B * left_m - A * left_syn - c
    to_peak = above < zero
    if to_peak:
        if A * ratio * left_syn > B * left_m or B * (ratio - one) <= c * ratio:  # still rising, or too low without A
            return none, none
        high = -math.expm1(math.log(B / (A * ratio)) / (ratio - one))
        above = A * fall_of_power(high, ratio) - B * high - missing
        if not above > zero:
            return none, none
    low, tangent = zero, rise * high
    fall = high * (missing + missing) / (tangent + math.sqrt((tangent - two * missing) ** 2 + four * above * missing))
    if to_peak:  # the parabola with its top there errs to the other side
        part = missing / (missing + above)
        fall = half * (fall + high * part / (one + math.sqrt(one - part)))
    precision = np.finfo(T).eps
    for _ in range(_MAX_STEPS):
        fall_syn = fall_of_power(fall, ratio)
        y, gained, lost = one - fall, A * fall_syn, B * fall
        below = missing + lost - gained
        if abs(below) <= half * precision * (missing + lost + gained):
            return fall, fall_syn
        if below > zero:
            low = fall
        else:
            high = fall
        drive = ratio * (A - gained)
        rise, bend = drive - B * y, (ratio - one) * drive  # times y and y**2
        step = below * y * rise / (rise * rise - half * below * bend)
        error = step * (bend + ratio * rise)
        within = low < fall + step < high
        if within and abs(step) * error * error <= precision * fall * (rise * y) ** 2:
            part = step / y  # so small that its third power does not matter in fall_syn either
            return fall + step, fall_syn + (one - fall_syn) * ratio * part * (one - half * (ratio - one) * part)
        fall = fall + step if within else low + half * (high - low)
        if not low < fall < high:
            break
    return fall, fall_of_power(fall, ratio)


@jit(inline="always")
def may_reach(A: float, B: float, c: float, ratio: float, left_m: float, left_syn: float) -> bool:
    """Return False only if the neuron certainly stays below threshold within a window, in float64.

    The arguments are those of `fall_to_spike`, ``left_m`` and ``left_syn`` > 0. What is highest at an end of the window
    is decided there; a peak between them is left to the solver unless it is too low without A.
    """
    bar = c - _MARGIN * (abs(A) + abs(B) + c)
    now, at_end = B - A, B * left_m - A * left_syn
    if now >= bar or at_end >= bar:
        return True
    peaks_within = B > 0 and A * ratio > B and A * ratio * left_syn <= B * left_m
    return peaks_within and B * (ratio - 1.0) >= bar * ratio


@jit
def next_spike_any_ratio(A: float, B: float, c: float, tau_m: float, tau_syn: float) -> float:
    """Return the time in ms to the next spike for any ``tau_m > tau_syn``; 0 if it is due now, -1 if there is none."""
    nothing = type(A)(0.0)
    fall, _ = fall_to_spike(A, B, c, tau_m / tau_syn, nothing, nothing)
    return -tau_m * math.log1p(-fall) if fall >= 0 else fall


@jit
def next_spike(A: float, B: float, c: float, tau_m: float, tau_syn: float, window: float) -> float:
    """Return the time in ms to the next spike if it falls within the window, otherwise -1.

    Parameters
    ----------
    A, B : float
        The decaying sums ``i_syn`` and ``i_syn + (v - v_rest)/kappa`` now, in nA.
    c : float
        ``(v_thresh - v_rest)/kappa`` in nA, > 0.
    tau_m, tau_syn : float
        Time constants in ms, ``tau_m > tau_syn``. ``tau_m = 2 tau_syn`` takes the closed form.
    window : float
        Time in ms up to which spikes are wanted, >= 0; may be infinite.

    Returns
    -------
    float
        0 if the neuron is at or above threshold now (rounding may leave it there).
    """
    if tau_m == tau_syn + tau_syn:
        growth = growth_to_spike(A, B, c)
        dt = tau_m * math.log1p(growth) if growth >= 0 else growth
    else:
        dt = next_spike_any_ratio(A, B, c, tau_m, tau_syn)
    return dt if dt <= window else type(A)(-1.0)
