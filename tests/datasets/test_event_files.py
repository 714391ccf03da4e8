"""Files of events, and data sets of them: what they hold comes back, and damage is named."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from pynn_sfdfa.datasets import DatasetError, load
from pynn_sfdfa.datasets.event_files import EventFiles, read_events
from pynn_sfdfa.encoding.events import Events, unfit


def events(n=20, seed=0, width=34, height=34):
    random = np.random.RandomState(seed)
    time = np.sort(random.randint(0, 300_000, n))
    return Events(random.randint(0, width, n), random.randint(0, height, n), random.randint(0, 2, n), time)


def aer(recording):
    """The bytes of the published format, written independently of what reads it."""
    packed = bytearray()
    for x, y, polarity, time in zip(*recording, strict=True):
        packed += bytes([x, y]) + int((int(polarity) << 23) | int(time)).to_bytes(3, "big")
    return bytes(packed)


def npy(dtype, shape, data=b""):
    """An npy file whose header says that."""
    header = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + data


def write(path, recording):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(aer(recording))
    return path


def assert_same(found, expected):
    for one, other in zip(found, expected, strict=True):
        assert_array_equal(one, other)


@given(st.integers(0, 2**31), st.integers(1, 50))
@settings(deadline=None, max_examples=20)
def test_every_form_gives_the_events_back(tmp_path_factory, seed, n):
    folder, recording = tmp_path_factory.mktemp("events"), events(n, seed)
    x, y, polarity, time = recording
    write(folder / "a.bin", recording)
    np.save(folder / "columns.npy", np.stack([x, y, time, polarity], axis=1))
    fields = np.zeros(n, [("t", "<i8"), ("x", "<i2"), ("y", "<i2"), ("p", "i1")])
    fields["x"], fields["y"], fields["t"], fields["p"] = x, y, time, 2 * polarity - 1
    np.save(folder / "fields.npy", fields)
    np.savez(folder / "arrays.npz", x=x, y=y, t=time.astype(float), p=polarity.astype(bool))
    for file in folder.iterdir():
        assert_same(read_events(file), recording)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.bin", b"1234567", "has 7 bytes, no multiple of the 5 of an event: it is truncated"),
        ("a.bin", b"", "has no events"),
        ("a.bin", aer(events(width=40)), r"has an event \(\d+\) with x = 3\d, which must lie in 0..33"),
        ("a.bin", aer(Events(*(values[::-1] for values in events()))), "goes back in time at event 1 "),
        ("a.bin", aer(Events(*([1] * 4,) * 3, [7] * 4)), r"has 4 events, all of them at t = 7 us; .* by 1e6 or 1000"),
        ("a.npy", b"no array", "is not an array. Write it with numpy.save"),
        ("a.npy", b"PK\x03\x04" + bytes(40), "is not an array. Write it with numpy.save"),
        ("a.npy", npy("|O", (4, 4), bytes(128)), r"cannot be read \(it holds object\). Store arrays of numbers"),
        ("a.npy", npy("<i8", (10**13, 4)), r"announces \(10+, 4\) values of int64, 320,000,000,000,\d+ bytes"),
        ("a.npy", npy("<i8", (10**23, 4)), r"announces \(10+, 4\) values of int64"),
        ("a.npy", npy("<i8", (-4, -4), bytes(128)), r"announces \(-4, -4\) values of int64"),
        ("a.npy", npy("<i8", "((("), "its header cannot be read"),
        ("a.npy", npy("<i8", "(" * 3000), "its header cannot be read"),
        ("a.npz", b"no archive", "truncated or no npz file"),
    ],
)
def test_damage_is_named(name, content, message, tmp_path):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DatasetError, match=rf"{name}.* {message}"):
        EventFiles([tmp_path / name], np.array([0]), (34, 34))


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros((5, 3)), r"has the shape \(5, 3\); events have the shape \(n, 4\)"),
        (np.full((5, 4), 0.5), "x must be whole numbers, columns of pixels, counted from 0, and event 0 has x = 0.5"),
        (np.outer(range(5), [0, 0.5, 0, 0]), "y must be whole numbers, rows of pixels"),
        (np.outer(range(5), [0, 0, 0.0004, 0]), "event 1 has t = 0.0004. Multiply seconds by 1e6, or ms by 1000, and"),
        (np.outer(range(5), [0, 0, 1, 0.5]), "p must be whole numbers, 0 and 1, or -1 and 1, and event 1 has p = 0.5"),
        (np.full((5, 4), np.nan), "x must be finite, and event 0 has x = nan. Repair such events, or leave them out"),
        (np.full((5, 4), 1e300), r"must be whole numbers up to 2 \*\* 53, and event 0 has x = 1e\+300"),
        (np.full((5, 4), np.finfo(np.longdouble).max), r"must be whole numbers up to 2 \*\* 53"),
        (np.full((5, 4), "a"), "must be as many numbers as t has"),
        (np.zeros(5, [("x", int), ("y", int), ("time", int), ("p", int)]), "has the fields x, y, time, p"),
    ],
)
@pytest.mark.filterwarnings("error")
def test_arrays_of_another_form_are_refused(array, message, tmp_path):
    np.save(tmp_path / "a.npy", array)
    with pytest.raises(DatasetError, match=message):
        read_events(tmp_path / "a.npy")


@pytest.mark.parametrize("precision", [np.float16, np.float32, np.float64, np.longdouble])
@pytest.mark.filterwarnings("error")
def test_whole_numbers_are_read_in_any_precision(precision, tmp_path):
    array = np.array([[1, 2, 0, 1], [3, 4, 2000, -1]], precision)
    np.save(tmp_path / "a.npy", array)
    assert_array_equal(read_events(tmp_path / "a.npy").time, [0, 2000])


def test_arrays_that_are_missing_are_named(tmp_path):
    np.savez(tmp_path / "a.npz", x=[1], y=[1], t=[1])
    with pytest.raises(DatasetError, match="lacks p; events are arrays x, y, t, p, and it holds t, x, y"):
        read_events(tmp_path / "a.npz")
    with pytest.raises(DatasetError, match=r"absent.bin cannot be read: No such file"):
        read_events(tmp_path / "absent.bin")


def test_files_are_a_list_with_a_label_for_each(tmp_path):
    file = str(write(tmp_path / "a.bin", events()))
    assert_same(EventFiles([file], [-1]).recording(0), events())
    with pytest.raises(TypeError, match=r"files must be a list of paths, not one: EventFiles\(\['.*a.bin'\], ...\)"):
        EventFiles(file, [-1])
    with pytest.raises(ValueError, match="1 files but 2 labels; each needs one"):
        EventFiles([file], [0, 1])
    with pytest.raises(DatasetError, match="a.wav is none of .bin, .npy, .npz, .aedat4. Write the events"):
        EventFiles([tmp_path / "a.wav"], [-1])


def test_sound_events_have_no_flaw():
    assert unfit(events(), 34, 34) is None


def test_folders_of_ones_own_have_one_sensor(tmp_path):
    for label in ("a", "b"):
        for number in range(3):
            write(tmp_path / label / f"{number}.bin", events(seed=number, width=20 + number))
    dataset = load(f"events:{tmp_path}")
    assert (len(dataset.train), len(dataset.test), dataset.n_classes) == (4, 2, 2)
    assert dataset.train.shape == dataset.test.shape
    assert_same(dataset.test.recording(0), events(seed=0, width=20))
    assert dataset.train.fingerprint() != dataset.test.fingerprint()


@pytest.fixture
def recordings(tmp_path):
    for split, n in (("Train", 2), ("Test", 1)):
        for digit in range(10):
            for number in range(n):
                write(tmp_path / "nmnist" / split / str(digit) / f"{10 * number + digit:05}.bin", events(seed=digit))
    return tmp_path


def test_a_part_of_n_mnist_is_called_a_subset(recordings):
    dataset = load("nmnist", recordings)
    assert (len(dataset.train), len(dataset.test), dataset.train.shape) == (20, 10, (34, 34))
    assert dataset.source.endswith("nmnist, a subset of 20 + 10 recordings of N-MNIST")
    assert dataset.test.labels.tolist() == list(range(10))


def test_n_mnist_has_ten_digits_and_34_pixels(recordings):
    write(recordings / "nmnist" / "Train" / "3" / "00099.bin", events(seed=1, height=60))
    with pytest.raises(DatasetError, match=r"00099.bin has an event .* with y = "):
        load("nmnist", recordings)
    for file in (recordings / "nmnist" / "Test" / "3").iterdir():
        file.unlink()
    for file in (recordings / "nmnist" / "Train" / "3").iterdir():
        file.unlink()
    with pytest.raises(DatasetError, match="Train has 9 classes; N-MNIST has the ten digits"):
        load("nmnist", recordings)
    with pytest.raises(DatasetError, match=r"nmnist: folders Train and Test were not found in .*Get them from https"):
        load("nmnist", recordings / "nmnist" / "Train")
