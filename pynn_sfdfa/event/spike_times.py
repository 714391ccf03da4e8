"""When a neuron spikes next: the first root of ``B exp(-t/tau_m) - A exp(-t/tau_syn) = c``, for float32 and float64.

Until its next input a neuron is two decaying sums A and B (docs/algorithm.md, section 1) and spikes when ``B - A``
reaches c. Written with ``y = exp(-t/tau_m)`` the left side is ``B y - A y**(tau_m/tau_syn)``: for A > 0 concave in y,
and for A <= 0 it never rises, so there are at most two crossings and the first one lies before the peak.

All arguments of a call must have the same type; the result has it too.
"""

from __future__ import annotations

import math

from pynn_sfdfa.support.jit import jit

__all__ = ["growth_to_spike", "next_spike", "next_spike_any_ratio"]

_MAX_NEWTON_STEPS = 100  # even at a double root, where Newton only halves the distance, 53 steps exhaust a float64


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
def next_spike_any_ratio(A: float, B: float, c: float, tau_m: float, tau_syn: float) -> float:
    """Return the time in ms to the next spike for any ``tau_m > tau_syn``; 0 if it is due now, -1 if there is none.

    Newton's method in ``y = exp(-t/tau_m)``, started now: the function is concave in y and below threshold here, so
    every step lands short of the first crossing and the iteration rises towards it without overshoot. The peak, known
    in closed form, decides beforehand whether there is a crossing, and bounds the iteration against rounding.
    """
    zero, one, none = type(A)(0.0), type(A)(1.0), type(A)(-1.0)
    missing = c - (B - A)
    if missing <= 0:
        return zero
    ratio = tau_m / tau_syn
    if A <= 0 or B <= 0 or A * ratio <= B:
        return none
    peak = tau_m / (ratio - one) * math.log(A * ratio / B)
    if B * math.expm1(-peak / tau_m) - A * math.expm1(-peak / tau_syn) <= missing:
        return none
    t = zero
    for _ in range(_MAX_NEWTON_STEPS):
        fall_m, fall_syn = math.expm1(-t / tau_m), math.expm1(-t / tau_syn)
        below = missing - (B * fall_m - A * fall_syn)
        rise = A * ratio * (one + fall_syn) - B * (one + fall_m)  # tau_m d(B - A)/dt
        if below <= 0:
            break
        t = min(peak, t - tau_m * math.log1p(-below / rise)) if below < rise else peak
    return t


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
