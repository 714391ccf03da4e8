"""How the gradient of a layer is shared out among tasks; it depends on the layer and the trials, never on threads.

Dense layers are split into blocks of neurons, each of which runs through all trials; layers of many sites that have
weights of their own, into ranges of sites. Where sites share weights, ranges of trials have sums of their own, which
are added up in their order when the last is done.
"""

from __future__ import annotations

from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from pynn_sfdfa.event.batch.block_gradients import accumulate_block
from pynn_sfdfa.event.batch.layout import aligned_zeros, part_of
from pynn_sfdfa.event.batch.own_spikes import (
    NOT_LISTED,
    allocate_own,
    allocate_windows,
    list_own_spikes,
    list_own_windows,
    never_fades,
)
from pynn_sfdfa.event.batch.pool import share_out
from pynn_sfdfa.event.batch.replayed import Accumulators
from pynn_sfdfa.event.batch.weight_gradients import Columns, accumulate_gradient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

    from numpy.typing import NDArray

    from pynn_sfdfa.event.batch.own_spikes import OwnSpikes, OwnWindows, WindowLists
    from pynn_sfdfa.event.batch.pool import Pool
    from pynn_sfdfa.event.batch.records import LayerConstants, LayerTrials
    from pynn_sfdfa.event.batch.replayed import Replayed
    from pynn_sfdfa.event.batch.site_layout import SiteLayout
    from pynn_sfdfa.rules.parts.local_gradient import LocalGradient

__all__ = ["Blocks", "Learn", "Replay", "kernels_of_gradients"]

Learn: TypeAlias = "Callable[[slice, Callable[[NDArray[np.float32]], None]], None]"
"""Told which neurons, and what adds their gradient to an array of shape (rows * neurons,)."""

_LISTED_FROM = 10
"""Blocks of a layer from which each has a list of its spikes by window: to look through those of all takes longer."""

_PARTS = 16
"""Of the trials or the sites of a layer with many sites."""


class Replay(NamedTuple):
    """What is replayed of one layer, and how: arguments of `accumulate_gradient`."""

    what: Replayed
    of_potential: bool
    silent: np.float32
    groups: int  # for how many a row is needed


class _Block:
    """Neighbouring neurons of a site, and space for what accumulates for them."""

    def __init__(self, neurons: slice) -> None:
        self.lowest, self.neurons = neurons.start, neurons
        self.sums = Accumulators(*aligned_zeros((3, neurons.stop - neurons.start)))
        self._rows = np.empty(0, np.float32)

    def rows(self, groups: int) -> NDArray[np.float32]:
        """Return space for a row of each of so many groups."""
        size = groups * self.sums.S1.size
        if self._rows.size < size:
            self._rows = np.empty(size, np.float32)
        return self._rows[:size]

    def add_listed(self, n_trials: int, lanes: int, replay: Replay, own: OwnSpikes, gradient: Columns) -> None:
        """Do as `add` does at one site in the first trials; spikes are listed for blocks of so many lanes."""
        accumulate_block(n_trials, self.lowest, lanes, replay.what, own, self.sums, gradient)

    def list_and_add(self, n_trials: int, lanes: int, replay: Replay, own: OwnSpikes, gradient: Columns) -> None:
        """Do as `add_listed`, of a layer that is one block and has not been listed."""
        list_own_spikes(0, n_trials, replay.what.layer, lanes, own)
        self.add_listed(n_trials, lanes, replay, own, gradient)

    def add(self, trials: slice, sites: slice, replay: Replay, gradient: Columns, own: OwnWindows = NOT_LISTED) -> None:
        """Add to the gradient of its neurons what happened in these trials at these sites."""
        where = (trials.start, trials.stop, sites.start, sites.stop)
        what, of_potential, silent, groups = replay
        space = (own, self.sums, self.rows(groups))
        accumulate_gradient(*where, what, of_potential, silent, self.lowest, *space, gradient)


class _Partial:
    """The sum of a part of the trials."""

    def __init__(self, width: int, size: int) -> None:
        self.block = _Block(slice(0, width))
        self.gradient = Columns(np.zeros(size, np.float32), width, 0)


class Blocks:
    """Shares out the gradients of all layers.

    Parameters
    ----------
    layouts : sequence of SiteLayout
    """

    def __init__(self, layouts: Sequence[SiteLayout]) -> None:
        self._layouts = layouts
        self._many = [[_Block(neurons) for neurons in own.blocks] for own in layouts]
        self._one = [_Block(slice(0, own.width)) for own in layouts]
        self._partials: dict[int, list[_Partial]] = {}
        self._own: dict[int, OwnSpikes] = {}
        self._windows: dict[int, WindowLists] = {}

    def complete(self, layer: int) -> bool:
        """Whether each of the tasks of a layer, by block, adds all that there is to the gradient of its neurons."""
        return self._layouts[layer].count == 1

    def tasks(
        self,
        pool: Pool,
        layer: int,
        n_trials: int,
        replay: Replay,
        gradient: NDArray[np.float32],
        by_block: bool,
    ) -> Iterator[Callable[[], None]]:
        """Yield what adds the gradient of one layer; in any order, on any thread.

        Spikes are listed where it pays: if there are several trials, and events are not `merged`; for several blocks
        by the pool, before.

        Parameters
        ----------
        by_block : bool
            Whether the gradient lies block after block; row after row otherwise, as weights do.
        """
        layout, trials = self._layouts[layer], slice(0, n_trials)
        if layout.count == 1 and (by_block or n_trials > 1):
            for block, add in self._of_blocks(pool, layer, n_trials, replay):
                yield partial(add, _columns(gradient, layout.width, block.neurons, by_block))
            return
        every, whole = slice(0, layout.count), Columns(gradient, layout.width, 0)
        if layout.count > 1 and not layout.shared:
            for part in share_out(layout.count, _PARTS):
                block = _Block(slice(0, layout.width))
                yield partial(block.add, trials, part, replay, whole)
        elif n_trials == 1:
            yield partial(self._one[layer].add, trials, every, replay, whole)
        else:
            parts = list(share_out(n_trials, _PARTS))
            if layer not in self._partials:
                self._partials[layer] = [_Partial(layout.width, gradient.size) for _ in range(_PARTS)]
            summed = _Sum(self._partials[layer][: len(parts)], gradient)
            for own, part in zip(self._partials[layer], parts, strict=False):
                yield partial(summed.add, own, part, every, replay)

    def learn(
        self, pool: Pool, layer: int, n_trials: int, replay: Replay, learn: Learn
    ) -> Iterator[Callable[[], None]]:
        """Yield what learns block by block, of a layer that is `complete`; otherwise as `tasks`."""
        for block, add in self._of_blocks(pool, layer, n_trials, replay):
            yield partial(learn, block.neurons, partial(_add_to, add, block))

    def _of_blocks(
        self, pool: Pool, layer: int, n_trials: int, replay: Replay
    ) -> Iterator[tuple[_Block, Callable[[Columns], None]]]:
        """Yield the blocks of a layer of one site, and what adds the gradient of each."""
        blocks = self._many[layer]
        what, of_potential, silent, groups = replay
        listed = _may_be_listed(self._layouts[layer], of_potential, float(silent), what.constants)
        if n_trials == 1 or groups or not listed:
            own_windows = self._listed_windows(pool, layer, n_trials, what)
            for block, own in zip(blocks, own_windows, strict=True):
                yield block, partial(block.add, slice(0, n_trials), slice(0, 1), replay, own=own)
            return
        lanes, own_spikes = blocks[0].sums.S1.size, self._own_spikes(layer, what.layer)
        if len(blocks) > 1:
            parts, how = share_out(n_trials, pool.threads), (what.layer, lanes, own_spikes)
            pool.run((partial(list_own_spikes, part.start, part.stop, *how) for part in parts), "lists")
        for block in blocks:
            add = block.add_listed if len(blocks) > 1 else block.list_and_add
            yield block, partial(add, n_trials, lanes, replay, own_spikes)

    def _listed_windows(self, pool: Pool, layer: int, n_trials: int, what: Replayed) -> list[OwnWindows]:
        """Return, for each block, its spikes by window, listed by the pool; or that they are not."""
        n_blocks, events = len(self._many[layer]), what.layer
        if not _has_window_lists(self._layouts[layer], what.constants):
            return [NOT_LISTED] * n_blocks
        lists, trials = self._windows.get(layer), events.places.size
        if lists is None or lists.spikes.size != events.spikes.size:
            lists = self._windows[layer] = allocate_windows(trials, n_blocks, events.spikes.size)
        lanes, parts = self._many[layer][0].sums.S1.size, share_out(n_trials, pool.threads)
        pool.run((partial(list_own_windows, p.start, p.stop, events, lanes, lists) for p in parts), "lists of windows")
        return [lists.of_block(block, trials) for block in range(n_blocks)]

    def _own_spikes(self, layer: int, events: LayerTrials) -> OwnSpikes:
        """Return space for the spikes of all blocks of a layer."""
        own, sizes = self._own.get(layer), (events.spikes.size, events.events.size)
        if own is None or (own.spikes.size, own.later.size) != sizes:
            own = self._own[layer] = allocate_own(events.places.size, len(self._many[layer]), *sizes)
        return own


def _may_be_listed(layout: SiteLayout, of_potential: bool, silent: float, constants: LayerConstants) -> bool:
    """Whether nothing but spikes moves what is replayed, and nothing of it fades away."""
    plain = not of_potential and silent == 0 and constants.refractory == 0
    return bool(layout.count == 1 and plain and never_fades(constants))


def _has_window_lists(layout: SiteLayout, constants: LayerConstants) -> bool:
    """Whether each block of a layer has a list of its spikes by window."""
    return bool(len(layout.blocks) >= _LISTED_FROM and constants.refractory == 0)


def kernels_of_gradients(
    layouts: Sequence[SiteLayout], constants: Sequence[LayerConstants], local_gradient: LocalGradient
) -> tuple[Any, ...]:
    """Return the kernels that `Blocks` may run."""
    how = (local_gradient.of_potential, local_gradient.silent)
    listed = any(_may_be_listed(layout, *how, each) for layout, each in zip(layouts, constants, strict=True))
    by_window = any(map(_has_window_lists, layouts, constants))
    return (accumulate_gradient, *[accumulate_block, list_own_spikes] * listed, *[list_own_windows] * by_window)


def _add_to(add: Callable[[Columns], None], block: _Block, gradient: NDArray[np.float32]) -> None:
    """Add to the gradient of a block alone, shape (rows * lanes,)."""
    add(Columns(gradient, block.sums.S1.size, 0))


class _Sum:
    """Adds up partial sums when the last of them is complete."""

    def __init__(self, partials: list[_Partial], gradient: NDArray[np.float32]) -> None:
        self._partials, self._gradient = partials, gradient
        self._missing, self._lock = len(partials), Lock()

    def add(self, own: _Partial, trials: slice, sites: slice, replay: Replay) -> None:
        """Complete one of them; arguments as of a block."""
        own.gradient.gradient[:] = 0.0
        own.block.add(trials, sites, replay, own.gradient)
        with self._lock:
            self._missing -= 1
            if self._missing:
                return
        for each in self._partials:
            self._gradient += each.gradient.gradient


def _columns(gradient: NDArray[np.float32], width: int, neurons: slice, by_block: bool) -> Columns:
    if by_block:
        own = part_of(gradient, width, neurons)
        return Columns(own.reshape(-1), own.shape[1], 0)
    return Columns(gradient, width, neurons.start)
