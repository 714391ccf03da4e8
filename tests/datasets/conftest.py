"""Data folders and caches of the tests' own, and a tiny data set of idx files."""

from __future__ import annotations

import gzip
import hashlib
import struct

import numpy as np
import pytest

from pynn_sfdfa.datasets import registry
from pynn_sfdfa.datasets.idx import IdxFile
from pynn_sfdfa.datasets.idx_set import IdxSet


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """The user's cache, moved into the test's folder; it does not exist yet. No network but this machine."""
    monkeypatch.delenv("PYNN_SFDFA_DATA", raising=False)
    folder = tmp_path / "cache"
    monkeypatch.setattr("pynn_sfdfa.datasets.files.platformdirs.user_cache_dir", lambda name: str(folder / name))
    for variable in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(variable, raising=False)
    return folder / "pynn-sfdfa"


def idx_bytes(array, magic=None):
    array = np.asarray(array, np.uint8)
    header = magic or bytes([0, 0, 8, array.ndim])
    return header + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


class Tiny:
    """A data set called mnist of 6 + 4 images of 3 x 2 pixels, its arrays and its files' bytes."""

    def __init__(self):
        random = np.random.RandomState(7)
        self.arrays = {
            "train-images-idx3-ubyte": random.randint(0, 256, (6, 3, 2)),
            "train-labels-idx1-ubyte": random.randint(0, 10, 6),
            "t10k-images-idx3-ubyte": random.randint(0, 256, (4, 3, 2)),
            "t10k-labels-idx1-ubyte": random.randint(0, 10, 4),
        }
        self.contents = {name: idx_bytes(array) for name, array in self.arrays.items()}

    def write(self, folder, zipped=True):
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in self.contents.items():
            if zipped:
                (folder / f"{name}.gz").write_bytes(gzip.compress(content))
            else:
                (folder / name).write_bytes(content)
        return folder

    def source(self, mirrors=("http://127.0.0.1:9/",)):  # nothing listens at the discard port
        files = [
            IdxFile(name, self.arrays[name].shape, hashlib.md5(self.contents[name]).hexdigest()) for name in self.arrays
        ]
        return IdxSet("mnist", 10, *files, mirrors)


@pytest.fixture
def tiny(monkeypatch):
    tiny = Tiny()
    monkeypatch.setitem(registry.sources(), "mnist", tiny.source())
    return tiny
