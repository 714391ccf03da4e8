"""Recurrent layers in the batch engine: spikes and learning of the PyNN path, and exact backpropagation in time."""

from __future__ import annotations

import heapq

import numpy as np
import pytest
from kernels import of_trial
from small_nets import Ones, random_trains

import pynn_sfdfa.event as sim
from pynn_sfdfa import Input, Network, Recurrent, SpikeCount, Trainer
from pynn_sfdfa.event.batch.layers import Layers
from pynn_sfdfa.network.cells import LIF_SFDFA, IF_curr_exp
from pynn_sfdfa.network.connectivity import Convolution, Dense, Pooling
from pynn_sfdfa.rules import BP, DFA, HM2BP, SFDFA
from pynn_sfdfa.training.optimizers import SGD, Adam

DURATION = 120.0
CELL = {"tau_m": 32.0, "tau_syn": 16.0, "cm": 8.0, "v_rest": -65.0, "v_thresh": -62.0, "trial_duration": DURATION}
STOCK = IF_curr_exp(**CELL, v_reset=-66.0, tau_refrac=3.0)
LOOP, OUT = Recurrent(1.5, 0.7, (-0.5, 0.5)), Recurrent(4.0, 1.0, (-0.3, 0.3))


def recurrent(cell=None, delay=0.0, sizes=(12, 9, 4), seed=3, loops=(LOOP, OUT), **options):
    cell = cell or LIF_SFDFA(**CELL)
    layers = [Dense(n, cell=cell, recurrent=loop) for n, loop in zip(sizes[1:], loops, strict=True)]
    settings = {"weights": (-0.4, 1.2), "max_spikes": 200, "seed": seed} | options
    return Network([Input((sizes[0],)), *layers], delay=delay, **settings)


def samples(n=3, units=12, seed=4, **options):
    return random_trains(np.random.default_rng(seed), n, units, **({"spikes": (30, 50), "last": 90.0} | options))


@pytest.mark.parametrize(
    ("cell", "delay", "grid"),
    [(LIF_SFDFA(**CELL), 0.0, None), (LIF_SFDFA(**CELL), 1.0, 0.5), (STOCK, 1.0, None)],
    ids=["LIF_SFDFA", "on a grid", "IF_curr_exp"],
)
def test_spikes_are_those_of_the_pynn_path(cell, delay, grid):
    net, trains = recurrent(cell, delay), samples(1, grid=grid)
    layers = Layers(net, 0, 1)
    workspace = layers.workspace(trains, 1)
    layers.run(workspace, trains, np.arange(1), 0, False)
    sim.setup(timestep=0.5)
    wiring = net.wire(sim, trains)
    for population in wiring.populations:
        population.record("spikes")
    sim.run(wiring.duration)
    for own, population in zip(workspace.layers, wiring.populations, strict=True):
        _, neuron, times = wiring.spikes(population)
        records = of_trial(own, "spikes", 0)[: of_trial(own, "counts", 0).sum()]
        assert records.size > 10
        for i in range(population.size):
            np.testing.assert_allclose(np.sort(records.time[records.unit == i]), np.sort(times[neuron == i]), atol=2e-4)


def test_eligibilities_and_perturbations_are_those_of_the_pynn_path():
    net, trains = recurrent(delay=0.5), samples(1)
    engine = sim.training_engine(net, Ones(), None, SpikeCount(), 1, 5)
    (hidden, output), d = engine.gradient(trains), seen(net, trains)
    sim.setup(seed=5)
    targets = np.zeros((1, 4))
    wiring = net.wire(sim, trains, targets=targets, feedback_learning_rate=1e-9)
    sim.run(DURATION - 1e-6)
    for found, below, within in zip((hidden, output), wiring.projections, wiring.within, strict=True):
        expected = [np.nan_to_num(p.get("eligibility", format="array")) for p in (below, within)]
        np.testing.assert_allclose(found, np.concatenate(expected), rtol=2e-3, atol=2e-3)
    np.testing.assert_allclose(wiring.populations[-1].dynamics.state.directional, d, rtol=1e-3)


def seen(net, trains):
    """Return what the perturbations of the hidden layer are at the output in the first trial."""
    layers = Layers(net, 5, 1)
    workspace = layers.workspace(trains, 1)
    layers.run(workspace, trains, np.arange(1), 0, True)
    return workspace.directional(1, 1)[0]


def plainly(net, weights, trains):
    """Return the spike times of every neuron of each layer in float64, from event to event; tau_m is 2 tau_syn."""
    queue = [(float(time) + net.delay, 0, int(unit)) for time, unit in zip(*trains.sample(0), strict=True)]
    heapq.heapify(queue)
    cells = [layer.cell for layer in net.layers]
    A, B = ([np.zeros(layer.size) for layer in net.layers] for _ in range(2))
    fired, now = [[[] for _ in range(layer.size)] for layer in net.layers], 0.0
    while True:
        due = []
        for cell, a, b in zip(cells, A, B, strict=True):
            root = b**2 - 4 * a * cell.threshold_current
            growth = np.divide(2 * a, b + np.sqrt(np.maximum(root, 0.0)), where=(root > 0) & (a > 0), out=0 * a)
            due.append(np.where(growth >= 1, cell.tau_m * np.log(np.maximum(growth, 1.0)), np.inf))
        layer = int(np.argmin([d.min() for d in due]))
        spike, arrival = now + due[layer].min(), queue[0][0] if queue else np.inf
        then = min(spike, arrival)
        if then > net.trial_duration:
            return fired
        for cell, a, b in zip(cells, A, B, strict=True):
            a *= np.exp((now - then) / cell.tau_syn)
            b *= np.exp((now - then) / cell.tau_m)
        now = then
        if arrival <= spike:
            _, layer, row = heapq.heappop(queue)
            A[layer] += weights[layer][row]
            B[layer] += weights[layer][row]
            continue
        i, loop = int(due[layer].argmin()), net.layers[layer].connectivity.recurrent
        B[layer][i] = A[layer][i]
        fired[layer][i].append(now)
        heapq.heappush(queue, (now + loop.delay, layer, net.sizes[layer] + i))
        if layer + 1 < len(fired):
            heapq.heappush(queue, (now + net.delay, layer + 1, i))


@pytest.mark.parametrize("seed", [1, 2])
def test_backpropagation_is_the_derivative_of_the_spike_times_through_the_loops(seed):
    loops = Recurrent(1.5, 0.7, (-0.3, 0.5)), Recurrent(4.0, 1.0, (-0.2, 0.3))
    options = {"loops": loops, "sizes": (12, 6, 3), "gradient": "exact", "weights": (-0.2, 1.0)}
    net, trains = recurrent(delay=1.0, seed=seed, **options), samples(1, n_classes=3, spikes=(20, 30), last=60.0)
    weights = [w.astype(float) for w in net.weights]
    counts = [np.array([len(times) for times in own]) for own in plainly(net, weights, trains)]
    assert all(np.median(count) >= 4 for count in counts)
    loss = SpikeCount(15.0, 3.0)
    error = loss.error(counts[-1][np.newaxis].astype(np.int32), trains.labels)[0].astype(float)
    gradients = sim.training_engine(net, BP(), None, loss, 1, 0).gradient(trains)
    rng = np.random.default_rng(seed)
    for layer, gradient in enumerate(gradients):
        n_below, there = net.sizes[layer], net.weights[layer] != 0
        of_loops = [(j, i) for j, i in np.argwhere(there) if j >= n_below]
        chosen = [*rng.permutation(of_loops)[:8], *rng.permutation(np.argwhere(there[:n_below]))[:4]]
        checked = 0
        for j, i in chosen:
            sums = []
            for sign in (1, -1):
                moved = [w.copy() for w in weights]
                moved[layer][j, i] += sign * 1e-6
                fired = plainly(net, moved, trains)
                if any([len(t) for t in own] != c.tolist() for own, c in zip(fired, counts, strict=True)):
                    break  # a spike came or went: the derivative does not exist within this step
                sums.append(sum(e * sum(t) for e, t in zip(error, fired[-1], strict=True)))
            if len(sums) == 2:
                checked += 1
                scale = abs(gradient).max()
                assert gradient[j, i] == pytest.approx((sums[0] - sums[1]) / 2e-6, rel=5e-3, abs=5e-4 * float(scale))
        assert checked > 6
        assert not gradient[~there].any()


RULES = [SFDFA(rho=0.1), SFDFA(timed=True), DFA(), BP(), HM2BP(silent_target_spikes=9), SFDFA(feedback="layer-wise")]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.name} {rule.parts.transport.name}")
def test_weights_do_not_depend_on_threads_and_absent_synapses_stay_absent(rule):
    trains = samples(9, n_classes=4)
    learned = []
    for threads in (1, 2, 3):
        net = recurrent(STOCK if rule.name == "hm2bp" else None, 1.0)
        Trainer(net, rule=rule, optimizer=Adam(0.01), batch_size=4, seed=2, threads=threads).fit(trains, epochs=2)
        learned.append(net.weights)
    for one, other in zip(learned[0], learned[1], strict=True):
        np.testing.assert_array_equal(one, other)
    for one, other in zip(learned[0], learned[2], strict=True):
        np.testing.assert_array_equal(one, other)
    start, absent = recurrent(delay=1.0).weights, ~LOOP.connected(9)
    assert absent.sum() > 10 and not learned[0][0][12:][absent].any()
    moved = learned[0][0][12:] != start[0][12:]
    assert moved[~absent].mean() > 0.5


def test_plain_descent_leaves_absent_synapses_absent_and_a_resumed_training_goes_on():
    trains = samples(9, n_classes=4)
    whole = recurrent()
    engine = sim.training_engine(whole, SFDFA(), SGD(1e-3), SpikeCount(), 1, 2)
    list(engine.train(trains, np.arange(9), 0))
    first = sim.training_engine(recurrent(), SFDFA(), SGD(1e-3), SpikeCount(), 1, 2)
    list(first.train(trains, np.arange(4), 0))
    second = sim.training_engine(recurrent(seed=8), SFDFA(), SGD(1e-3), SpikeCount(), 1, 2)
    second.load_state(first.state())
    list(second.train(trains, np.arange(4, 9), 4))
    for one, other in zip(engine.weights(), second.weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    assert not engine.weights()[0][12:][~LOOP.connected(9)].any()
    assert (engine.weights()[0][12:] != whole.weights[0][12:]).sum() > 20


@pytest.mark.parametrize("rule", [BP(), HM2BP(silent_target_spikes=9)], ids=["bp", "hm2bp"])
@pytest.mark.parametrize("below", ["convolution", "pooling"])
def test_above_layers_that_see_windows_gradients_are_those_of_the_dense_network(below, rule):
    cell = STOCK if rule.name == "hm2bp" else LIF_SFDFA(**CELL)
    first = Convolution(2, 2, cell=cell) if below == "convolution" else Pooling(2)
    layers, options = [Dense(6, cell=cell, recurrent=LOOP), Dense(3, cell=cell)], {"delay": 1.0, "max_spikes": 200}
    net = Network([Input((1, 4, 4)), first, *layers], weights=(-0.2, 1.0), seed=1, **options)
    sizes = [Dense(18, cell=cell)] if below == "convolution" else []
    dense, at = Network([Input((16,)), *sizes, *layers], **options), len(sizes)
    dense.weights = [m.toarray() if hasattr(m, "toarray") else m for m in net.matrices(net.weights)]
    dense.weights[at] = np.concatenate([dense.weights[at], net.weights[at][-6:]])
    trains = samples(3, 16, n_classes=3)
    found, expected = (
        sim.training_engine(own, rule, None, SpikeCount(), 3, 0).gradient(trains)[at] for own in (net, dense)
    )
    assert abs(expected[-6:]).max() > 0
    np.testing.assert_allclose(found[-6:], expected[-6:], rtol=2e-3, atol=2e-4 * abs(expected).max())
