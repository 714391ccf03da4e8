from __future__ import annotations

import json
import os
import re
import warnings
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from pynn_sfdfa.training import checkpoint
from pynn_sfdfa.training.checkpoint import FORMAT, CheckpointError

ARRAYS = {
    "weights.0": np.arange(12, dtype=np.float32).reshape(3, 4),
    "transposed": np.arange(6.0).reshape(2, 3).T,
    "step": np.array([7], np.int64),
    "none": np.empty((0, 3), np.float32),
}
METADATA = {"sizes": [3, 4], "records": [{"epoch": 1, "accuracy": 0.1 + 0.2}], "text": "Nøkland"}


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "last.safetensors"
    checkpoint.save(path, ARRAYS, METADATA)
    return path


def test_there_and_back(path):
    loaded = checkpoint.load(path)
    assert set(loaded.arrays) == set(ARRAYS)
    for name, array in ARRAYS.items():
        assert loaded[name].dtype == array.dtype
        np.testing.assert_array_equal(loaded[name], array)
    assert {key: loaded.metadata[key] for key in METADATA} == METADATA


def test_paths_may_be_strings(path):
    checkpoint.save(str(path), ARRAYS, {})
    assert checkpoint.load(str(path))["step"] == 7


def test_a_missing_file(tmp_path):
    with pytest.raises(CheckpointError, match=r"There is no checkpoint .*absent.safetensors"):
        checkpoint.load(tmp_path / "absent.safetensors")
    with pytest.raises(CheckpointError, match=r"There is no checkpoint [^,]*\.$"):
        checkpoint.load(tmp_path)


def test_a_folder_in_place_of_a_checkpoint_is_told_what_is_in_it(tmp_path):
    checkpoint.save(tmp_path / "last.safetensors", ARRAYS, {})
    with pytest.raises(CheckpointError, match=r", which is a folder; name a file in it, such as .*last.safetensors\.$"):
        checkpoint.load(tmp_path)


@pytest.mark.parametrize("keep", [0, 4, 8, 60, 200, -1])
def test_a_truncated_file(path, keep):
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(CheckpointError, match=r"last.safetensors cannot be read .* damaged or not a checkpoint"):
        checkpoint.load(path)


def test_a_file_of_another_kind(path):
    path.write_text("not a checkpoint at all, but long enough to hold a header")
    with pytest.raises(CheckpointError, match="last.safetensors cannot be read"):
        checkpoint.load(path)


def test_any_changed_byte_is_noticed(path):
    content = path.read_bytes()
    for position in range(len(content)):
        path.write_bytes(content[:position] + bytes([content[position] ^ 1]) + content[position + 1 :])
        with pytest.raises(CheckpointError, match="last.safetensors"):
            checkpoint.load(path)


def test_a_foreign_safetensors_file(path):
    save_file({"w": np.ones(3)}, path)
    with pytest.raises(CheckpointError, match="last.safetensors is a safetensors file, but not a checkpoint of pynn"):
        checkpoint.load(path)


def test_a_foreign_file_of_a_type_that_numpy_lacks(path):
    header = json.dumps({"w": {"dtype": "BF16", "shape": [1], "data_offsets": [0, 2]}}).encode()
    path.write_bytes(len(header).to_bytes(8, "little") + header + b"\0\0")
    with pytest.raises(CheckpointError, match="last.safetensors is a safetensors file, but not a checkpoint of pynn"):
        checkpoint.load(path)


@pytest.mark.parametrize("description", ["[]", "3", '{"format": "pynn-sfdfa checkpoint 99"}', "{}"])
def test_another_format(path, description):
    save_file({"w": np.ones(3)}, path, metadata={"pynn_sfdfa": description})
    with pytest.raises(CheckpointError, match=f"last.safetensors has the format .*; this version reads '{FORMAT}'"):
        checkpoint.load(path)


def test_a_description_that_is_no_json(path):
    save_file({"w": np.ones(3)}, path, metadata={"pynn_sfdfa": "{"})
    with pytest.raises(CheckpointError, match="last.safetensors: the description is damaged"):
        checkpoint.load(path)


@pytest.mark.parametrize(
    ("description", "message"),
    [
        ('{"x": ' + "[" * 100_000, "the description is damaged"),
        (f'{{"x": {"1" * 5000}}}', "the description is damaged"),
        ('{"x": NaN}', "the description is damaged .NaN is no JSON"),
        ('{"x": 1, "y": 1, "x": 2}', "the description is damaged .'x' stands in it 2 times"),
        (json.dumps({"format": "x" * 100_000}), "has the format 'xxxxx"),
    ],
)
def test_descriptions_of_others_are_refused_in_a_sentence(path, description, message):
    path.write_bytes(checkpoint.content(ARRAYS, description))
    with pytest.raises(CheckpointError, match=f"last.safetensors:? {message}") as error:
        checkpoint.load(path)
    assert len(str(error.value)) < 400 + len(str(path))


def test_a_header_in_which_a_key_stands_twice(path):
    content = path.read_bytes()
    length = int.from_bytes(content[:8], "little")
    header = content[8 : 8 + length].rstrip()
    again = json.dumps(json.loads(header)["step"]).encode()
    header = header[:-1] + b', "step": ' + again + b"}"
    path.write_bytes(len(header).to_bytes(8, "little") + header + content[8 + length :])
    with pytest.raises(CheckpointError, match="last.safetensors: its header is damaged .'step' stands in it 2 times"):
        checkpoint.load(path)


def test_a_file_larger_than_memory_is_not_read(path):
    os.truncate(path, 1 << 42)  # takes no space
    with pytest.raises(CheckpointError, match=r"read: it would take 4.4 TB of memory.*a smaller checkpoint\.$"):
        checkpoint.load(path)


@pytest.mark.parametrize("step", ["replace", "fsync"])
def test_a_save_that_fails_leaves_the_old_file_and_nothing_else(path, step, monkeypatch):
    before = path.read_bytes()

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path if step == "replace" else os, step, fail)
    with pytest.raises(OSError, match="No space left"):
        checkpoint.save(path, {"w": np.zeros(5)}, {})
    monkeypatch.undo()
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_what_json_cannot_hold_is_refused_before_anything_is_written(path):
    before = path.read_bytes()
    for metadata in ({"loss": float("nan")}, {"path": path}):
        with pytest.raises((ValueError, TypeError)):
            checkpoint.save(path, ARRAYS, metadata)
    assert path.read_bytes() == before


def test_a_name_that_no_file_can_have_is_told():
    with pytest.raises(CheckpointError, match="There is no checkpoint x.*: File name too long"):
        checkpoint.load(Path("x" * 300 + ".safetensors"))


def test_of_a_run_without_its_best_checkpoint_the_last_one_is_taken_with_a_warning(path):
    with pytest.warns(UserWarning, match="has no best.safetensors, so last.safetensors is taken"):
        assert checkpoint.named(path.parent) == path
    checkpoint.save(path.parent / "best.safetensors", ARRAYS, {})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert checkpoint.named(path.parent) == path.parent / "best.safetensors"


@pytest.mark.parametrize(
    ("name", "other", "more"),
    [("last", "best", "; copied in its place, it can be resumed from"), ("best", "last", "")],
)
def test_of_a_damaged_or_missing_checkpoint_of_a_run_the_other_one_is_named(tmp_path, name, other, more):
    damaged, whole = tmp_path / f"{name}.safetensors", tmp_path / f"{other}.safetensors"
    checkpoint.save(whole, ARRAYS, METADATA)
    content = whole.read_bytes()
    for left in (content[:-1], content[:-1] + bytes([content[-1] ^ 1]), None):
        damaged.unlink(missing_ok=True)
        if left is not None:
            damaged.write_bytes(left)
        said = rf"[.] {re.escape(str(whole))} is the other one of this run{more}[.]$"
        with pytest.raises(CheckpointError, match=said):
            checkpoint.load(damaged)
    whole.unlink()
    with pytest.raises(CheckpointError, match=r"There is no checkpoint \S*[.]$"):
        checkpoint.load(damaged)
