"""The floor: the dense loops that training cannot do without, alone, on the events of the same samples.

Per group of simultaneous events the state of every neuron decays, takes the weights and is tested once (forward), or
decays and gives to the gradient (backward); once per batch Adam runs through all weights. No spikes, no grades, no
errors, nothing that a network needs in order to learn.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numba
import numpy as np
from numba import prange

from pynn_sfdfa.benchmark.timing import clock
from pynn_sfdfa.support.jit import FLOAT_FLAGS, jit

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from numpy.typing import NDArray

    from pynn_sfdfa.encoding.spikes import SpikeTrains

    Floats: TypeAlias = NDArray[np.float32]

__all__ = ["Floor"]

_COUNT_FLAGS = FLOAT_FLAGS | {"reassoc"}
_LANES = 16
_PARTS = 16  # the samples of a batch are shared out in so many parts
_BLOCK = 208  # columns of the gradient that stay in a core's cache during a batch
_index = np.uint64


class Groups(NamedTuple):
    """The groups of simultaneous events of all samples, one after another."""

    units: NDArray[np.int32]
    start: NDArray[np.int64]  # first event of each group, and the number of events
    first: NDArray[np.int64]  # first group of each sample, and the number of groups
    decay_syn: NDArray[np.float32]  # of each group, over the time since the one before
    decay_m: NDArray[np.float32]


@jit(fastmath=_COUNT_FLAGS)
def _take_group(groups: Groups, group: int, weights: Floats, A: Floats, B: Floats, total: Floats) -> np.float32:
    """Decay, add the rows of one group and count the neurons above a threshold that none reaches."""
    width = _index(A.size)
    event, last = _index(groups.start[group]), _index(groups.start[group + 1])
    decay_syn, decay_m, c = groups.decay_syn[group], groups.decay_m[group], np.float32(1e30)
    one, reached = np.float32(1), np.float32(0)
    row = _index(groups.units[event]) * width
    if last - event == _index(1):
        for i in range(width):
            w = weights[row + i]
            a, b = A[i] * decay_syn + w, B[i] * decay_m + w
            A[i], B[i] = a, b
            reached += one if b * decay_m + a * decay_syn >= c else np.float32(0)
        return reached
    event += _index(1)
    for i in range(width):
        total[i] = weights[row + i]
    while event + _index(1) < last:
        row = _index(groups.units[event]) * width
        event += _index(1)
        for i in range(width):
            total[i] += weights[row + i]
    row = _index(groups.units[event]) * width
    for i in range(width):
        w = total[i] + weights[row + i]
        a, b = A[i] * decay_syn + w, B[i] * decay_m + w
        A[i], B[i] = a, b
        reached += one if b * decay_m + a * decay_syn >= c else np.float32(0)
    return reached


@jit(parallel=True)
def _forward(parts: int, groups: Groups, weights: Floats, width: int, reached: Floats) -> None:
    n = groups.first.size - 1
    for part in prange(parts):
        A, B, total = np.zeros(width, np.float32), np.zeros(width, np.float32), np.zeros(width, np.float32)
        for trial in range(part * n // parts, (part + 1) * n // parts):
            A[:] = 0
            B[:] = 0
            for group in range(groups.first[trial], groups.first[trial + 1]):
                reached[part] += _take_group(groups, group, weights, A, B, total)


@jit(fastmath=FLOAT_FLAGS)
def _give_group(groups: Groups, group: int, S1: Floats, S2: Floats, gradient: Floats, begin: np.uint64) -> None:
    lanes = _index(S1.size)
    decay_syn, decay_m = groups.decay_syn[group], groups.decay_m[group]
    event, last = _index(groups.start[group]), _index(groups.start[group + 1])
    row = _index(groups.units[event]) * lanes + begin
    for i in range(lanes):
        s1, s2 = S1[i] * decay_syn, S2[i] * decay_m
        S1[i], S2[i] = s1, s2
        gradient[row + i] += s1 - s2
    event += _index(1)
    while event < last:
        row = _index(groups.units[event]) * lanes + begin
        for i in range(lanes):
            gradient[row + i] += S1[i] - S2[i]
        event += _index(1)


@jit(parallel=True)
def _backward(groups: Groups, gradient: Floats, width: int, block: int) -> None:
    n, rows = groups.first.size - 1, gradient.size // width
    for task in prange(-(-width // block)):
        lanes = min(block, width - task * block)
        S1, S2 = np.empty(lanes, np.float32), np.empty(lanes, np.float32)
        for trial in range(n):
            S1[:] = 1
            S2[:] = 1
            for group in range(groups.first[trial + 1] - 1, groups.first[trial] - 1, -1):
                _give_group(groups, group, S1, S2, gradient, _index(task * block * rows))


@jit(parallel=True, fastmath=FLOAT_FLAGS)
def _adam(weights: Floats, gradient: Floats, mean: Floats, square: Floats, left: np.float32) -> None:
    rate, beta1, beta2, epsilon = np.float32(1e-9), np.float32(0.9), np.float32(0.999), np.float32(1e-8)
    rest1, rest2 = np.float32(0.1), np.float32(0.001)
    for i in prange(weights.size):
        g = gradient[i]
        gradient[i] = left
        m = beta1 * mean[i] + rest1 * g
        s = beta2 * square[i] + rest2 * (g * g)
        mean[i] = m
        square[i] = s
        weights[i] -= rate * m / (np.float32(math.sqrt(s)) + epsilon)


class Floor:
    """The dense loops for a network with one hidden layer and the samples of a benchmark.

    Parameters
    ----------
    trains : SpikeTrains
    sizes : sequence of int
        Neurons of input, hidden layer and output; only the first layer is run through, as the others cost nothing
        beside it.
    tau_syn, tau_m : float
        ms
    batch_size, threads : int
    """

    def __init__(
        self, trains: SpikeTrains, sizes: tuple[int, ...], tau_syn: float, tau_m: float, batch_size: int, threads: int
    ) -> None:
        self._threads = threads
        self._width = -(-sizes[1] // _LANES) * _LANES
        batches = range(0, len(trains), batch_size)
        self._batches = [
            _groups(trains.select(np.arange(start, min(start + batch_size, len(trains)))), tau_syn, tau_m)
            for start in batches
        ]
        self._weights = np.full(sizes[0] * self._width, 1e-3, np.float32)
        self._gradient = np.zeros_like(self._weights)
        weights = sum(a * b for a, b in zip(sizes[:-1], sizes[1:], strict=True))
        self._adam_arrays = [np.full(weights, 1e-3, np.float32) for _ in range(4)]
        self._reached = np.zeros(_PARTS, np.float32)

    def forward(self) -> float:
        """Return the seconds of the arrival loop over all samples."""
        return self._clock(lambda groups: _forward(_PARTS, groups, self._weights, self._width, self._reached))

    def backward(self) -> float:
        """Return the seconds of the backward loop over all samples."""
        return self._clock(lambda groups: _backward(groups, self._gradient, self._width, _BLOCK))

    def adam(self) -> float:
        """Return the seconds of one Adam step per batch."""
        left = np.float32(1e-3)  # not 0: after many steps the means would be denormal, which is slow
        return self._clock(lambda _: _adam(*self._adam_arrays, left))

    def _clock(self, work: Callable[[Groups], None]) -> float:
        numba.set_num_threads(self._threads)

        def all_batches() -> None:
            for groups in self._batches:
                work(groups)

        return clock(all_batches)


def _groups(trains: SpikeTrains, tau_syn: float, tau_m: float) -> Groups:
    starts, firsts, gaps = [], [0], []
    for sample in range(len(trains)):
        times, _ = trains.sample(sample)
        own = np.flatnonzero(np.diff(times, prepend=-1.0))
        starts.append(own + trains.offsets[sample])
        firsts.append(firsts[-1] + own.size)
        gaps.append(np.diff(times[own], prepend=np.float32(0)))
    gap = np.concatenate(gaps)
    return Groups(
        trains.units,
        np.append(np.concatenate(starts), trains.times.size),
        np.array(firsts),
        np.exp(-gap / np.float32(tau_syn)),
        np.exp(-gap / np.float32(tau_m)),
    )
