"""Target spike counts, and what learning needs before a run."""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
from pyNN import errors

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

__all__ = ["check_learning", "target_table", "trials_until"]


def target_table(targets: Any) -> NDArray[np.float64]:
    """Return the targets as an array (n, trials), with as many trials as every neuron has a target for.

    Raises
    ------
    pyNN.errors.InvalidParameterValueError
        If some neurons have targets and others none, or a target is no finite number >= 0.
    """
    rows = [np.ravel(getattr(sequence, "value", sequence)).astype(float) for sequence in targets]
    lengths = [row.size for row in rows]
    if min(lengths) == 0 < max(lengths):
        raise errors.InvalidParameterValueError(
            f"LIF_SFDFA: neuron {int(np.argmin(lengths))} has no targets, others have up to {max(lengths)}; give every "
            "neuron a target for each trial, or none to a hidden population."
        )
    for neuron, row in enumerate(rows):
        wrong = row[~(np.isfinite(row) & (row >= 0))]
        if wrong.size:
            raise errors.InvalidParameterValueError(
                f"LIF_SFDFA: targets of neuron {neuron} contains {wrong[0]:g}; a target is a spike count, a finite "
                "number >= 0."
            )
    return np.array([row[: min(lengths)] for row in rows])


def trials_until(stop: float, trial_duration: float) -> int:
    """Return how many trials are complete at ``stop`` ms."""
    return math.floor(stop / trial_duration + 1e-9)


def check_learning(
    label: str,
    stop: float,
    trial_duration: float,
    *,
    given: int,
    feedback_from: Iterable[tuple[str, bool]],
    regularised: bool,
    plastic: bool,
) -> None:
    """Check before a run to ``stop`` (ms) that a population has all it needs to learn.

    Parameters
    ----------
    label : str
        Of the population.
    stop, trial_duration : float
        ms.
    given : int
        Trials for which it has targets.
    feedback_from : iterable of (str, bool)
        Label of each population that feedback comes from, and whether it has targets.
    regularised : bool
        Whether its rates are regularised (rho).
    plastic : bool
        Whether synapses onto it have a learning rate.

    Raises
    ------
    ValueError
        If targets run out before ``stop``, or learning is wired in a way that cannot work.

    Warns
    -----
    UserWarning
        If synapses are to learn but have nothing to learn from.
    """
    feedback = list(feedback_from)
    needed = trials_until(stop, trial_duration)
    if given and feedback:
        raise ValueError(
            f"Population '{label}' has targets and feedback: it cannot be output and hidden population at once. Remove "
            "its targets, or the SFDFAFeedback projection onto it."
        )
    if 0 < given < needed:
        raise ValueError(
            f"Population '{label}' has targets for {given} trials, but running to {stop:g} ms completes {needed} "
            f"trials of {trial_duration:g} ms. Give more targets, or run to {given * trial_duration:g} ms at most."
        )
    for source, has_targets in feedback:
        if not has_targets:
            raise ValueError(
                f"Feedback from population '{source}' to '{label}' carries no error, because '{source}' has no "
                "targets. Set its targets (spike counts per trial)."
            )
    if plastic and not (given or feedback or regularised):
        warnings.warn(
            f"The synapses onto population '{label}' have a learning_rate but nothing to learn from: it has no "
            "targets, no SFDFAFeedback projection and rho = 0. Their weights will not change.",
            stacklevel=2,
        )
