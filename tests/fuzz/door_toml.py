"""Experiments as TOML, and ``--set``."""

from __future__ import annotations

import io
import tomllib
from importlib import resources
from typing import TYPE_CHECKING

from fuzzing import Case, Door
from hostile import TEXTS, VALUES, spoilt

from pynn_sfdfa.datasets import DatasetError
from pynn_sfdfa.experiments import assembly, config

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator
    from pathlib import Path

TEXT = resources.files("pynn_sfdfa.experiments").joinpath("digits.toml").read_text()

LAST = "data.validation=0.0001"
"""Of so few samples that is none: what is sound in all else is refused once it is built, and nothing is trained."""


def keys(tables: dict[str, object], prefix: str = "") -> Iterator[str]:
    for key, value in tables.items():
        yield prefix + key
        if isinstance(value, dict):
            yield from keys(value, f"{prefix}{key}.")


KEYS = [*keys(tomllib.loads(TEXT)), "metrics", "metrics.gradient_alignment", "training.threads", "optimizer.decay", "x"]


def make(rng: random.Random, folder: Path) -> Case:
    lines, overrides = TEXT.splitlines(), []
    how = rng.choice(["bytes", "value", "value", "set", "set", "lines"])
    content = TEXT.encode()
    if how == "bytes":
        what, content = spoilt(rng, content)
        if rng.random() < 0.2:
            what, content = f"{what}, BOM", b"\xef\xbb\xbf" + content
    elif how == "value":
        at = rng.choice([number for number, line in enumerate(lines) if "=" in line])
        value = rng.choice(VALUES)
        lines[at] = f"{lines[at].partition('=')[0]}= {value}"
        what, content = lines[at][:60], "\n".join(lines).encode(errors="surrogatepass")
    elif how == "lines":
        at = rng.randrange(len(lines))
        lines[rng.randrange(len(lines))] = lines[at]
        what, content = f"line {at} elsewhere", "\n".join(lines).encode()
    else:
        for _ in range(rng.choice([1, 1, 2])):
            key = rng.choice([*KEYS, rng.choice(TEXTS[:-1]), f"{rng.choice(KEYS)}.x", "." * 3000, "a." * 3000 + "a"])
            overrides.append(f"{key}={rng.choice([*VALUES, *TEXTS])}".replace("\x00", ""))  # no argument holds a NUL
        what = "--set " + " --set ".join(override[:60] for override in overrides)
    path = folder / "experiment.toml"
    path.write_bytes(content)

    def enter() -> None:
        settings = config.load(path, [*overrides, LAST])
        assembly.build(settings, None, io.StringIO())

    words = [word for override in [*overrides, LAST] for word in ("--set", override)]
    return Case(what, enter, ("train", str(path), *words, "--out", "run"))


DOOR = Door("toml", make, (config.ConfigError, DatasetError))
