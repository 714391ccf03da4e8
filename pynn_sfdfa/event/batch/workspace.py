"""The arrays of all layers for a batch of trials, allocated once, or again when more happens than they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from pynn_sfdfa.event.batch.distribute import allocate_deal
from pynn_sfdfa.event.batch.forward import Scratch, allocate_scratch
from pynn_sfdfa.event.batch.forward_inhibited import InhibitedScratch, allocate_inhibited
from pynn_sfdfa.event.batch.order import ROOM_TO_SORT
from pynn_sfdfa.event.batch.records import LayerConstants, allocate_trials

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pynn_sfdfa.event.batch.site_layout import SiteLayout
    from pynn_sfdfa.network.layers import Layer
    from pynn_sfdfa.network.network import Network

__all__ = ["Room", "Workspace", "layer_constants", "of_silent"]


class Room(NamedTuple):
    """Space at a layer in one trial."""

    events: int
    spikes: int


def layer_constants(layer: Layer, network: Network) -> LayerConstants:
    """Return the constants of a layer as the kernels take them."""
    cell = layer.cell
    return LayerConstants(
        tau_syn=np.float32(cell.tau_syn),
        tau_m=np.float32(cell.tau_m),
        c=np.float32(cell.threshold_current),
        drop=np.float32(cell.reset_current),
        reach=np.float32((cell.tau_m - cell.tau_syn) / cell.tau_syn),
        exact=np.float32(network.gradient == "exact"),
        trial_duration=np.float32(cell.trial_duration),
        delay=np.float32(network.delay),
        refractory=np.float32(cell.tau_refrac),
        max_spikes=np.int32(network.max_spikes),
        closed_form=cell.tau_m == 2 * cell.tau_syn,
    )


def of_silent(layer: Layer) -> float:
    """Return -e/theta of the neurons of a layer for an e of tau_syn/cm (docs/algorithm.md, section 10)."""
    cell = layer.cell
    return -cell.tau_syn / cell.cm / (cell.kappa * cell.threshold_current)


def _scratch(layer: Layer, layout: SiteLayout, trials: int, max_spikes: int) -> Scratch | InhibitedScratch:
    """Return space for the forward pass of a layer on one thread."""
    if layer.connectivity.inhibition or layer.connectivity.recurrent is not None:
        return allocate_inhibited(layer.size, max_spikes)
    whole = layout.count > 1 or layer.cell.tau_refrac > 0
    return allocate_scratch(layout.width, trials, max_spikes, whole)


class Workspace:
    """What happens at every layer, and scratch space.

    Layers with many sites get space for the spikes that occur, and more when it does not suffice; that of others is for
    the worst case, for memory that is never touched costs nothing.

    Parameters
    ----------
    network : Network
    layouts : sequence of SiteLayout
    trials : int
        Trials of a batch.
    max_events : int
        The most input spikes of any sample.
    parts : int
        Parts of a batch that may be run at a time.
    former : Workspace, optional
        One that had too little space for input spikes: what it had for others is kept.
    """

    def __init__(
        self,
        network: Network,
        layouts: Sequence[SiteLayout],
        trials: int,
        max_events: int,
        parts: int,
        former: Workspace | None = None,
    ) -> None:
        self.trials, self.max_events = trials, max_events
        self._network, self._layouts, self._parts = network, layouts, parts
        most = [layout.count * layout.width * network.max_spikes for layout in layouts]
        self._most = [Room(max(1, max_events) * layouts[0].fan_out, most[0])]
        self._most += [
            Room(below * own.fan_out, spikes)
            for below, own, spikes in zip(most[:-1], layouts[1:], most[1:], strict=True)
        ]
        self._most = [
            Room(room.events + (room.spikes if own.within else 0), room.spikes)
            for room, own in zip(self._most, layouts, strict=True)
        ]
        self.rooms: list[Room] = list(former.rooms if former else map(self._first_room, range(len(layouts))))
        self.rooms[0] = Room(self._most[0].events, self.rooms[0].spikes)
        self.scratch = [
            [
                _scratch(layer, own, trials, network.max_spikes)
                for layer, own in zip(network.layers, layouts, strict=True)
            ]
            for _ in range(parts)
        ]
        self._lacking: list[tuple[int, Room]] = []
        self.merged: list[list[int]] = []  # of each part, as `sort_by_unit` returns it for each layer
        self._allocate()

    @property
    def bytes_per_sample(self) -> int:
        """Memory that a trial of the batch has, of which what does not occur is never touched."""
        arrays = (array for layer in self.layers for array in layer if isinstance(array, np.ndarray))
        return sum(array.nbytes for array in arrays) // self.trials

    @property
    def most_groups(self) -> list[int]:
        """For each layer the most groups of any trial whose events are `merged`, or 0 if there is none."""
        return [max(parts) for parts in zip(*self.merged, strict=True)]

    def lacks(self, layer: int, room: Room) -> None:
        """Note that a trial needs so much room at a layer; from any thread."""
        self._lacking.append((layer, room))

    def grown(self) -> bool:
        """Whether there was too little space, in which case there now is more and the trials must be run once more."""
        if not self._lacking:
            return False
        for layer, needed in self._lacking:
            room, most = self.rooms[layer], self._most[layer]
            self.rooms[layer] = Room(
                *(min(bound, max(n, own)) for n, own, bound in zip(needed, room, most, strict=True))
            )
        self._lacking.clear()
        self._allocate()
        return True

    def counts(self, layer: int, n_trials: int) -> NDArray[np.int32]:
        """Return the spikes of each neuron in the first trials, shape (n_trials, neurons)."""
        return self._of_neurons(self.layers[layer].counts, layer, n_trials)

    def directional(self, layer: int, n_trials: int) -> NDArray[np.float32]:
        """Return the sum of the grades of each neuron in the first trials, shape (n_trials, neurons)."""
        return self._of_neurons(self.layers[layer].directional, layer, n_trials)

    def perturbation(self, layer: int, n_trials: int) -> NDArray[np.float32]:
        """Return the perturbation of each neuron in the first trials, shape (n_trials, neurons)."""
        return self._of_neurons(self.layers[layer].perturbation, layer, n_trials)

    def _of_neurons(self, values: NDArray[Any], layer: int, n_trials: int) -> NDArray[Any]:
        return self._layouts[layer].as_pynn(values.reshape(self.trials, -1)[:n_trials])

    def _first_room(self, layer: int) -> Room:
        """Return what layers of many sites begin with: a spike of each neuron."""
        most, own = self._most[layer], self._layouts[layer]
        spikes = most.spikes if own.count == 1 else min(most.spikes, own.width * (own.count + self._network.max_spikes))
        if own.dense or own.within or layer == 0:
            return Room(most.events, spikes)
        below = self._layouts[layer - 1]
        return Room(min(most.events, below.count * below.width * own.fan_out), spikes)

    def _allocate(self) -> None:
        trials, cells = self.trials, [layer.cell for layer in self._network.layers]
        self.layers = [
            allocate_trials(
                *(trials, room.events, own.width, room.spikes, cell.tau_refrac > 0),
                *(own.rows, own.count, own.shared, own.dense),
            )
            for room, own, cell in zip(self.rooms, self._layouts, cells, strict=True)
        ]
        spikes, sites = max(room.spikes for room in self.rooms), max(own.count for own in self._layouts)
        self.orders = [np.empty((3, 2 * spikes + ROOM_TO_SORT), np.uint64) for _ in range(self._parts)]
        units = max([self._network.sizes[0], *(own.count * own.width for own in self._layouts)])
        dealt = [(own, room) for own, room in zip(self._layouts, self.rooms, strict=True) if not own.dense]
        patterns = max((own.reach.offsets.size - 1 for own, _ in dealt), default=1)
        arrivals = max((room.events for _, room in dealt), default=1)
        self.deals = [allocate_deal(spikes, sites, units, patterns, arrivals) for _ in range(self._parts)]
