"""How much work one sample is: operations and bytes, from counted events, groups and spikes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pynn_sfdfa.encoding.spikes import SpikeTrains

__all__ = ["FORMULA", "Work", "count_groups", "inference_work", "training_work"]

FORMULA = """\
Operations (float32, a multiply-add counts two) and bytes (of weight-sized arrays: what must come from beyond the first
cache) per sample, summed over the layers of N neurons with E arriving events in G groups of simultaneous ones:
  forward   N (8 G + E - G)           4 N E bytes      two decays with addition and one test per group, one addition
                                                       for each further event; a row of weights per event
  backward  N (2 G + 2 E)             8 N E bytes      two decays per group, a subtraction and an addition per event;
                                                       a row of the gradient, read and written
  graded    2 N E                     4 N E bytes      layers above the first: grades of spikes
  Adam      12 W / batch              32 W / batch     W weights; weight, gradient and two means read and written
  feedback  4 N_hidden N_out                           projection of errors, estimate of the feedback
E and G of the first layer are counted; above it every spike of the layer below is an event and a group of its own.
Solving for the spikes themselves (about 50 operations each) is left out."""


@dataclass(frozen=True)
class Work:
    """Operations and bytes of one sample."""

    operations: float
    bytes: float

    def __add__(self, other: Work) -> Work:
        return Work(self.operations + other.operations, self.bytes + other.bytes)


def count_groups(trains: SpikeTrains) -> float:
    """Return the mean number of different spike times of a sample."""
    new = np.ones(trains.times.size, bool)
    new[1:] = trains.times[1:] != trains.times[:-1]
    new[trains.offsets[:-1][np.diff(trains.offsets) > 0]] = True
    return float(new.sum() / len(trains))


def inference_work(neurons: Sequence[int], events: Sequence[float], groups: Sequence[float]) -> Work:
    """Return the work of the forward pass alone; one entry per layer."""
    total = Work(0.0, 0.0)
    for n, e, g in zip(neurons, events, groups, strict=True):
        total += Work(n * (8 * g + e - g), 4 * n * e)
    return total


def training_work(sizes: Sequence[int], events: Sequence[float], groups: Sequence[float], batch_size: int) -> Work:
    """Return the work of learning one sample by SFDFA and Adam.

    Parameters
    ----------
    sizes : sequence of int
        Neurons of the input and of each layer.
    events, groups : sequence of float
        Arriving at each layer, per sample.
    batch_size : int
    """
    neurons = sizes[1:]
    total = inference_work(neurons, events, groups)
    for layer, (n, e, g) in enumerate(zip(neurons, events, groups, strict=True)):
        total += Work(n * (2 * g + 2 * e), 8 * n * e)
        if layer:
            total += Work(2 * n * e, 4 * n * e)
    weights = sum(a * b for a, b in zip(sizes[:-1], neurons, strict=True))
    feedback = sum(4 * hidden * neurons[-1] for hidden in neurons[:-1])
    return total + Work(12 * weights / batch_size + feedback, 32 * weights / batch_size)
