"""Feedback weights at work: errors projected to hidden neurons, and the forward estimate (section 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import float32, int32

from pynn_sfdfa.support.jit import FLOAT_FLAGS, kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.rules.base import LearningRule, Trials

__all__ = ["estimate_feedback", "hidden_error", "project_errors", "time_errors"]


def project_errors(rule: LearningRule, trials: Trials, feedback: list[NDArray[np.float32]]) -> None:
    """Assign errors by direct feedback: the output error itself, and its projection to every hidden layer.

    Parameters
    ----------
    rule : LearningRule
        Whose rate regularisation is added.
    trials : Trials
    feedback : list of float32 arrays, shape (n_out, n_hidden)
    """
    trials.learn(trials.n_layers - 1, trials.output_error)
    for layer, weights in enumerate(feedback):
        regularisation = rule.regularisation(trials.counts(layer))
        trials.learn(layer, hidden_error(trials.output_error, weights, regularisation))


def time_errors(rule: LearningRule, trials: Trials, feedback: list[NDArray[np.float32]]) -> None:
    """Assign errors by direct feedback spike by spike: hidden spikes learn from the output spikes that follow them.

    Parameters as for `project_errors`.
    """
    trials.learn(trials.n_layers - 1, trials.output_error)
    for layer, weights in enumerate(feedback):
        rule.regularise(trials, layer)
        trials.feed_back(layer, weights)


def hidden_error(
    output_error: NDArray[np.float32], feedback: NDArray[np.float32], offset: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return ``e_i = sum_o Bfb[o, i] e_o + offset_i`` for every trial, shape (trials, n_hidden).

    Parameters
    ----------
    output_error : float32, shape (trials, n_out)
    feedback : float32, shape (n_out, n_hidden)
    offset : float32, shape (n_hidden,)
        The same in every trial: the rate regularisation.
    """
    error = np.empty((output_error.shape[0], offset.size), np.float32)
    project(output_error, feedback, offset, error)
    return error


@kernel(float32[:, ::1], float32[:, ::1], float32[::1], float32[:, ::1], fastmath=FLOAT_FLAGS)
def project(
    output_error: NDArray[np.float32],
    feedback: NDArray[np.float32],
    offset: NDArray[np.float32],
    error: NDArray[np.float32],
) -> None:
    trials, outputs = output_error.shape
    for trial in range(trials):
        row = error[trial]
        for i in range(row.size):
            row[i] = offset[i]
        for o in range(0, outputs - 1, 2):  # two at a time: the pass over the row costs more than the arithmetic
            e, weights = output_error[trial, o], feedback[o]
            e_next, weights_next = output_error[trial, o + 1], feedback[o + 1]
            for i in range(row.size):
                row[i] += weights[i] * e + weights_next[i] * e_next
        if outputs % 2:
            e, weights = output_error[trial, outputs - 1], feedback[outputs - 1]
            for i in range(row.size):
                row[i] += weights[i] * e


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
    directional : float32, shape (trials, n_out)
    feedback : float32, shape (n_out, n_hidden)
    """
    fired, correlation = np.zeros((2, feedback.shape[1]), np.float32)
    estimate(counts, perturbation, directional, learning_rate, fired, correlation, feedback)


@kernel(
    *(int32[:, ::1], float32[:, ::1], float32[:, ::1], float32, float32[::1], float32[::1], float32[:, ::1]),
    fastmath=FLOAT_FLAGS,
)
def estimate(
    counts: NDArray[np.int32],
    perturbation: NDArray[np.float32],
    directional: NDArray[np.float32],
    learning_rate: np.float32,
    fired: NDArray[np.float32],
    correlation: NDArray[np.float32],
    feedback: NDArray[np.float32],
) -> None:
    trials, hidden = counts.shape
    for trial in range(trials):
        for i in range(hidden):
            fired[i] += np.float32(1.0) if counts[trial, i] > 0 else np.float32(0.0)
    for o in range(feedback.shape[0]):
        row = feedback[o]
        for i in range(hidden):
            correlation[i] = np.float32(0.0)
        for trial in range(trials):
            d = directional[trial, o]
            for i in range(hidden):
                correlation[i] += perturbation[trial, i] * d
        for i in range(hidden):
            if fired[i] > 0:
                row[i] += learning_rate * (correlation[i] / fired[i] - row[i])
