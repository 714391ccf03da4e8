"""Recordings are encoded once, kept, and found again by what they hold and how they were encoded."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sounds import tone

from pynn_sfdfa.datasets import Dataset, DatasetError, kept
from pynn_sfdfa.datasets.kept import as_spikes
from pynn_sfdfa.encoding import Latency
from pynn_sfdfa.encoding.gammatone_lif import GammatoneLIF
from pynn_sfdfa.encoding.recordings import Sounds

ENCODER = GammatoneLIF(channels=8, duration=100.0)


def sounds(*frequencies):
    return Sounds([tone(frequency) for frequency in frequencies], np.arange(len(frequencies)))


def dataset(train=(300, 900, 2000), test=(400,)):
    return Dataset("tones", sounds(*train), sounds(*test), 3, "tones")


def test_it_is_told_how_far_encoding_has_come(cache, monkeypatch):
    monkeypatch.setattr(kept, "_INTERVAL", 0.0)
    told = []
    as_spikes(dataset(), ENCODER, told.append)
    assert [line.rpartition(",")[0] for line in told[1:3]] == [
        f"tones: the train split: {done} of 3 recordings are spikes" for done in (1, 2)
    ]
    assert all(line.endswith(" s left.") for line in told[1:3])
    assert len(told) == 4  # nothing is left to tell after the last recording of a split


def test_spikes_are_made_once_and_read_after(cache, monkeypatch):
    told = []
    made = as_spikes(dataset(), ENCODER, told.append)
    assert (len(told), len(list((cache / "encoded").iterdir()))) == (2, 2)
    assert (
        told[0]
        == "tones: the train split: 3 recordings become spikes, by gammatone-lif; they are kept for the next time."
    )
    monkeypatch.setattr(GammatoneLIF, "spikes", None)
    again = as_spikes(dataset(), ENCODER, told.append)
    assert len(told) == 2
    for field in ("times", "units", "offsets", "labels", "n_units"):
        assert_array_equal(getattr(again.train, field), getattr(made.train, field))


def test_other_settings_contents_or_versions_are_not_what_is_kept(cache, monkeypatch):
    as_spikes(dataset(), ENCODER)
    as_spikes(dataset(), GammatoneLIF(channels=8, duration=99.0))
    as_spikes(dataset(train=(301, 900, 2000)), ENCODER)
    assert len(list((cache / "encoded").iterdir())) == 5
    monkeypatch.setattr(GammatoneLIF, "version", "other")
    as_spikes(dataset(), ENCODER)
    assert len(list((cache / "encoded").iterdir())) == 7


def test_labels_may_change_without_the_spikes(cache):
    as_spikes(dataset(), ENCODER)
    other = Dataset("tones", Sounds(sounds(300, 900, 2000).sounds, np.array([2, 1, 0])), sounds(400), 3, "tones")
    assert as_spikes(other, ENCODER).train.labels.tolist() == [2, 1, 0]
    assert len(list((cache / "encoded").iterdir())) == 2


def test_a_kept_file_that_is_damaged_is_made_anew_and_said_so(cache):
    made = as_spikes(dataset(), ENCODER)
    for path in (cache / "encoded").iterdir():
        path.write_bytes(path.read_bytes()[:-40])
    with pytest.warns(UserWarning, match=r"kept in .*npz cannot be used \(.*\); they are made anew"):
        again = as_spikes(dataset(), ENCODER)
    assert_array_equal(again.train.times, made.train.times)


def test_a_cache_that_cannot_be_written_is_said_and_no_error(cache):
    cache.parent.mkdir(parents=True)
    cache.write_text("a file in the way")
    with pytest.warns(UserWarning, match="cannot be kept, so that they are made anew every time"):
        assert len(as_spikes(dataset(), ENCODER).train) == 3


def test_an_encoder_of_something_else_is_refused_with_those_that_fit():
    with pytest.raises(
        DatasetError, match="recordings of sound, which the encoder latency cannot encode.*gammatone-lif or lyon-bsa"
    ):
        as_spikes(dataset(), Latency())
