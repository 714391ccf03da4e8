"""Encoders: every value becomes the spikes its formula says, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.testing import assert_allclose, assert_array_equal

from pynn_sfdfa.encoding import ENCODERS, latency, poisson, time_coded

byte_images = arrays(np.uint8, array_shapes(min_dims=2, max_dims=3, min_side=1, max_side=6))
feature_rows = arrays(np.float64, st.tuples(st.integers(1, 5), st.integers(1, 6)), elements=st.floats(0, 1))


def labels_of(values):
    return np.arange(len(values))


def assert_sorted_by_time_then_unit(trains):
    for index in range(len(trains)):
        times, units = trains.sample(index)
        assert_array_equal(np.lexsort((units, times)), np.arange(times.size))


@given(byte_images)
def test_latency_gives_the_pixels_back(images):
    trains = latency(images, labels_of(images), window=100.0)
    assert trains.n_units == images[0].size
    assert_array_equal(trains.labels, labels_of(images))
    assert_sorted_by_time_then_unit(trains)
    for index, image in enumerate(images):
        times, units = trains.sample(index)
        decoded = np.zeros(image.size)
        decoded[units] = (1.0 - times / 100.0) * 255.0
        assert_array_equal(np.rint(decoded), image.ravel())
        assert units.size == np.count_nonzero(image)


def test_latency_of_the_published_setting():
    trains = latency([[0, 51, 255, 1]], [3])
    assert trains.units.tolist() == [2, 1, 3]
    assert_array_equal(trains.times, np.array([0.0, 80.0, 100.0 * (1 - 1 / 255)], np.float32))
    assert trains.offsets.tolist() == [0, 3]
    assert trains.labels.tolist() == [3]


@pytest.mark.parametrize("maximum", [16, 255, 7.0])
def test_equal_pixels_have_bit_equal_times_in_every_sample(maximum):
    levels = np.arange(int(maximum) + 1)
    images = np.random.RandomState(1).choice(levels, (50, 33))
    trains = latency(images, labels_of(images), window=33.3, maximum=maximum)
    sample = np.repeat(np.arange(50), np.diff(trains.offsets))
    assert np.unique(trains.times).size == int(maximum)
    assert np.unique(np.stack([images[sample, trains.units], trains.times]), axis=1).shape[1] == int(maximum)


def test_blocks_do_not_show(monkeypatch):
    images = np.random.RandomState(2).randint(0, 256, (23, 4, 4))
    whole = latency(images, labels_of(images))
    monkeypatch.setattr("pynn_sfdfa.encoding.values._BLOCK", 5)
    parts = latency(images, labels_of(images))
    for field in ("times", "units", "offsets", "labels"):
        assert_array_equal(getattr(whole, field), getattr(parts, field))


@given(byte_images, st.sampled_from([0.1, 1.0, 2.5]))
def test_rounded_times_lie_on_the_grid_and_near_the_exact_ones(images, resolution):
    exact = latency(images, labels_of(images))
    rounded = latency(images, labels_of(images), resolution=resolution)
    assert_array_equal(rounded.offsets, exact.offsets)
    assert_sorted_by_time_then_unit(rounded)
    steps = rounded.times / resolution
    assert_allclose(steps, np.rint(steps), atol=1e-3)
    for index in range(len(images)):
        by_unit = [
            dict(zip(units, times, strict=True)) for times, units in (exact.sample(index), rounded.sample(index))
        ]
        assert all(abs(by_unit[0][unit] - by_unit[1][unit]) <= resolution / 2 + 1e-4 for unit in by_unit[0])


@given(feature_rows)
def test_time_coded_gives_the_features_back(features):
    trains = time_coded(features, labels_of(features), t_min=10.0, t_max=40.0)
    assert_sorted_by_time_then_unit(trains)
    for index, row in enumerate(features):
        times, units = trains.sample(index)
        assert sorted(units.tolist()) == list(range(row.size))
        assert_allclose((times - 10.0) / 30.0, row[units], atol=1e-6)


@pytest.mark.parametrize(("bias_time", "n_bias"), [(None, 0), (15.0, 1), (0, 1), ([0.0, 15.0], 2)])
def test_bias_units_follow_those_of_the_features(bias_time, n_bias):
    trains = time_coded([[0.0, 1.0], [0.5, 0.5]], [0, 1], t_min=10.0, t_max=20.0, bias_time=bias_time)
    assert trains.n_units == 2 + n_bias
    for index in range(2):
        times, units = trains.sample(index)
        assert times[units >= 2].tolist() == np.atleast_1d([] if bias_time is None else bias_time).tolist()
        assert_array_equal(units[units >= 2], 2 + np.arange(n_bias))


def test_time_coded_rounds_to_the_resolution():
    trains = time_coded([[0.26, 0.74]], [0], t_min=0.0, t_max=10.0, bias_time=1.2, resolution=1.0)
    assert trains.times.tolist() == [1.0, 3.0, 7.0]
    assert trains.units.tolist() == [2, 0, 1]


@settings(max_examples=30)
@given(byte_images, st.integers(0, 2**32 - 1))
def test_poisson_is_seeded_and_silent_where_the_image_is(images, seed):
    trains = poisson(images, labels_of(images), rate_max=100.0, duration=50.0, seed=seed)
    assert_sorted_by_time_then_unit(trains)
    assert (trains.times < 50.0).all()
    sample = np.repeat(np.arange(len(images)), np.diff(trains.offsets))
    assert (images.reshape(len(images), -1)[sample, trains.units] > 0).all()
    first = poisson(images[:1], [0], rate_max=100.0, duration=50.0, seed=seed)
    for alone, among_others in zip(first.sample(0), trains.sample(0), strict=True):
        assert_array_equal(alone, among_others)


def test_poisson_has_the_rate_and_an_even_spread():
    images = np.full((40, 100), 128)
    trains = poisson(images, labels_of(images), rate_max=200.0, duration=500.0, maximum=256.0, seed=3)
    expected = 4000 * 50.0  # 100 Hz for 0.5 s
    assert abs(trains.times.size - expected) < 5 * np.sqrt(expected)
    counts = np.histogram(trains.times, bins=10, range=(0.0, 500.0))[0]
    assert (abs(counts - expected / 10) < 5 * np.sqrt(expected / 10)).all()
    counts = np.bincount(trains.units, minlength=100)
    assert (abs(counts - expected / 100) < 5 * np.sqrt(expected / 100)).all()


def test_poisson_seeds_and_samples_differ():
    images = np.full((2, 50), 255)
    trains = [poisson(images, [0, 1], rate_max=100.0, duration=100.0, seed=seed) for seed in (0, 1)]
    drawn = [tuple(train.sample(index)[0]) for train in trains for index in range(2)]
    assert len(set(drawn)) == 4


def test_the_last_float32_before_the_end_is_never_passed():
    duration = 0.1  # float32(0.1) > 0.1, so rounding alone could reach the end
    trains = poisson(np.full((1, 2000), 1.0), [0], rate_max=1e6, duration=duration, maximum=1.0)
    assert trains.times.max() < duration


PARAMETERS = {
    "latency": {"maximum": 1.0},
    "time_coded": {"t_min": 0.0, "t_max": 1.0},
    "poisson": {"rate_max": 10.0, "duration": 10.0, "maximum": 1.0},
    "poisson-grid": {"duration": 10.0, "maximum": 1.0},
}


@pytest.mark.parametrize("name", PARAMETERS)
class TestEveryEncoder:
    def encode(self, name, values, labels):
        return ENCODERS[name](**PARAMETERS[name])(values, labels)

    @pytest.mark.parametrize("value", [np.nan, np.inf, -0.25, 1.5])
    def test_names_the_value_it_cannot_encode(self, name, value):
        values = np.full((1500, 2, 3), 0.5)
        values[1203, 1, 0] = value
        with pytest.raises(ValueError, match=rf"must lie in 0\.\.1; sample 1203, unit 3 is {value}"):
            self.encode(name, values, labels_of(values))

    @pytest.mark.parametrize("values", [np.zeros(3), np.zeros((2, 8, 8, 3)), [["a"]], [[1j]]])
    def test_names_the_shape_it_needs(self, name, values):
        with pytest.raises(ValueError, match=r"numbers of shape \(samples, features\)"):
            self.encode(name, values, [0])

    @pytest.mark.parametrize("labels", [[0], [[0, 1]], []])
    def test_needs_one_label_a_sample(self, name, labels):
        with pytest.raises(ValueError, match=r"labels must have the shape \(2,\)"):
            self.encode(name, np.zeros((2, 3)), labels)

    def test_takes_an_empty_set(self, name):
        trains = self.encode(name, np.zeros((0, 4)), np.zeros(0, int))
        assert len(trains) == 0
        assert trains.n_units >= 4

    def test_takes_a_single_pixel_of_a_single_image(self, name):
        assert set(self.encode(name, [[1.0]], [0]).units.tolist()) <= {0}


def test_the_registry_covers_the_parameters_tested_here():
    assert {name for name, encoder in ENCODERS.items() if encoder.takes == "values"} == set(PARAMETERS)


@pytest.mark.parametrize(
    ("name", "parameters", "message"),
    [
        ("latency", {"window": 0.0}, "window = 0.0 is not valid: must be > 0"),
        ("latency", {"window": np.inf}, "window = inf is not valid: must be a finite number"),
        ("latency", {"maximum": -1.0}, "maximum = -1.0 is not valid: must be > 0"),
        ("latency", {"resolution": 0.0}, "resolution = 0.0 is not valid: must be > 0"),
        ("time_coded", {"t_min": 5.0, "t_max": 5.0}, "t_min = 5 ms must be smaller than t_max = 5 ms"),
        ("time_coded", {"t_min": -1.0, "t_max": 5.0}, "t_min = -1.0 is not valid: must be >= 0"),
        ("time_coded", {"t_min": 0.0, "t_max": np.nan}, "t_max = nan is not valid: must be a finite number"),
        (
            "time_coded",
            {"t_min": 0.0, "t_max": 1.0, "bias_time": -1.0},
            "bias_time = .* must be one time or",
        ),
        (
            "time_coded",
            {"t_min": 0.0, "t_max": 1.0, "bias_time": [[1.0]]},
            "bias_time = .* must be one time or",
        ),
        ("time_coded", {"t_min": 0.0, "t_max": 1.0, "resolution": -1.0}, "resolution = -1.0 is not valid"),
        ("poisson", {"rate_max": 0.0, "duration": 1.0}, "rate_max = 0.0 is not valid"),
        ("poisson", {"rate_max": 1.0, "duration": 0.0}, "duration = 0.0 is not valid"),
        ("poisson", {"rate_max": 1.0, "duration": 1.0, "seed": -1}, "seed = -1 is not valid: must be >= 0"),
        ("poisson-grid", {"duration": 9.0, "p_max": 1.01}, "p_max = 1.01 is not valid: must be <= 1 .*a probability"),
        ("poisson-grid", {"duration": 9.0, "p_max": 0.0}, "p_max = 0.0 is not valid: must be > 0"),
        ("poisson-grid", {"duration": 9.0, "step": 9.0}, "step = 9 ms must be shorter than duration = 9 ms"),
        ("poisson-grid", {"duration": 9.0, "step": 1e-6}, "duration = 9 ms has more than the 1,000,000 steps of 1e-06"),
        ("poisson-grid", {"duration": 9.0, "redraw": 1}, "redraw = 1 is not valid: must be true or false"),
    ],
)
def test_bad_parameters_are_refused_by_name(name, parameters, message):
    with pytest.raises(ValueError, match=message):
        ENCODERS[name](**parameters)


def test_negative_values_are_told_how_to_become_values_to_encode():
    x = np.array([[0.0, 0.5], [0.25, -3.5]])
    for encode in (lambda: latency(x, [0, 1], maximum=8.0), lambda: time_coded(x, [0, 1], t_min=0.0, t_max=1.0)):
        with pytest.raises(
            ValueError, match=r"sample 1, unit 1 is -3.5. Rescale .*: [18] \* \(x - low\) / \(high - low\)"
        ):
            encode()
    with pytest.raises(ValueError, match=r"sample 0, unit 1 is 0.5. Rescale the data or set the encoder's maximum."):
        latency(x, [0, 1], maximum=0.4)


@pytest.mark.parametrize("rate", [1e12, 1e15])
def test_more_spikes_than_a_sample_can_have_are_refused_before_they_are_drawn(rate):
    with pytest.raises(ValueError, match=r"sample 1 would have about \S+ spikes, more than .*\. Lower rate_max = 1e\+"):
        poisson(np.array([[0.0, 0.0], [1.0, 0.5]]), [0, 1], rate_max=rate, duration=1000.0, maximum=1.0)


def test_spikes_stay_as_they_are():
    trains = latency(np.eye(3), [0, 1, 2], maximum=1.0)
    as_they_are = ENCODERS["none"]()
    assert as_they_are(trains, trains.labels) is trains
    with pytest.raises(ValueError, match="these are values, not spikes; encode them"):
        as_they_are(np.eye(3), [0, 1, 2])
    with pytest.raises(ValueError, match="the labels are not those of the spike trains"):
        as_they_are(trains, [0, 1])


@pytest.mark.parametrize("name", PARAMETERS)
def test_encoders_know_about_how_many_units_and_spikes_they_make(name):
    encode = ENCODERS[name](**PARAMETERS[name] | ({"bias_time": [0.5, 1.0]} if name == "time_coded" else {}))
    if name == "poisson":
        encode = ENCODERS[name](rate_max=1000.0, duration=1000.0, maximum=1.0)
    if name == "poisson-grid":
        encode = ENCODERS[name](p_max=1.0, duration=1000.0, maximum=1.0)
    values = np.random.default_rng(1).random((20, 30)).round(1)
    trains = encode(values, labels_of(values))
    assert trains.n_units == encode.n_units(30)
    assert_allclose(encode.n_spikes(values), np.diff(trains.offsets), rtol=0.05 if "poisson" in name else 0)
