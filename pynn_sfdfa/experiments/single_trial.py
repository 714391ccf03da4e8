"""One sample through a network on a simulator, with PyNN alone: wire, run, get_data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pynn_sfdfa.plotting import LayerSpikes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pynn_sfdfa.encoding.spikes import SpikeTrains
    from pynn_sfdfa.network.network import Network

__all__ = ["run_trial"]


def run_trial(
    network: Network, sim: Any, sample: SpikeTrains, setup: Mapping[str, Any] | None = None
) -> list[LayerSpikes]:
    """Show a network one sample, without learning.

    Parameters
    ----------
    network : Network
    sim : module
        A simulator, such as ``pynn_sfdfa.event``.
    sample : SpikeTrains
        With a single sample.
    setup : mapping, optional
        Arguments of its ``setup()``.

    Returns
    -------
    list of LayerSpikes
        Input, hidden layers, output.
    """
    if len(sample) != 1:
        raise ValueError(f"run_trial shows one sample, not {len(sample)}; take one with select([k]).")
    sim.setup(**(setup or {}))
    wiring = network.wire(sim, sample, pause=0.0)
    for population in wiring.populations:
        population.record("spikes")
    sim.run(wiring.duration)
    times, units = sample.sample(0)
    layers = [LayerSpikes("input", network.sizes[0], times, units)]
    layers += [_spikes(population) for population in wiring.populations]
    sim.end()
    return layers


def _spikes(population: Any) -> LayerSpikes:
    trains = [np.asarray(train.rescale("ms").magnitude) for train in population.get_data().segments[0].spiketrains]
    units = np.repeat(np.arange(len(trains)), [train.size for train in trains])
    return LayerSpikes(population.label, population.size, np.concatenate(trains), units)
