"""The Yin-Yang data set: points of a disc in three classes, generated.

L. Kriener, J. Göltz and M. A. Petrovici, "The Yin-Yang dataset", NICE 2022.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pynn_sfdfa.datasets.dataset import Dataset, Samples
from pynn_sfdfa.datasets.source import Source

if TYPE_CHECKING:
    from pathlib import Path

    from pynn_sfdfa.datasets.source import DownloadProgress

__all__ = ["YinYang", "generate"]

_R_SMALL = 0.1
_R_BIG = 0.5


@dataclass(frozen=True)
class YinYang(Source):
    """5,000 points to train on, 1,000 to validate with and 1,000 to test with; features x, y, 1 - x, 1 - y in 0..1."""

    name = "yin-yang"

    def locate(self, data: Path | None) -> str:
        """Return that nothing is needed."""
        return "generated"

    def load(self, data: Path | None, *, download: bool, progress: DownloadProgress | None) -> Dataset:
        """Return the points, always the same."""
        return Dataset(
            name=self.name,
            train=generate(5000, seed=42),
            validation=generate(1000, seed=41),
            test=generate(1000, seed=40),
            n_classes=3,
            source="generated",
        )


def generate(n: int, seed: int) -> Samples:
    """Draw n points, each class equally often on average.

    The order of the draws is part of the data set's definition, so they are made one by one.

    Returns
    -------
    Samples
        float64 features of shape (n, 4) and labels 0 (yin), 1 (yang) or 2 (dot).
    """
    random = np.random.RandomState(seed)
    points, labels = np.empty((n, 2)), np.empty(n, np.int64)
    for index in range(n):
        wanted = random.randint(3)
        x, y = random.random_sample(2).tolist()
        while math.hypot(x - _R_BIG, y - _R_BIG) > _R_BIG or _class_of(x, y) != wanted:
            x, y = random.random_sample(2).tolist()
        points[index], labels[index] = (x, y), wanted
    return Samples(np.hstack([points, 1.0 - points]), labels)


def _class_of(x: float, y: float) -> int:
    """Return the class of a point within the disc."""
    to_right = math.hypot(x - 1.5 * _R_BIG, y - _R_BIG)
    to_left = math.hypot(x - 0.5 * _R_BIG, y - _R_BIG)
    if to_right < _R_SMALL or to_left < _R_SMALL:
        return 2
    yang = _R_SMALL < to_left <= 0.5 * _R_BIG or (y > _R_BIG and to_right > 0.5 * _R_BIG)
    return 1 if yang else 0
