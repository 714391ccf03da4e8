"""digits: scikit-learn's, without the time it takes to import scikit-learn."""

from __future__ import annotations

import gzip
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.datasets import load_digits

from pynn_sfdfa.datasets import DatasetError, load


def test_the_split_holds_every_digit_of_scikit_learn_once():
    dataset = load("digits")
    assert (len(dataset.train), len(dataset.test)) == (1437, 360)
    assert (dataset.n_classes, dataset.image_shape, dataset.n_inputs) == (10, (8, 8), 64)
    images = np.concatenate([dataset.train.values, dataset.test.values])
    labels = np.concatenate([dataset.train.labels, dataset.test.labels])
    original = load_digits()
    order = np.random.RandomState(0).permutation(1797)
    assert_array_equal(images, original.images[order])
    assert_array_equal(labels, original.target[order])


def test_every_class_is_in_both_parts():
    dataset = load("digits")
    assert np.bincount(dataset.train.labels).min() > 100
    assert np.bincount(dataset.test.labels).min() > 20


def test_neither_scikit_learn_nor_urllib_is_imported():
    program = (
        "import sys; from pynn_sfdfa.datasets import load; load('digits'); "
        "print('sklearn' in sys.modules, 'urllib.request' in sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.split() == ["False", "False"]


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Stand in for an installation of scikit-learn; returns the path of its file of digits."""
    path = tmp_path / "sklearn" / "datasets" / "data" / "digits.csv.gz"
    path.parent.mkdir(parents=True)
    spec = SimpleNamespace(submodule_search_locations=[str(tmp_path / "sklearn")])
    monkeypatch.setattr("importlib.util.find_spec", lambda name: spec)
    return path


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (gzip.compress(b"1,2\n3,4\n", mtime=0), "must hold digits with the MD5 sum"),
        (gzip.compress(b"a,b\n", mtime=0), "is damaged"),
        (gzip.compress(b"1,2\n3,4\n", mtime=0)[:-4], "is damaged"),
        (b"1,2\n", "is damaged"),
    ],
)
def test_a_damaged_file_is_named(installed, content, message):
    installed.write_bytes(content)
    with pytest.raises(DatasetError, match=rf"digits.csv.gz {message}.* Reinstall scikit-learn"):
        load("digits")


def test_a_missing_file_is_named(installed):
    with pytest.raises(DatasetError, match=r"digits.csv.gz should have come with scikit-learn but is missing"):
        load("digits")


def test_missing_scikit_learn_is_named(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(DatasetError, match="not installed. Run: pip install scikit-learn"):
        load("digits")
