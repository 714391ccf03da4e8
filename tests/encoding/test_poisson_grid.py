"""Spikes on a grid: each step of each pixel is a trial of its own, with the probability that its value says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_array_equal
from scipy import stats

from pynn_sfdfa.encoding import PoissonGrid, poisson_grid

SURE = 1e-4
"""A chance this small decides; seeds are fixed, so the tests below always come to the same result."""


def raster(trains, steps, step=1.0):
    """Return whether each unit fired in each step of each sample, shape (samples, units, steps)."""
    fired = np.zeros((len(trains), trains.n_units, steps), bool)
    sample = np.repeat(np.arange(len(trains)), np.diff(trains.offsets))
    number = np.rint(trains.times / step).astype(int) - 1
    assert not fired[sample, trains.units, number].any()
    fired[sample, trains.units, number] = True
    assert fired.sum() == trains.times.size
    return fired


def assert_chance(statistic, degrees):
    """Neither far from what is expected, nor too near to be random."""
    assert SURE < stats.chi2.cdf(statistic, degrees) < 1 - SURE


@pytest.fixture(scope="module")
def fired():
    """Of 400 samples of one image with a probability from 1/8 of a percent to 1 in each pixel, over 199 steps."""
    image = np.array([0.00125, 0.01, 1 / 5.5, 0.25, 0.5, 0.7, 0.99, 1.0])
    trains = poisson_grid(np.tile(image, (400, 1)), np.zeros(400, int), p_max=1.0, duration=200.0, maximum=1.0, seed=4)
    return image, raster(trains, 199)


def test_the_mean_is_the_probability_and_the_spread_that_of_chance(fired):
    image, spikes = fired
    assert spikes[:, -1].all()
    p, counts = image[:-1], spikes[:, :-1].sum(axis=(0, 2))
    n = spikes.shape[0] * spikes.shape[2]
    assert_chance((((counts - n * p) ** 2) / (n * p * (1 - p))).sum(), p.size)
    of_steps = spikes[:, :-1].sum(axis=0)
    mean, variance = len(spikes) * p[:, None], len(spikes) * (p * (1 - p))[:, None]
    assert_chance((((of_steps - mean) ** 2) / variance).sum(), of_steps.size)


def test_counts_are_binomial(fired):
    image, spikes = fired
    for pixel in (1, 2, 4, 5):
        counts = spikes[:, pixel].sum(axis=1)
        law = stats.binom(spikes.shape[2], image[pixel])
        edges = np.unique(law.ppf(np.linspace(0, 1, 9)[1:-1]))
        expected = len(counts) * np.diff(law.cdf([-1, *edges, spikes.shape[2]]))
        found = np.histogram(counts, [-0.5, *(edges + 0.5), spikes.shape[2] + 0.5])[0]
        assert_chance((((found - expected) ** 2) / expected).sum(), expected.size - 1)


@pytest.mark.parametrize("lag", [1, 2, 63, 64, 65])
def test_steps_are_independent(fired, lag):
    image, spikes = fired
    for pixel in (2, 4, 5):
        assert_independent(spikes[:, pixel, :-lag], spikes[:, pixel, lag:], image[pixel], image[pixel])


def test_pixels_and_samples_are_independent(fired):
    image, spikes = fired
    for one, other in ((2, 3), (3, 4), (2, 5), (1, 4)):
        assert_independent(spikes[:, one], spikes[:, other], image[one], image[other])
        assert_independent(spikes[:-1, one], spikes[1:, other], image[one], image[other])
    for pixel in (1, 2, 4, 6):
        assert_independent(spikes[:-1, pixel], spikes[1:, pixel], image[pixel], image[pixel])


def assert_independent(one, other, p, q):
    """How often both fire, one of them, and neither, is as the product of their probabilities says."""
    expected = one.size * np.outer([1 - p, p], [1 - q, q])
    found = np.array([[(~one & ~other).sum(), (~one & other).sum()], [(one & ~other).sum(), (one & other).sum()]])
    assert_chance(((found - expected) ** 2 / expected).sum(), 3)


@pytest.mark.parametrize("changed", ["seed", "presentation"])
def test_seeds_and_presentations_are_independent(changed):
    images = np.full((50, 40), 0.3)
    drawn = []
    for k in (0, 1):
        encoder = PoissonGrid(p_max=1.0, duration=129.0, maximum=1.0, redraw=True, seed=k if changed == "seed" else 0)
        presentation = k if changed == "presentation" else 0
        trains = encoder.draw(images, np.zeros(50, int), np.arange(50), presentation)
        drawn.append(raster(trains, 128))
    assert_independent(*drawn, 0.3, 0.3)


def test_without_redraw_every_presentation_is_the_first():
    images = np.full((3, 20), 128)
    once, anew = (PoissonGrid(duration=50.0, redraw=redraw) for redraw in (False, True))
    drawn = [
        encoder.draw(images, np.zeros(3, int), np.arange(3), presentation).times.tolist()
        for encoder in (once, anew)
        for presentation in (0, 1, 2)
    ]
    assert drawn[0] == drawn[1] == drawn[2] == drawn[3] != drawn[4] != drawn[5] != drawn[3]


byte_images = arrays(np.uint8, st.tuples(st.integers(1, 12), st.integers(1, 9)))


@settings(max_examples=40)
@given(byte_images, st.integers(0, 2**32 - 1), st.integers(0, 10**6), st.data())
def test_spikes_depend_on_nothing_but_seed_sample_presentation_pixel_and_value(images, seed, presentation, data):
    encoder = PoissonGrid(p_max=0.6, duration=100.0, seed=seed, redraw=True)
    n, pixels = images.shape
    numbers = np.arange(n)
    whole = raster(encoder.draw(images, numbers, numbers, presentation), 99)
    order = np.array(data.draw(st.permutations(range(n))))[: data.draw(st.integers(1, n))]
    part = encoder.draw(images[order], numbers[order], numbers[order], presentation)
    assert_array_equal(raster(part, 99), whole[order])
    for index in range(len(part)):
        times, units = part.sample(index)
        assert_array_equal(np.lexsort((units, times)), np.arange(times.size))
    changed = data.draw(st.integers(0, pixels - 1))
    images[:, changed] = 255 - images[:, changed]
    others = np.arange(pixels) != changed
    assert_array_equal(raster(encoder.draw(images, numbers, numbers, presentation), 99)[:, others], whole[:, others])


@given(
    st.sampled_from([0.1, 0.25, 1.0, 1.7, 3.0]),
    st.floats(0.2, 150.0) | st.integers(1, 1500).map(lambda tenths: tenths / 10),
)
def test_steps_end_before_the_duration(step, duration):
    if not np.float32(step) < np.float32(duration):
        return
    trains = poisson_grid([[1.0]], [0], p_max=1.0, step=step, duration=duration, maximum=1.0)
    assert_array_equal(trains.times, (step * np.arange(1, trains.times.size + 1)).astype(np.float32))
    assert trains.times[-1] < np.float32(duration) <= np.float32(step * (trains.times.size + 1))
    trains.check_within(duration)


def test_published_setting():
    """400 ms have 399 steps, the first at 1 ms."""
    encoder = PoissonGrid(duration=400.0)
    image = np.full((1, 784), 255, np.uint8)
    times, units = encoder(image, [7]).sample(0)
    assert set(times.tolist()) == set(map(float, range(1, 400)))
    assert encoder.n_spikes(image)[0] == pytest.approx(784 * 399 / 5.5)
    assert abs(times.size - 784 * 399 / 5.5) < 5 * np.sqrt(784 * 399 / 5.5)
    assert encoder.latest == 399.0


def test_space_that_does_not_suffice_changes_nothing(monkeypatch):
    images = np.random.default_rng(3).integers(0, 256, (130, 12))
    encoder = PoissonGrid(duration=100.0)
    wanted = encoder(images, np.zeros(130, int))
    monkeypatch.setattr(PoissonGrid, "n_spikes", lambda self, values: np.full(len(values), 1.0))
    got = encoder(images, np.zeros(130, int))
    for field in ("times", "units", "offsets"):
        assert_array_equal(getattr(got, field), getattr(wanted, field))


def test_faint_pixels_fire_as_rarely_as_they_should():
    """A probability of 1e-6 has 53 bits, too."""
    trains = poisson_grid(np.full((1, 40), 1.0), [0], p_max=1e-6, duration=1e6, maximum=1.0, seed=2)
    assert SURE < stats.poisson.cdf(trains.times.size, 40.0) < 1 - SURE
