"""What a trained network answers to test samples: what others that are given the network are held against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

import numpy as np

from pynn_sfdfa.encoding.spikes import presented
from pynn_sfdfa.experiments import assembly

if TYPE_CHECKING:
    from pathlib import Path

    from pynn_sfdfa.encoding.spikes import SpikeTrains
    from pynn_sfdfa.experiments.schema import Experiment
    from pynn_sfdfa.network.network import Network
    from pynn_sfdfa.training.metrics import Evaluation

__all__ = ["Answered", "answered", "shown_of"]


@dataclass(frozen=True, eq=False)
class Answered:
    """A trained network, test samples from 0 on, and what the engine that trains says of them.

    Attributes
    ----------
    settings : Experiment
    network : Network
    samples : SpikeTrains
    figures : Evaluation
    """

    settings: Experiment
    network: Network
    samples: SpikeTrains
    figures: Evaluation


def answered(checkpoint: Path, n_samples: int, folder: Path | None, stream: TextIO) -> Answered:
    """Show test samples to the network of a checkpoint, at most so many.

    Parameters
    ----------
    checkpoint : Path
    n_samples : int
    folder : Path, optional
        Where to look for data first.
    stream : text file
        Where downloads are shown.

    Raises
    ------
    pynn_sfdfa.training.checkpoint.CheckpointError, ConfigError, pynn_sfdfa.datasets.DatasetError
        If checkpoint or data cannot be used.
    """
    settings, saved = assembly.from_checkpoint(checkpoint)
    network, parts = assembly.build(settings, folder, stream, "evaluate")
    assembly.restore(network, saved, checkpoint)
    shown = presented(parts.test, np.arange(min(n_samples, len(parts.test))))
    return Answered(settings, network, shown, assembly.build_evaluator(settings, network).evaluate(shown))


def shown_of(samples: SpikeTrains, asked: int) -> str:
    """Return how many test samples there are of those that were asked for."""
    return f"{len(samples):,} test samples" + (", which are all there are" if len(samples) < asked else "")
