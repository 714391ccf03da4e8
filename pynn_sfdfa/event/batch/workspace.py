"""The arrays of all layers for a batch of trials, allocated once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pynn_sfdfa.event.batch.forward import Scratch, allocate_scratch
from pynn_sfdfa.event.batch.forward_inhibited import InhibitedScratch, allocate_inhibited
from pynn_sfdfa.event.batch.layout import padded_width
from pynn_sfdfa.event.batch.records import LayerConstants, allocate_trials

if TYPE_CHECKING:
    from pynn_sfdfa.network.layers import Layer
    from pynn_sfdfa.network.network import Network

__all__ = ["Workspace", "layer_constants", "of_silent"]


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


def _scratch(layer: Layer, max_spikes: int) -> Scratch | InhibitedScratch:
    """Return space for the forward pass of a layer on one thread."""
    if layer.connectivity.inhibition:
        return allocate_inhibited(layer.size, max_spikes)
    return allocate_scratch(padded_width(layer.size))


class Workspace:
    """What happens at every layer, and scratch space; untouched memory costs nothing, so capacities are worst cases.

    Parameters
    ----------
    network : Network
    trials : int
        Trials of a batch.
    max_events : int
        The most input spikes of any sample.
    parts : int
        Parts of a batch that may be run at a time.
    """

    def __init__(self, network: Network, trials: int, max_events: int, parts: int) -> None:
        self.trials, self.max_events = trials, max_events
        sizes = [layer.size for layer in network.layers]
        widths = [padded_width(size) for size in sizes]
        capacities = [max(1, max_events), *(width * network.max_spikes for width in widths[:-1])]
        self.layers = [
            allocate_trials(trials, capacity, width, network.max_spikes, layer.cell.tau_refrac > 0, n_pre)
            for capacity, width, layer, n_pre in zip(capacities, widths, network.layers, network.sizes, strict=False)
        ]
        pairs = list(zip(self.layers, sizes, strict=True))
        # The same memory once more, one array of shape (trials, neurons) per layer.
        self.counts = [layer.counts.reshape(trials, -1)[:, :n] for layer, n in pairs]
        self.directional = [layer.directional.reshape(trials, -1)[:, :n] for layer, n in pairs]
        self.perturbation = [layer.perturbation.reshape(trials, -1)[:, :n] for layer, n in pairs]
        self.scratch = [[_scratch(layer, network.max_spikes) for layer in network.layers] for _ in range(parts)]
        self.orders = [np.empty((3, max(widths) * network.max_spikes), np.uint64) for _ in range(parts)]
