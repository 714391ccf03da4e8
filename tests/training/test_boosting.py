"""Boosting: weights of samples, against the formula and within a training; resuming is tested with all else."""

from __future__ import annotations

import numpy as np
import pytest
from small_nets import network, random_trains

import pynn_sfdfa.event as sim
from pynn_sfdfa import DFA, SGD, Boosting, SpikeCount, Trainer
from pynn_sfdfa.training.boosting import SampleWeights
from pynn_sfdfa.training.checkpoint import CheckpointError


def test_weights_of_misclassified_samples_grow_with_the_error_of_their_class():
    weights = np.array([1.0, 2.0, 1.0, 4.0, 1.0], np.float32)
    missed = np.array([True, False, True, False, False])
    labels = np.array([0, 0, 2, 2, 5])
    grown = Boosting(0.05).grown(weights, missed, labels)
    assert grown.dtype == np.float32
    np.testing.assert_allclose(grown, [np.exp(0.05 / 3), 2.0, np.exp(0.05 / 5), 4.0, 1.0], rtol=1e-6)


def test_weights_grow_when_the_next_epoch_begins_and_once():
    weights, labels = SampleWeights(Boosting(1.0)), np.array([0, 0, 1])
    weights.begin(labels, True)
    weights.classified(np.array([0, 2]), np.array([False, True]))
    np.testing.assert_array_equal(weights.of(np.arange(3)), 1.0)
    weights.begin(labels, False)  # goes on within the epoch
    weights.classified(np.array([1]), np.array([True]))
    again = SampleWeights(Boosting(1.0))
    again.load_state(weights.state())
    for one in (weights, again):
        one.begin(labels, True)
        one.begin(labels, True)
        np.testing.assert_allclose(one.of(np.arange(3)), [np.exp(0.5), 1.0, 1.0], rtol=1e-6)
    with pytest.raises(ValueError, match="There are 2 training samples, and boosting has weights for 3"):
        weights.begin(labels[:2], True)


def test_errors_count_as_often_as_their_samples_and_figures_once():
    """A sample of weight 2 in one batch moves the weights as the same sample twice, of a sum of gradients."""
    net, trains = network([20, 8, 3], c=0.1, seed=2), random_trains(np.random.default_rng(3), 2, 20, n_classes=3)
    engines = [sim.training_engine(net, DFA(rho=0.0), SGD(eta), SpikeCount(), n, 1, 1, boosting=Boosting(0.0))
               for eta, n in ((2e-6, 2), (3e-6, 3))]  # fmt: skip
    state = {"boosting.weights": np.array([2.0, 1.0], np.float32), "boosting.missed": np.zeros(2, np.uint8)}
    engines[0].load_state(engines[0].state() | state)
    shown = [trains, trains.select(np.array([0, 0, 1]))]
    figures = [list(engine.train(trains, np.arange(len(trains)), 0))[0]
               for engine, trains in zip(engines, shown, strict=True)]  # fmt: skip
    for mine, theirs, start in zip(*(engine.weights() for engine in engines), net.weights, strict=True):
        assert abs(mine - start).max() > 1e-4
        np.testing.assert_allclose(mine, theirs, atol=1e-6)
    once = list(sim.training_engine(net, DFA(), SGD(), SpikeCount(), 2, 1, 1).train(trains, np.arange(2), 0))[0]
    assert (figures[0].loss, figures[0].samples, figures[0].correct) == (once.loss, 2, once.correct)


def test_misclassified_samples_of_a_training_count_more(tmp_path):
    trains = random_trains(np.random.default_rng(3), 30, 20, n_classes=3)
    options = {"rule": DFA(), "batch_size": 7, "folder": tmp_path}
    trainer = Trainer(network([20, 8, 3], c=0.1, seed=2), boosting=Boosting(1.0), **options)
    history = trainer.fit(trains, epochs=3)
    state = trainer._engine.state()
    assert state["boosting.missed"].sum() == round(30 * (1 - history.records[-1].train_accuracy)) > 0
    assert state["boosting.weights"].min() == 1.0 < state["boosting.weights"].max() <= np.exp(2.0)
    with pytest.raises(CheckpointError, match=r"The state has boosting.missed, which this training does not have"):
        Trainer(network([20, 8, 3], c=0.1, seed=2), **options).fit(trains, epochs=4, resume=True)
    plain = Trainer(network([20, 8, 3], c=0.1, seed=2), **options)
    plain.fit(trains)
    with pytest.raises(CheckpointError, match=r"boosting.weights and boosting.missed must be there, of one length"):
        Trainer(network([20, 8, 3], c=0.1, seed=2), boosting=Boosting(), **options).fit(trains, epochs=4, resume=True)


@pytest.mark.parametrize("settings", [{"gain": -0.1}, {"gain": float("nan")}])
def test_settings_that_are_refused(settings):
    with pytest.raises(ValueError, match="Boosting: gain = .* is not valid"):
        Boosting(**settings)
