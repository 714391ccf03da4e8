"""Checkpoints: bytes, headers, descriptions and arrays, with and without a valid checksum."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from fuzzing import Case, Door
from hostile import NUMBERS, TEXTS, spoilt

from pynn_sfdfa.experiments import assembly, config
from pynn_sfdfa.training import checkpoint

if TYPE_CHECKING:
    import random
    from pathlib import Path

JSON = (None, True, -1, 0, 2**70, 1e308, "", "x" * 100_000, [], {}, [[]], {"x": {}}, "\ud800", [1e9], {"name": "mnist"})

NUMBERS_OF_ARRAYS = (np.nan, np.inf, -np.inf, 3e38, -3e38, 1e10, 1e-45, -1.0, 0.0)


@cache
def sound() -> tuple[dict[str, np.ndarray], dict[str, object]]:
    """Return the arrays and the description of a small network."""
    settings = config.load("digits", ["network.hidden_sizes=[5, 4]"]).settings()
    rng, sizes = np.random.default_rng(0), (64, 5, 4, 10)
    shapes = {f"weights.{k}": pair for k, pair in enumerate(zip(sizes[:-1], sizes[1:], strict=True))}
    shapes |= {f"optimizer.{slot}.{k}": shapes[f"weights.{k}"] for slot in ("mean", "square") for k in range(3)}
    shapes |= {f"feedback.{k}": (10, sizes[k + 1]) for k in range(2)}
    arrays = {name: rng.uniform(0, 1, shape).astype(np.float32) for name, shape in shapes.items()}
    arrays |= {f"tally.spikes.{k}": np.zeros(sizes[k + 1], np.int64) for k in range(3)}
    arrays["optimizer.step"] = np.array([3])
    metadata = {"configuration": settings, "sizes": list(sizes), "n_train": 1437, "seed": 1, "batch_size": 20}
    return arrays, metadata | {"rule": "sfdfa", "records": [], "tally": {"samples": 0}}


def hostile_arrays(rng: random.Random, arrays: dict[str, np.ndarray]) -> str:
    name = rng.choice(sorted(arrays))
    array = arrays[name].copy()
    how = rng.choice(["number", "number", "dtype", "shape", "missing", "renamed", "further", "none"])
    if how == "number":
        value = rng.choice(NUMBERS_OF_ARRAYS)
        array.reshape(-1)[rng.randrange(array.size)] = value if array.dtype.kind == "f" else -1
        how = f"{value}"
    elif how == "dtype":
        array = array.astype(rng.choice(["f8", "f2", "i4", "u1", "?", "i8"]))
    elif how == "shape":
        shapes = [(), (0,), (array.size,), (*array.shape, 1), (1, array.size), array.shape[::-1], (0, 5), (1,) * 40]
        shape = rng.choice(shapes)
        array = np.resize(array, shape)
        how = f"shape {shape}"
    elif how == "further":
        arrays[rng.choice(["weights.3", "weights.x", "weights.999999999", "x", "", "optimizer.step.0"])] = array
    elif how == "renamed":
        arrays[rng.choice([*TEXTS[:8], "weights.00", "Weights.0"])] = arrays.pop(name)
    if how == "missing":
        del arrays[name]
    elif how == "none":
        arrays.clear()
    elif how not in ("renamed", "further"):
        arrays[name] = array
    return f"{name}: {how}"


def hostile_description(rng: random.Random, metadata: dict[str, object]) -> str:
    place, path = metadata, rng.choice([["configuration"], ["configuration", "network"], []])
    for part in path:
        place = place[part]  # type: ignore[assignment]
    key = rng.choice([*sorted(place), "x"])
    value = rng.choice(JSON)
    place[key] = value
    return f"{'.'.join([*path, key])} = {value!r}"[:80]


def text_of(rng: random.Random, text: str) -> tuple[str, str]:
    """Return how the JSON of a description was made hostile as text."""
    hostile = ("[" * 100_000, "1" * 5000, "NaN", '{"x": 1, "x": 2}', '{"a":' * 5000, "", "1e999", "-Infinity")
    value = rng.choice(hostile)
    at = rng.choice([at for at, sign in enumerate(text) if sign == ":"])
    return f"{value[:20]} at {at}", f"{text[: at + 1]} {value}, {text[at + 1 :]}"


def header_of(rng: random.Random, content: bytes) -> tuple[str, bytes]:
    """Return how the header of a file was made hostile."""
    length = int.from_bytes(content[:8], "little")
    header, rest = content[8 : 8 + length].decode(), content[8 + length :]
    how = rng.choice(["length", "twice", "offsets", "shape", "deep", "dtype"])
    tables = json.loads(header)
    name = rng.choice([name for name in tables if name != "__metadata__"])
    if how == "length":
        return how, rng.choice(NUMBERS[:1] + NUMBERS[3:]).to_bytes(8, "little", signed=True) + content[8:]
    if how == "twice":
        header = f"{header.rstrip()[:-1]}, {json.dumps(name)}: {json.dumps(tables[name])}}}"
    elif how == "deep":
        header = '{"x":' + "[" * rng.choice([100, 200_000])
    else:
        key = {"offsets": "data_offsets", "shape": "shape", "dtype": "dtype"}[how]
        tables[name][key] = rng.choice([[rng.choice(NUMBERS), rng.choice(NUMBERS)], [], "BF16", "F8_E4M3", "F64", None])
        header = json.dumps(tables)
    return f"{name}: {how}", len(header.encode()).to_bytes(8, "little") + header.encode() + rest


def make(rng: random.Random, folder: Path) -> Case:
    path = folder / "last.safetensors"
    arrays, metadata = sound()
    arrays, metadata = dict(arrays), json.loads(json.dumps(metadata))
    how = rng.choice(["bytes", "header", "arrays", "arrays", "arrays", "description", "description", "text"])
    what = how
    if how == "arrays":
        what = hostile_arrays(rng, arrays)
    elif how == "description":
        what = hostile_description(rng, metadata)
    description = json.dumps({"format": checkpoint.FORMAT, **metadata})
    if how == "text":
        what, description = text_of(rng, description)
    content = checkpoint.content(arrays, description)
    if how == "bytes":
        what, content = spoilt(rng, content)
    elif how == "header":
        what, content = header_of(rng, content)
    path.write_bytes(content)
    return Case(what, lambda: assembly.trained_network(path), command(rng, path))


def command(rng: random.Random, path: Path) -> tuple[str, ...]:
    if rng.random() < 0.5:
        return "export", str(path), "--format", "nir", "--out", str(path.with_name("x.nir"))
    return "simulate", str(path), "--sample", "100000"


DOOR = Door("checkpoint", make, (checkpoint.CheckpointError, config.ConfigError))
