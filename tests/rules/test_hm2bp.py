"""HM2-BP: the fused kernels against the rule written plainly, on any spikes."""

from __future__ import annotations

import numpy as np
import pytest
from plain_hm2bp import PlainTrial, hm2bp
from small_nets import random_trains

from pynn_sfdfa import Dense, Input, Network, SpikeCount
from pynn_sfdfa.event.batch.layers import Layers
from pynn_sfdfa.event.batch.trials import Blocks, Trials
from pynn_sfdfa.network.cells import IF_curr_exp
from pynn_sfdfa.rules import HM2BP


def net(sizes, inhibition=0.0, theta=1.0, delay=1.0, weights=(-0.6, 1.0), seed=1, max_spikes=60, **cell):
    """A network of stock cells with tau_m 64, tau_syn 8 and trials of 100 ms."""
    cell = IF_curr_exp(**{
        "tau_m": 64.0, "tau_syn": 8.0, "cm": 4.0, "v_rest": -65.0, "v_thresh": -65.0 + theta, "tau_refrac": 2.0,
        "trial_duration": 100.0, **cell,
    })  # fmt: skip
    hidden = [Dense(n, cell=cell) for n in sizes[1:-1]]
    layers = [Input((sizes[0],)), *hidden, Dense(sizes[-1], cell=cell, inhibition=inhibition)]
    return Network(layers, delay=delay, weights=weights, max_spikes=max_spikes, seed=seed)


def learned(network, trains, rule, loss, threads=1):
    """Return the gradients of a batch, and the spikes of each trial and layer before the rule gives any."""
    n = len(trains)
    layers = Layers(network, 0, threads)
    workspace = layers.workspace(trains, n)
    layers.run(workspace, trains, np.arange(n), 0, False)
    fired = [[of_layer(layer, size, k) for layer, size in zip(workspace.layers, network.sizes[1:], strict=True)]
             for k in range(n)]  # fmt: skip
    errors = [np.zeros((n, w.shape[1]), np.float32) for w in layers.weights]
    trials = Trials(layers, workspace, errors, [e.reshape(-1) for e in errors], loss, trains.labels, 1.0 / n)
    rule.assign_errors(trials, [])
    gradients = [np.zeros(w.shape, np.float32) for w in layers.weights]
    blocks = Blocks([w.shape[1] for w in layers.weights])
    layers.pool.run(trials.gradient_tasks([g.reshape(-1) for g in gradients], blocks, rule.parts.local_gradient))
    return [g[:, :size] for g, size in zip(gradients, network.sizes[1:], strict=True)], fired


def of_layer(layer, size, trial):
    trials = layer.n_groups.size
    count = layer.counts.reshape(trials, -1)[trial].sum()
    spikes = layer.spikes.reshape(trials, -1)[trial, :count]
    return [np.sort(spikes.time[spikes.unit == i]).astype(float) for i in range(size)]


def plain(network, trains, fired, rule, loss):
    """Return the mean gradients of the rule written plainly."""
    counts = [np.array([[len(times) for times in layers[k]] for layers in fired]) for k in range(len(network.layers))]
    output = loss.error(counts[-1].astype(np.int32), trains.labels).astype(float)
    offsets = [rule.rho * (rule.r_target - count.mean(axis=0)) for count in counts[:-1]]
    totals = [np.zeros(w.shape) for w in network.weights]
    for k in range(len(trains)):
        times, units = trains.sample(k)
        inputs = [np.asarray(times[units == j], float) for j in range(network.sizes[0])]
        trial = PlainTrial(network, inputs, fired[k])
        found = hm2bp(trial, output[k], trains.labels[k], offsets, rule.micro, rule.lateral, rule.silent,
                      rule.silent_target_spikes)  # fmt: skip
        totals = [total + gradient / len(trains) for total, gradient in zip(totals, found, strict=True)]
    return totals


RULES = [
    HM2BP(),
    HM2BP(micro=False, silent=0.0),
    HM2BP(lateral=False, silent_target_spikes=0),
    HM2BP(silent_target_spikes=9, rho=0.5, r_target=3.0),
]


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("theta", [1.0, 6.0])
@pytest.mark.parametrize("tau_refrac", [2.0, 0.0])
def test_gradients_are_those_of_the_rule_written_plainly(rule, theta, tau_refrac):
    network = net([9, 8, 7, 4], theta=theta, tau_refrac=tau_refrac, i_offset=0.0)
    trains = random_trains(np.random.default_rng(2), 5, 9, last=90.0, n_classes=4)
    loss = SpikeCount(12.0, 2.0, margin=1.0)
    found, fired = learned(network, trains, rule, loss)
    print([[np.array([len(t) for t in layer]) for layer in trial] for trial in fired])
    for fused, exact in zip(found, plain(network, trains, fired, rule, loss), strict=True):
        np.testing.assert_allclose(fused, exact, rtol=2e-4, atol=2e-5 * abs(exact).max())
