"""The forward kernels in a row, and what the float64 reference says about the same layer."""

from __future__ import annotations

import numpy as np
from reference import Neuron, run_layer

from pynn_sfdfa.event.batch.arrive import arrive_inputs
from pynn_sfdfa.event.batch.forward import Draw, advance_layer
from pynn_sfdfa.event.batch.layout import to_blocks
from pynn_sfdfa.event.batch.volley import merge_blocks
from pynn_sfdfa.event.batch.workspace import Workspace, layer_constants

EPS = float(np.finfo(np.float32).eps)


def volleys(network, trains, seed=0, perturbed=False):
    """Return (times, units, grades) of the first layer's spikes for every sample."""
    layer, n = network.layers[0], len(trains)
    workspace = Workspace(network, n, int(np.diff(trains.offsets).max(initial=0)))
    constants = layer_constants(layer, network)
    arrivals, spikes, volley = workspace.arrivals[0], workspace.spikes[0], workspace.volleys[0]
    arrive_inputs(trains.times, trains.units, trains.offsets, np.arange(n), constants, arrivals)
    draw = Draw(graded=False, perturbed=perturbed, seed=seed, layer=0, first_trial=0)
    advance_layer(n, to_blocks(network.weights[0]), arrivals, constants, draw, spikes)
    merge_blocks(n, arrivals, spikes, volley)
    return [tuple(column[k, : volley.n[k]].copy() for column in volley[1:]) for k in range(n)]


def neuron_of(network, layer=0):
    """Return the constants of a layer for the reference."""
    cells = network.layers[layer]
    return Neuron(
        cells.tau_m, cells.tau_syn, cells.threshold_current, cells.trial_duration,
        exact=network.gradient == "exact", max_spikes=network.max_spikes,
    )  # fmt: skip


def expected(network, trains, sample, perturbation=None):
    """Return the reference's response of the first layer to one sample."""
    times, units = trains.sample(sample)
    weights = network.weights[0].astype(float)
    return run_layer(neuron_of(network), weights, times, units, perturbation=perturbation, delay=network.delay)


def decided(response):
    """Neurons that come nowhere so close to threshold that float32 rounding decides whether they spike."""
    return response.margin > 16 * EPS
