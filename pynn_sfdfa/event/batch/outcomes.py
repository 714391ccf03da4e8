"""What is reported of batches of trials that were learned from."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pynn_sfdfa.event.batch.activity import summarise
from pynn_sfdfa.training.engine import BatchFigures
from pynn_sfdfa.training.responses import OutputSpikes, Responses, joined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pynn_sfdfa.training.losses import Loss
    from pynn_sfdfa.training.readouts import Readout

__all__ = ["Outcome", "classified", "figures"]


class Outcome(NamedTuple):
    """What is reported of the trials of one batch."""

    counts: list[NDArray[np.int32]]  # per layer, shape (trials, neurons)
    output: OutputSpikes | None
    output_error: NDArray[np.float32]  # (trials, n_out)
    labels: NDArray[np.int64]  # (trials,)


def classified(outcomes: Sequence[Outcome], readout: Readout) -> NDArray[np.bool_]:
    """Return which samples were classified correctly."""
    counts = np.concatenate([outcome.counts[-1] for outcome in outcomes])
    output = [(len(outcome.labels), outcome.output) for outcome in outcomes if outcome.output is not None]
    predictions = readout.decide(Responses(counts, joined(output)))
    correct: NDArray[np.bool_] = predictions == np.concatenate([outcome.labels for outcome in outcomes])
    return correct


def figures(outcomes: Sequence[Outcome], loss: Loss, readout: Readout, max_spikes: int) -> BatchFigures:
    """Return the figures of some batches together."""
    layers = [np.concatenate(counts) for counts in zip(*(outcome.counts for outcome in outcomes), strict=True)]
    activity = [summarise(counts, max_spikes) for counts in layers]
    return BatchFigures(
        samples=sum(len(outcome.labels) for outcome in outcomes),
        correct=int(classified(outcomes, readout).sum()),
        loss=sum(loss.loss(outcome.output_error) for outcome in outcomes),
        spikes=tuple(spikes for spikes, _ in activity),
        capped=tuple(capped for _, capped in activity),
    )
