"""Exact backpropagation where layers differ: cells, time constants, windows and loops in one network.

Central differences are of a float64 simulation that goes from event to event and shares nothing with the package.
"""

from __future__ import annotations

import numpy as np
import pytest
from laid_out import matrix
from reference_if_curr_exp import Neuron
from reference_recurrent import Synapses
from reference_recurrent import network as simulated
from small_nets import random_trains

import pynn_sfdfa.event as sim
from pynn_sfdfa import BP, Convolution, Dense, Input, Local, Network, Pooling, Recurrent, SpikeCount
from pynn_sfdfa.network.cells import LIF_SFDFA, IF_curr_exp

COMMON = {"cm": 8.0, "v_rest": -65.0, "v_thresh": -62.0, "trial_duration": 120.0}
LIF = LIF_SFDFA(tau_m=40.0, tau_syn=11.0, **COMMON)
STOCK = IF_curr_exp(tau_m=32.0, tau_syn=8.0, v_reset=-66.5, tau_refrac=3.0, **COMMON)
DRIVEN = IF_curr_exp(tau_m=30.0, tau_syn=9.0, v_reset=-66.0, tau_refrac=1.5, i_offset=0.2, **COMMON)
LOOP, OUT = Recurrent(1.7, 0.6, (-0.4, 0.5)), Recurrent(3.0, 1.0, (-0.2, 0.3))
LAYERS = {
    "loops of both cells": [Input((12,)), Dense(6, cell=DRIVEN, recurrent=LOOP), Dense(3, cell=LIF, recurrent=OUT)],
    "a loop above windows": [
        Input((2, 6, 6)), Pooling(2), Local(3, 2, cell=STOCK), Pooling(2), Dense(5, cell=LIF, recurrent=LOOP),
        Dense(3, cell=STOCK),
    ],
    "windows of both cells": [
        Input((1, 7, 7)), Convolution(3, 3, stride=2, cell=STOCK), Convolution(4, 2, cell=LIF), Pooling(2),
        Dense(3, cell=DRIVEN),
    ],
}  # fmt: skip
RATE = {"rho": 0.1, "r_target": 4.0}


def neuron(cell):
    """Return a cell as the reference has it; it begins where it rests."""
    shared = {name: getattr(cell, name) for name in ("tau_m", "cm", "v_rest", "v_thresh")}
    currents = {"tau_syn_E": cell.tau_syn, "tau_syn_I": cell.tau_syn}
    if isinstance(cell, LIF_SFDFA):
        return Neuron(**shared, **currents, v_reset=cell.v_rest, tau_refrac=0.0, v=cell.v_rest)
    own = {name: getattr(cell, name) for name in ("v_reset", "tau_refrac", "i_offset")}
    return Neuron(**shared, **currents, **own, v=cell.resting_potential)


def wired(net, weights):
    """Return all synapses; neurons count from 0 through the layers, input units are -1, -2, ..."""
    synapses, first = [], 0
    below = [-1 - unit for unit in range(net.sizes[0])]
    for layer, own in zip(net.layers, weights, strict=True):
        here = list(range(first, first + layer.size))
        loop = getattr(layer.connectivity, "recurrent", None)
        if loop is not None:
            synapses += [
                Synapses(here[j], here[i], w, loop.delay, False)
                for (j, i), w in np.ndenumerate(own[-layer.size :]) if w
            ]  # fmt: skip
        laid = matrix(layer, own) if loop is None else np.zeros((len(below), layer.size))
        if loop is not None:
            for row, unit_weights in enumerate(own[: -layer.size]):
                one = np.zeros(own.shape, np.float32)
                one[row] = 1.0
                reached = layer.connectivity.matrix(layer.input_shape, one)
                laid += np.asarray(getattr(reached, "toarray", lambda m=reached: m)(), float) * unit_weights
        synapses += [Synapses(below[j], here[i], w, net.delay, False) for (j, i), w in np.ndenumerate(laid) if w]
        below, first = here, first + layer.size
    return synapses


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("name", LAYERS)
def test_backpropagation_is_the_derivative_of_the_spike_times(name, seed):
    net = Network(LAYERS[name], gradient="exact", delay=0.6, max_spikes=250, weights=(-0.3, 1.7), seed=seed)
    trains = random_trains(np.random.default_rng(seed), 1, net.sizes[0], spikes=(90, 110), last=90.0, n_classes=3)
    cells = [neuron(layer.cell) for layer in net.layers for _ in range(layer.size)]
    times, units = trains.sample(0)
    sources = {-1 - unit: times[units == unit].astype(float) for unit in range(net.sizes[0])}

    def fired(weights):
        return simulated(cells, wired(net, weights), sources, net.trial_duration)[0]

    weights = [own.astype(float) for own in net.weights]
    counts = [len(own) for own in fired(weights)]
    assert sum(counts) > 60 and sum(counts[-3:]) > 10
    loss = SpikeCount(15.0, 3.0)
    output = loss.error(np.array([counts[-3:]], np.int32), trains.labels)[0]
    errors = [RATE["rho"] * (RATE["r_target"] - n) for n in counts[:-3]] + output.tolist()
    gradients = sim.training_engine(net, BP(**RATE), None, loss, 1, 0).gradient(trains)
    for layer, gradient in enumerate(gradients):
        direction = np.random.default_rng(layer).normal(size=gradient.shape) * (weights[layer] != 0)
        sums = []
        for sign in (1, -1):
            moved = [own + sign * 1e-6 * direction if k == layer else own for k, own in enumerate(weights)]
            found = fired(moved)
            assert [len(own) for own in found] == counts  # no spike came or went
            sums.append(sum(e * own.sum() for e, own in zip(errors, found, strict=True)))
        slope = float((gradient * direction).sum())
        scale = float(np.linalg.norm(gradient))
        assert slope == pytest.approx((sums[0] - sums[1]) / 2e-6, rel=1e-4, abs=2e-5 * scale)
