"""Simulated events: what moves is seen, what is black is not, and the same image is always seen alike."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from pynn_sfdfa.datasets import DatasetError, load
from pynn_sfdfa.encoding.events import unfit
from pynn_sfdfa.encoding.saccades import Saccades

QUIET = Saccades(noise=0.0)


def bar(brightness=1.0):
    image = np.zeros((28, 28))
    image[10:16, 4:24] = brightness
    return image


def test_events_fit_the_sensor_and_rise_in_time():
    events = Saccades().events(bar(), 3)
    assert unfit(events, 34, 34) is None
    assert events.time.max() <= 315_000


def test_nothing_is_seen_of_black_but_noise():
    assert QUIET.events(np.zeros((28, 28)), 0).time.size == 0
    n = [replace(QUIET, noise=2.0).events(np.zeros((28, 28)), k).time.size for k in range(20)]
    expected = 2.0 * 0.315 * 34 * 34
    assert abs(np.mean(n) - expected) < 4 * np.sqrt(expected / 20)


def test_edges_across_the_motion_are_seen_where_they_are():
    events = QUIET.events(bar(), 0)
    rows = np.bincount(events.y, minlength=34)
    assert rows[11:23].sum() > 0.95 * events.time.size  # 10..16, a margin of 1 and up to 5 rows of motion
    assert abs(events.polarity.mean() - 0.5) < 0.1  # it returns to where it was


def test_the_first_saccade_goes_down_so_that_the_lower_edge_brightens():
    events = QUIET.events(bar(), 0)
    first = events.time < 80_000
    brightens, darkens = first & (events.polarity == 0), first & (events.polarity == 1)
    assert np.median(events.y[brightens]) > np.median(events.y[darkens]) + 4


def test_more_contrast_and_lower_thresholds_make_more_events():
    n = [QUIET.events(bar(brightness), 0).time.size for brightness in (0.05, 0.3, 1.0)]
    assert n[0] < n[1] < n[2]
    assert replace(QUIET, threshold=0.2).events(bar(), 0).time.size > 1.5 * n[2]


def test_image_number_and_seed_say_all():
    one, same, other = (Saccades().events(bar(), number) for number in (1, 1, 2))
    assert_array_equal(np.stack(one), np.stack(same))
    assert one.time.size != other.time.size or (np.stack(one) != np.stack(other)).any()
    assert replace(QUIET, seed=1).events(bar(), 1).time.size != QUIET.events(bar(), 1).time.size


def test_any_set_of_images_can_be_seen():
    dataset = load("saccades:digits")
    assert (dataset.name, dataset.train.shape, len(dataset.test), dataset.n_classes) == (
        "saccades:digits",
        (14, 14),
        360,
        10,
    )
    assert dataset.source.endswith("simulated events")
    assert unfit(dataset.train.recording(0), 14, 14) is None
    assert dataset.train.fingerprint() != dataset.test.fingerprint()
    with pytest.raises(DatasetError, match="generated holds no images, which alone can be moved"):
        load("saccades:yin-yang")
    with pytest.raises(DatasetError, match="no data set 'x'"):
        load("saccades:x")
