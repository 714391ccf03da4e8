"""Small networks for the cases, and what they recorded."""

from __future__ import annotations

import numpy as np

CELL = {"tau_m": 20.0, "tau_syn": 10.0, "cm": 10.0, "v_rest": -70.0, "v_thresh": -69.0, "trial_duration": 1000.0}
"""A neuron that answers a strong input within a millisecond."""


def source(sim, times, **options):
    return sim.Population(len(times), sim.SpikeSourceArray(spike_times=times), **options)


def cells(sim, n=2, **parameters):
    return sim.Population(n, sim.LIF_SFDFA(**{**CELL, **parameters}))


def spikes(group, segment=-1, **options):
    """Return the recorded spike times of each neuron, in ms."""
    trains = group.get_data("spikes", **options).segments[segment].spiketrains
    return [np.round(np.asarray(train.rescale("ms").magnitude), 6).tolist() for train in trains]


def count(group, **options):
    """Return how many spikes were recorded."""
    return sum(len(train) for train in spikes(group, **options))
