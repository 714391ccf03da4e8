"""Samples that become spikes when they are shown are the same samples as those that were spikes before."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import pynn_sfdfa.event as sim
from pynn_sfdfa import FeedForward
from pynn_sfdfa.encoding import EncodedWhenShown, PoissonGrid
from pynn_sfdfa.encoding.spikes import SpikeTrains, presented, split


@pytest.fixture
def images():
    return np.random.default_rng(1).integers(0, 256, (30, 3, 4), np.uint8)


@pytest.fixture
def samples(images):
    return EncodedWhenShown(PoissonGrid(duration=50.0, redraw=True, seed=3), images, np.arange(30) % 5)


def same(got, wanted):
    assert got.n_units == wanted.n_units
    for field in ("times", "units", "offsets", "labels"):
        assert_array_equal(getattr(got, field), getattr(wanted, field))
        assert getattr(got, field).dtype == getattr(wanted, field).dtype


def test_what_is_shown_is_what_the_encoder_makes(samples, images):
    trains = samples.encoder(images, samples.labels)
    assert (len(samples), samples.n_units, samples.labels.dtype) == (30, 12, np.int64)
    same(presented(samples, np.arange(30)), trains)
    same(presented(samples, [7, 2, 7]), trains.select([7, 2, 7]))
    same(presented(trains, [7, 2, 7]), trains.select([7, 2, 7]))
    assert presented(trains, np.arange(30)) is trains


def test_spikes_that_are_there_are_shown_as_they_are(samples):
    trains = presented(samples, np.arange(30))
    order = np.array([4, 1])
    shown, at = trains.shown(order, 5)
    assert shown is trains
    assert at is order


def test_trains_that_were_not_checked_are_sound(samples):
    trains, _ = samples.shown(np.array([3, 9]), 2)
    checked = SpikeTrains(trains.times, trains.units, trains.offsets, trains.labels, trains.n_units)
    same(trains, checked)
    assert trains.most_spikes == np.diff(trains.offsets).max()


def test_selected_samples_keep_their_spikes(samples):
    part = samples.select([20, 3, 11]).select([2, 0])
    assert part.labels.tolist() == [11 % 5, 20 % 5]
    for presentation in (0, 4):
        same(presented(part, [0, 1], presentation), presented(samples, [11, 20], presentation))


def test_they_are_wired_as_spike_trains_are(samples):
    network, spikes = FeedForward([12, 4, 2]), []
    for shown in (samples.select([5, 2]), presented(samples, [5, 2])):
        sim.setup()
        stimulus = network.wire(sim, shown).stimulus
        spikes.append([sequence.value.tolist() for sequence in stimulus.get("spike_times")])
        sim.end()
    assert spikes[0] == spikes[1]
    assert sum(map(len, spikes[0])) == presented(samples, [5, 2]).times.size


def test_they_split_like_spike_trains(samples):
    for got, wanted in zip(split(samples, 0.2, 9), split(presented(samples, np.arange(30)), 0.2, 9), strict=True):
        same(presented(got, np.arange(len(got))), wanted)


@pytest.mark.parametrize("samples_of", [lambda s: s, lambda s: presented(s, np.arange(30))])
def test_samples_that_do_not_exist_are_named(samples, samples_of):
    of = samples_of(samples)
    for call in (of.select, lambda indices: presented(of, indices)):
        with pytest.raises(IndexError, match=r"sample 30 does not exist; there are samples 0\.\.29"):
            call([1, 30])
        with pytest.raises(ValueError, match="indices must be a list of integers"):
            call([0.5])


def test_trials_must_hold_every_spike_that_may_be_drawn(samples):
    samples.check_within(49.5)
    with pytest.raises(
        ValueError, match=r"trial_duration \(49.0 ms\) must exceed .* poisson-grid makes spikes until 49"
    ):
        samples.check_within(49.0)


@pytest.mark.parametrize(
    ("labels", "message"),
    [(np.arange(29), r"labels must have the shape \(30,\)"), (np.full(30, 0.5), "labels must be integers")],
)
def test_bad_labels_are_refused_at_once(images, labels, message):
    with pytest.raises(ValueError, match=message):
        EncodedWhenShown(PoissonGrid(duration=50.0), images, labels)


def test_bad_values_are_refused_at_once(images):
    with pytest.raises(ValueError, match=r"must lie in 0..100; sample .* or set the encoder's maximum"):
        EncodedWhenShown(PoissonGrid(duration=50.0, maximum=100.0), images, np.zeros(30, int))


def test_values_are_not_copied(images):
    """Sixty thousand images are there once."""
    samples = EncodedWhenShown(PoissonGrid(duration=50.0), images, np.zeros(30, int))
    assert np.shares_memory(samples.select([1, 2])._values, images)
