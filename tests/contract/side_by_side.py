"""What simulators make of the same networks, all of which are built side by side: a run of a board takes seconds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from random_networks import TRIAL, TRIALS
from simulators import set_up


@dataclass
class Outcome:
    """Of one network on one simulator.

    Attributes
    ----------
    synapses : list of float64 arrays, shape (n, 4)
        Of each wire: neurons within the views, weight in nA, delay in ms; in order.
    weights : list of (list, float64 array)
        Of each wire when the network had run, in both formats.
    spikes : list of lists of float64 arrays
        ms, of each population and neuron.
    """

    synapses: list
    weights: list
    spikes: list


def outcomes(sim, networks, timestep):
    """Build networks, set their weights, run them; return an Outcome for each."""
    set_up(sim, timestep=timestep)
    built = [network.build(sim) for network in networks]
    synapses = []
    for network, (populations, projections) in zip(networks, built, strict=True):
        for population in populations:
            population.record("spikes")
        synapses.append([_synapses(projection) for projection in projections])
        for wire, projection in zip(network.wires, projections, strict=True):
            if wire.set_as:
                projection.set(weight=wire.new_weights(projection.shape, len(projection)))
    sim.run(TRIAL * TRIALS)
    results = [
        Outcome(before, [_weights(projection) for projection in projections], [_spikes(p) for p in populations])
        for before, (populations, projections) in zip(synapses, built, strict=True)
    ]
    sim.end()
    return results


def _synapses(projection):
    return np.array(projection.get(["weight", "delay"], format="list"), float).reshape(-1, 4)


def _weights(projection):
    return projection.get("weight", format="list", with_address=False), projection.get("weight", format="array")


def _spikes(population):
    trains = population.get_data("spikes").segments[0].spiketrains
    return [np.asarray(train.rescale("ms").magnitude) for train in trains]
