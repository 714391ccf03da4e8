"""A user's npz file: images, features or spikes, with every mistake named."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from pynn_sfdfa.datasets import DatasetError, load
from pynn_sfdfa.spikes import SpikeTrains


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


def test_images(write):
    arrays = images()
    dataset = load(write(arrays))
    assert_array_equal(dataset.train.values, arrays["x_train"])
    assert_array_equal(dataset.test.labels, arrays["y_test"])
    assert (dataset.n_classes, dataset.image_shape, dataset.n_inputs, dataset.encoded) == (3, (4, 3), 12, False)
    assert dataset.validation is None
    assert f"npz:{dataset.source}" == dataset.name


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
        ({"x_test": np.full((3, 4, 3), np.inf)}, "the test split must be finite; sample 0 has inf"),
        ({"x_test": np.zeros((3, 3, 4))}, "test split has values of 3 x 4 a sample, the train split values of 4 x 3"),
        ({"x_train": np.zeros((6, 4, 3, 1))}, r"must have the shape .*not \(6, 4, 3, 1\)"),
        ({"x_train": np.zeros((6, 0))}, r"must have the shape .*not \(6, 0\)"),
        ({"x_train": np.array(1.0)}, r"must have the shape .*not \(\)"),
        ({"x_train": np.zeros((5, 4, 3))}, "the train split has 5 samples but 6 labels"),
        ({"x_train": np.full((6, 4, 3), "a")}, "the train split must hold integers or floats, not <U1"),
        ({"x_train": np.array([None] * 6)}, "x_train cannot be read .*not of Python objects"),
        ({"y_train": np.zeros(6)}, "the train split must have a list of integer labels, not float64"),
        ({"y_train": np.zeros((6, 3), int)}, r"list of integer labels, not int64 of shape \(6, 3\)"),
        ({"y_train": np.array(0)}, r"list of integer labels, not int64 of shape \(\)"),
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
        archive.writestr("x_train", "text")
    with pytest.raises(DatasetError, match="x_train is not an array"):
        load(f"npz:{tmp_path / 'own.npz'}")


def test_a_missing_file(tmp_path):
    with pytest.raises(DatasetError, match=r"absent.npz is not a file. Write npz:PATH"):
        load(f"npz:{tmp_path / 'absent.npz'}")


def test_a_home_folder_is_expanded(write, tmp_path, monkeypatch):
    write(images())
    monkeypatch.setenv("HOME", str(tmp_path))
    assert load("npz:~/own.npz").source == str(tmp_path / "own.npz")
