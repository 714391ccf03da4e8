"""Training on samples whose spikes are drawn when they are shown."""

from __future__ import annotations

import numpy as np
import pytest
import small_nets

from pynn_sfdfa import SFDFA, Trainer
from pynn_sfdfa.encoding import Augmentation, EncodedWhenShown, Poisson, PoissonGrid
from pynn_sfdfa.encoding.spikes import presented
from pynn_sfdfa.training.evaluator import Evaluator
from pynn_sfdfa.training.gradients import GradientAlignment
from pynn_sfdfa.training.passes import sample_order

IMAGES = np.random.default_rng(2).integers(0, 17, (70, 12), np.uint8)
LABELS = np.arange(70) % 3


def drawn(redraw, images=IMAGES, **changes):
    settings = {"p_max": 0.3, "duration": 30.0, "maximum": 16.0, "seed": 5, "redraw": redraw} | changes
    return EncodedWhenShown(PoissonGrid(**settings), images, LABELS[: len(images)])


def augmented():
    augmentation = Augmentation(elastic_scale=3.0, elastic_sigma=1.0, rotation=30.0, seed=4)
    encoder = Poisson(rate_max=300.0, duration=30.0, maximum=16.0)
    return EncodedWhenShown(encoder, IMAGES.reshape(70, 3, 4), LABELS, augmentation=augmentation)


def network():
    return small_nets.network([12, 9, 3], c=0.4, seed=3)


def trained(train, test=None, threads=2, batch_size=20, epochs=3):
    one = Trainer(network(), rule=SFDFA(), batch_size=batch_size, seed=2, threads=threads)
    return one, one.fit(train, test, epochs=epochs)


def same_weights(one, other):
    for got, wanted in zip(one.network.weights, other.network.weights, strict=True):
        np.testing.assert_array_equal(got, wanted)


def figures(history):
    return [(r.train_loss, r.test_loss, r.test_accuracy, r.spikes_per_sample) for r in history.records]


@pytest.mark.parametrize(("threads", "batch_size"), [(1, 20), (3, 20), (2, 1)])
def test_samples_drawn_once_train_as_their_spike_trains_do(threads, batch_size):
    train, test = drawn(redraw=False), drawn(redraw=False, images=IMAGES[::-1])
    lazily, history = trained(train, test, threads, batch_size)
    beforehand, wanted = trained(*(presented(s, np.arange(70)) for s in (train, test)), batch_size=batch_size)
    same_weights(lazily, beforehand)
    assert figures(history) == figures(wanted)


@pytest.mark.parametrize(
    ("train", "as_at_first"),
    [(drawn(redraw=True), drawn(redraw=False)), (augmented(), presented(augmented(), range(70)))],
)
def test_every_epoch_has_its_own_presentation(train, as_at_first):
    """As if an epoch after the other was given the spikes of its presentation; tests are as at presentation 0."""
    redrawn, history = trained(train, train, threads=3)
    engine = Trainer(network(), rule=SFDFA(), batch_size=20, seed=2)._engine
    for epoch in (1, 2, 3):
        trains, order = presented(train, np.arange(70), epoch), sample_order(70, 2, epoch)
        list(engine.train(trains, order, (epoch - 1) * 70, epoch))
    for got, wanted in zip(redrawn.network.weights, engine.weights(), strict=True):
        np.testing.assert_array_equal(got, wanted)
    evaluated = Evaluator(redrawn.network).evaluate(presented(train, np.arange(70)))
    assert history.records[-1].test_loss == evaluated.loss
    once, _ = trained(as_at_first)
    assert not np.array_equal(once.network.weights[0], redrawn.network.weights[0])


def test_samples_with_more_spikes_than_those_before_get_more_space():
    """One batch is as dark as can be, the next as bright, so that the space of the first does not suffice."""
    images = np.repeat([[1], [16], [4], [16]], 5, axis=0).astype(np.uint8) * np.ones((1, 12), np.uint8)
    samples = drawn(redraw=False, images=images)
    one = Evaluator(network())
    counts = [one._engine._layers.respond(samples, 5, False).counts for _ in range(2)]
    trains = presented(samples, np.arange(20))
    wanted = Evaluator(network()).evaluate(trains).counts
    for got in counts:
        np.testing.assert_array_equal(got, wanted)
    assert wanted.any()


def test_predictions_and_gradients_are_those_of_the_first_presentation():
    samples, one = drawn(redraw=True), Trainer(network(), rule=SFDFA(), batch_size=20)
    trains = presented(samples, np.arange(70))
    np.testing.assert_array_equal(one.predict(samples), one.predict(trains))
    for got, wanted in zip(one.gradients(samples), one.gradients(trains), strict=True):
        np.testing.assert_array_equal(got, wanted)
    net = network()
    probes = [
        GradientAlignment(net, SFDFA(), one._loss, part) for part in (samples.select([3, 9]), trains.select([3, 9]))
    ]
    assert probes[0].measure(net.weights, net.feedback) == probes[1].measure(net.weights, net.feedback)


def test_trials_too_short_for_the_encoder_are_refused_before_training():
    with pytest.raises(ValueError, match="the encoder poisson-grid makes spikes until 999 ms"):
        trained(drawn(redraw=True, duration=1000.0))


def test_samples_of_another_size_are_refused():
    with pytest.raises(ValueError, match="The spike trains have 11 units, the network 12 inputs"):
        trained(drawn(redraw=True, images=IMAGES[:, :11]))
