"""The figures of an epoch while it runs, in a form that a checkpoint can hold."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from pynn_sfdfa.training.engine import BatchFigures

__all__ = ["Tally"]


class Tally:
    """Running sums over the batches of one epoch.

    Parameters
    ----------
    layer_sizes : sequence of int
        Neurons of the hidden layers and of the output layer.

    Attributes
    ----------
    spikes : list of int64 arrays, shape (neurons,)
        Spikes of each neuron so far.
    capped : list of int
        Per layer, how often a neuron reached the cap on spikes in a trial.
    """

    def __init__(self, layer_sizes: Sequence[int]) -> None:
        self.samples = 0
        self.correct = 0
        self.loss = 0.0
        self.seconds = 0.0
        self.spikes: list[NDArray[np.int64]] = [np.zeros(n, np.int64) for n in layer_sizes]
        self.capped = [0] * len(layer_sizes)

    def add(self, figures: BatchFigures) -> None:
        """Add a batch."""
        self.samples += figures.samples
        self.correct += figures.correct
        self.loss += figures.loss
        for total, spikes in zip(self.spikes, figures.spikes, strict=True):
            total += spikes
        self.capped = [total + n for total, n in zip(self.capped, figures.capped, strict=True)]

    @property
    def mean_loss(self) -> float:
        """Loss per sample."""
        return self.loss / max(1, self.samples)

    @property
    def accuracy(self) -> float:
        """Fraction of samples that were classified correctly as they were learned."""
        return self.correct / max(1, self.samples)

    @property
    def spikes_per_sample(self) -> tuple[float, ...]:
        """Mean spikes of each layer."""
        return tuple(float(spikes.sum()) / max(1, self.samples) for spikes in self.spikes)

    @property
    def silent_fraction(self) -> tuple[float, ...]:
        """Per layer, the fraction of neurons that have not fired at all."""
        return tuple(float((spikes == 0).mean()) for spikes in self.spikes)

    def as_dict(self) -> dict[str, Any]:
        """Return the scalars, for the description of a checkpoint."""
        return {
            "samples": self.samples,
            "correct": self.correct,
            "loss": self.loss,
            "seconds": self.seconds,
            "capped": list(self.capped),
        }

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return the arrays, for the tensors of a checkpoint."""
        return {f"tally.spikes.{layer}": spikes for layer, spikes in enumerate(self.spikes)}

    @classmethod
    def restore(
        cls, layer_sizes: Sequence[int], scalars: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]
    ) -> Tally:
        """Return the tally that `as_dict` and `arrays` described.

        Raises
        ------
        KeyError, TypeError, ValueError
            If they describe none.
        """
        tally = cls(layer_sizes)
        tally.samples, tally.correct = int(scalars["samples"]), int(scalars["correct"])
        tally.loss, tally.seconds = float(scalars["loss"]), float(scalars["seconds"])
        tally.capped = [int(n) for n in scalars["capped"]]
        tally.spikes = [arrays[f"tally.spikes.{layer}"].astype(np.int64) for layer in range(len(layer_sizes))]
        shapes = [spikes.shape for spikes in tally.spikes]
        if shapes != [(n,) for n in layer_sizes] or len(tally.capped) != len(layer_sizes):
            raise ValueError(
                f"tally.spikes and tally.capped are of layers {shapes}, not of {list(layer_sizes)} neurons"
            )
        if not (0 <= tally.correct <= tally.samples and math.isfinite(tally.loss) and 0 <= tally.seconds < math.inf):
            raise ValueError(f"tally = {scalars} is of no epoch")
        if tally.samples and not tally.seconds:
            raise ValueError(f"tally.seconds = 0, in which {tally.samples} samples cannot have been shown")
        return tally
