"""The forward pass of a layer whose neurons inhibit each other, exact in continuous time.

Every spike arrives at all other neurons of the layer after the delay, with minus the inhibition. Between two arrivals,
from the layer below or from within, neurons are those of forward.py. What arrives from within is not known beforehand,
but no sooner than the delay after a spike: so time advances from arrival to arrival, or to the delay after the earliest
spike before the next one; most times nobody comes near threshold, and all neurons decay together. Such layers are
small, and their state is kept in double precision, for it is cut at so many times. Records are those of forward.py: of
times from the start of a window, which arrivals from below alone begin.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numba
import numpy as np
from numba import float32, int64

from pynn_sfdfa.common.perturbation import perturbation
from pynn_sfdfa.event.batch.forward import Draw
from pynn_sfdfa.event.batch.places import first_event, first_group, first_spike, row_width
from pynn_sfdfa.event.batch.records import ANY_CONSTANTS, allocate_trials
from pynn_sfdfa.event.spike_times import next_spike
from pynn_sfdfa.support.jit import FLOAT_FLAGS, kernel, subroutine

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.event.batch.records import LayerConstants, LayerTrials

__all__ = [
    "INHIBITED_NEURONS",
    "NEVER",
    "InhibitedNeurons",
    "InhibitedScratch",
    "advance_inhibited",
    "advance_neurons",
    "allocate_inhibited",
    "begin_at_rest",
    "decay_all",
    "is_quiet",
]

_index = np.uint64
_ZERO, _ONE = np.uint64(0), np.uint64(1)
NEVER = np.inf

_FAR_BELOW = -1e30
"""B of a refractory neuron: no arrival makes it a candidate."""


class InhibitedScratch(NamedTuple):
    """Space for the neurons of a layer during a trial, and for the spikes of it that are on their way."""

    A: NDArray[np.float64]
    B: NDArray[np.float64]
    D: NDArray[np.float32]
    held: NDArray[np.float64]  # until when a neuron is refractory, ms; infinite if it is not
    due: NDArray[np.float64]  # its next spike, ms
    released: NDArray[np.int32]  # its release in this window, if no spike has followed; otherwise -1
    arrivals: NDArray[np.float64]  # ms, sorted
    sources: NDArray[np.int32]
    grades: NDArray[np.float32]
    numbers: NDArray[np.int32]  # which spike of the trial each is
    heard: NDArray[np.bool_]  # whether a spike of a neuron has arrived; for forward_recurrent.py


def allocate_inhibited(n: int, max_spikes: int) -> InhibitedScratch:
    """Return space for a layer of n neurons and thread."""
    A, B, held, due = np.zeros((4, n))
    on_the_way = n * max_spikes
    return InhibitedScratch(
        *(A, B, np.zeros(n, np.float32), held, due, np.zeros(n, np.int32)),
        *(np.empty(on_the_way), np.empty(on_the_way, np.int32), np.empty(on_the_way, np.float32)),
        *(np.empty(on_the_way, np.int32), np.zeros(n, np.bool_)),
    )


class InhibitedNeurons(NamedTuple):
    """The neurons of a layer in its trials, as they are advanced."""

    constants: LayerConstants
    draw: Draw
    scratch: InhibitedScratch
    layer: LayerTrials


INHIBITED_NEURONS = numba.typeof(
    InhibitedNeurons(ANY_CONSTANTS, Draw(False, False, 0, 0, 0), allocate_inhibited(1, 1), allocate_trials(1, 1, 1, 1))
)
"""Type of `InhibitedNeurons` in kernels."""


@subroutine(fastmath=FLOAT_FLAGS)
def _send(
    time: float, lane: np.uint64, grade: np.float32, number: int, n_sent: int, first: int, scratch: InhibitedScratch
) -> None:
    """Put a spike among those on their way, which begin at ``first``, in order of arrival."""
    at = n_sent
    while at > first and scratch.arrivals[at - 1] > time:
        scratch.arrivals[at] = scratch.arrivals[at - 1]
        scratch.sources[at] = scratch.sources[at - 1]
        scratch.grades[at] = scratch.grades[at - 1]
        scratch.numbers[at] = scratch.numbers[at - 1]
        at -= 1
    scratch.arrivals[at], scratch.sources[at], scratch.grades[at] = time, np.int32(lane), grade
    scratch.numbers[at] = number


@subroutine(fastmath=FLOAT_FLAGS)
def _inhibit(at: int, inhibition: np.float32, scratch: InhibitedScratch) -> None:
    """Let a spike of the layer arrive at all other neurons of it."""
    for lane in range(_index(scratch.A.size)):
        if np.int32(lane) != scratch.sources[at]:
            scratch.A[lane] -= inhibition
            scratch.B[lane] -= inhibition
            scratch.D[lane] -= inhibition * scratch.grades[at]


@subroutine(fastmath=FLOAT_FLAGS)
def begin_at_rest(cell: np.uint64, width: np.uint64, scratch: InhibitedScratch, layer: LayerTrials) -> None:
    """Let a trial begin, whose first neuron is ``cell``: all at rest, and nothing has happened."""
    scratch.A[:] = 0.0
    scratch.B[:] = 0.0
    scratch.D[:] = np.float32(0.0)
    scratch.held[:] = NEVER
    for lane in range(width):
        layer.counts[cell + lane] = 0
        layer.directional[cell + lane] = np.float32(0.0)
        layer.perturbation[cell + lane] = np.float32(0.0)


@subroutine(fastmath=FLOAT_FLAGS)
def is_quiet(window: float, constants: LayerConstants, scratch: InhibitedScratch) -> bool:
    """Return whether no neuron can reach threshold within a window, by the tangent of forward.py."""
    tangent_A, tangent_B = window / constants.tau_syn - 1.0, 1.0 - window / constants.tau_m
    candidates = 0
    for lane in range(_index(scratch.A.size)):
        candidates += scratch.B[lane] * tangent_B + scratch.A[lane] * tangent_A >= constants.c
    return candidates == 0


@subroutine(fastmath=FLOAT_FLAGS)
def decay_all(decay_syn: float, decay_m: float, scratch: InhibitedScratch) -> None:
    """Let A and B of all neurons decay."""
    for lane in range(_index(scratch.A.size)):
        scratch.A[lane] *= decay_syn
        scratch.B[lane] *= decay_m


@subroutine(fastmath=FLOAT_FLAGS)
def _horizon(now: float, until: float, cell: np.uint64, neurons: InhibitedNeurons) -> float:
    """Find when each neuron spikes next, and return until when no neuron hears of it, ``until`` at the latest."""
    constants, scratch, counts = neurons.constants, neurons.scratch, neurons.layer.counts
    tau_m, tau_syn, c = float(constants.tau_m), float(constants.tau_syn), float(constants.c)
    rest = c - float(constants.drop)
    window = until - now
    tangent_A, tangent_B = window / tau_syn - 1.0, 1.0 - window / tau_m
    for lane in range(_index(scratch.A.size)):
        scratch.due[lane] = NEVER
        a, b, since, left = scratch.A[lane], scratch.B[lane], 0.0, window
        if counts[cell + lane] >= constants.max_spikes or (
            scratch.held[lane] == NEVER and b * tangent_B + a * tangent_A < c
        ):
            continue
        if scratch.held[lane] != NEVER:
            since = max(0.0, scratch.held[lane] - now)
            left = window - since
            if left < 0.0:
                continue
            a *= math.exp(-since / tau_syn)
            b = a + rest
        wait = next_spike(a, b, c, tau_m, tau_syn, left)
        if wait >= 0.0:
            scratch.due[lane] = now + since + wait
            until = min(until, scratch.due[lane] + constants.delay)
    return until


@subroutine(fastmath=FLOAT_FLAGS)
def _write_release(
    at: np.uint64,
    lane: np.uint64,
    since: float,
    start: float,
    a: float,
    rest: float,
    constants: LayerConstants,
    releases: NDArray[np.void],
) -> None:
    """Write down that a neuron is released so long after the start of the window, as forward.py does."""
    releases[at].time = np.float32(start + since)
    releases[at].unit = np.int32(lane)
    releases[at].carry = np.float32((a * constants.reach - rest) / constants.tau_m)
    releases[at].since_syn = np.float32(math.exp(-since / constants.tau_syn))
    releases[at].since_m = np.float32(math.exp(-since / constants.tau_m))
    releases[at].last = True


@subroutine(fastmath=FLOAT_FLAGS)
def advance_neurons(
    trial: np.uint64,
    now: float,
    until: float,
    start: float,
    n: np.uint64,
    n_released: int,
    first_sent: int,
    n_sent: int,
    neurons: InhibitedNeurons,
) -> tuple[float, float, np.uint64, int, int]:
    """Take all neurons as far as none hears of a spike on the way, to ``until`` at the latest.

    Parameters
    ----------
    now, until, start : float
        Times, the last one that of the start of the window, ms.
    n, n_released : int
        The next record of a spike, and how many neurons have been released in the trial.
    first_sent, n_sent : int
        The first spike on its way, and how many have been sent.

    Returns
    -------
    until, release : float
        To when, and when the next neuron is released.
    n, n_released, n_sent : int
    """
    constants, draw, scratch, layer = neurons
    tau_m, tau_syn, c = float(constants.tau_m), float(constants.tau_syn), float(constants.c)
    rest, spikes, releases, counts = c - float(constants.drop), layer.spikes, layer.releases, layer.counts
    cell = trial * row_width(layer)
    release0 = first_spike(layer, trial)
    until = _horizon(now, until, cell, neurons)
    decay_syn, decay_m = math.exp((now - until) / tau_syn), math.exp((now - until) / tau_m)
    for lane in range(_index(scratch.A.size)):
        if scratch.due[lane] > until and scratch.held[lane] > until:  # it does nothing but decay
            scratch.A[lane] *= decay_syn
            scratch.B[lane] = scratch.B[lane] * decay_m if scratch.held[lane] == NEVER else _FAR_BELOW
            continue
        a, b, at = scratch.A[lane], scratch.B[lane], now  # as of the time ``at``
        due = scratch.due[lane]
        while True:
            if scratch.held[lane] <= min(until, due):
                a, at = a * math.exp((at - max(at, scratch.held[lane])) / tau_syn), max(at, scratch.held[lane])
                b = a + rest
                _write_release(release0 + _index(n_released), lane, at - start, start, a, rest, constants, releases)
                scratch.held[lane] = NEVER
                scratch.released[lane] = n_released
                n_released += 1
                if due == NEVER and counts[cell + lane] < constants.max_spikes:
                    wait = next_spike(a, b, c, tau_m, tau_syn, until - at)
                    due = at + wait if wait >= 0.0 else NEVER
            if due > until:
                break
            a, b, at = a * math.exp((at - due) / tau_syn), b * math.exp((at - due) / tau_m), due
            grade = scratch.D[lane]
            scratch.D[lane] = np.float32(0.0)
            if not draw.passed_on:
                layer.directional[cell + lane] += grade
                grade = np.float32(0.0)
            if draw.perturbed and counts[cell + lane] == 0:
                v = perturbation(draw.seed, draw.layer, draw.first_trial + np.int64(trial), np.int64(lane))
                layer.perturbation[cell + lane] = np.float32(v)
                grade += np.float32(v)
            counts[cell + lane] += np.int32(1)
            if draw.passed_on:
                layer.directional[cell + lane] += grade
            spikes[n].time = np.float32(at)
            spikes[n].unit = np.int32(lane)
            spikes[n].grade = grade
            spikes[n].since_syn = np.float32(math.exp((start - at) / tau_syn))
            spikes[n].since_m = np.float32(math.exp((start - at) / tau_m))
            spikes[n].factor = np.float32(tau_m / (a * constants.reach - constants.exact * c))
            spikes[n].released = scratch.released[lane]
            n += _ONE
            if at + constants.delay <= constants.trial_duration:
                _send(at + constants.delay, lane, grade, np.int64(n - release0) - 1, n_sent, first_sent, scratch)
                n_sent += 1
            due = NEVER
            if constants.refractory > np.float32(0.0):
                if scratch.released[lane] >= 0:
                    releases[release0 + _index(scratch.released[lane])].last = False
                    scratch.released[lane] = np.int32(-1)
                scratch.held[lane] = at + constants.refractory
            else:
                b -= constants.drop
                if counts[cell + lane] < constants.max_spikes:
                    wait = next_spike(a, b, c, tau_m, tau_syn, until - at)
                    due = at + wait if wait >= 0.0 else NEVER
        scratch.A[lane] *= decay_syn
        scratch.B[lane] = b * math.exp((at - until) / tau_m) if scratch.held[lane] == NEVER else _FAR_BELOW
    release = NEVER
    for lane in range(_index(scratch.A.size)):
        release = min(release, scratch.held[lane])
    return until, release, n, n_released, n_sent


@subroutine(fastmath=FLOAT_FLAGS)
def _run_trial(
    trial: np.uint64, weights: NDArray[np.float32], inhibition: np.float32, neurons: InhibitedNeurons
) -> None:
    """Run one trial of one layer."""
    constants, draw, scratch, layer = neurons
    events, groups = layer.events, layer.groups
    width = row_width(layer)
    cell, event0, group0 = trial * width, first_event(layer, trial), first_group(layer, trial)
    spike0, last_group = first_spike(layer, trial), group0 + _index(layer.places[trial].n_groups)
    begin_at_rest(cell, width, scratch, layer)
    n, n_released, n_arrived, n_sent = spike0, 0, 0, 0
    release = NEVER  # the next one
    for group in range(group0, last_group):
        for event in range(event0 + _index(groups[group].start), event0 + _index(groups[group + _ONE].start)):
            row, grade = _index(events[event].unit) * width, events[event].grade
            for lane in range(_index(scratch.A.size)):
                scratch.A[lane] += weights[row + lane]
                scratch.B[lane] += weights[row + lane]
                if draw.graded:
                    scratch.D[lane] += weights[row + lane] * grade
        scratch.released[:] = np.int32(-1)
        start = now = float(groups[group].time)
        end = float(groups[group + _ONE].time) if group + _ONE < last_group else float(constants.trial_duration)
        while True:
            while n_arrived < n_sent and scratch.arrivals[n_arrived] <= now:
                _inhibit(n_arrived, inhibition, scratch)
                n_arrived += 1
            until = min(end, scratch.arrivals[n_arrived]) if n_arrived < n_sent else end
            if until < release and is_quiet(until - now, constants, scratch):
                if now == start and until == end:
                    decay_all(float(groups[group].decay_syn), float(groups[group].decay_m), scratch)
                else:
                    since = now - until
                    decay_all(math.exp(since / constants.tau_syn), math.exp(since / constants.tau_m), scratch)
            else:
                until, release, n, n_released, n_sent = advance_neurons(
                    trial, now, until, start, n, n_released, n_arrived, n_sent, neurons
                )
            now = until
            if now >= end:
                break
        groups[group].stop = n - spike0
        groups[group].released = n_released


@kernel(int64, int64, float32[::1], float32, INHIBITED_NEURONS, fastmath=FLOAT_FLAGS)
def advance_inhibited(
    first: int, last: int, weights: NDArray[np.float32], inhibition: np.float32, neurons: InhibitedNeurons
) -> None:
    """Fill in the spikes that the arrivals at a layer with inhibition cause, for trials ``first`` to before ``last``.

    Parameters
    ----------
    weights : float32, shape (n_pre * width,)
        Laid out by `pynn_sfdfa.event.batch.layout`.
    inhibition : float32
        By which a spike of a neuron inhibits each other one of the layer, in nA.
    """
    for trial in range(_index(first), _index(last)):
        _run_trial(trial, weights, inhibition, neurons)
