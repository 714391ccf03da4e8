"""Small networks and spike trains for the tests of training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from pynn_sfdfa import FeedForward, SpikeTrains
from pynn_sfdfa.rules import LearningRule
from pynn_sfdfa.rules.learning_rule import Parts
from pynn_sfdfa.rules.parts.estimated import Estimated
from pynn_sfdfa.rules.parts.spike_times import SpikeTimes
from pynn_sfdfa.rules.parts.transport import Transport


def network(sizes, c=0.3, tau_m=260.0, tau_syn=130.0, duration=200.0, **options):
    """A network whose neurons all have the threshold c (nA); cm = 10 nF, v_rest = -65 mV."""
    kappa = tau_m * tau_syn / (10.0 * (tau_m - tau_syn))
    cell = {"tau_m": tau_m, "tau_syn": tau_syn, "cm": 10.0, "v_rest": -65.0, "trial_duration": duration}
    cell["v_thresh"] = -65.0 + c * kappa
    return FeedForward(sizes, hidden=cell, output=cell, **options)


def random_trains(rng, n_samples, n_units, spikes=(20, 40), last=100.0, n_classes=2, grid=None):
    """Random spikes; ``grid`` (ms) rounds times, so that many coincide."""
    samples = []
    for _ in range(n_samples):
        n = int(rng.integers(*spikes))
        times = rng.uniform(0, last, n)
        if grid:
            times = np.round(times / grid) * grid
        samples.append((times.astype(np.float32), rng.integers(0, n_units, n)))
    return SpikeTrains.from_samples(samples, rng.integers(0, n_classes, n_samples), n_units)


def same_on_threads(trained, counts=(1, 2, 4)):
    """Return the arrays that ``trained(threads)`` returns: the same bits on each of these numbers of threads."""
    first, *others = (list(trained(threads)) for threads in counts)
    for other in others:
        for mine, theirs in zip(first, other, strict=True):
            np.testing.assert_array_equal(mine, theirs)
    return first


@dataclass(frozen=True)
class ToAll(Transport):
    """Gives every neuron the error 1 in every trial."""

    name: ClassVar[str] = "to-all"

    def assign(self, trials, feedback, regularisation):
        for layer in range(trials.n_layers):
            trials.neuron_errors(layer, np.ones(trials.counts(layer).shape, np.float32))


@dataclass(frozen=True)
class Ones(LearningRule):
    """Gives every neuron the error 1 in every trial, so that the gradient is the mean eligibility."""

    name: ClassVar[str] = "ones"

    @property
    def parts(self):
        return Parts(SpikeTimes(), ToAll(), Estimated(0.0))
