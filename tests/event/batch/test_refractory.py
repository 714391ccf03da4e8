"""IF_curr_exp in the batch engine: spikes and gradients against float64 and against differences of the spike times."""

from __future__ import annotations

import numpy as np
import pytest
from kernels import of_trial
from stock_reference import Stock, s_psp, spikes

from pynn_sfdfa import Dense, Input, Network
from pynn_sfdfa.encoding.spikes import SpikeTrains
from pynn_sfdfa.event.batch.arrive import Inputs, arrive_inputs
from pynn_sfdfa.event.batch.forward import Draw, advance_layer
from pynn_sfdfa.event.batch.layout import pad
from pynn_sfdfa.event.batch.own_spikes import NOT_LISTED
from pynn_sfdfa.event.batch.replayed import Accumulators, Replayed
from pynn_sfdfa.event.batch.site_layout import layouts_of
from pynn_sfdfa.event.batch.weight_gradients import Columns, accumulate_gradient
from pynn_sfdfa.event.batch.workspace import Workspace, layer_constants
from pynn_sfdfa.network.cells import IF_curr_exp

CASES = pytest.mark.parametrize(
    ("tau_refrac", "v_reset", "tau_m", "spread"),
    [(2.0, -65.0, 64.0, 300.0), (0.0, -65.0, 64.0, 300.0), (2.0, -68.0, 64.0, 300.0), (15.0, -63.0, 16.0, 60.0),
     (200.0, -65.0, 16.0, 300.0), (0.3, -65.0, 20.0, 15.0)],
)  # fmt: skip
N_PRE, N, DURATION, DELAY = 12, 32, 400.0, 1.0


def shown(tau_refrac, v_reset, tau_m, spread, step=None):
    """Return network, trains, and the records and constants of its layer after one trial."""
    cell = IF_curr_exp(
        tau_m=tau_m, tau_syn=8.0, cm=8.0, v_rest=-65.0, v_thresh=-60.0, v_reset=v_reset, tau_refrac=tau_refrac,
        trial_duration=DURATION,
    )  # fmt: skip
    net = Network([Input((N_PRE,)), Dense(N, cell=cell)], gradient="exact", delay=DELAY, weights=(-2.0, 4.0),
                  max_spikes=200, seed=3)  # fmt: skip
    rng = np.random.default_rng(7)
    times = np.sort(rng.uniform(1.0, spread, 150))
    times = np.sort(np.rint(times / step) * step) if step else times
    units = rng.integers(0, N_PRE, times.size).astype(np.int32)
    order = np.lexsort((units, times))
    trains = SpikeTrains(
        times[order].astype(np.float32), units[order], np.array([0, times.size]), np.zeros(1, int), N_PRE
    )
    workspace = Workspace(net, layouts_of(net), 1, times.size, parts=1)
    constants, layer = layer_constants(net.layers[0], net), workspace.layers[0]
    arrive_inputs(0, 1, Inputs(trains.times, trains.units, trains.offsets, np.arange(1)), constants, layer)
    advance_layer(0, 1, pad(net.weights[0]).reshape(-1), constants, Draw(False, False, 0, 0, 0),
                  workspace.scratch[0][0], layer)  # fmt: skip
    return cell, net, trains, layer, constants


def of_neuron(layer, i):
    fired = of_trial(layer, "spikes", 0)[: layer.counts.sum()]
    return np.sort(fired.time[fired.unit == i])


def expected(cell, net, trains):
    stock = Stock(cell.tau_m, cell.tau_syn, cell.cm, 5.0, cell.v_reset - cell.v_rest, cell.tau_refrac, DURATION)
    arrivals, weights = trains.times.astype(float) + DELAY, net.weights[0].astype(float)
    return stock, arrivals, [spikes(stock, weights[trains.units, i], arrivals) for i in range(N)]


def gradient(layer, constants, of_potential):
    space, total = np.empty((3, N), np.float32), np.zeros(N_PRE * N, np.float32)
    what, sums = Replayed(layer, constants, np.ones(N, np.float32), False), Accumulators(*space)
    how = (of_potential, np.float32(0), 0, NOT_LISTED, sums, np.empty(0, np.float32))
    accumulate_gradient(0, 1, 0, 1, what, *how, Columns(total, N, 0))
    return total.reshape(N_PRE, N)


@CASES
@pytest.mark.parametrize("step", [None, 1.0])
def test_spikes_are_those_of_the_equations(tau_refrac, v_reset, tau_m, spread, step):
    cell, net, trains, layer, _ = shown(tau_refrac, v_reset, tau_m, spread, step)
    sure = 0
    for i, (times, margin) in enumerate(expected(cell, net, trains)[2]):
        if margin < 1e-4:
            continue
        np.testing.assert_allclose(of_neuron(layer, i), times, atol=2e-3)
        sure += times.size > 2 or (tau_refrac == 200.0 and times.size > 1)
    assert sure > 8


@pytest.mark.slow
@CASES
def test_the_potential_gradient_is_the_published_double_sum(tau_refrac, v_reset, tau_m, spread):
    cell, net, trains, layer, constants = shown(tau_refrac, v_reset, tau_m, spread)
    stock, arrivals, _ = expected(cell, net, trains)
    found = -gradient(layer, constants, True) * 5.0
    for i in range(N):
        fired = of_neuron(layer, i).astype(float)
        e = [s_psp(stock, arrivals[trains.units == j], fired) for j in range(N_PRE)]
        np.testing.assert_allclose(found[:, i], e, rtol=1e-4, atol=1e-5 * max(1.0, max(e)))
    if v_reset == -65.0:  # the potential at every spike is the threshold
        total = (net.weights[0] * found).sum(axis=0)
        np.testing.assert_allclose(total, 5.0 * layer.counts[:N], rtol=2e-4, atol=2e-3)


@pytest.mark.slow
@CASES
def test_the_gradient_of_spike_times_is_that_of_central_differences(tau_refrac, v_reset, tau_m, spread):
    cell, net, trains, layer, constants = shown(tau_refrac, v_reset, tau_m, spread)
    stock, arrivals, responses = expected(cell, net, trains)
    found, step, compared = gradient(layer, constants, False), 1e-6, 0
    for i, (times, margin) in enumerate(responses):
        if margin < 1e-2 or times.size < 2 or of_neuron(layer, i).size != times.size:
            continue
        slopes = []
        for j in range(N_PRE):
            w = net.weights[0][trains.units, i].astype(float)
            later, earlier = (spikes(stock, w + sign * step * (trains.units == j), arrivals)[0] for sign in (1.0, -1.0))
            slopes.append((later.sum() - earlier.sum()) / (2 * step))
        np.testing.assert_allclose(found[:, i], slopes, rtol=5e-3, atol=5e-3 * np.abs(slopes).max())
        compared += 1
    assert compared > 5
