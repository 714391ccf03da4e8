"""A user's npz file: images, features or spikes, with every mistake named."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from pynn_sfdfa.datasets import DatasetError, load, npy
from pynn_sfdfa.encoding.spikes import SpikeTrains
from pynn_sfdfa.experiments import assembly, config
from pynn_sfdfa.support.memory import Limit


def images():
    random = np.random.RandomState(5)
    return {
        "x_train": random.randint(0, 256, (6, 4, 3)).astype(np.uint8),
        "y_train": np.array([0, 1, 2, 0, 1, 2]),
        "x_test": random.randint(0, 256, (3, 4, 3)).astype(np.uint8),
        "y_test": np.array([2, 1, 0]),
    }


def spikes():
    return {
        "times_train": np.array([1.0, 2.0, 0.5]),
        "units_train": np.array([0, 6, 1]),
        "offsets_train": np.array([0, 2, 3]),
        "labels_train": np.array([0, 1]),
        "times_test": np.array([3.0]),
        "units_test": np.array([2]),
        "offsets_test": np.array([0, 0, 1]),
        "labels_test": np.array([1, 0]),
    }


@pytest.fixture
def write(tmp_path):
    def write(arrays):
        np.savez_compressed(tmp_path / "own.npz", **arrays)
        return f"npz:{tmp_path / 'own.npz'}"

    return write


def in_colour(*shape):
    random = np.random.RandomState(5)
    return images() | {f"x_{split}": random.uniform(0.1, 1.0, (n, *shape)) for split, n in (("train", 6), ("test", 3))}


def test_images_in_colour_are_units_channel_by_channel_as_windows_number_them(write):
    name = write(in_colour(3, 8, 8))
    assert load(name).n_inputs == 192
    own = [f"data.name={name}", "encoding.maximum=1.0", "network.input_shape=[3, 8, 8]", "training.threads=1"]
    network, samples = assembly.build(config.load("digits-conv", own), None, io.StringIO())
    assert network.input.shape == (3, 8, 8)
    first = load(name).train.values[0]
    times, units = samples.train.sample(0)
    earliest, last = (int(unit) for unit in units[[0, -1]])
    assert np.unravel_index(earliest, (3, 8, 8)) == np.unravel_index(first.argmax(), first.shape)
    assert np.unravel_index(last, (3, 8, 8)) == np.unravel_index(first.argmin(), first.shape)
    assert times[0] < times[-1]


def test_channels_that_come_last_are_told_where_they_belong(write):
    with pytest.raises(DatasetError, match=re.escape("height and width: np.moveaxis(x, -1, 1).")):
        load(write(in_colour(8, 8, 3)))


def test_images(write):
    arrays = images()
    dataset = load(write(arrays))
    assert_array_equal(dataset.train.values, arrays["x_train"])
    assert_array_equal(dataset.test.labels, arrays["y_test"])
    assert (dataset.n_classes, dataset.image_shape, dataset.n_inputs, dataset.encoded) == (3, (4, 3), 12, False)
    assert dataset.validation is None
    assert f"npz:{dataset.source}" == dataset.name


def test_classes_that_no_training_sample_has_are_told_of(write):
    arrays = images()
    arrays |= {name: array + 1 for name, array in arrays.items() if name[0] == "y"}
    told = (
        "labels go to 3, which makes 4 classes from 0 on, and the train split has 3 of them: 0 is missing. Number the"
    )
    with pytest.warns(UserWarning, match=told):
        assert load(write(arrays)).n_classes == 4


def test_features_and_a_validation_split(write):
    arrays = {
        name: array.reshape(len(array), -1) / 255 if name[0] == "x" else array for name, array in images().items()
    }
    arrays |= {"x_validation": arrays["x_test"], "y_validation": arrays["y_test"]}
    dataset = load(write(arrays))
    assert_array_equal(dataset.validation.values, arrays["x_validation"])
    assert (dataset.image_shape, dataset.n_inputs) == (None, 12)


def test_spikes(write):
    dataset = load(write(spikes()))
    assert isinstance(dataset.train, SpikeTrains)
    assert [array.tolist() for array in dataset.train.sample(0)] == [[1.0, 2.0], [0, 6]]
    assert (dataset.n_classes, dataset.image_shape, dataset.n_inputs, dataset.encoded) == (2, None, 7, True)
    assert dataset.test.n_units == 7
    assert load(write({**spikes(), "n_units": 20})).n_inputs == 20


def test_bytes_as_units_do_not_wrap(write):
    arrays = spikes()
    arrays["units_train"] = np.array([0, 255, 1], np.uint8)
    assert load(write(arrays)).n_inputs == 256


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x_train": np.full((6, 12), np.nan)}, "the train split must be finite; sample 0 has nan"),
        (
            {"x_train": np.where(np.arange(12) % 5 == 4, np.inf, np.arange(72.0).reshape(6, 12))},
            r"sample 0 has inf in column 4; columns with such values: 4 \(6 samples\), 9 \(6 samples\)\. Repair",
        ),
        ({"x_test": np.full((3, 4, 3), np.inf)}, "the test split must be finite; sample 0 has inf"),
        ({"x_test": np.zeros((3, 3, 4))}, "test split has values of 3 x 4 a sample, the train split values of 4 x 3"),
        ({"x_train": np.zeros((6, 4, 3, 1))}, r"must have the shape .*not \(6, 4, 3, 1\)"),
        ({"x_train": np.zeros((6, 0))}, r"must have the shape .*not \(6, 0\)"),
        ({"x_train": np.array(1.0)}, r"must have the shape .*not \(\)"),
        ({"x_train": np.zeros((5, 4, 3))}, "the train split has 5 samples but 6 labels"),
        ({"x_train": np.full((6, 4, 3), "a")}, "the train split must hold integers or floats, not <U1"),
        ({"x_train": np.array([None] * 6)}, "x_train cannot be read .*not of Python objects"),
        ({"y_train": np.zeros(6)}, "the train split must have a list of integer labels, not float64"),
        ({"y_train": np.zeros((6, 3), int)}, r"labels, not int64 of shape \(6, 3\). Give one integer a sample."),
        ({"y_train": np.array(0)}, r"list of integer labels, not int64 of shape \(\). Give one integer a sample."),
        ({"y_train": np.zeros((6, 1), int)}, r"of shape \(6, 1\). They are one column: take labels.ravel\(\)."),
        ({"y_train": np.eye(6, dtype=int)}, r"They are one-hot: take labels.argmax\(axis=1\)."),
        ({"y_train": np.eye(6)}, r"They are one-hot: take labels.argmax\(axis=1\)."),
        (
            {"y_train": np.array(list("abcabc"))},
            r"They are text: number the classes, alike in all splits, with classes",
        ),
        ({"y_train": np.array([0, 1, 2, 0, 1, -1])}, r"labels in 0\.\.2; sample 5 has -1"),
        ({"y_train": np.full(6, -1)}, r"labels in 0\.\.0; sample 0 has -1"),
        ({"y_test": np.array([0, 3, 1])}, r"the test split must have labels in 0\.\.2; sample 1 has 3"),
        ({"x_test": np.zeros((0, 4, 3)), "y_test": np.zeros(0, int)}, "the test split has no samples"),
        ({"x_validation": np.zeros((1, 4, 3))}, "lacks y_validation; it has x_test, x_train, x_validation, "),
        ({"times_train": np.zeros(1)}, "has both x_train and times_train"),
    ],
)
def test_mistakes_in_images_are_named(write, change, message):
    name = write({**images(), **change})
    with pytest.raises(DatasetError, match=message) as error:
        load(name)
    assert str(error.value).startswith(name.removeprefix("npz:"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"times_train": np.array([2.0, 1.0, 0.5])}, "the train split: times must be sorted within a sample; sample 0"),
        ({"times_test": np.array([np.nan])}, "the test split: times must be finite and >= 0 ms; sample 1 has nan"),
        ({"units_test": np.array([0.0])}, "the test split: units must be integers"),
        ({"units_train": np.array(["a", "b", "c"])}, "the train split: units must be integers"),
        ({"labels_train": np.eye(2, dtype=int)}, r"labels must be one-dimensional, .* take labels.argmax\(axis=1\)."),
        ({"labels_train": np.array(["a", "b"])}, "labels must be integers, not <U1. They are text: number the classes"),
        ({"offsets_test": np.array([0, 1])}, "the test split: offsets must have one element more"),
        ({"labels_test": np.array([1, 2])}, r"the test split must have labels in 0\.\.1; sample 1 has 2"),
        ({"n_units": 3}, r"the train split: units must lie in 0\.\.2; sample 0 has 6"),
        ({"n_units": 7.0}, "n_units must be an integer >= 1, not 7.0"),
        ({"n_units": [7, 7]}, r"n_units must be one integer, not an array of shape \(2,\)"),
    ],
)
def test_mistakes_in_spikes_are_named(write, change, message):
    name = write({**spikes(), **change})
    with pytest.raises(DatasetError, match=message) as error:
        load(name)
    assert str(error.value).startswith(name.removeprefix("npz:"))


@pytest.mark.parametrize("arrays", [images(), spikes()])
def test_each_field_is_needed(write, arrays):
    for field in arrays:
        name = write({other: array for other, array in arrays.items() if other != field})
        with pytest.raises(DatasetError, match="Images or features: x_train, y_train") as error:
            load(name)
        if field != "times_train":  # without it the file looks like one of images
            assert f"lacks {field}; it has" in str(error.value)


def test_a_file_that_is_no_archive(tmp_path):
    (tmp_path / "own.npz").write_bytes(b"x_train")
    with pytest.raises(DatasetError, match="own.npz is truncated or no npz file"):
        load(f"npz:{tmp_path / 'own.npz'}")


def test_a_truncated_file(write):
    name = write(images())
    path = Path(name.removeprefix("npz:"))
    path.write_bytes(path.read_bytes()[:-50])
    with pytest.raises(DatasetError, match="own.npz is truncated or no npz file"):
        load(name)


def test_an_array_with_a_wrong_byte(tmp_path):
    path = tmp_path / "own.npz"
    np.savez(path, **images())  # uncompressed, so that the byte changed lies in the pixels
    content = bytearray(path.read_bytes())
    position = content.find(images()["x_train"].tobytes())
    content[position] ^= 1
    path.write_bytes(content)
    with pytest.raises(DatasetError, match="own.npz is damaged: Bad CRC-32"):
        load(f"npz:{path}")


def test_an_archive_of_something_else(tmp_path):
    with zipfile.ZipFile(tmp_path / "own.npz", "w") as archive:
        for name in images():
            archive.writestr(name, "text")
    with pytest.raises(DatasetError, match="x_train is not an array"):
        load(f"npz:{tmp_path / 'own.npz'}")


def test_a_relative_path_is_told_where_it_was_looked_for(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, kind in (("npz:mine.npz", "file"), ("sound:mine", "folder"), ("events:mine", "folder")):
        with pytest.raises(DatasetError, match=f"is not a {kind} in {tmp_path}, the present folder. Go to the folder "):
            load(name)


def test_a_missing_file(tmp_path):
    with pytest.raises(DatasetError, match=r"absent.npz is not a file. Write npz:PATH"):
        load(f"npz:{tmp_path / 'absent.npz'}")


def test_a_home_folder_is_expanded(write, tmp_path, monkeypatch):
    write(images())
    monkeypatch.setenv("HOME", str(tmp_path))
    assert load("npz:~/own.npz").source == str(tmp_path / "own.npz")


def changed_archive(path, change):
    """Write images with one thing changed in the archive itself: ``change`` gets and returns all bytes."""
    np.savez(path, **images())
    path.write_bytes(change(bytearray(path.read_bytes())))
    return f"npz:{path}"


def in_directory(offset, value):
    """Change two bytes of what the directory at the end of an archive says of the first array."""

    def change(content):
        at = content.index(b"PK\x01\x02") + offset
        content[at : at + 2] = value.to_bytes(2, "little")
        return content

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (in_directory(8, 1), "x_train is encrypted. Write the file with numpy.savez_compressed."),
        (in_directory(10, 97), "x_train is compressed by method 97, which is not known; known are stored, deflate, "),
        (in_directory(10, zipfile.ZIP_LZMA), "is damaged: "),
        (in_directory(10, zipfile.ZIP_BZIP2), "cannot be read: "),
        (in_directory(10, zipfile.ZIP_DEFLATED), "is damaged: "),
        (lambda content: content.replace(b"PK\x01\x02", b"PK\x01\x03"), "is damaged: Bad magic number for central"),
        (lambda content: content.replace(b"PK\x03\x04", b"PK\x03\x05"), "is damaged: Bad magic number for file header"),
    ],
)
def test_archives_that_numpy_did_not_write(tmp_path, change, message):
    name = changed_archive(tmp_path / "own.npz", change)
    with pytest.raises(DatasetError, match=re.escape(message)) as error:
        load(name)
    assert str(error.value).startswith(str(tmp_path / "own.npz"))


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (
            "{'descr': '|u1', 'fortran_order': False, 'shape': (3000000000, 8, 8), }",
            "its header announces (3000000000, 8",
        ),
        ("{'descr': '|u1', 'fortran_order': False, 'shape': (-6, -12), }", "its header announces (-6, -12) values of"),
        ("{'descr': '|u1', 'fortran_order': False, 'shape': (4L, 3", "its header cannot be read ("),
        ("{'descr': '|u1', 'fortran_order': False, }", "its header cannot be read ("),
        ("(" * 5000, "its header cannot be read ("),
        ("1" * 9000, "its header cannot be read ("),
        ("x" * 20_000, "its header cannot be read ("),
        ("", "its header cannot be read ("),
        ("{'descr': '|V9', 'fortran_order': False, 'shape': (8,), }", "x_train cannot be read (it holds |V9)"),
    ],
)
def test_headers_of_arrays_that_numpy_did_not_write(tmp_path, header, message):
    data = images()["x_train"].tobytes()
    with zipfile.ZipFile(tmp_path / "own.npz", "w") as archive:
        archive.writestr(
            "x_train.npy", b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode() + data
        )
        for name in ("y_train", "x_test", "y_test"):
            archive.writestr(f"{name}.npy", b"")
    with pytest.raises(DatasetError, match=re.escape(message)) as error:
        load(f"npz:{tmp_path / 'own.npz'}")
    assert len(str(error.value)) < 400 + len(str(tmp_path))


@pytest.mark.parametrize(
    ("start", "message"),
    [
        (b"", "x_train is not an array. Write the file with numpy.savez_compressed."),
        (b"\x93NUMPX\x01\x00", "x_train is not an array. Write the file with numpy.savez_compressed."),
        (b"\x93NUMPY\x07\x00", "x_train has the format 7.0; arrays of numbers have 1.0 or 2.0."),
        (b"\x93NUMPY\x01\x00", "x_train is damaged: its header cannot be read ("),
    ],
)
def test_starts_of_arrays_that_numpy_did_not_write(tmp_path, start, message):
    with zipfile.ZipFile(tmp_path / "own.npz", "w") as archive:
        for name in images():
            archive.writestr(f"{name}.npy", start)
    with pytest.raises(DatasetError, match=re.escape(message)):
        load(f"npz:{tmp_path / 'own.npz'}")


def test_what_is_not_needed_is_not_read(tmp_path):
    """It may be damaged, of objects, or unpack for ever."""
    path = tmp_path / "own.npz"
    np.savez(path, **images(), objects=np.array([None]))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("notes.npy", b"\x93NUMPY\x01\x00" + b"(" * 1000)
        archive.writestr("picture.png", b"")
    assert_array_equal(load(f"npz:{path}").train.values, images()["x_train"])


def test_a_field_that_stands_twice(tmp_path):
    np.savez(tmp_path / "own.npz", **images())
    with zipfile.ZipFile(tmp_path / "own.npz", "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("y_test.npy", b"")
    with pytest.raises(DatasetError, match=r"own.npz is damaged: y_test stands in it twice"):
        load(f"npz:{tmp_path / 'own.npz'}")


def test_more_than_the_memory_is_not_read(write, monkeypatch):
    name = write(images())
    monkeypatch.setattr(npy, "limit", lambda: Limit(100, "the memory of this machine", None, 10**12))
    with pytest.raises(
        DatasetError, match=r"own.npz cannot be read: it would take 180 B of memory, 72 B of it for x_train"
    ):
        load(name)


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", ["<f4", ">f8", "u2", "f2"])
def test_arrays_are_those_that_numpy_reads(write, order, dtype):
    x = np.asarray(images()["x_train"], dtype, order=order)
    name = write({**images(), "x_train": x})
    read = load(name).train.values
    expected = np.load(name.removeprefix("npz:"))["x_train"]
    assert (read.dtype, read.shape) == (expected.dtype, expected.shape)
    assert_array_equal(read, expected)


def test_paths_that_are_no_files(tmp_path):
    for path, message in (
        (f"{tmp_path}/{'x' * 5000}", "is not a file"),
        ("~nobody-of-that-name/x.npz", "is below the home folder of a user who is not known here"),
        (f"{tmp_path}/a\0b", "is not a file"),
    ):
        with pytest.raises(DatasetError, match=message) as error:
            load(f"npz:{path}")
        assert len(str(error.value)) < 400
