"""Parity of three groups of inputs, each of them early or late: what is told apart is in no count of spikes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pynn_sfdfa.datasets.dataset import Dataset, Samples
from pynn_sfdfa.datasets.source import Source

if TYPE_CHECKING:
    from pathlib import Path

    from pynn_sfdfa.datasets.source import DownloadProgress

__all__ = ["Parity", "generate"]

_GROUPS = 3
_UNITS = 6  # of a group
_REFERENCE, _EARLY, _LATE, _DEVIATION = 2.0, 4.0, 14.0, 1.5
_FIRST, _LAST = 1.0, 26.0


@dataclass(frozen=True)
class Parity(Source):
    """600 samples to train on and 200 to test with; 24 features in 0..1 that are meant as times."""

    name = "parity"

    def locate(self, data: Path | None) -> str:
        """Return that nothing is needed."""
        return "generated"

    def load(self, data: Path | None, *, download: bool, progress: DownloadProgress | None) -> Dataset:
        """Return the samples, always the same."""
        train, test = generate(600, seed=1), generate(200, seed=2)
        return Dataset(name=self.name, train=train, test=test, n_classes=2, source="generated")


def generate(n: int, seed: int) -> Samples:
    """Draw n samples: is the number of late groups even?

    A group has six features, about 4/26 if it is early and 14/26 if it is late; six more, about 2/26, are a reference.
    Each deviates from that by 1.5/26 (standard deviation), within 1/26 to 1. Any two groups alone say nothing.

    Returns
    -------
    Samples
        float64 features of shape (n, 24) and labels 0 (even) or 1 (odd).
    """
    random = np.random.default_rng(seed)
    labels = random.integers(0, 2, n)
    late = random.integers(0, 2, (n, _GROUPS))
    late[:, -1] = (labels - late[:, :-1].sum(axis=1)) % 2
    means = np.column_stack([np.where(late == 1, _LATE, _EARLY), np.full(n, _REFERENCE)]).repeat(_UNITS, axis=1)
    times = np.clip(means + random.normal(0, _DEVIATION, means.shape), _FIRST, _LAST)
    return Samples(times / _LAST, labels)
