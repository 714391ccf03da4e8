"""Distorted images: what they are, and that they depend on seed, sample and presentation alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import ndimage

from pynn_sfdfa.encoding import Augmentation, EncodedWhenShown, Latency, Poisson, PoissonGrid, TimeCoded
from pynn_sfdfa.encoding._distort import elastic_field, warped
from pynn_sfdfa.encoding.as_they_are import AsTheyAre
from pynn_sfdfa.encoding.encoder import Encoder
from pynn_sfdfa.encoding.spikes import presented, split

PUBLISHED = Augmentation(elastic_scale=3.4, elastic_sigma=4.0, scaling=0.12, rotation=12.0, shift=1.5, seed=7)
IMAGES = np.random.default_rng(1).integers(0, 256, (12, 9, 11), np.uint8)
LABELS, NUMBERS = np.arange(12) % 3, np.arange(12)
ENCODERS = [
    Latency(window=50.0),
    TimeCoded(t_min=0.0, t_max=50.0, bias_time=10.0),
    Poisson(rate_max=200.0, duration=50.0, seed=3),
    PoissonGrid(duration=50.0, redraw=True, seed=3),
]


def values_for(encoder):
    return IMAGES / 255.0 if isinstance(encoder, TimeCoded) else IMAGES


def same(got, wanted):
    for field in ("times", "units", "offsets", "labels"):
        assert_array_equal(getattr(got, field), getattr(wanted, field))


def test_without_distortions_images_are_as_they_are():
    assert Augmentation(seed=9).distorted(IMAGES, NUMBERS, 3) is IMAGES
    still = warped(IMAGES[0], 0.0, np.ones(2), np.zeros(2), None)
    assert_array_equal(still, IMAGES[0])
    assert still.dtype == np.uint8


def test_what_is_evaluated_is_not_distorted():
    assert PUBLISHED.distorted(IMAGES, NUMBERS, 0) is IMAGES


@pytest.mark.parametrize("changed", [{"seed": 8}, {"numbers": NUMBERS + 1}, {"presentation": 2}])
def test_seed_sample_and_presentation_make_a_difference(changed):
    seed, numbers, presentation = ({"seed": 7, "numbers": NUMBERS, "presentation": 1} | changed).values()
    image = np.broadcast_to(IMAGES[0], IMAGES.shape)
    one = PUBLISHED.distorted(image, NUMBERS, 1)
    other = Augmentation(3.4, 4.0, 0.12, 12.0, 1.5, seed).distorted(image, numbers, presentation)
    assert not any(np.array_equal(a, b) for a, b in zip(one, other, strict=True))
    assert_array_equal(one, PUBLISHED.distorted(image, NUMBERS, 1))


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 11), min_size=1, max_size=12), st.integers(1, 2**32 - 1))
def test_neither_batch_nor_order_makes_a_difference(order, presentation):
    all_of_them = PUBLISHED.distorted(IMAGES, NUMBERS, presentation)
    assert_array_equal(PUBLISHED.distorted(IMAGES[order], NUMBERS[order], presentation), all_of_them[order])


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float32, np.float64, ">i4"])
def test_type_and_range_of_values_are_kept(dtype):
    images = (40 + IMAGES % 60).astype(dtype)
    for presentation in range(1, 20):
        distorted = PUBLISHED.distorted(images, NUMBERS, presentation)
        assert distorted.dtype == images.dtype
        assert distorted.min() >= 0
        assert (distorted.max(axis=(1, 2)) <= images.max(axis=(1, 2))).all()


def test_a_rotation_is_that_of_scipy():
    image = np.random.default_rng(3).random((9, 9))
    for angle in (-171.0, 12.0, 90.0):
        wanted = ndimage.rotate(image, angle, reshape=False, order=1, mode="grid-constant", prefilter=False)
        assert_allclose(warped(image, angle, np.ones(2), np.zeros(2), None), wanted, atol=1e-12)


def test_a_quarter_turn_is_counter_clockwise():
    assert_allclose(warped(IMAGES[0, :, :9], 90.0, np.ones(2), np.zeros(2), None), np.rot90(IMAGES[0, :, :9]))


def test_a_shift_is_that_of_scipy():
    image = np.random.default_rng(3).random((6, 9))
    wanted = ndimage.shift(image, (1.25, -2.5), order=1, mode="grid-constant", prefilter=False)
    assert_allclose(warped(image, 0.0, np.ones(2), np.array([1.25, -2.5]), None), wanted, atol=1e-12)


def test_height_and_width_are_multiplied_each():
    """A bar of 3 x 5 pixels in the middle becomes one of 6 x 15, as sums over its lines say."""
    image = np.zeros((25, 25))
    image[11:14, 10:15] = 1.0
    stretched = warped(image, 0.0, np.array([2.0, 3.0]), np.zeros(2), None)
    assert stretched[:, 12].sum() == pytest.approx(6.0)
    assert stretched[12].sum() == pytest.approx(15.0)


def test_the_elastic_field_is_the_noise_convolved_with_a_gaussian():
    noise = np.random.default_rng(5).uniform(-1, 1, (2, 28, 28))
    wanted = [ndimage.gaussian_filter(one, 4.0, mode="constant", truncate=4.0) for one in noise]
    assert_allclose(elastic_field(noise, 4.0), wanted, atol=1e-12)


def test_elastic_distortion_is_as_strong_as_its_docstring_says():
    """A ramp shows by how much each pixel was moved; SD over pixels far from the border, along one axis."""
    ramp = np.broadcast_to(np.arange(60.0) + 100, (60, 60))
    images = np.repeat(ramp[None], 60, axis=0)
    for sigma in (2.0, 4.0):
        elastic = Augmentation(elastic_scale=3.4, elastic_sigma=sigma)
        moved = (elastic.distorted(images, np.arange(60), 1) - images)[:, 20:40, 20:40]
        assert np.std(moved) == pytest.approx(0.163 * 3.4, rel=0.1)


def test_random_numbers_stay_within_the_limits_and_reach_them():
    """A shifted dot says where it was shifted to."""
    dot = np.zeros((400, 11, 11))
    dot[:, 5, 5] = 1.0
    moved = Augmentation(shift=3.0).distorted(dot, np.arange(400), 1)
    centres = np.array([ndimage.center_of_mass(image) for image in moved]) - 5
    assert 2.9 < np.abs(centres).max() <= 3.0 + 1e-9
    assert np.abs(centres.mean(axis=0)).max() < 0.3


def test_half_of_the_images_are_mirrored_and_else_as_they_would_be():
    images = IMAGES.repeat(20, axis=0)
    mirrored = Augmentation(mirror=True, seed=3).distorted(images, np.arange(240), 1)
    turned = [not np.array_equal(got, image) for got, image in zip(mirrored, images, strict=True)]
    assert 90 < sum(turned) < 150
    for got, image, is_turned in zip(mirrored, images, turned, strict=True):
        assert_array_equal(got, image[:, ::-1] if is_turned else image)
    without, with_mirror = (Augmentation(shift=2.0, mirror=m).distorted(IMAGES, NUMBERS, 1) for m in (False, True))
    as_before = [np.array_equal(a, b) for a, b in zip(without, with_mirror, strict=True)]
    assert 0 < sum(as_before) < len(IMAGES)


@pytest.mark.parametrize("encoder", ENCODERS, ids=lambda encoder: encoder.name)
def test_distorted_images_become_the_spikes_that_the_encoder_makes_of_them(encoder):
    """Those of the same numbers: shown one by one, in batches, or selected, they are the same."""
    values = values_for(encoder)
    samples = EncodedWhenShown(encoder, values, LABELS, augmentation=PUBLISHED)
    same(presented(samples, NUMBERS), encoder(values, LABELS))
    distorted = PUBLISHED.distorted(values, NUMBERS, 4)
    trains = presented(EncodedWhenShown(encoder, distorted, LABELS), NUMBERS, 4)
    same(presented(samples, NUMBERS, 4), trains)
    same(presented(samples, [7, 2, 7], 4), trains.select([7, 2, 7]))
    same(presented(samples.select([3, 9]), [1], 4), trains.select([9]))
    _, validation = split(samples, 0.25, 1)
    same(presented(validation, range(3)), split(encoder(values, LABELS), 0.25, 1)[1])


@pytest.mark.parametrize("encoder", ENCODERS, ids=lambda encoder: encoder.name)
def test_every_spike_that_there_may_be_is_within_the_trial(encoder):
    values = values_for(encoder)
    samples = EncodedWhenShown(encoder, values, LABELS, augmentation=PUBLISHED)
    last = max(presented(samples, NUMBERS, epoch).times.max() for epoch in range(1, 6))
    assert last <= encoder.latest <= 50.0
    samples.check_within(50.1)
    with pytest.raises(ValueError, match=f"the encoder {encoder.name} makes spikes until"):
        samples.check_within(encoder.latest)


def test_latest_times_are_rounded_as_spike_times_are():
    assert Latency(window=50.0, resolution=3.0).latest == 51.0
    assert TimeCoded(t_min=0.0, t_max=50.0, bias_time=[10.0, 70.0], resolution=4.0).latest == 72.0


def test_values_that_are_no_images_are_refused():
    with pytest.raises(ValueError, match=r"augmentation distorts images.* shape \(12, 99\); reshape them"):
        EncodedWhenShown(Latency(), IMAGES.reshape(12, 99), LABELS, augmentation=PUBLISHED)


def test_encoders_of_spikes_are_refused():
    with pytest.raises(ValueError, match="the encoder none takes spikes, which need not be encoded"):
        EncodedWhenShown(AsTheyAre(), IMAGES, LABELS, augmentation=PUBLISHED)


def test_encoders_that_do_not_say_when_their_last_spike_comes_are_refused(monkeypatch):
    monkeypatch.setattr(Latency, "latest", Encoder.latest)
    with pytest.raises(ValueError, match="the encoder latency does not say. Define its property latest"):
        EncodedWhenShown(Latency(), IMAGES, LABELS).check_within(100.0)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"elastic_scale": 3.4}, r"elastic_scale needs an elastic_sigma > 0, in pixels \(4.0 for"),
        ({"elastic_sigma": 4.0}, "elastic_sigma does nothing without an elastic_scale > 0"),
        ({"elastic_scale": 1.0, "elastic_sigma": 1e6}, "elastic_sigma = 1000000.0 is not valid: must be <= 100"),
        ({"scaling": 1.0}, r"scaling = 1.0 is not valid: must be < 1 \(share by which"),
        ({"scaling": -0.1}, "must be >= 0"),
        ({"rotation": 181.0}, r"must be <= 180 \(degrees to either side\)"),
        ({"shift": np.inf}, "must be a finite number"),
        ({"seed": 2**32}, "must be < 4294967296"),
        ({"seed": 0.5}, "must be a whole number"),
    ],
)
def test_invalid_settings_are_refused(given, message):
    with pytest.raises(ValueError, match=f"Augmentation: .*{message}"):
        Augmentation(**given)
