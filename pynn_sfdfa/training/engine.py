"""What a simulator offers to the trainer: learn from batches of trials, and report what happened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import numpy as np

from pynn_sfdfa.network.feedback import feedback_shapes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from numpy.typing import NDArray

    from pynn_sfdfa.common.needs import Need
    from pynn_sfdfa.encoding.spikes import Presentations
    from pynn_sfdfa.network.network import Network
    from pynn_sfdfa.rules import LearningRule
    from pynn_sfdfa.training.responses import Responses

__all__ = ["BatchFigures", "Report", "TrainingEngine", "check_labels", "check_seed", "initial_feedback"]

Report: TypeAlias = "Callable[[int], None] | None"
"""Told how many samples have been shown since the last report, if anybody is to be told."""


@dataclass(frozen=True, eq=False)
class BatchFigures:
    """What happened in one batch of trials, or in several small ones.

    Attributes
    ----------
    samples, correct : int
    loss : float
        Summed over the samples.
    spikes : tuple of int64 arrays, shape (neurons,), one per layer
        Spikes of each neuron, summed over the samples.
    capped : tuple of int
        Per layer, the number of neurons and samples in which the cap on spikes was reached.
    """

    samples: int
    correct: int
    loss: float
    spikes: tuple[NDArray[np.int64], ...]
    capped: tuple[int, ...]


class TrainingEngine(Protocol):
    """Made by a simulator's ``training_engine``, from what `pynn_sfdfa.training.trainer.Trainer` is given.

    Arguments: ``(network, rule, optimizer, loss, batch_size, seed, threads, readout, regularisation, boosting)``.
    Whatever is not needed may be left out: a rule and an optimizer to respond, an optimizer for gradients.
    """

    @property
    def offers(self) -> frozenset[Need]:
        """What networks can learn by here."""
        ...

    @property
    def threads(self) -> int:
        """Threads at work; results do not depend on it."""
        ...

    def prepare(self, report: Callable[[int, int], None] | None = None) -> None:
        """Compile what learning needs, so that the first batch takes no longer than others; nothing is learned.

        Parameters
        ----------
        report : callable, optional
            Told how many of how many functions are compiled, from 0 on, if any has to be; perhaps from another thread.
        """
        ...

    def train(
        self, trains: Presentations, order: NDArray[np.int64], first_trial: int, epoch: int = 1, report: Report = None
    ) -> Iterator[BatchFigures]:
        """Learn from the samples in the given order, a batch at a time; small batches may be reported together.

        They are as at presentation ``epoch``; elsewhere as at presentation 0. Between two items the state is that after
        a whole batch, so it may be saved there.

        Parameters
        ----------
        first_trial : int
            Index of the first of these trials since the training began; it determines the perturbations.
        epoch : int
            Counted from 1; it determines what samples are like that are drawn anew, and a learning rate that decays.
        report : callable, optional
            Told now and then, by simulators whose items take long, how many samples have been shown since the last
            item; perhaps from another thread.
        """
        ...

    def gradient(self, trains: Presentations) -> list[NDArray[np.float32]]:
        """Return the mean over the samples of the gradients by which the rule would descend, not learning.

        One array of shape (n_pre, n_post) per layer, from the input upwards. Rate regularisation is included, whose
        mean counts are those of ``batch_size`` samples at a time; regularisation of weights and boosting are not.
        ValueError on simulators that do not offer `Need.GRADIENTS`.
        """
        ...

    def respond(self, trains: Presentations) -> Responses:
        """Run all samples without learning; first spikes are told if the readout asks for them."""
        ...

    def weights(self) -> list[NDArray[np.float32]]:
        """Return copies of the weights, shape (n_pre, n_post) each, from the input upwards."""
        ...

    def feedback(self) -> list[NDArray[np.float32]]:
        """Return copies of the feedback weights, one for each hidden layer (`pynn_sfdfa.rules.parts.transport`)."""
        ...

    def state(self) -> dict[str, NDArray[np.generic]]:
        """Return everything that learning changes, by name, as copies."""
        ...

    def load_state(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Restore what `state` returned; ValueError if it does not fit this network."""
        ...


def check_labels(trains: Presentations, n_out: int) -> None:
    """Raise ValueError unless every sample has a label, and an output neuron for it."""
    if not len(trains):
        return
    if trains.labels.min() < 0:
        raise ValueError("The samples have no labels, and here they are needed; give SpikeTrains labels.")
    if trains.labels.max() >= n_out:
        raise ValueError(f"Label {trains.labels.max()} has no output neuron; the network has {n_out} outputs.")


def check_seed(seed: Any) -> None:
    """Raise ValueError unless random numbers can be drawn from a seed."""
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or not 0 <= seed < 2**63:
        raise ValueError(f"seed = {seed!r} is not valid; it must be an integer from 0 to 2**63 - 1.")


def initial_feedback(network: Network, rule: LearningRule | None, seed: int) -> list[NDArray[np.float32]]:
    """Return the feedback that a training starts with, as the rule says; without a rule copies of the network's.

    Raises
    ------
    ValueError
        If a rule's own feedback has not the shapes that kernels will index, or values that are not finite.
    """
    if rule is None:
        return [feedback.copy() for feedback in network.feedback]
    transport = rule.parts.transport
    shapes = feedback_shapes(network.layers, transport.layer_wise)
    feedback = transport.initial_feedback(rule.parts.feedback, shapes, seed)
    found = [np.shape(array) for array in feedback]
    if found != shapes:  # compiled kernels check no bounds
        raise ValueError(
            f"{type(rule.parts.feedback).__name__}.initial returned feedback of shapes {found}; {rule.name} needs "
            f"{shapes}, one array for each hidden layer."
        )
    arrays = [np.array(array, np.float32, order="C") for array in feedback]
    if not all(np.isfinite(array).all() for array in arrays):
        raise ValueError(f"{type(rule.parts.feedback).__name__}.initial returned feedback that is not finite.")
    return arrays
