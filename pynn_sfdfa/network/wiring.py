"""A network on a PyNN simulator: its populations and projections."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Protocol

    from numpy.typing import ArrayLike, NDArray

    from pynn_sfdfa.encoding.spikes import SpikeTrains
    from pynn_sfdfa.network.layers import Layer

    class Described(Protocol):
        """What of a network is wired."""

        layers: tuple[Layer, ...]
        sizes: tuple[int, ...]
        weights: list[NDArray[np.float32]]
        feedback: list[NDArray[np.float32]]
        gradient: str
        delay: float

        @property
        def trial_duration(self) -> float:
            """In ms."""
            ...


__all__ = ["Wiring", "wire"]


@dataclass(frozen=True, eq=False)
class Wiring:
    """The PyNN objects of a network on a simulator.

    Attributes
    ----------
    stimulus : Population
        SpikeSourceArray with the given spike trains.
    populations : list of Population
        Hidden layers, then the output layer.
    projections : list of Projection
        ``projections[k]`` leads to ``populations[k]``.
    feedback : list of Projection
        From the output layer to each hidden layer; none in a network without targets.
    inhibition : list of Projection
        From each population whose neurons inhibit each other to itself.
    """

    stimulus: Any
    populations: list[Any]
    projections: list[Any]
    feedback: list[Any]
    inhibition: list[Any]


def wire(
    network: Described,
    sim: Any,
    trains: SpikeTrains,
    targets: ArrayLike | None,
    regularisation: Mapping[str, float],
    learning_rate: float,
    feedback_learning_rate: float,
) -> Wiring:
    """Create a network on a simulator; see `pynn_sfdfa.network.network.Network.wire`."""
    from pyNN.parameters import Sequence as PyNNSequence

    times = [PyNNSequence(t) for t in trains.spike_times(network.trial_duration)]
    stimulus = sim.Population(network.sizes[0], sim.SpikeSourceArray(spike_times=times), label="input")
    populations: list[Any] = []
    projections: list[Any] = []
    inhibition: list[Any] = []
    for layer, weights in zip(network.layers, network.weights, strict=True):
        of_learning: dict[str, Any] = {}
        if layer is not network.layers[-1]:
            of_learning = dict(regularisation)
        elif targets is not None:
            of_learning = {"targets": [PyNNSequence(column) for column in np.asarray(targets, dtype=float).T]}
        kind = layer.cell.population_type(sim, gradient=network.gradient, **of_learning)
        population = sim.Population(layer.size, kind, initial_values=layer.cell.initial_values, label=layer.name)
        below = populations[-1] if populations else stimulus
        synapse = {"delay": network.delay, "learning_rate": learning_rate}
        projections.append(layer.connectivity.project(sim, below, population, layer.input_shape, weights, **synapse))
        populations.append(population)
        if layer.connectivity.inhibition:
            inhibition.append(_inhibition(sim, population, layer.connectivity.inhibition, network.delay))
    hidden = populations[:-1] if targets is not None else []
    feedback = _feedback(sim, populations[-1], hidden, network.feedback, feedback_learning_rate)
    return Wiring(stimulus, populations, projections, feedback, inhibition)


def _inhibition(sim: Any, population: Any, weight: float, delay: float) -> Any:
    others = sim.AllToAllConnector(allow_self_connections=False)
    return sim.Projection(population, population, others, sim.StaticSynapse(weight=-weight, delay=delay))


def _feedback(
    sim: Any, output: Any, hidden: Sequence[Any], weights: Sequence[NDArray[np.float32]], learning_rate: float
) -> list[Any]:
    return [
        sim.Projection(
            output,
            population,
            sim.AllToAllConnector(),
            sim.SFDFAFeedback(weight=matrix.astype(float), learning_rate=learning_rate),
            receptor_type="error",
        )
        for population, matrix in zip(hidden, weights, strict=False)
    ]
