"""Idx files: read where found, and every kind of damage named."""

from __future__ import annotations

import gzip
import os

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from pynn_sfdfa.datasets import DatasetError, load, registry
from pynn_sfdfa.datasets.fashion_mnist import FashionMnist
from pynn_sfdfa.datasets.mnist import Mnist

IMAGES = "train-images-idx3-ubyte"


def assert_is(dataset, tiny):
    parts = [dataset.train.values, dataset.train.labels, dataset.test.values, dataset.test.labels]
    for found, expected in zip(parts, tiny.arrays.values(), strict=True):
        assert_array_equal(found, expected)
        assert found.dtype == np.uint8


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("below", ["", "mnist"])
def test_files_are_found_in_a_folder_or_below_it(tiny, tmp_path, zipped, below):
    tiny.write(tmp_path / "data" / below, zipped)
    dataset = load("mnist", tmp_path / "data")
    assert_is(dataset, tiny)
    assert (dataset.name, dataset.n_classes, dataset.image_shape, dataset.n_inputs) == ("mnist", 10, (3, 2), 6)
    assert dataset.source == str(tmp_path / "data" / below)
    assert not dataset.encoded


def test_folders_are_searched_in_order(tiny, tmp_path, monkeypatch, cache):
    with pytest.raises(DatasetError, match="was not found"):
        load("mnist", download=False)
    tiny.write(cache / "mnist")
    assert load("mnist").source == str(cache / "mnist")
    monkeypatch.setenv("PYNN_SFDFA_DATA", str(tiny.write(tmp_path / "environment")))
    assert load("mnist").source == str(tmp_path / "environment")
    assert load("mnist", str(tiny.write(tmp_path / "argument"))).source == str(tmp_path / "argument")


def test_files_may_lie_in_several_folders(tiny, tmp_path, cache):
    tiny.write(tmp_path / "data")
    cache.mkdir(parents=True)
    (tmp_path / "data" / f"{IMAGES}.gz").rename(cache / f"{IMAGES}.gz")
    dataset = load("mnist", tmp_path / "data")
    assert_is(dataset, tiny)
    assert dataset.source == f"{cache}, {tmp_path / 'data'}"


def test_a_file_unpacked_by_the_browser_is_read_in_spite_of_its_name(tiny, tmp_path):
    tiny.write(tmp_path)
    (tmp_path / f"{IMAGES}.gz").write_bytes(tiny.contents[IMAGES])
    assert_is(load("mnist", tmp_path), tiny)


def damaged(content, kind):
    changed = bytearray(content)
    if kind == "checksum":
        changed[-1] ^= 1
    elif kind == "magic":
        changed[3] = 1
    elif kind == "type":
        changed[2] = 0x0D
    elif kind == "shape":
        changed[7] += 1
    elif kind == "short":
        changed = changed[:-1]
    elif kind == "header only":
        changed = changed[:10]
    elif kind == "long":
        changed += b"\0"
    elif kind == "empty":
        changed = bytearray()
    return bytes(changed)


DAMAGE = {
    "checksum": "its content must have the MD5 sum [0-9a-f]{32}, not [0-9a-f]{32}",
    "magic": "must begin with the magic number 00000803 .*not 00000801",
    "type": "must begin with the magic number 00000803 .*not 00000d03",
    "shape": r"must have the shape \(6, 3, 2\), not \(7, 3, 2\)",
    "short": "is truncated: it must hold 52 bytes, not 51",
    "header only": "is truncated: it must hold 52 bytes, not 10",
    "long": "must end after 52 bytes but goes on",
    "empty": "must begin with the magic number 00000803 .*not end at once",
}


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("kind", DAMAGE)
def test_damage_is_named_with_the_file_and_a_remedy(tiny, tmp_path, kind, zipped):
    tiny.contents[IMAGES] = damaged(tiny.contents[IMAGES], kind)
    tiny.write(tmp_path, zipped)
    with pytest.raises(DatasetError, match=DAMAGE[kind]) as error:
        load("mnist", tmp_path)
    assert str(error.value).startswith(str(tmp_path / (f"{IMAGES}.gz" if zipped else IMAGES)))
    assert "Replace it, or remove it" in str(error.value)


def test_a_gzip_file_cut_short_is_truncated(tiny, tmp_path):
    path = tiny.write(tmp_path) / f"{IMAGES}.gz"
    path.write_bytes(path.read_bytes()[:-12])
    with pytest.raises(DatasetError, match="is truncated: its compressed data ends early"):
        load("mnist", tmp_path)


@pytest.mark.parametrize(
    ("position", "byte", "message"),
    [(10, 0x07, "invalid block type"), (-6, None, "CRC check failed")],  # the compressed data; its checksum
)
def test_a_gzip_file_with_a_wrong_byte_is_damaged(tiny, tmp_path, position, byte, message):
    path = tiny.write(tmp_path) / f"{IMAGES}.gz"
    content = bytearray(path.read_bytes())
    content[position] = content[position] ^ 0xFF if byte is None else byte
    path.write_bytes(content)
    with pytest.raises(DatasetError, match=f"{IMAGES}.gz: it is damaged: .*{message}"):
        load("mnist", tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_named(tiny, tmp_path):
    (tiny.write(tmp_path) / f"{IMAGES}.gz").chmod(0)
    with pytest.raises(DatasetError, match=f"{IMAGES}.gz: it cannot be read: Permission denied"):
        load("mnist", tmp_path)


def test_labels_out_of_range_are_named_even_with_the_right_checksum(tiny, tmp_path, monkeypatch):
    tiny.arrays["t10k-labels-idx1-ubyte"][2] = 10
    tiny.contents["t10k-labels-idx1-ubyte"] = tiny.contents["t10k-labels-idx1-ubyte"][:-4] + bytes(
        tiny.arrays["t10k-labels-idx1-ubyte"].tolist()
    )
    monkeypatch.setitem(registry.sources(), "mnist", tiny.source())
    tiny.write(tmp_path)
    with pytest.raises(DatasetError, match=r"the test split must have labels in 0\.\.9; sample 2 has 10"):
        load("mnist", tmp_path)


def test_the_files_of_another_set_are_refused(tiny, tmp_path):
    tiny.write(tmp_path)
    with pytest.raises(DatasetError, match=r"must have the shape \(60000, 28, 28\).* these into fashion-mnist/"):
        load("fashion-mnist", tmp_path)


def test_the_known_sets_differ_in_all_sums_and_share_names():
    sums = {file.md5 for source in (Mnist(), FashionMnist()) for file in source._files}
    assert len(sums) == 8
    assert [file.names for file in Mnist()._files] == [file.names for file in FashionMnist()._files]


def test_gzip_and_raw_content_have_one_checksum(tiny, tmp_path):
    tiny.write(tmp_path)
    path = tmp_path / f"{IMAGES}.gz"
    path.write_bytes(gzip.compress(tiny.contents[IMAGES], compresslevel=1, mtime=1))
    assert_is(load("mnist", tmp_path), tiny)
