"""What happens at the end of a trial (docs/algorithm.md, section 5): errors, weights, feedback, rest.

output neurons:    e_o = target_o - n_o
hidden neurons:    e_i = sum over o of Bfb[o, i] e_o + rho (r_target - n_i)
hidden spikes:     where feedback is timed, Bfb[o, i] e_o is left out, and each spike has an error (section 8)
synapses:          w -= learning_rate e E
feedback weights:  Bfb[o, i] += eta_B (v_i d_o - Bfb[o, i])    where i has fired
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pynn_sfdfa.common.timed import lag_to, spike_errors, weight_gradient

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from pynn_sfdfa.event.neurons import Neurons
    from pynn_sfdfa.event.pathways import Pathway

__all__ = ["check_timed", "end_trial"]


def _output_errors(populations: Sequence[Neurons], trial: int) -> dict[Neurons, NDArray[np.float64]]:
    """Return target - spike count of every population that has targets."""
    return {p: p.targets[:, trial] - p.state.n_spikes for p in populations if p.targets.size}


def _hidden_error(neurons: Neurons, outputs: dict[Neurons, NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return the output errors gathered with the feedback weights, and the rate regularisation."""
    error: NDArray[np.float64] = neurons.rho * (neurons.r_target - neurons.state.n_spikes)
    for p in neurons.feedback:
        if p.timed:
            continue
        weighted = p.values("weight") * outputs[p.source.dynamics][p.pre]
        error += np.bincount(p.post, weighted, minlength=neurons.n)
    return error


def _timed_gradient(neurons: Neurons, outputs: dict[Neurons, NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return what the errors of single spikes make of the weights, shape (presynaptic neurons, neurons)."""
    assert neurons.kept is not None
    hidden = neurons.kept.fired(neurons.cells, neurons.exact)
    errors = np.zeros(hidden.time.size)
    for p in neurons.feedback:
        source: Neurons = p.source.dynamics
        if p.timed and source.kept is not None:
            feedback = np.zeros((source.n, neurons.n))
            np.add.at(feedback, (p.pre, p.post), p.values("weight"))
            output = source.kept.fired(source.cells, source.exact)
            errors += spike_errors(hidden, _lag(p), output, outputs[source], feedback)
    arrivals, rows = neurons.kept.arrivals()
    return weight_gradient(hidden, errors, arrivals, rows, neurons.table.n_pre)


def check_timed(neurons: Neurons) -> None:
    """Raise ValueError if no spike of a population that sends timed feedback depends on those of these neurons."""
    for p in neurons.feedback:
        if p.timed:
            _lag(p)


def _lag(feedback: Pathway) -> float:
    """Return how long spikes take to the population from which feedback comes, in ms."""
    labels = feedback.source.label, feedback.target.label
    return lag_to(feedback.source, feedback.target, _ways, labels)


def _ways(population: Any) -> Iterable[tuple[Any, float]]:
    """Return the populations from which spikes come, and how long they take."""
    return [(p.source, p.projection.delay) for p in population.incoming if p.carries_spikes]


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
            finite = neurons.table.descend(error, neurons.state.n_spikes)
            if any(p.timed for p in neurons.feedback):
                finite &= neurons.table.descend_along(_timed_gradient(neurons, outputs))
            if not finite:
                raise FloatingPointError(
                    f"A weight onto population '{neurons.label}' is no longer finite after trial {trial}. "
                    "Lower the learning_rate of its inputs, or use gradient='bounded'."
                )
    for neurons in populations:
        _estimate_feedback(neurons)
    for neurons in populations:
        neurons.rest()
