"""emnist47: verified array by array, never downloaded."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from pynn_sfdfa.datasets import DatasetError, load, registry
from pynn_sfdfa.datasets.emnist47 import Emnist47


@pytest.fixture
def arrays(monkeypatch):
    random = np.random.RandomState(6)
    arrays = {
        "x_train": random.randint(0, 256, (47, 2, 2)).astype(np.uint8),
        "y_train": np.arange(47, dtype=np.uint8),
        "x_test": random.randint(0, 256, (3, 2, 2)).astype(np.uint8),
        "y_test": np.array([46, 0, 3], np.uint8),
    }
    sums = {name: hashlib.md5(array.tobytes()).hexdigest() for name, array in arrays.items()}
    monkeypatch.setitem(registry.sources(), "emnist47", Emnist47(sums))
    return arrays


@pytest.mark.parametrize("below", ["", "emnist47"])
def test_it_is_found_and_verified(arrays, tmp_path, below):
    path = tmp_path / below / "emnist47.npz"
    path.parent.mkdir(exist_ok=True)
    np.savez_compressed(path, **arrays, classes=np.array(list("abc")))
    dataset = load("emnist47", tmp_path)
    assert_array_equal(dataset.train.values, arrays["x_train"])
    assert_array_equal(dataset.test.labels, arrays["y_test"])
    assert (dataset.n_classes, dataset.image_shape, dataset.source) == (47, (2, 2), str(path))


@pytest.mark.parametrize("field", ["x_train", "y_train", "x_test", "y_test"])
def test_altered_content_is_named(arrays, tmp_path, field):
    arrays[field] = arrays[field].copy()
    arrays[field].flat[0] ^= 1
    np.savez(tmp_path / "emnist47.npz", **arrays)
    with pytest.raises(DatasetError, match=rf"emnist47.npz: {field} must have the MD5 sum [0-9a-f]{{32}}, not "):
        load("emnist47", tmp_path)


def test_a_missing_array_is_named(arrays, tmp_path):
    del arrays["y_test"]
    np.savez(tmp_path / "emnist47.npz", **arrays)
    with pytest.raises(DatasetError, match="emnist47.npz lacks y_test; it has x_train, y_train, x_test"):
        load("emnist47", tmp_path)


def test_a_missing_file_says_where_to_put_it(cache, tmp_path):
    with pytest.raises(DatasetError, match="custom split that cannot be downloaded") as error:
        load("emnist47", tmp_path)
    assert f"emnist47.npz was not found in {tmp_path / 'emnist47'}, {tmp_path}, {cache}" in str(error.value)
    assert f"copy it into {cache / 'emnist47'}" in str(error.value)


def test_the_real_set_has_sums_of_all_its_arrays():
    assert set(Emnist47().md5) == {"x_train", "y_train", "x_test", "y_test"}
    assert len(set(Emnist47().md5.values())) == 4
