"""Timed SFDFA where synapses learn by themselves: errors of hidden spikes (docs/algorithm.md, section 8).

The declarations of ``models/`` are carried out as they stand, for one trial at a time, in float64; PyNN's units.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from pynn_sfdfa import models

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from types import CodeType

    from numpy.typing import NDArray

__all__ = ["Fired", "lag_to", "replayed", "spike_errors", "spike_factors", "weight_gradient"]

_REPLAY = models.SFDFA_REPLAY
_ON_SPIKE = compile("\n".join(_REPLAY.on_spike.effects), _REPLAY.name, "exec")
_FACTOR = compile("\n".join(models.SPIKE_FACTOR), "factor of a spike", "exec")
_AT_ARRIVAL = {name: compile(expression, name, "eval") for name, expression, _ in _REPLAY.at_arrival}
_DECAYS = {s.name: s.derivative.rpartition("/")[2] for s in _REPLAY.state}

P = TypeVar("P")


@dataclass(frozen=True, eq=False)
class Fired:
    """The spikes of a population in one trial.

    Attributes
    ----------
    time : float64, shape (spikes,)
        ms from the start of the trial, rising.
    neuron : int64, shape (spikes,)
    factor : float64, shape (spikes,)
        f of each, in ms/nA.
    constants : mapping of str to float64, shape (n,)
        tau_m, tau_syn (ms) and c (nA) of all neurons of the population.
    """

    time: NDArray[np.float64]
    neuron: NDArray[np.int64]
    factor: NDArray[np.float64]
    constants: Mapping[str, NDArray[np.float64]]


def _carried_out(code: CodeType, values: dict[str, Any]) -> Any:
    return eval(code, {"__builtins__": {}}, values)


def spike_factors(
    i_syn: NDArray[np.float64], neuron: NDArray[np.int64], exact: bool, constants: Mapping[str, NDArray[np.float64]]
) -> NDArray[np.float64]:
    """Return f of spikes of these neurons at which their currents (nA) were ``i_syn``."""
    values: dict[str, Any] = {f"{name}_post": array[neuron] for name, array in constants.items()}
    values |= {"i_syn_post": i_syn, "exact_post": float(exact)}
    with np.errstate(divide="ignore", invalid="ignore"):
        _carried_out(_FACTOR, values)
    found: NDArray[np.float64] = np.where(values["drive"] > 0, values["f"], 0.0)
    return found


def replayed(
    quantity: str, fired: Fired, errors: NDArray[np.float64], arrivals: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Walk a trial backwards and return what the spikes that follow each arrival make of it.

    Parameters
    ----------
    quantity : str
        One of ``models.SFDFA_REPLAY.at_arrival``.
    fired : Fired
    errors : float64, shape (spikes,)
        Of each spike.
    arrivals : float64, shape (arrivals,)
        Times in ms, in any order.

    Returns
    -------
    float64, shape (arrivals, n)
        For each neuron of the population.
    """
    constants = fired.constants
    state = {name: np.zeros(constants["c"].size) for name in _DECAYS}
    found = np.zeros((arrivals.size, constants["c"].size))
    order, spike, now = np.argsort(-arrivals, kind="stable"), fired.time.size, np.inf

    def step_back(to: float) -> None:
        nonlocal now
        if now < np.inf:
            for name, tau in _DECAYS.items():
                state[name] *= np.exp((to - now) / constants[tau])
        now = to

    for arrival in order:
        while spike and fired.time[spike - 1] > arrivals[arrival]:
            spike -= 1
            step_back(fired.time[spike])
            i = fired.neuron[spike]
            values = {name: array[i] for name, array in (*constants.items(), *state.items())}
            values |= {"f": fired.factor[spike], "error": errors[spike]}
            _carried_out(_ON_SPIKE, values)
            for name, array in state.items():
                array[i] = values[name]
        step_back(arrivals[arrival])
        found[arrival] = _carried_out(_AT_ARRIVAL[quantity], {**constants, **state})
    return found


def spike_errors(
    hidden: Fired, lag: float, output: Fired, output_errors: NDArray[np.float64], feedback: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the error of each hidden spike that one population of output neurons gives it, shape (spikes,).

    Parameters
    ----------
    hidden, output : Fired
    lag : float
        ms from a hidden spike to its arrival at the output.
    output_errors : float64, shape (n_out,)
    feedback : float64, shape (n_out, n_hidden)
    """
    errors = output_errors[output.neuron]
    pull = replayed("pull", output, errors, hidden.time + lag)
    found: NDArray[np.float64] = np.einsum("zo,oz->z", pull, feedback[:, hidden.neuron])
    return found


def weight_gradient(
    hidden: Fired, errors: NDArray[np.float64], arrivals: NDArray[np.float64], rows: NDArray[np.int64], n_rows: int
) -> NDArray[np.float64]:
    """Return the gradient of the weights that errors of single spikes give, shape (n_rows, n_hidden).

    Parameters
    ----------
    hidden : Fired
    errors : float64, shape (spikes,)
    arrivals : float64, shape (arrivals,)
        When spikes arrived, in ms.
    rows : int64, shape (arrivals,)
        From which presynaptic neuron.
    n_rows : int
        How many of these there are.
    """
    gradient = np.zeros((n_rows, hidden.constants["c"].size))
    np.add.at(gradient, rows, replayed("change", hidden, errors, arrivals))
    return gradient


def lag_to(output: P, hidden: P, incoming: Callable[[P], Iterable[tuple[P, float]]], labels: Sequence[str]) -> float:
    """Return the delay on the shortest way from a hidden population to an output population.

    Parameters
    ----------
    output, hidden : population
    incoming : callable
        Returns the populations from which spikes travel to one, each with the delay of the way.
    labels : sequence of str
        Of output and hidden population.

    Raises
    ------
    ValueError
        If there is no way: then nothing that the hidden neurons do moves a spike of the output.
    """
    queue: list[tuple[float, int, P]] = [(0, 0, output)]
    left: set[int] = set()
    number = 0
    while queue:
        delay, _, population = heapq.heappop(queue)
        if population is hidden:
            return delay
        if id(population) in left:
            continue
        left.add(id(population))
        for source, more in incoming(population):
            number += 1
            heapq.heappush(queue, (delay + more, number, source))
    raise ValueError(
        f"The feedback from population '{labels[0]}' to '{labels[1]}' is timed, but no projection leads from "
        f"'{labels[1]}' towards '{labels[0]}', so no spike there depends on those here. Connect them, or leave "
        "timed out."
    )
