"""Recordings of events in folders of their classes: AER, npy and npz files with hostile bytes, headers and numbers."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
from door_npz import hostile_array, hostile_header
from door_toml import LAST
from fuzzing import Case, Door
from hostile import spoilt

from pynn_sfdfa.datasets import DatasetError, load

if TYPE_CHECKING:
    import random
    from pathlib import Path

AER = bytes(byte for k in range(20) for byte in (k, 33 - k, (k % 2) << 7, k, 5))
COLUMNS = np.stack([np.arange(20), 33 - np.arange(20), 1000 * np.arange(20), np.arange(20) % 2], axis=1)
FIELDS = np.rec.fromarrays(COLUMNS.T, names="x,y,t,p").view(np.ndarray)


def written(save: str, *arrays: np.ndarray, **named: np.ndarray) -> bytes:
    out = io.BytesIO()
    getattr(np, save)(out, *arrays, **named)
    return out.getvalue()


def hostile_file(rng: random.Random) -> tuple[str, str, bytes]:
    """Return the ending of a file, what is wrong with it, and what it holds."""
    ending = rng.choice([".bin", ".npy", ".npy", ".npz"])
    if ending == ".bin":
        return ending, *spoilt(rng, AER)
    how = rng.choice(["array", "header", "bytes", "other"])
    if ending == ".npz":
        named = dict(zip("xytp", COLUMNS.T, strict=True))
        name = rng.choice("xytp")
        what, named[name] = hostile_array(rng, named[name]) if how != "bytes" else ("", named[name])
        content = written("savez", **named)
        return ending, *((f"{name}: {what}", content) if how != "bytes" else spoilt(rng, content))
    if how == "array":
        what, array = hostile_array(rng, COLUMNS)
        return ending, what, written("save", array, allow_pickle=True)
    content = written("save", rng.choice([COLUMNS, COLUMNS.astype(float), FIELDS]))
    if how == "other":
        return ending, "an archive", written("savez", x=COLUMNS)
    return ending, *(hostile_header(rng, content) if how == "header" else spoilt(rng, content))


def make(rng: random.Random, folder: Path) -> Case:
    for label in "01":
        (folder / "a b" / label).mkdir(parents=True)
        for name in "cd":
            (folder / "a b" / label / f"{name}.bin").write_bytes(AER)
    ending, what, content = hostile_file(rng)
    (folder / "a b" / rng.choice("01") / f"{rng.choice('be')}{ending}").write_bytes(content)
    name = f"events:{folder / 'a b'}"
    words = ("train", "mnist-saccades-hm2bp", "--set", f"data.name='{name}'", "--set", LAST, "--out", "run")
    return Case(f"{ending} {what}", lambda: load(name), words)


DOOR = Door("events", make, (DatasetError,))
