"""The PyNN path, trial by trial through ``run()``, and the batch path with one sample a batch compute the same."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest
from small_nets import network, random_trains

import pynn_sfdfa.event as sim
from pynn_sfdfa import SGD, SpikeCount
from pynn_sfdfa.rules import Combination
from pynn_sfdfa.rules.parts.direct import Direct
from pynn_sfdfa.rules.parts.estimated import Estimated

SEED, TRIALS = 5, 6
ETA, ETA_B, RHO, R_TARGET = 1e-5, 0.05, 0.3, 3.0
LOSS = SpikeCount(12.0, 4.0)


@dataclass(frozen=True)
class Watched(Direct):
    """Direct transport that notes what it was given."""

    name = "watched"

    seen: list = field(default_factory=list)

    def assign(self, trials, feedback, regularisation):
        hidden = range(trials.n_layers - 1)
        perturbations = [trials.perturbation(layer)[0].copy() for layer in hidden]
        counts = [trials.counts(layer)[0].copy() for layer in range(trials.n_layers)]
        self.seen.append((perturbations, counts, trials.directional()[0].copy()))
        super().assign(trials, feedback, regularisation)


def described(ratio, gradient):
    return network(
        [30, 20, 12, 3], c=0.5, tau_m=130.0 * ratio, gradient=gradient, delay=1.5, max_spikes=500,
        weights=(-0.6, 1.0), seed=4,
    )  # fmt: skip


def in_batches(net, trains):
    """Return the weights and feedback after each trial, and what the rule saw."""
    watched = Watched()
    rule = Combination(watched, Estimated(ETA_B), rho=RHO, r_target=R_TARGET)
    engine = sim.training_engine(net, rule, SGD(learning_rate=ETA), LOSS, 1, SEED)
    after = []
    for trial in range(TRIALS):
        list(engine.train(trains, np.array([trial]), trial))
        after.append(engine.weights() + engine.feedback())
    return after, watched.seen


def in_pynn(net, trains):
    """Return the weights and feedback after each trial, and per trial and layer the spike counts, and more."""
    sim.setup(seed=SEED)
    wiring = net.wire(
        sim, trains, targets=LOSS.targets(trains.labels, net.sizes[-1]), learning_rate=ETA,
        feedback_learning_rate=ETA_B, rho=RHO, r_target=R_TARGET,
    )  # fmt: skip
    for population in wiring.populations:
        population.record("spikes")
    after, draws, directionals = [], [], []
    for trial in range(TRIALS):
        sim.run_until((trial + 1) * net.trial_duration - 1e-6)
        draws.append([p.dynamics.perturbation.copy() for p in wiring.populations[:-1]])
        directionals.append(wiring.populations[-1].dynamics.state.directional.copy())
        sim.run_until((trial + 1) * net.trial_duration)
        after.append([p.get("weight", format="array") for p in wiring.projections + wiring.feedback])
    edges = np.arange(TRIALS + 1) * net.trial_duration
    counts = [
        np.array([np.histogram(np.array(train), edges)[0] for train in p.get_data().segments[0].spiketrains]).T
        for p in wiring.populations
    ]
    net.read(wiring)
    return after, counts, draws, directionals, closest_call(net, trains, wiring)


def closest_call(net, trains, wiring):
    """Return the shortest time between a spike and an arrival at its layer, in ms."""
    spikes = [np.concatenate(trains.spike_times(net.trial_duration))]
    spikes += [np.concatenate([np.array(t) for t in p.get_data().segments[0].spiketrains]) for p in wiring.populations]
    return min(
        abs(later[:, np.newaxis] - earlier - net.delay).min()
        for earlier, later in zip(spikes[:-1], spikes[1:], strict=True)
    )


@pytest.mark.parametrize("ratio", [2.0, 2.7])
@pytest.mark.parametrize("gradient", ["bounded", "exact"])
def test_same_spikes_perturbations_weights_and_feedback_in_every_trial(ratio, gradient):
    net = described(ratio, gradient)
    before = [w.astype(float) for w in net.weights + net.feedback]
    trains = random_trains(np.random.default_rng(1), TRIALS, 30, spikes=(40, 60), n_classes=3)
    batch, seen = in_batches(net, trains)
    online, counts, draws, directionals, closest = in_pynn(net, trains)
    # An arrival changes the slope of v at once, and with it f; float32 times cannot order events closer than this.
    assert closest > 1e-4
    for trial, (perturbations, batch_counts, directional) in enumerate(seen):
        for layer, batch_count in enumerate(batch_counts):
            np.testing.assert_array_equal(batch_count, counts[layer][trial])
            assert batch_count.sum() > 0
        for layer, drawn in enumerate(perturbations):
            fired = batch_counts[layer] > 0
            np.testing.assert_array_equal(drawn, np.where(fired, draws[trial][layer], 0).astype(np.float32))
        np.testing.assert_allclose(directional, directionals[trial], rtol=1e-4, atol=1e-5)
        for got, wanted, start in zip(batch[trial], online[trial], before, strict=True):
            moved = abs(wanted - start).max()
            assert moved > 1e-4
            assert abs(got - wanted).max() <= 2e-5 * moved + 2e-7  # the second term: weights themselves are float32
    for got, wanted in zip(net.weights + net.feedback, online[-1], strict=True):
        np.testing.assert_array_equal(got, wanted.astype(np.float32))
