"""The spoken digits: found, verified, split; on recordings of the same names, and on the genuine ones if at hand."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sounds import write_tone

from pynn_sfdfa.datasets import DatasetError, load, registry
from pynn_sfdfa.datasets.fsdd import Fsdd

GENUINE = Path(os.environ.get("PYNN_SFDFA_DATA", "absent"))


@pytest.fixture
def recordings(tmp_path, monkeypatch):
    """Ten recordings of each of two digits' worth of names, by two speakers, as a data set called fsdd."""
    folder = tmp_path / "data" / "fsdd" / "recordings"
    content = hashlib.sha256()
    names = sorted(f"{d}_{s}_{k}.wav" for d in range(10) for s in ("ann", "bob") for k in range(10))
    for number, name in enumerate(names):
        path = write_tone(folder / name, 200 + 10 * number, seconds=0.01)
        content.update(name.encode() + path.read_bytes())
    source = replace(Fsdd(), speakers=("ann", "bob"), n_each=10, sha256=content.hexdigest())
    monkeypatch.setitem(registry.sources(), "fsdd", source)
    return folder


def test_the_official_split_tests_with_the_first_recordings_of_each_speaker(recordings):
    dataset = load("fsdd", recordings.parents[1])
    assert (len(dataset.train), len(dataset.test), dataset.n_classes) == (180, 20, 10)
    assert np.bincount(dataset.test.labels).tolist() == [2] * 10
    assert (dataset.train.kind, dataset.train.recording(0).rate) == ("sound", 8000)


def test_a_speaker_that_is_left_out_is_all_that_is_tested_with(recordings):
    dataset = load("fsdd", recordings.parents[1], leave_out="bob")
    assert (len(dataset.train), len(dataset.test)) == (100, 100)
    again = load("fsdd", recordings.parents[1], leave_out="ann")
    assert again.test.fingerprint() == dataset.train.fingerprint()
    with pytest.raises(DatasetError, match="no speaker 'eve' to leave out; there are ann, bob"):
        load("fsdd", recordings.parents[1], leave_out="eve")


def test_what_has_no_parts_leaves_none_out():
    for name in ("digits", "npz:x.npz"):
        with pytest.raises(DatasetError, match=r"leave_out = 'theo': this data set has no parts"):
            load(name, leave_out="theo")


def test_what_is_missing_too_much_or_changed_is_named(recordings):
    (recordings / "3_ann_4.wav").rename(recordings / "3_ann_4x.wav")
    with pytest.raises(DatasetError, match=r"lacks 1 recordings: 3_ann_4.wav. Fetch the data set again"):
        load("fsdd", recordings.parents[1])
    (recordings / "3_ann_4x.wav").rename(recordings / "3_ann_4.wav")
    (recordings / "3_ann_44.wav").write_bytes(b"")
    with pytest.raises(DatasetError, match=r"has, and should not have, 1 recordings: 3_ann_44.wav"):
        load("fsdd", recordings.parents[1])
    (recordings / "3_ann_44.wav").unlink()
    write_tone(recordings / "3_ann_4.wav", 999, seconds=0.01)
    with pytest.raises(DatasetError, match="must have the SHA-256 sum .* not as published"):
        load("fsdd", recordings.parents[1])
    (recordings / "3_ann_4.wav").write_bytes(b"RIFF")
    with pytest.raises(DatasetError, match=r"3_ann_4.wav is no wav file"):
        load("fsdd", recordings.parents[1])


def test_where_it_is_looked_for_is_told(tmp_path):
    with pytest.raises(DatasetError, match=rf"{tmp_path}/fsdd/recordings, .*Clone https://.*free-spoken-digit"):
        load("fsdd", tmp_path)


@pytest.mark.skipif(not (GENUINE / "fsdd").is_dir(), reason="needs the Free Spoken Digit Dataset in $PYNN_SFDFA_DATA")
def test_the_genuine_recordings_are_verified():
    dataset = load("fsdd", GENUINE, leave_out="theo")
    assert (len(dataset.train), len(dataset.test)) == (2500, 500)
    assert np.bincount(dataset.train.labels).tolist() == [250] * 10
