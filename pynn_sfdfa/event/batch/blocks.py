"""How the gradient of a layer is shared out among tasks; it depends on the layer and the trials, never on threads.

Dense layers are split into blocks of neurons, each of which runs through all trials; layers of many sites that have
weights of their own, into ranges of sites. Where sites share weights, ranges of trials have sums of their own, which
are added up in their order when the last is done.
"""

from __future__ import annotations

from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pynn_sfdfa.event.batch.block_gradients import accumulate_block
from pynn_sfdfa.event.batch.layout import aligned_zeros, block_width
from pynn_sfdfa.event.batch.own_spikes import allocate_own, list_own_spikes, never_fades
from pynn_sfdfa.event.batch.pool import share_out
from pynn_sfdfa.event.batch.weight_gradients import accumulate_gradient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

    from numpy.typing import NDArray

    from pynn_sfdfa.event.batch.own_spikes import OwnSpikes
    from pynn_sfdfa.event.batch.pool import Pool
    from pynn_sfdfa.event.batch.records import LayerConstants, LayerTrials
    from pynn_sfdfa.event.batch.site_layout import SiteLayout
    from pynn_sfdfa.rules.parts.local_gradient import LocalGradient

__all__ = ["Blocks", "Replayed", "kernels_of_gradients"]

_PARTS = 16
"""Of the trials or the sites of a layer with many sites."""


class Replayed(NamedTuple):
    """What is replayed of one layer.

    ``how`` are the arguments of `accumulate_gradient` from ``of_spikes`` to ``constants``; ``groups`` says for how many
    groups a row is needed.
    """

    events: LayerTrials
    errors: NDArray[np.float32]
    how: tuple[Any, ...]
    groups: int


class _Block:
    """Neighbouring neurons of a site, from ``lowest``, and space for what accumulates for them."""

    def __init__(self, lowest: int, lanes: int) -> None:
        self.lowest = lowest
        self.neurons = slice(lowest, lowest + lanes)
        self.space = aligned_zeros((3, lanes))
        self._rows = np.empty(0, np.float32)

    def rows(self, groups: int) -> NDArray[np.float32]:
        """Return space for a row of each of so many groups."""
        size = groups * self.space.shape[1]
        if self._rows.size < size:
            self._rows = np.empty(size, np.float32)
        return self._rows[:size]

    def add_listed(
        self, n_trials: int, lanes: int, what: Replayed, own: OwnSpikes, gradient: NDArray[np.float32]
    ) -> None:
        """Do as `add` does at one site in the first trials; spikes are listed for blocks of so many lanes."""
        of_spikes, _, _, constants = what.how
        how = (what.errors, of_spikes, constants, *self.space[:2])
        accumulate_block(n_trials, self.lowest, lanes, what.events, own, *how, gradient)

    def list_and_add(
        self, n_trials: int, lanes: int, what: Replayed, own: OwnSpikes, gradient: NDArray[np.float32]
    ) -> None:
        """Do as `add_listed`, of a layer that is one block and has not been listed."""
        list_own_spikes(0, n_trials, what.events, lanes, own)
        self.add_listed(n_trials, lanes, what, own, gradient)

    def add(self, trials: slice, sites: slice, what: Replayed, gradient: NDArray[np.float32]) -> None:
        """Add to the gradient of its neurons what happened in these trials at these sites."""
        where = (trials.start, trials.stop, sites.start, sites.stop)
        space = (self.lowest, *self.space, self.rows(what.groups))
        accumulate_gradient(*where, what.events, what.errors, *what.how, *space, gradient)


class _Partial:
    """The sum of a part of the trials."""

    def __init__(self, width: int, size: int) -> None:
        self.block = _Block(0, width)
        self.gradient = np.zeros(size, np.float32)


class Blocks:
    """Shares out the gradients of all layers.

    Parameters
    ----------
    layouts : sequence of SiteLayout
    """

    def __init__(self, layouts: Sequence[SiteLayout]) -> None:
        self._layouts = layouts
        self._many = [_blocks(own.width, block_width(own.width)) for own in layouts]
        self._one = [_blocks(own.width, own.width) for own in layouts]
        self._partials: dict[int, list[_Partial]] = {}
        self._own: dict[int, OwnSpikes] = {}

    def complete(self, layer: int, n_trials: int) -> bool:
        """Whether each of the tasks of a layer adds all that there is to the gradient of its neurons."""
        return self._layouts[layer].count == 1 and n_trials > 1

    def tasks(
        self,
        pool: Pool,
        layer: int,
        n_trials: int,
        what: Replayed,
        gradient: NDArray[np.float32],
        then: Callable[[slice], None] | None,
    ) -> Iterator[Callable[[], None]]:
        """Yield what adds the gradient of one layer; in any order, on any thread.

        Spikes are listed where it pays: if there are several trials, and events are not `merged`; for several blocks
        by the pool, before.

        Parameters
        ----------
        then : callable, optional
            What is done with neurons whose gradient is `complete`, while it is in the cache.
        """
        if self.complete(layer, n_trials):
            for block, add in self._of_blocks(pool, layer, n_trials, what, gradient):
                yield add if then is None else partial(_in_turn, add, partial(then, block.neurons))
            return
        layout, trials = self._layouts[layer], slice(0, n_trials)
        every = slice(0, layout.count)
        if layout.count == 1:
            yield partial(self._one[layer][0].add, trials, every, what, gradient)
        elif not layout.shared:
            for part in share_out(layout.count, _PARTS):
                block = _Block(0, layout.width)
                yield partial(block.add, trials, part, what, gradient)
        elif n_trials == 1:
            yield partial(self._one[layer][0].add, trials, every, what, gradient)
        else:
            parts = list(share_out(n_trials, _PARTS))
            if layer not in self._partials:
                self._partials[layer] = [_Partial(layout.width, gradient.size) for _ in range(_PARTS)]
            summed = _Sum(self._partials[layer][: len(parts)], gradient)
            for own, part in zip(self._partials[layer], parts, strict=False):
                yield partial(summed.add, own, part, every, what)

    def _of_blocks(
        self, pool: Pool, layer: int, n_trials: int, what: Replayed, gradient: NDArray[np.float32]
    ) -> Iterator[tuple[_Block, Callable[[], None]]]:
        """Yield the blocks of a layer of one site, and what adds the gradient of each."""
        blocks, lanes = self._many[layer], block_width(self._layouts[layer].width)
        if what.groups or not _may_be_listed(self._layouts[layer], what.how):
            for block in blocks:
                yield block, partial(block.add, slice(0, n_trials), slice(0, 1), what, gradient)
            return
        listed = self._own_spikes(layer, what.events)
        if len(blocks) > 1:
            parts, how = share_out(n_trials, pool.threads), (what.events, lanes, listed)
            pool.run((partial(list_own_spikes, part.start, part.stop, *how) for part in parts), "lists")
        for block in blocks:
            add = block.add_listed if len(blocks) > 1 else block.list_and_add
            yield block, partial(add, n_trials, lanes, what, listed, gradient)

    def _own_spikes(self, layer: int, events: LayerTrials) -> OwnSpikes:
        """Return space for the spikes of all blocks of a layer."""
        own, sizes = self._own.get(layer), (events.spikes.size, events.events.size)
        if own is None or (own.spikes.size, own.later.size) != sizes:
            own = self._own[layer] = allocate_own(events.places.size, len(self._many[layer]), *sizes)
        return own


def _may_be_listed(layout: SiteLayout, how: tuple[Any, ...]) -> bool:
    """Whether nothing but spikes moves what is replayed, and nothing of it fades away."""
    _, of_potential, silent, constants = how
    plain = not of_potential and silent == 0 and constants.refractory == 0
    return bool(layout.count == 1 and plain and never_fades(constants))


def kernels_of_gradients(
    layouts: Sequence[SiteLayout], constants: Sequence[LayerConstants], local_gradient: LocalGradient
) -> tuple[Any, ...]:
    """Return the kernels that `Blocks` may run."""
    hows = [(False, local_gradient.of_potential, local_gradient.silent, each) for each in constants]
    listed = any(_may_be_listed(layout, how) for layout, how in zip(layouts, hows, strict=True))
    return (accumulate_gradient, *[accumulate_block, list_own_spikes] * listed)


def _in_turn(*tasks: Callable[[], None]) -> None:
    for task in tasks:
        task()


class _Sum:
    """Adds up partial sums when the last of them is complete."""

    def __init__(self, partials: list[_Partial], gradient: NDArray[np.float32]) -> None:
        self._partials, self._gradient = partials, gradient
        self._missing, self._lock = len(partials), Lock()

    def add(self, own: _Partial, trials: slice, sites: slice, what: Replayed) -> None:
        """Complete one of them; arguments as of a block."""
        own.gradient[:] = 0.0
        own.block.add(trials, sites, what, own.gradient)
        with self._lock:
            self._missing -= 1
            if self._missing:
                return
        for each in self._partials:
            self._gradient += each.gradient


def _blocks(width: int, block: int) -> list[_Block]:
    return [_Block(lowest, min(block, width - lowest)) for lowest in range(0, width, block)]
