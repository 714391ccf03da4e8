"""The forward pass: exact spikes of one layer, for many trials at once.

Between arrivals A and B only decay, ``dA/dt = -A/tau_syn`` and ``dB/dt = -B/tau_m``; an arrival adds w to both,
and where ``B - A`` reaches c the neuron spikes and B loses c, or stays at the reset value for a refractory period and
begins anew with ``B = A + c - drop``. So its next spike is found without time steps
(docs/algorithm.md, section 1). Per arrival and neuron the cost is two multiply-adds for the state and two for one test:
while v rises towards its peak it is concave, so the tangent at the start of a window bounds it from above, and a neuron
whose tangent stays below threshold to the end of the window cannot spike in it. Only the few others are solved for.

Wide layers are run a block of neurons after the other (wide_layers.py).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numba
import numpy as np
from numba import float32, int64

from pynn_sfdfa.common.perturbation import perturbation
from pynn_sfdfa.event.batch.arrival import Place
from pynn_sfdfa.event.batch.arrivals import Before, take_arrivals
from pynn_sfdfa.event.batch.lanes import STEP, lowest_bit, store, zeros
from pynn_sfdfa.event.batch.layout import aligned_zeros
from pynn_sfdfa.event.batch.places import first_event, first_group, row_width
from pynn_sfdfa.event.batch.records import LAYER_CONSTANTS, LAYER_TRIALS
from pynn_sfdfa.event.batch.wide_layers import allocate_gathered, gather, lanes_at_once, note_windows
from pynn_sfdfa.event.spike_times import fall_to_spike, growth_to_spike
from pynn_sfdfa.support.jit import FLOAT_FLAGS, jit, kernel, subroutine

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.event.batch.records import LayerConstants, LayerTrials
    from pynn_sfdfa.event.batch.wide_layers import Gathered

__all__ = ["Draw", "Scratch", "advance_layer", "allocate_scratch"]


# Indices are unsigned and arrays flat in the inner loops: a signed index is checked for counting from the end, and a
# view of an array counts references atomically, which costs more than the work on a row and is felt by all threads.
_index = np.uint64
_ZERO, _ONE = np.uint64(0), np.uint64(1)

_WORD = np.uint64(64)
"""Bits of a number."""

_FREE, _HELD = np.int32(-1), np.int32(-2)

_FAR_BELOW = np.float32(-1e30)
"""B of a refractory neuron: no arrival makes it a candidate."""


class Draw(NamedTuple):
    """Which grades travel and which perturbations are drawn; trial k of the batch is trial ``first_trial + k``."""

    graded: bool
    perturbed: bool
    seed: int
    layer: int
    first_trial: int
    passed_on: bool = True  # whether a spike carries the grades that have arrived; they add up at the neuron otherwise


class Scratch(NamedTuple):
    """Space for the neurons of a layer during a trial."""

    A: NDArray[np.float32]
    B: NDArray[np.float32]
    D: NDArray[np.float32]
    total: NDArray[np.float32]
    none: NDArray[np.float32]  # zeros
    release: NDArray[np.int32]  # of each neuron: -1 free, _HELD refractory, otherwise its release in this window
    near: NDArray[np.uint16]  # its bits say which neurons may reach threshold within a window
    near_words: NDArray[np.uint64]  # the same memory
    held: NDArray[np.int32]  # the neurons that are refractory at the end of a window
    held_until: NDArray[np.float32]  # ms
    gathered: Gathered


def allocate_scratch(width: int, trials: int = 1, max_spikes: int = 1, whole: bool = True) -> Scratch:
    """Return space for one layer and thread; for all neurons at once if the layer must be run as a ``whole``."""
    lanes = width if whole else lanes_at_once(width)
    A, B, D, total, none, held_until = aligned_zeros((6, lanes))
    release, held = np.empty((2, lanes), np.int32)
    near_words = np.zeros(-(-lanes // 64), np.uint64)
    near, gathered = near_words.view(np.uint16), allocate_gathered(width, lanes, trials, max_spikes)
    return Scratch(A, B, D, total, none, release, near, near_words, held, held_until, gathered)


@jit(inline="always")
def _for_first(lanes: np.uint64, scratch: Scratch) -> Scratch:
    """Return the space of the first neurons, none of which is near threshold."""
    A, B, D, total, none, release, near, near_words, held, held_until, gathered = scratch
    near_words[:] = _ZERO
    near, near_words = near[: lanes // STEP], near_words[: (lanes + _WORD - _ONE) // _WORD]
    of_all = (A[:lanes], B[:lanes], D[:lanes], total[:lanes], none[:lanes], release[:lanes])
    return Scratch(*of_all, near, near_words, held[:lanes], held_until[:lanes], gathered)


@subroutine(fastmath=FLOAT_FLAGS - {"contract"})
def _decayed(value: np.float32, decay: np.float32) -> np.float32:
    """Return the product, rounded: whether it is contracted with a sum would depend on the code around it."""
    return value * decay


@jit(inline="always", fastmath=FLOAT_FLAGS)
def _following_spike(
    a: np.float32,
    b: np.float32,
    until_m: np.float32,
    until_syn: np.float32,
    window: np.float32,
    window_m: np.float32,
    window_syn: np.float32,
    constants: LayerConstants,
) -> tuple[np.float32, np.float32, np.float32]:
    """Return the time of the next spike in a window, from its start, and the decay factors until then; -1 if none.

    ``a`` and ``b`` are A and B at the start of the window, ``until_m`` and ``until_syn`` the decay factors until now,
    ``window_m`` and ``window_syn`` those over the whole window.
    """
    A, B, none = _decayed(a, until_syn), _decayed(b, until_m), np.float32(-1.0)
    if constants.closed_form:
        growth = growth_to_spike(A, B, constants.c)
        until_m /= np.float32(1.0) + growth
        if growth < np.float32(0.0) or until_m < window_m:
            return none, until_m, until_syn
        return -constants.tau_m * np.float32(math.log(until_m)), until_m, until_m * until_m
    ratio, one = constants.tau_m / constants.tau_syn, np.float32(1.0)
    fall_m, fall_syn = fall_to_spike(A, B, constants.c, ratio, window_m / until_m, window_syn / until_syn)
    if fall_m < np.float32(0.0):
        return none, until_m, until_syn
    until_m, until_syn = until_m * (one - fall_m), until_syn * (one - fall_syn)
    return min(window, -constants.tau_m * np.float32(math.log(until_m))), until_m, until_syn


@jit(inline="always", fastmath=FLOAT_FLAGS)
def _release(
    since: np.float32,
    lane: np.uint64,
    neuron: np.uint64,
    start: np.float32,
    at: np.uint64,
    constants: LayerConstants,
    A: NDArray[np.float32],
    releases: NDArray[np.void],
) -> tuple[np.float32, np.float32, np.float32]:
    """Write down that a neuron is released so long after the start of a window.

    Return its B as it would be at the start, had it only decayed, and the decay factors until then.
    """
    until_m = np.float32(math.exp(-since / constants.tau_m))
    until_syn = np.float32(math.exp(-since / constants.tau_syn))
    current, rest = _decayed(A[lane], until_syn), constants.c - constants.drop
    releases[at].time = start + since
    releases[at].unit = neuron
    releases[at].carry = (current * constants.reach - rest) / constants.tau_m
    releases[at].since_syn = until_syn
    releases[at].since_m = until_m
    releases[at].last = True
    return (current + rest) / until_m, until_m, until_syn


@subroutine(fastmath=FLOAT_FLAGS)
def _release_held(
    start: np.float32,
    window: np.float32,
    lowest: np.uint64,
    n_held: int,
    release0: np.uint64,
    n_released: int,
    constants: LayerConstants,
    scratch: Scratch,
    releases: NDArray[np.void],
) -> tuple[int, int]:
    """End the refractory periods that end within the window; return how many last, and how many have ended in all."""
    lasting = 0
    for k in range(n_held):
        lane, until = scratch.held[k], scratch.held_until[k]
        since = max(np.float32(0.0), until - start)
        if since > window:
            scratch.held[lasting], scratch.held_until[lasting] = lane, until
            lasting += 1
            continue
        at = release0 + _index(n_released)
        neuron = lowest + _index(lane)
        scratch.B[lane], _, _ = _release(since, _index(lane), neuron, start, at, constants, scratch.A, releases)
        scratch.release[lane] = n_released
        n_released += 1
    return lasting, n_released


@jit(inline="always", fastmath=FLOAT_FLAGS)
def _advance_place(
    trial: np.uint64,
    site: np.uint64,
    column: np.uint64,
    spike0: np.uint64,
    weights: NDArray[np.float32],
    constants: LayerConstants,
    draw: Draw,
    scratch: Scratch,
    layer: LayerTrials,
) -> np.uint64:
    """Run the neurons of a site from ``column`` on, as many as there is scratch space for, in one trial.

    Their first spike is ``spike0``; return the one after their last.
    """
    one, zero, c = np.float32(1.0), np.float32(0.0), constants.c
    A, B, D = scratch.A, scratch.B, scratch.D
    events, groups, spikes, releases = layer.events, layer.groups, layer.spikes, layer.releases
    near, release, refractory = scratch.near_words, scratch.release, constants.refractory > zero
    counts, directional, perturbations = layer.counts, layer.directional, layer.perturbation
    lanes, width = _index(A.size), row_width(layer)
    sites, place = _index(layer.sites), trial * _index(layer.sites) + site
    lowest, cell = site * width + column, place * width + column  # the first, among those of its trial and of all
    weight0 = site * _index(layer.own_rows) * width + column
    event0, group0, release0 = first_event(layer, place), first_group(layer, place), spike0
    layer.places[place].spike = spike0
    n_held, n_released = 0, 0
    for k in range(_ZERO, lanes, STEP):
        store(A, k, zeros())
        store(B, k, zeros())
        store(D, k, zeros())
        store(directional, cell + k, zeros())
        store(perturbations, cell + k, zeros())
    for k in range(lanes):
        release[k] = _FREE
        counts[cell + k] = 0
    decay_syn, decay_m = zero, zero
    n = spike0
    state = (A, B, D, scratch.none, scratch.total, scratch.near)
    arrivals = Place(event0, weight0, width, weights, constants, events, groups, *state)
    following, end = group0, group0 + _index(layer.places[place].n_groups)
    while following < end:
        until = end if n_held == 0 else following + _ONE  # in whose window refractory neurons may be released
        earlier = Before(decay_syn, decay_m, np.int32(n - spike0), np.int32(n_released))
        group, found, decay_syn, decay_m, tangent_A, tangent_B = take_arrivals(
            following, until, earlier, draw.graded, arrivals
        )
        following = group + _ONE
        start, window = groups[group].time, groups[group].window
        before = n_released
        if n_held > 0:
            n_held, n_released = _release_held(
                start, window, lowest, n_held, release0, n_released, constants, scratch, releases
            )
            for k in range(release0 + _index(before), release0 + _index(n_released)):
                freed = _index(releases[k].unit) - lowest
                if B[freed] * tangent_B + A[freed] * tangent_A >= c:
                    found |= _ONE
                    near[freed // _WORD] |= _ONE << freed % _WORD
                else:
                    release[freed] = _FREE
            groups[group].released = n_released
        if found == _ZERO:
            continue
        for word in range(_index(near.size)):
            bits = near[word]
            while bits != _ZERO:
                lane = word * _WORD + lowest_bit(bits)
                bits &= bits - _ONE
                a, b = A[lane], B[lane]
                until_m, until_syn = one, one
                released = release[lane]
                if released == _HELD:
                    continue
                if released != _FREE:
                    at = release0 + _index(released)
                    until_m, until_syn = releases[at].since_m, releases[at].since_syn
                    release[lane] = _FREE
                first_of_all, first = counts[cell + lane] == 0, n
                while counts[cell + lane] < constants.max_spikes:
                    since, until_m, until_syn = _following_spike(
                        a, b, until_m, until_syn, window, decay_m, decay_syn, constants
                    )
                    if since < zero:
                        break
                    grade = D[lane]
                    D[lane] = zero
                    if not draw.passed_on:
                        directional[cell + lane] += grade
                        grade = zero
                    counts[cell + lane] += np.int32(1)
                    if draw.passed_on:
                        directional[cell + lane] += grade
                    spikes[n].time = start + since
                    spikes[n].unit = lowest + lane
                    spikes[n].grade = grade
                    spikes[n].since_syn = until_syn
                    spikes[n].since_m = until_m
                    spikes[n].factor = constants.tau_m / (
                        a * until_syn * constants.reach - constants.exact * constants.c
                    )
                    spikes[n].released = released
                    n += _ONE
                    if refractory:
                        if released != _FREE:
                            releases[release0 + _index(released)].last = False
                        if since + constants.refractory > window:
                            b = _FAR_BELOW
                            release[lane] = _HELD
                            scratch.held[n_held] = lane
                            scratch.held_until[n_held] = start + since + constants.refractory
                            n_held += 1
                            break
                        released = np.int32(n_released)
                        b, until_m, until_syn = _release(
                            since + constants.refractory,
                            lane,
                            lowest + lane,
                            start,
                            release0 + _index(n_released),
                            constants,
                            A,
                            releases,
                        )
                        n_released += 1
                    else:
                        b -= constants.drop / until_m
                    if b * tangent_B + a * tangent_A < c:
                        break
                B[lane] = b
                if draw.perturbed and first_of_all and n > first:
                    # Not in the loop above: what does not change in it would be drawn before it, for all candidates.
                    neuron = np.int64((column + lane) * sites + site)  # as PyNN numbers it
                    v = np.float32(perturbation(draw.seed, draw.layer, draw.first_trial + np.int64(trial), neuron))
                    perturbations[cell + lane] = v
                    spikes[first].grade += v
                    if draw.passed_on:
                        directional[cell + lane] += v
        groups[group].stop = n - spike0
        groups[group].released = n_released
    return n


_DRAW, _SCRATCH = numba.typeof(Draw(False, False, 0, 0, 0)), numba.typeof(allocate_scratch(8))


@kernel(int64, int64, float32[::1], LAYER_CONSTANTS, _DRAW, _SCRATCH, LAYER_TRIALS, fastmath=FLOAT_FLAGS)
def advance_layer(
    first: int,
    last: int,
    weights: NDArray[np.float32],
    constants: LayerConstants,
    draw: Draw,
    scratch: Scratch,
    layer: LayerTrials,
) -> bool:
    """Fill in the spikes that the arrivals at a layer cause, for trials ``first`` to before ``last``.

    Return whether there is space for them; if not, nothing of what is filled in is of use.

    Parameters
    ----------
    weights : float32, shape (rows * width,)
        Laid out by `pynn_sfdfa.event.batch.layout`.
    """
    most, sites = _index(layer.spikes.size) // (_index(layer.places.size) // _index(layer.sites)), _index(layer.sites)
    width, at_once = row_width(layer), _index(scratch.A.size)
    for column in range(_ZERO, width, at_once):
        own = _for_first(min(at_once, width - column), scratch)
        most_of_site = _index(own.A.size) * _index(constants.max_spikes)
        for trial in range(_index(first), _index(last)):
            begin = trial * most + column * _index(constants.max_spikes)
            spike = begin
            for site in range(sites):
                if spike + most_of_site > (trial + _ONE) * most:
                    return False
                spike = _advance_place(trial, site, column, spike, weights, constants, draw, own, layer)
            if at_once < width:
                note_windows(trial, column // at_once, begin, spike, scratch.gathered, layer)
    if at_once < width:
        for trial in range(_index(first), _index(last)):
            gather(trial, at_once * _index(constants.max_spikes), scratch.gathered, layer)
    return True
