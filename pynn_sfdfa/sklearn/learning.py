"""The training of an estimator: all samples in epochs, perhaps until held-out ones no longer improve, or each once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from pynn_sfdfa.training.health import check_activity, check_weights
from pynn_sfdfa.training.losses import SpikeCount
from pynn_sfdfa.training.passes import sample_order
from pynn_sfdfa.training.readouts import MostSpikes
from pynn_sfdfa.training.tally import Tally
from pynn_sfdfa.training.thresholds import proposal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.encoding.spikes import SpikeTrains
    from pynn_sfdfa.network.network import Network
    from pynn_sfdfa.training.engine import TrainingEngine

__all__ = ["Learned", "in_epochs", "online"]


@dataclass(frozen=True, eq=False)
class Learned:
    """What a training has come to.

    Attributes
    ----------
    state : dict of str to array
        Of the engine, after the last epoch, or after the best one on held-out samples.
    losses : list of float
        Mean loss of each epoch, as samples were learned.
    scores : list of float
        Accuracy on held-out samples after each epoch, if there are any.
    """

    state: dict[str, NDArray[np.generic]]
    losses: list[float]
    scores: list[float]


def in_epochs(
    engine: TrainingEngine,
    network: Network,
    trains: SpikeTrains,
    held_out: SpikeTrains | None,
    seed: int,
    epochs: int,
    patience: int,
) -> Learned:
    """Learn from all samples again and again.

    Parameters
    ----------
    engine : TrainingEngine
        Of the network, which has not learned yet.
    network : Network
    trains : SpikeTrains
    held_out : SpikeTrains, optional
        Samples that are not learned; without them, nothing ends the training early.
    seed : int
        Of the order of samples.
    epochs : int
        At most.
    patience : int
        Epochs without a better score on held-out samples after which the training ends.

    Raises
    ------
    CannotLearnError
        If a layer is silent or fires at the cap, or weights are not finite.
    """
    losses: list[float] = []
    scores: list[float] = []
    best = engine.state()
    for epoch in range(1, epochs + 1):
        tally = Tally(network.sizes[1:])
        order = sample_order(len(trains), seed, epoch)
        for figures in engine.train(trains, order, (epoch - 1) * len(trains), epoch):
            tally.add(figures)
        check_weights(engine.weights(), engine.feedback(), epoch, network.gradient)
        check_activity(tally, network, epoch, partial(proposal, network, trains, seed, SpikeCount()))
        losses.append(tally.mean_loss)
        if held_out is None:
            continue
        scores.append(float((MostSpikes().decide(engine.respond(held_out)) == held_out.labels).mean()))
        if scores[-1] > max(scores[:-1], default=-1.0):
            best = engine.state()
        if epoch - 1 - int(np.argmax(scores)) >= patience:
            break
    return Learned(best if scores else engine.state(), losses, scores)


def online(engine: TrainingEngine, network: Network, trains: SpikeTrains, first_trial: int) -> None:
    """Learn from each sample once, in their order.

    Parameters
    ----------
    engine : TrainingEngine
        With a batch size of 1.
    network : Network
        Of the engine.
    trains : SpikeTrains
    first_trial : int
        How many trials have been shown before.

    Raises
    ------
    CannotLearnError
        If weights are not finite.
    """
    for _ in engine.train(trains, np.arange(len(trains)), first_trial):
        pass
    check_weights(engine.weights(), engine.feedback(), 1, network.gradient)
