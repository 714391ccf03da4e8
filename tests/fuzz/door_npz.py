"""Data sets of users: npz files with hostile bytes, archives, headers and arrays."""

from __future__ import annotations

import io
import warnings
import zipfile
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from door_toml import LAST
from fuzzing import Case, Door
from hostile import NUMBERS, TEXTS, spoilt

from pynn_sfdfa.datasets import DatasetError
from pynn_sfdfa.experiments import assembly, config

if TYPE_CHECKING:
    import random
    from pathlib import Path

SHAPES = ((), (0,), (4, 0), (4, 1), (4, 3), (4, 3, 2), (4, 3, 2, 1), (1, 4), (1,) * 32)


@cache
def images() -> dict[str, np.ndarray]:
    x = np.arange(12).reshape(4, 3) / 12
    return {"x_train": x, "y_train": np.array([0, 1, 0, 1]), "x_test": x[:2], "y_test": np.array([1, 0])}


@cache
def spikes() -> dict[str, np.ndarray]:
    of_split = {"times": np.array([1.0, 2, 3, 4]), "units": np.array([0, 1, 2, 0]), "offsets": np.array([0, 2, 4])}
    of_split["labels"] = np.array([0, 1])
    arrays = {f"{field}_{split}": array for field, array in of_split.items() for split in ("train", "test")}
    return arrays | {"n_units": np.array(3)}


def hostile_array(rng: random.Random, array: np.ndarray) -> tuple[str, np.ndarray]:
    how = rng.choice(["number", "number", "number", "dtype", "shape", "type"])
    if how == "number":
        numbers = [np.nan, np.inf, -1.0, 1e30, 1e300, 199.9, 200.0, 0.5] if array.dtype.kind == "f" else NUMBERS
        changed, value = array.copy(), rng.choice(numbers)
        changed.reshape(-1)[rng.randrange(array.size)] = min(value, 2**63 - 1) if array.dtype.kind != "f" else value
        return f"{value}", changed
    if how == "dtype":
        dtype = rng.choice(["f2", "f8", ">f4", "i1", "u8", "?", "c16", "S3", "U3", "M8[s]", "V4", "O"])
        return dtype, array.astype(np.int64).astype(dtype) if dtype[0] in "MVO" else array.astype(dtype)
    if how == "shape":
        shape = rng.choice(SHAPES)
        return f"{shape}", np.asfortranarray(np.resize(array, shape))
    others = [np.array(["a", "b", "a", "b"]), np.eye(4, dtype=int), np.zeros(4, [("a", "i4")]), np.array([b"\xff"] * 4)]
    return "another", rng.choice(others)


def hostile_header(rng: random.Random, content: bytes) -> tuple[str, bytes]:
    """Return an npy file whose header says something else."""
    length = int.from_bytes(content[8:10], "little")
    data = content[10 + length :]
    shapes = [
        "(1000000000,)",
        "(4, 1000000000000)",
        "(-4, -3)",
        "(4, 3,)",
        "4",
        "(4L, 3L)",
        "(True, 3)",
        f"({'9' * 5000},)",
    ]
    header = rng.choice(
        [
            f"{{'descr': '<f8', 'fortran_order': False, 'shape': {rng.choice(shapes)}, }}",
            f"{{'descr': {rng.choice(['[' * 900, '0', repr('|O'), repr('<f9'), repr('V0'), repr('U0')])}, "
            "'fortran_order': False, 'shape': (4, 3), }",
            "{'descr': '<f8', 'fortran_order': False, }",
            "(" * rng.choice([100, 5000]),
            "{'descr': '<f8'" + "\x00" * 20,
            "'" * 3,
            "{}",
            "1" * 6000,
            "x" * 9000,
        ]
    ).encode()
    version = rng.choice([b"\x01\x00", b"\x02\x00", b"\x03\x00", b"\x09\x09"])
    size = rng.choice([len(header), len(header), 0, 2**16 - 1])
    counted = size.to_bytes(2 if version == b"\x01\x00" else 4, "little")
    return header[:30].decode(), b"\x93NUMPY" + version + counted + header + data


def archive_of(rng: random.Random, arrays: dict[str, np.ndarray]) -> tuple[str, bytes]:
    """Return what is wrong with it, and an npz file in which something is not as numpy writes it."""
    how = rng.choice(["header", "header", "method", "flag", "twice", "no array", "many", "size", "method byte"])
    name, out = rng.choice(sorted(arrays)), io.BytesIO()
    method = rng.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
    what = f"{how} of {name}"
    with zipfile.ZipFile(out, "w", method) as archive:
        for field, array in arrays.items():
            content = io.BytesIO()
            np.lib.format.write_array(content, array)
            entry = content.getvalue()
            if field == name and how == "header":
                what, entry = hostile_header(rng, entry)
            elif field == name and how == "no array":
                entry = rng.choice([b"", b"\x93NUMPY", b"text"])
            archive.writestr(f"{field}.npy", entry)
        if how == "twice":
            with warnings.catch_warnings(action="ignore"):
                archive.writestr(f"{name}.npy", b"")
        elif how == "many":
            for number in range(300):
                archive.writestr(f"{number}{rng.choice(TEXTS[4:12])}".replace("\x00", ""), b"")
    changed = bytearray(out.getvalue())
    if how in ("flag", "method byte", "size"):
        offset, width, value = {"flag": (8, 1, rng.randrange(256)), "method byte": (10, 2, rng.randrange(100))}.get(
            how, (24, 4, rng.randrange(2**32))
        )
        at = -1
        for _ in range(rng.randrange(1, len(arrays) + 1)):
            at = changed.index(b"PK\x01\x02", at + 1)
        changed[at + offset : at + offset + width] = value.to_bytes(width, "little")
    return what, bytes(changed)


def make(rng: random.Random, folder: Path) -> Case:
    spiking = rng.random() < 0.4
    arrays = dict(spikes() if spiking else images())
    how = rng.choice(["bytes", "array", "array", "archive", "archive", "missing"])
    path = folder / rng.choice(["own.npz", "a b.npz", "#'\"[=]{.npz"])
    what, out = how, io.BytesIO()
    if how == "array":
        name = rng.choice(sorted(arrays))
        what, arrays[name] = hostile_array(rng, arrays[name])
        what = f"{name}: {what}"
    elif how == "missing":
        what = f"no {arrays.popitem()[0]}"
        arrays |= {rng.choice(["x_train", "times_train", "x_validation", "x" * 1000]): np.zeros(4)}
    np.savez(out, **arrays) if rng.random() < 0.5 else np.savez_compressed(out, **arrays)
    content = out.getvalue()
    if how == "bytes":
        what, content = spoilt(rng, content)
    elif how == "archive":
        what, content = archive_of(rng, arrays)
    path.write_bytes(content)
    overrides = [f"data.name=npz:{path}", "network.hidden_sizes=[5]", LAST]
    overrides.append('encoding={name="none"}' if spiking else "encoding.maximum=1.0")
    words = [word for override in overrides for word in ("--set", override)]

    def enter() -> None:
        assembly.build(config.load("digits", overrides), None, io.StringIO())

    return Case(what, enter, ("train", "digits", *words, "--out", "run"))


DOOR = Door("npz", make, (config.ConfigError, DatasetError))
