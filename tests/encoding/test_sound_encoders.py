"""Encoders of sound: where a tone is heard, when, and what is refused."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from sounds import tone

from pynn_sfdfa.encoding import ENCODERS
from pynn_sfdfa.encoding._bsa import bsa
from pynn_sfdfa.encoding._leaky_neurons import fire
from pynn_sfdfa.encoding.gammatone_lif import GammatoneLIF
from pynn_sfdfa.encoding.lyon_bsa import LyonBSA
from pynn_sfdfa.encoding.recordings import Sound, Sounds

needs_lyon = pytest.mark.skipif(importlib.util.find_spec("lyon") is None, reason="needs the library lyon")
HEARING = [GammatoneLIF(), pytest.param(LyonBSA(), marks=needs_lyon)]


def test_both_are_found_by_name():
    assert {name for name, encoder in ENCODERS.items() if encoder.takes == "sound"} == {"gammatone-lif", "lyon-bsa"}


@pytest.mark.parametrize("encoder", HEARING)
class TestHearing:
    def test_high_tones_are_heard_by_low_units(self, encoder):
        heard = [np.median(encoder.spikes(tone(frequency, 0.4))[1]) for frequency in (300, 900, 2500)]
        assert heard[0] > heard[1] > heard[2]

    def test_spikes_come_in_order_on_the_grid_before_the_end(self, encoder):
        times, units = encoder.spikes(tone(500, seconds=2.0))
        assert_array_equal(np.lexsort((units, times)), np.arange(times.size))
        assert 0 < times[0] <= times[-1] <= encoder.latest < encoder.duration
        assert_array_equal(times, np.rint(times))
        assert np.unique(np.stack([times, units]), axis=1).shape[1] == times.size  # once a step

    def test_loudness_does_not_matter_and_silence_after_is_silent(self, encoder):
        loud, faint = encoder.spikes(tone(700)), encoder.spikes(tone(700, loudness=0.01))
        assert abs(loud[0].size - faint[0].size) <= 0.02 * loud[0].size
        assert loud[0].max() < 0.1 * 625 + 100  # the sound is over after 62.5 ms of the trial

    def test_a_sound_of_another_rate_is_heard_where_it_was(self, encoder):
        own, other = (encoder.spikes(tone(700, 0.3, rate))[1] for rate in (8000, 22050))
        assert_allclose(np.median(own), np.median(other), atol=1)
        assert_allclose(own.size, other.size, rtol=0.1)

    def test_a_set_becomes_spike_trains(self, encoder):
        trains = encoder(Sounds([tone(300), tone(900, 0.2)], np.array([1, 0])), [1, 0])
        assert (len(trains), trains.n_units, trains.labels.tolist()) == (2, 64, [1, 0])
        assert_array_equal(trains.sample(1)[0], encoder.spikes(tone(900, 0.2))[0])

    def test_what_is_no_sound_is_refused(self, encoder):
        with pytest.raises(ValueError, match="takes sound, and these are values"):
            encoder(np.zeros((2, 3)), [0, 1])


@needs_lyon
def test_lyons_ear_has_the_channels_of_the_published_rates():
    assert [LyonBSA(rate=rate).n_units_of(()) for rate in (8000, 12500)] == [64, 78]


@needs_lyon
def test_a_sound_shorter_than_a_frame_is_refused():
    with pytest.raises(ValueError, match="sample 1: a sound of 100 samples at 8000 Hz is shorter than a frame"):
        LyonBSA()(Sounds([tone(300), tone(300, 100 / 8000)], np.array([0, 1])), [0, 1])


def test_lyons_ear_without_its_library_names_the_way_out(monkeypatch):
    from pynn_sfdfa.encoding import lyon_bsa

    monkeypatch.setattr(lyon_bsa, "_ear", lyon_bsa._ear.__wrapped__)
    monkeypatch.setitem(__import__("sys").modules, "lyon.calc", None)
    with pytest.raises(ValueError, match=r'pip install "pynn-sfdfa\[sound\]", or set encoding.name to gammatone-lif'):
        LyonBSA().cochleagram(tone(300))


@pytest.mark.parametrize(
    ("kind", "given", "message"),
    [
        (LyonBSA, {"rate": 1000}, "rate = 1000 Hz is too low"),
        (LyonBSA, {"frame": 2.5}, "frame = 2.5 ms must be a whole number of steps of 1 ms"),
        (LyonBSA, {"frame": 0.5}, "frame = 0.5 ms must be a whole number of steps of 1 ms"),
        (GammatoneLIF, {"highest": 4000.0}, "highest = 4000 Hz and half of rate, 4000 Hz, must rise"),
        (GammatoneLIF, {"compression": 1.5}, "compression = 1.5 must be at most 1"),
    ],
)
def test_settings_that_do_not_fit_are_refused(kind, given, message):
    with pytest.raises(ValueError, match=message):
        kind(**given)


@given(st.integers(0, 2**31), st.integers(1, 40), st.floats(0.1, 2.0))
@settings(deadline=None, max_examples=25)
def test_bsa_does_what_its_definition_says(seed, n, threshold):
    random = np.random.RandomState(seed)
    response = random.random_sample(5)
    signals = np.ascontiguousarray(random.random_sample((2, n + 5)) * 3)
    left, expected = signals.copy(), np.zeros((n, 2), np.uint8)
    for channel in range(2):
        for step in range(n):
            window = left[channel, step : step + 5]
            if np.abs(window - response).sum() < np.abs(window).sum() - threshold:
                expected[step, channel] = 1
                window -= response
    spikes = np.zeros((n, 2), np.uint8)
    bsa(signals, response, threshold, n, spikes)
    assert_array_equal(spikes, expected)
    assert_allclose(signals, left)


def test_a_constant_current_fires_at_the_rate_of_the_formula():
    leak, refractory, current = np.exp(-1 / 80), 40, 2.0  # samples
    spikes = np.zeros((8000, 2), np.uint8)
    fire(np.array([[current, 0.99]] * 8000), leak, refractory, spikes)
    interval = np.ceil(-80 * np.log(1 - 1 / current)) + refractory
    assert set(np.diff(np.flatnonzero(spikes[:, 0]))) == {interval}
    assert not spikes[:, 1].any()


@pytest.mark.parametrize(
    ("wave", "rate", "message"),
    [
        ([], 8000, "sound 0 has the shape"),
        ([[1.0]], 8000, "sound 0 has the shape"),
        ([0.0, 0.0], 8000, "sound 0 is silent"),
        ([np.inf], 8000, "sound 0 holds numbers that are not finite"),
        ([1.0], 0, "sound 0 has a rate of 0 Hz"),
    ],
)
def test_what_cannot_be_heard_is_refused(wave, rate, message):
    with pytest.raises(ValueError, match=message):
        Sounds([Sound(np.array(wave, np.float32), rate)], np.array([0]))
