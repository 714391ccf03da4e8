"""A leaky membrane under two exponential currents: its potential, and when it first reaches a threshold.

With w the distance from where the membrane would settle without synapses, ``v_rest + i_offset tau_m/cm``:

    w(t) = w exp(-t/tau_m) + i_E psp_E(t) + i_I psp_I(t),    cm psp_s(t) = the convolution of the two exponentials

which holds for every ratio of time constants, equal ones included. ``exp(t/tau_m) dw/dt`` is monotone but for one bend,
whose time is known in closed form, so w has two extrema at most. Between them it is monotone, and Newton's method
within a bracket finds the one crossing that there can be.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from pynn_sfdfa.support.jit import jit

__all__ = ["Membrane", "next_crossing", "potential", "psp"]

_MOST_STEPS = 200  # of which every other halves the bracket, or the step
_FAR = 400.0  # time constants after which no threshold can tell what is left; after twice as many a float64 cannot
_ROUNDING = 2.0**-52


class Membrane(NamedTuple):
    """Constants of one neuron: time constants in ms, > 0, in any ratio, and capacitance in nF."""

    tau_m: float
    tau_E: float
    tau_I: float
    cm: float


@jit
def psp(t: float, tau_m: float, tau_syn: float) -> float:
    """Return cm times the potential t ms after a unit of current: ms, for any two time constants."""
    gap = abs(tau_m - tau_syn) / (tau_m * tau_syn)
    growth = -math.expm1(-t * gap) / gap if gap > 0 else t
    return growth * math.exp(-t / max(tau_m, tau_syn))


@jit
def potential(t: float, w: float, i_E: float, i_I: float, cell: Membrane) -> float:
    """Return w after t ms, if potential and currents are these now."""
    drive: float = i_E * psp(t, cell.tau_m, cell.tau_E)
    if i_I != 0:
        drive += i_I * psp(t, cell.tau_m, cell.tau_I)
    return w * math.exp(-t / cell.tau_m) + drive / cell.cm


@jit
def _slope(t: float, start: float, i_E: float, i_I: float, cell: Membrane) -> float:
    """Return dw/dt after t ms, if it is ``start`` now: it decays as w does, and the decay of the currents drives it."""
    slope: float = potential(t, start, -i_E / cell.tau_E, -i_I / cell.tau_I, cell)
    return slope


@jit
def _safe(new: float, t: float, low: float, high: float, last_but_one: float) -> float:
    """Return Newton's next t, or the middle of the bracket if that lies outside or steps do not get shorter."""
    return new if low < new < high and 2 * abs(new - t) <= last_but_one else low + 0.5 * (high - low)


@jit
def _crossing(low: float, high: float, threshold: float, w: float, i_E: float, i_I: float, cell: Membrane) -> float:
    """Return when w, which rises from ``low`` to ``high``, reaches the threshold, which lies between its values there.

    Newton's method, made safe. An infinite ``high`` is searched for first.
    """
    if math.isinf(high):
        span = cell.tau_m
        high = low + span
        while potential(high, w, i_E, i_I, cell) < threshold and span < 2 * _FAR * max(
            cell.tau_m, cell.tau_E, cell.tau_I
        ):
            span *= 2
            low, high = high, high + span
    start = (i_E + i_I) / cell.cm - w / cell.tau_m
    t = low
    last_but_one = last = high - low
    for _ in range(_MOST_STEPS):
        by_E = i_E * psp(t, cell.tau_m, cell.tau_E) / cell.cm
        by_I = i_I * psp(t, cell.tau_m, cell.tau_I) / cell.cm if i_I != 0 else 0.0
        left = w * math.exp(-t / cell.tau_m)
        above = left + by_E + by_I - threshold
        if abs(above) <= _ROUNDING * (abs(left) + abs(by_E) + abs(by_I) + abs(threshold)):
            return t
        if above > 0:
            high = t
        else:
            low = t
        slope = _slope(t, start, i_E, i_I, cell)
        new: float = _safe(t - above / slope if slope > 0 else high, t, low, high, last_but_one)
        if new == t or not low < new < high:
            return new
        last_but_one, last, t = last, abs(new - t), new
    return t


@jit
def _turn_of_one(start: float, i_E: float, cell: Membrane) -> float:
    """Return when the slope, ``start`` now, becomes zero under one current; -1 if never, or too late to matter."""
    if i_E == 0:
        return -1.0
    linear = cell.cm * cell.tau_E * start / i_E  # the answer for equal time constants
    share = linear * (cell.tau_m - cell.tau_E) / (cell.tau_m * cell.tau_E)
    if linear < 0 or share >= 1 or not math.isfinite(share):  # it is infinite where the current is as good as none
        return -1.0
    turn = -linear * math.log1p(-share) / share if share != 0 else linear
    return turn if turn < _FAR * max(cell.tau_m, cell.tau_E) else -1.0


@jit
def _after_one(w: float, threshold: float, i_E: float, cell: Membrane) -> float:
    """Return the time of the first crossing under one current, -1 if there is none; w is below threshold now."""
    start = i_E / cell.cm - w / cell.tau_m
    turn = _turn_of_one(start, i_E, cell)
    crossing = -1.0
    if start > 0 and turn >= 0:  # up to a peak, then down for good
        if potential(turn, w, i_E, 0.0, cell) >= threshold:
            crossing = _crossing(0.0, turn, threshold, w, i_E, 0.0, cell)
    elif threshold < 0 and (start > 0 or (i_E < 0 and turn >= 0)):  # up in the end, where w rises to zero
        crossing = _crossing(max(turn, 0.0), math.inf, threshold, w, i_E, 0.0, cell)
    return crossing


@jit
def _final_slope(start: float, i_E: float, i_I: float, cell: Membrane) -> float:
    """Return a number with the sign that the slope has in the end: that of its slowest part."""
    tau_m, tau_E, tau_I, cm = cell
    if tau_m <= max(tau_E, tau_I):
        return -i_E if tau_E > tau_I else -i_I
    return start - (i_E * tau_m / (tau_m - tau_E) + i_I * tau_m / (tau_m - tau_I)) / cm


@jit
def _turn_of_two(low: float, high: float, rising: bool, start: float, i_E: float, i_I: float, cell: Membrane) -> float:
    """Return where w, rising or falling at ``low``, turns before ``high``; -1 if that is too late to matter.

    Newton's method, made safe, is applied to ``exp(t/tau_m) dw/dt``, which is monotone here.
    """
    if math.isinf(high):
        far = _FAR * max(cell.tau_m, cell.tau_E, cell.tau_I)
        span = cell.tau_m
        high = low + span
        while low < far and (_slope(high, start, i_E, i_I, cell) > 0) == rising:
            span *= 2
            low, high = high, high + span
        if low >= far:
            return -1.0
    t = low + 0.5 * (high - low)
    last_but_one = last = high - low
    for _ in range(_MOST_STEPS):
        slope = _slope(t, start, i_E, i_I, cell)
        if (slope > 0) == rising:
            low = t
        else:
            high = t
        fall = i_E / cell.tau_E * math.exp(-t / cell.tau_E) + i_I / cell.tau_I * math.exp(-t / cell.tau_I)
        new: float = _safe(t + slope * cell.cm / fall if fall != 0 else low, t, low, high, last_but_one)
        if abs(new - t) <= 4 * _ROUNDING * t or not low < new < high:
            return new
        last_but_one, last, t = last, abs(new - t), new
    return t


@jit
def _after_two(w: float, threshold: float, i_E: float, i_I: float, cell: Membrane) -> float:
    """Return the time of the first crossing under two currents, -1 if there is none; w is below threshold now."""
    tau_E, tau_I = cell.tau_E, cell.tau_I
    start = (i_E + i_I) / cell.cm - w / cell.tau_m
    rising = start > 0 if start != 0 else i_E / tau_E + i_I / tau_I < 0
    bend = 0.0
    if (i_E < 0) != (i_I < 0):
        bend = max(math.log(-i_E * tau_I / (i_I * tau_E)) * tau_E * tau_I / (tau_I - tau_E), 0.0)
    since = 0.0  # when it began to rise, if it rises
    for piece in range(2):
        if piece == 0:
            low, high, final = 0.0, bend, _slope(bend, start, i_E, i_I, cell)
        else:
            low, high, final = bend, math.inf, _final_slope(start, i_E, i_I, cell)
        if piece == 0 and bend > _FAR * max(cell.tau_m, tau_E, tau_I):  # too late to tell its sign: turns come sooner
            high = math.inf
        elif low == high or final == 0 or (final > 0) == rising:
            continue
        turn = _turn_of_two(low, high, rising, start, i_E, i_I, cell)
        if turn < 0:
            continue
        if rising and potential(turn, w, i_E, i_I, cell) >= threshold:
            crossing: float = _crossing(since, turn, threshold, w, i_E, i_I, cell)
            return crossing
        since, rising = turn, not rising
    if rising and threshold < 0:  # what rises to the end rises to zero
        last: float = _crossing(since, math.inf, threshold, w, i_E, i_I, cell)
        return last
    return -1.0


@jit
def next_crossing(w: float, threshold: float, i_E: float, i_I: float, cell: Membrane) -> float:
    """Return the time in ms until the membrane reaches its threshold, without further input.

    Parameters
    ----------
    w, threshold : float
        mV, from ``v_rest + i_offset tau_m/cm``; either sign.
    i_E, i_I : float
        Excitatory and inhibitory current now, in nA; either sign.
    cell : Membrane

    Returns
    -------
    float
        0 if it is there or above now, -1 if it never gets there.
    """
    tau_m, tau_E, tau_I, cm = cell
    if w >= threshold:
        time = 0.0
    elif tau_E == tau_I:
        time = _after_one(w, threshold, i_E + i_I, cell)
    elif i_I == 0:
        time = _after_one(w, threshold, i_E, cell)
    elif i_E == 0:
        time = _after_one(w, threshold, i_I, Membrane(tau_m, tau_I, tau_I, cm))
    else:
        time = _after_two(w, threshold, i_E, i_I, cell)
    return time
