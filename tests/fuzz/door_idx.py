"""Files of MNIST that are not those of MNIST."""

from __future__ import annotations

import gzip
import io
import struct
from typing import TYPE_CHECKING

from fuzzing import Case, Door
from hostile import NUMBERS, spoilt

from pynn_sfdfa.datasets import DatasetError
from pynn_sfdfa.datasets.mnist import Mnist
from pynn_sfdfa.experiments import assembly, config

if TYPE_CHECKING:
    import random
    from pathlib import Path


def make(rng: random.Random, folder: Path) -> Case:
    for file in Mnist()._files:
        shape = [min(n, 2) for n in file.shape] if rng.random() < 0.7 else [*file.shape]
        if rng.random() < 0.2:
            shape[rng.randrange(len(shape))] = rng.choice(NUMBERS) % 2**32
        header = struct.pack(f">HBB{len(shape)}I", 0, 8, len(shape), *shape)
        content = header + rng.randbytes(rng.choice([0, 4, 1000]))
        if rng.random() < 0.03:
            content = header + bytes(rng.choice([47_040_000, 60_000]))  # as many as MNIST has
        what = "sizes"
        if rng.random() < 0.6:
            content = gzip.compress(content, 1)
        if rng.random() < 0.5:
            what, content = spoilt(rng, content)
        (folder / f"{file.name}{rng.choice(['', '.gz'])}").write_bytes(content)

    def enter() -> None:
        assembly.build(config.load("mnist"), folder, io.StringIO())

    return Case(what, enter, ("train", "mnist", "--data", str(folder), "--out", "run"))


DOOR = Door("idx", make, (config.ConfigError, DatasetError))
