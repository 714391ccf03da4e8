"""The arrays of all layers for a batch of trials, allocated once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pynn_sfdfa.event.batch.layout import padded_width
from pynn_sfdfa.event.batch.records import LayerConstants, allocate_arrivals, allocate_spikes

if TYPE_CHECKING:
    from pynn_sfdfa.network import FeedForward, Layer

__all__ = ["Workspace", "layer_constants"]


def layer_constants(layer: Layer, network: FeedForward) -> LayerConstants:
    """Return the constants of a layer as the kernels take them."""
    return LayerConstants(
        tau_syn=np.float32(layer.tau_syn),
        tau_m=np.float32(layer.tau_m),
        c=np.float32(layer.threshold_current),
        reach=np.float32((layer.tau_m - layer.tau_syn) / layer.tau_syn),
        exact=np.float32(network.gradient == "exact"),
        trial_duration=np.float32(layer.trial_duration),
        delay=np.float32(network.delay),
        max_spikes=np.int32(network.max_spikes),
        closed_form=layer.tau_m == 2 * layer.tau_syn,
    )


class Workspace:
    """Arrivals and spikes of every layer; untouched memory costs nothing, so capacities are worst cases.

    Parameters
    ----------
    network : FeedForward
    trials : int
        Trials of a batch.
    max_events : int
        The most input spikes of any sample.
    """

    def __init__(self, network: FeedForward, trials: int, max_events: int) -> None:
        self.trials = trials
        self.max_events = max_events
        arrivals, spikes = [], []
        capacity = max(1, max_events)
        for layer in network.layers:
            width = padded_width(layer.size)
            arrivals.append(allocate_arrivals(trials, capacity))
            spikes.append(allocate_spikes(trials, width, network.max_spikes, capacity))
            capacity = width * network.max_spikes
        self.arrivals, self.spikes = tuple(arrivals), tuple(spikes)
