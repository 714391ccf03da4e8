"""Wide layers, run a block of neurons after the other, each through all trials of a part.

The weights of a block stay in the second cache from trial to trial, where those of all neurons would come from memory
for every trial anew. Neurons of a layer do not act on one another while it is run, so the spikes are the same; only
their order is restored afterwards: window by window, and neuron by neuron.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pynn_sfdfa.event.batch.places import first_group
from pynn_sfdfa.event.batch.records import SPIKE
from pynn_sfdfa.support.jit import subroutine

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.event.batch.records import LayerTrials

__all__ = ["Gathered", "allocate_gathered", "gather", "lanes_at_once", "note_windows"]

# Unsigned indices, for the reason given in forward.py.
_index = np.uint64
_ZERO, _ONE = np.uint64(0), np.uint64(1)

_AT_ONCE = 1280
"""At least so many: the weights of a few more, with some hundred inputs, fit into a second cache or nearly so, and each
further block costs the work on every group of arrivals once more."""

_WORD = 64
"""Blocks are so many times a number wide that no two share a word of bits."""


class Gathered(NamedTuple):
    """Space to put the spikes of the blocks of a trial in order."""

    spikes: NDArray[np.void]  # as many as a trial may have, or one, if there is one block
    ends: NDArray[np.uint64]  # (trials * blocks,): one after the last spike of each
    at: NDArray[np.uint64]  # (blocks,)


def lanes_at_once(width: int) -> int:
    """Return how many neurons of a layer without refractory periods are run at once."""
    blocks = width // _AT_ONCE
    return -(-width // (blocks * _WORD)) * _WORD if blocks > 1 else width


def allocate_gathered(width: int, lanes: int, trials: int, max_spikes: int) -> Gathered:
    """Return uninitialised space for a layer of which so many neurons are run at once."""
    blocks = -(-width // lanes)
    spikes = np.recarray(width * max_spikes if blocks > 1 else 1, SPIKE)
    return Gathered(spikes, np.empty(trials * blocks, np.uint64), np.empty(blocks, np.uint64))


@subroutine()
def note_windows(
    trial: np.uint64, block: np.uint64, first: np.uint64, end: np.uint64, gathered: Gathered, layer: LayerTrials
) -> None:
    """Write down in which window the spikes ``first`` to before ``end`` of a block lie, as the next block has its own.

    Where there are no refractory periods, ``released`` is free for it.
    """
    spikes, groups, group0, at = layer.spikes, layer.groups, first_group(layer, trial), first
    gathered.ends[trial * _index(gathered.at.size) + block] = end
    for group in range(_index(layer.places[trial].n_groups)):
        until = first + _index(groups[group0 + group].stop)
        while at < until:
            spikes[at].released = group
            at += _ONE


@subroutine()
def gather(trial: np.uint64, most: np.uint64, gathered: Gathered, layer: LayerTrials) -> None:
    """Put the spikes of the blocks of a trial, each of which has at most so many, in order."""
    spikes, groups, group0 = layer.spikes, layer.groups, first_group(layer, trial)
    in_order, ends, at, blocks = gathered.spikes, gathered.ends, gathered.at, _index(gathered.at.size)
    spike0, n = trial * (_index(spikes.size) // _index(layer.places.size)), _ZERO
    for block in range(blocks):
        at[block] = spike0 + block * most
    for group in range(_index(layer.places[trial].n_groups)):
        for block in range(blocks):
            own, end = at[block], ends[trial * blocks + block]
            while own < end and _index(spikes[own].released) == group:
                in_order[n] = spikes[own]
                own += _ONE
                n += _ONE
            at[block] = own
        groups[group0 + group].stop = n
    for k in range(n):
        spikes[spike0 + k] = in_order[k]
        spikes[spike0 + k].released = -1
    layer.places[trial].spike = spike0
