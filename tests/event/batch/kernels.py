"""The forward kernels in a row, and what the float64 reference says about the same layer."""

from __future__ import annotations

import numpy as np
from reference import Neuron, run_layer

from pynn_sfdfa.event.batch.arrive import Inputs, arrive_inputs, arrive_spikes
from pynn_sfdfa.event.batch.forward import Draw, advance_layer
from pynn_sfdfa.event.batch.layout import pad
from pynn_sfdfa.event.batch.order import ROOM_TO_SORT
from pynn_sfdfa.event.batch.records import allocate_trials
from pynn_sfdfa.event.batch.site_layout import layouts_of
from pynn_sfdfa.event.batch.workspace import Workspace, layer_constants

EPS = float(np.finfo(np.float32).eps)


def volleys(network, trains, seed=0, perturbed=False):
    """Return (times, units, grades) of the first layer's spikes for every sample, as the next layer receives them."""
    n = len(trains)
    workspace = Workspace(network, layouts_of(network), n, int(np.diff(trains.offsets).max(initial=0)), parts=1)
    constants, layer = layer_constants(network.layers[0], network), workspace.layers[0]
    arrive_inputs(0, n, Inputs(trains.times, trains.units, trains.offsets, np.arange(n)), constants, layer)
    draw = Draw(graded=False, perturbed=perturbed, seed=seed, layer=0, first_trial=0)
    weights = pad(network.weights[0]).reshape(-1)
    advance_layer(0, n, weights, constants, draw, workspace.scratch[0][0], layer)
    capacity = layer.spikes.size // n
    received = allocate_trials(n, capacity, 1, 1)
    no_delay = constants._replace(delay=np.float32(0.0), trial_duration=np.float32(np.inf))
    arrive_spikes(0, n, layer, no_delay, np.empty(2 * capacity + ROOM_TO_SORT, np.uint64), received)
    return [in_order(received, k) for k in range(n)]


def of_trial(layer, name, trial):
    """Return the events, groups or spikes of one trial."""
    return getattr(layer, name).reshape(layer.places.size, -1)[trial]


def in_order(layer, trial):
    """Return (times, units, grades) of the events that arrive in one trial."""
    n_groups, groups = int(layer.places[trial].n_groups), of_trial(layer, "groups", trial)
    sizes = np.diff(groups.start[: n_groups + 1])
    events = of_trial(layer, "events", trial)[: sizes.sum()]
    return np.repeat(groups.time[:n_groups], sizes), events.unit, events.grade


def neuron_of(network, layer=0):
    """Return the constants of a layer for the reference."""
    cells = network.layers[layer].cell
    return Neuron(
        cells.tau_m, cells.tau_syn, cells.threshold_current, cells.trial_duration,
        exact=network.gradient == "exact", max_spikes=network.max_spikes, drop=cells.reset_current,
    )  # fmt: skip


def expected(network, trains, sample, perturbation=None):
    """Return the reference's response of the first layer to one sample."""
    times, units = trains.sample(sample)
    weights = network.weights[0].astype(float)
    return run_layer(neuron_of(network), weights, times, units, perturbation=perturbation, delay=network.delay)


def decided(response):
    """Neurons that come nowhere so close to threshold that float32 rounding decides whether they spike."""
    return response.margin > 16 * EPS
