"""What happens at the end of a trial (docs/algorithm.md, section 5): errors, weights, feedback, rest.

output neurons:    e_o = target_o - n_o
hidden neurons:    e_i = sum over o of Bfb[i, o] e_o + rho (r_target - n_i)
synapses:          w -= learning_rate e E
feedback weights:  Bfb[i, o] += eta_B (v_i d_o - Bfb[i, o])    where i has fired
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pynn_sfdfa.event.neurons import Neurons

__all__ = ["end_trial"]


def _output_errors(populations: Sequence[Neurons], trial: int) -> dict[Neurons, NDArray[np.float64]]:
    """Return target - spike count of every population that has targets."""
    return {p: p.targets[:, trial] - p.state.n_spikes for p in populations if p.targets.size}


def _hidden_error(neurons: Neurons, outputs: dict[Neurons, NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return the output errors gathered with the feedback weights, and the rate regularisation."""
    error: NDArray[np.float64] = neurons.rho * (neurons.r_target - neurons.state.n_spikes)
    for p in neurons.feedback:
        weighted = p.values("weight") * outputs[p.source.dynamics][p.pre]
        error += np.bincount(p.post, weighted, minlength=neurons.n)
    return error


def _estimate_feedback(neurons: Neurons) -> None:
    """Move the feedback weights of neurons that fired towards perturbation times directional derivative."""
    for p in neurons.feedback:
        weight, rate = p.values("weight"), p.values("learning_rate")
        observed = neurons.perturbation[p.post] * p.source.dynamics.state.directional[p.pre]
        fired = neurons.state.n_spikes[p.post] > 0
        p.projection.values["weight"][p.synapses] = weight + rate * (observed - weight) * fired


def end_trial(populations: Sequence[Neurons], trial: int) -> None:
    """Learn from a trial and return all populations to rest.

    Parameters
    ----------
    populations : sequence of Neurons
        All populations of one network.
    trial : int
        Index of the trial, from 0.

    Raises
    ------
    FloatingPointError
        If a weight is no longer finite.
    """
    outputs = _output_errors(populations, trial)
    for neurons in populations:
        if neurons.table.learns:
            error = outputs[neurons] if neurons in outputs else _hidden_error(neurons, outputs)
            if not neurons.table.descend(error, neurons.state.n_spikes):
                raise FloatingPointError(
                    f"A weight onto population '{neurons.label}' is no longer finite after trial {trial}. "
                    "Lower the learning_rate of its inputs, or use gradient='bounded'."
                )
    for neurons in populations:
        _estimate_feedback(neurons)
    for neurons in populations:
        neurons.rest()
