"""What the library tonic reads: AEDAT4 files, and its data sets."""

from __future__ import annotations

import base64
import gzip
import importlib.util
import sys
from types import ModuleType

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from pynn_sfdfa.datasets import DatasetError, load
from pynn_sfdfa.datasets.event_files import EventFiles, read_events
from pynn_sfdfa.datasets.tonic_events import TonicEvents
from pynn_sfdfa.encoding.event_bins import EventBins

installed = all(importlib.util.find_spec(name) for name in ("tonic", "aedat"))
needs_tonic = pytest.mark.skipif(not installed, reason="needs the libraries tonic and aedat")

FIELDS = [("x", "<i2"), ("y", "<i2"), ("t", "<i8"), ("p", "?")]
FIVE = np.array(
    [(9, 9, 0, True), (15, 6, 236, True), (1, 0, 1145, False), (1, 8, 1218, False), (13, 3, 1986, True)], FIELDS
)

AEDAT4 = (
    "H4sIAAAAAAACA41TXU/CMBS9CholfsXwwIMxsxKflE1jfBqLCKg8CIkSPxJfFlawEdql60jwz/gP/F0++hO8+1KcM9LlNj3tuee0vevuTq15fd"
    "CodY8rxmqhnAMoAUCrc9mEsBWgCHlYgSUcRW0F4y0XjT/mAUxnrI2p9JjgVXJUMYhV0LCZXDhU4/aIVonwVYv3BdFcWz1ViR5jPaam6cYvojFN"
    "Dem2UlJ7ppMq6YmRK6kX+BNNTVwU8JRkfECsdqfdNPWA+me2kGzAuD28Eo4/pG30T4tcCS7qOC/tO8kUlTMKdnzl+ipLkI4pV94/MkFKg3o9yV"
    "yVcbK67ykx0hxb2eGKJkK7ygyqLQftWZ9RmRZt3nZvMgWmasOy6mjoLFXODG+PvdD7xJJxRazDkyy3jLSHn2lHs6QJX/Z+XX0vrGPmGfXgkFP/"
    "4xROxqbujK3kGYCLMcTYwAhuDmARX0kee8AeYAFj73S7VC4swjJ+c4g3axFeR1aAXxsRnos137/wUoQvIrwKuZDzGPudd2tnab9gvRhmrcE+vt"
    "I8oi0oI/rerxW/24V4Ltlf4vMJgIszKQ4EAAA="
)
"""The five events as a camera's own library writes them (dv-processing 2.0), compressed."""


class Seen(list):
    """A data set as tonic has them: pairs of events and label, and the size of the sensor."""

    sensor_size = (16, 12, 2)


@pytest.fixture
def fake(monkeypatch):
    """Install libraries that read every file as what the test says, on a clock that counts from 1970."""
    said = {}

    def read(path):
        if isinstance(said["events"], Exception):
            raise said["events"]
        events = np.zeros(len(said["events"]), [("t", "<u8"), ("x", "<u2"), ("y", "<u2"), (("p", "on"), "?")])
        for field in "xyp":
            events[field] = said["events"][field]
        events["t"] = 1_700_000_000_000_000 + said["events"]["t"]
        return events

    io = ModuleType("tonic.io")
    io.read_aedat4 = read
    for name, module in (("tonic", ModuleType("tonic")), ("tonic.io", io), ("aedat", ModuleType("aedat"))):
        monkeypatch.setitem(sys.modules, name, module)
    return said


def assert_five(events):
    for found, field in zip(events, "xypt", strict=True):
        assert_array_equal(found, FIVE[field])


def test_aedat4_counts_time_from_the_first_event(fake, tmp_path):
    fake["events"] = FIVE
    (tmp_path / "a.aedat4").write_bytes(b"#!AER-DAT4.0")
    assert_five(read_events(tmp_path / "a.aedat4"))


def test_aedat4_lies_in_folders_as_other_files_of_events_do(fake, tmp_path):
    fake["events"] = FIVE
    for label in "ab":
        (tmp_path / label).mkdir()
        for number in range(2):
            (tmp_path / label / f"{number}.aedat4").write_bytes(b"")
    dataset = load(f"events:{tmp_path}")
    assert (len(dataset.train), len(dataset.test), dataset.train.shape) == (2, 2, (10, 16))


def test_aedat4_that_cannot_be_read_is_named(fake, tmp_path):
    file = tmp_path / "a.aedat4"
    with pytest.raises(DatasetError, match=r"a.aedat4 cannot be read: No such file"):
        read_events(file)
    file.write_bytes(b"#!AER-DAT4.0")
    fake["events"] = Exception("there are no events in the AEDAT file")
    with pytest.raises(DatasetError, match=r"a.aedat4 cannot be read: there are no events .* fetch or record it again"):
        read_events(file)
    fake["events"] = FIVE[:0]
    with pytest.raises(DatasetError, match=r"a.aedat4 has no events"):
        EventFiles([file], np.array([0]))


@pytest.mark.parametrize("absent", ["tonic", "aedat"])
def test_without_the_libraries_aedat4_names_what_to_install(absent, fake, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, absent, None)
    monkeypatch.delitem(sys.modules, "tonic.io")
    with pytest.raises(DatasetError, match=r'a.aedat4 is AEDAT4, which .* pip install "pynn-sfdfa\[events\]"'):
        read_events(tmp_path / "a.aedat4")


@needs_tonic
def test_a_file_of_five_events_is_read_by_the_library(tmp_path):
    content = gzip.decompress(base64.b64decode(AEDAT4))
    (tmp_path / "a.aedat4").write_bytes(content)
    assert_five(read_events(tmp_path / "a.aedat4"))
    (tmp_path / "cut.aedat4").write_bytes(content[: len(content) // 2])
    with pytest.raises(DatasetError, match=r"cut.aedat4 cannot be read: .* truncated or no AEDAT4 file"):
        read_events(tmp_path / "cut.aedat4")


@needs_tonic
def test_structured_arrays_of_tonic_are_read_from_npy(tmp_path):
    from tonic.io import make_structured_array

    np.save(tmp_path / "a.npy", make_structured_array(*(FIVE[field] for field in "xytp")))
    assert_five(read_events(tmp_path / "a.npy"))


def test_a_data_set_of_tonic_gives_its_events():
    recordings = TonicEvents(Seen([(FIVE, 1), (FIVE[1:], np.int64(0))]))
    assert recordings.shape == (12, 16)
    assert recordings.labels.tolist() == [1, 0]
    assert_five(recordings.recording(0))
    spikes = EventBins(bin=1.0, duration=5.0)(recordings, recordings.labels)
    assert np.diff(spikes.offsets).tolist() == [5, 4]


def test_the_fingerprint_is_that_of_the_same_events_in_files(tmp_path):
    np.save(tmp_path / "a.npy", FIVE)
    files = EventFiles([tmp_path / "a.npy"], np.array([0]), (12, 16))
    assert TonicEvents(Seen([(FIVE, 0)])).fingerprint() == files.fingerprint()
    assert TonicEvents(Seen([(FIVE[1:], 0)])).fingerprint() != files.fingerprint()


@pytest.mark.parametrize(
    ("dataset", "message"),
    [
        ([(FIVE, 0)], "'list' has no sensor_size .* Give one of tonic.datasets"),
        (
            Seen([(FIVE, 0), (np.zeros((3, 2, 12, 16)), 0)]),
            "Seen, recording 1 lacks the fields x, y, t, p; .* transforms",
        ),
        (Seen([(FIVE, "heart")]), "Seen, recording 0 has the label 'heart'; .* target_transform"),
        (Seen([(FIVE[::-1], 0)]), "Seen, recording 0 goes back in time at event 1"),
        (Seen([(FIVE[:0], 0)]), "Seen, recording 0 has no events"),
        (Seen([(np.array([(16, 0, 0, 1)], FIELDS), 0)]), r"Seen, recording 0 has an event \(0\) with x = 16"),
    ],
)
def test_what_is_no_such_data_set_is_told(dataset, message):
    with pytest.raises(DatasetError, match=message):
        TonicEvents(dataset)
