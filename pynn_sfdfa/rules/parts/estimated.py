"""Feedback that is estimated forward, from directional derivatives carried by the spikes (Bacho & Chu 2024)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import numpy as np

from pynn_sfdfa.common.needs import Need
from pynn_sfdfa.rules.parts.feedback import Feedback
from pynn_sfdfa.support.settings import MayBeLeftOut, NotNegative, doc

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pynn_sfdfa.rules.trials import Trials

__all__ = ["BiasCorrection", "BothFired", "Estimated", "estimate_feedback", "estimate_feedback_of_both"]

BiasCorrection = Annotated[
    bool, MayBeLeftOut(), doc("feedback is the mean of all batches as long as they are few, not held back by its zeros")
]

BothFired = Annotated[
    bool,
    MayBeLeftOut(),
    doc("feedback is the mean over the trials in which both neurons have fired, as large as weights"),
]

SHARE = "share"
"""The array that is kept of the shares of trials in which both neurons have fired."""


@cache
def _estimates() -> tuple[Any, Any]:
    """Loaded when it is first called, for who only reads settings needs no compiler."""
    from pynn_sfdfa.rules.parts._estimate import estimate, estimate_of_both

    return estimate, estimate_of_both


def estimate_feedback(
    counts: NDArray[np.int32],
    perturbation: NDArray[np.float32],
    directional: NDArray[np.float32],
    learning_rate: np.float32,
    feedback: NDArray[np.float32],
) -> None:
    """Move ``Bfb[o, i]`` by ``eta_B (mean of v_i d_o - Bfb[o, i])``, in place.

    The mean is over the trials in which neuron i fired; neurons that fired in none keep their feedback.

    Parameters
    ----------
    counts : int32, shape (trials, n_hidden)
    perturbation : float32, shape (trials, n_hidden)
        0 for neurons that did not fire.
    directional : float32, shape (trials, n_above)
        Of the output, or of the next layer.
    feedback : float32, shape (n_above, n_hidden)
    """
    fired, correlation = np.zeros((2, feedback.shape[1]), np.float32)
    _estimates()[0](feedback, fired, correlation, counts, perturbation, directional, learning_rate)


def estimate_feedback_of_both(
    counts: NDArray[np.int32],
    perturbation: NDArray[np.float32],
    directional: NDArray[np.float32],
    learning_rate: np.float32,
    feedback: NDArray[np.float32],
    share: NDArray[np.float32],
) -> None:
    """Move ``Bfb[o, i]`` towards the mean of v_i d_o over the trials in which both neurons have fired, in place.

    It is the running mean of v_i d_o over that of such trials, each at the rate ``learning_rate``. Arguments are those
    of `estimate_feedback`, and:

    Parameters
    ----------
    share : float32, shape (n_above, n_hidden)
        The running mean of such trials; 0 at first, changed in place.
    """
    together, correlation = np.zeros((2, feedback.shape[1]), np.float32)
    _estimates()[1](feedback, share, together, correlation, counts, perturbation, directional, learning_rate)


@dataclass(frozen=True)
class Estimated(Feedback):
    """Starts at 0 and moves towards the mean of v_i d_o, by `estimate_feedback`.

    Parameters
    ----------
    learning_rate : float
        eta_B.
    bias_correction : bool
        Whether batch t moves the estimate by 1/t where that is more than eta_B, so that it is the mean of what has been
        seen from the first batch on, instead of moving from 0 towards it.
    both_fired : bool
        Whether that mean is over the trials in which the neuron above has fired, too, by `estimate_feedback_of_both`.
        A trial in which it is silent counts as 0 otherwise, and feedback is as much smaller than the weights.
    """

    name: ClassVar[str] = "estimated"
    needs: ClassVar[frozenset[Need]] = frozenset({Need.PERTURBATIONS})  # feedback projections do the rest by themselves

    learning_rate: NotNegative = 1e-4
    bias_correction: BiasCorrection = False
    both_fired: BothFired = False

    @property
    def all_needs(self) -> frozenset[Need]:
        """With a rate that changes or other trials, what feedback projections do not do by themselves, too."""
        return self.needs | {Need.OWN_FEEDBACK} if self.bias_correction or self.both_fired else self.needs

    @property
    def kernels(self) -> tuple[Any, ...]:
        """The estimate."""
        return (_estimates()[self.both_fired],)

    @property
    def keeps(self) -> tuple[str, ...]:
        """The share of trials in which both have fired, if it has to be known."""
        return (SHARE,) if self.both_fired else ()

    @property
    def rate(self) -> float:
        """eta_B."""
        return self.learning_rate

    def initial(self, sizes: Sequence[int], seed: int) -> list[NDArray[np.float32]]:
        """Return zeros; see `Feedback.initial`."""
        return [np.zeros((sizes[-1], hidden), np.float32) for hidden in sizes[:-1]]

    def improve(self, trials: Trials, layer: int, feedback: NDArray[np.float32]) -> None:
        """Move towards the correlation of perturbations and directional derivatives; see `Feedback.improve`."""
        rate = max(self.learning_rate, 1.0 / trials.batch) if self.bias_correction else self.learning_rate
        share = trials.kept(SHARE, layer) if self.both_fired else None
        if trials.shares_feedback(layer):
            trials.improve_shared_feedback(layer, rate, feedback, share)
            return
        seen = (trials.counts(layer), trials.perturbation(layer), trials.directional(layer))
        if share is None:
            estimate_feedback(*seen, np.float32(rate), feedback)
        else:
            estimate_feedback_of_both(*seen, np.float32(rate), feedback, share)
