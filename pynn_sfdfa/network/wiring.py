"""A network on a PyNN simulator: its populations and projections."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import quantities as pq

from pynn_sfdfa.network import static_synapses
from pynn_sfdfa.network.given_weights import check_weights

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


__all__ = ["Wiring", "learned", "wire"]


@dataclass(frozen=True, eq=False)
class Wiring:
    """The PyNN objects of a network on a simulator.

    What is recorded and learned is read from them; whatever else PyNN can do with them is open, too.

    Attributes
    ----------
    stimulus : Population
        SpikeSourceArray with the given spike trains.
    populations : list of Population
        Hidden layers, then the output layer.
    projections : list of Projection
        ``projections[k]`` leads to ``populations[k]``; for stock cells it is a tuple of one for the weights >= 0 and
        one for those below, as far as there are any.
    feedback : list of Projection
        From the output layer to each hidden layer; none in a network without targets.
    inhibition : list of Projection
        From each population whose neurons inhibit each other to itself.
    within : list
        ``within[k]`` leads from ``populations[k]`` to itself if the layer is recurrent, otherwise None; for stock cells
        it is a tuple.
    n_trials : int
    trial_duration : float
        In ms.
    pause : float
        Silence in ms before each sample, in which stock cells return to rest.
    """

    stimulus: Any
    populations: list[Any]
    projections: list[Any]
    feedback: list[Any]
    inhibition: list[Any]
    within: list[Any]
    n_trials: int
    trial_duration: float
    pause: float

    @property
    def duration(self) -> float:
        """How long to run, in ms."""
        return self.n_trials * (self.pause + self.trial_duration)

    def counts(self, population: Any, later: float = 0.0) -> NDArray[np.int64]:
        """Return the recorded spikes of each trial, those in pauses left out, shape (n_trials, neurons).

        Parameters
        ----------
        population : Population
        later : float
            By how many ms its trials begin later than those of the input.
        """
        trials, neurons, _ = self.spikes(population, later)
        of_cell = np.bincount(trials * population.size + neurons, minlength=self.n_trials * population.size)
        return of_cell.reshape(self.n_trials, population.size)

    def spikes(
        self, population: Any, later: float = 0.0
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
        """Return trial, neuron and time in ms of every spike but those in pauses, neuron by neuron; see `counts`."""
        cells, times = population.get_data("spikes").segments[-1].spiketrains.multiplexed
        neurons = np.asarray(cells, np.int64) - int(population.first_id)
        in_trials = np.asarray(pq.Quantity(times, "ms"), float) - later + _ROUNDING
        trial, within = np.divmod(in_trials, self.pause + self.trial_duration)
        shown = (within >= self.pause) & (trial >= 0) & (trial < self.n_trials)
        by_neuron = np.flatnonzero(shown)[np.argsort(neurons[shown], kind="stable")]
        return (
            trial[by_neuron].astype(np.int64),
            neurons[by_neuron],
            (within[by_neuron] - self.pause).astype(np.float32),
        )


_ROUNDING = 1e-6  # ms, by which times on a grid are off


def wire(
    network: Described,
    sim: Any,
    trains: SpikeTrains,
    targets: ArrayLike | None,
    regularisation: Mapping[str, float],
    learning_rate: float,
    feedback_learning_rate: float,
    timed: bool,
    surrogate: Mapping[str, Any] | None,
    symmetric: bool,
    pause: float,
) -> Wiring:
    """Create a network on a simulator; see `pynn_sfdfa.network.network.Network.wire`."""
    from pyNN.parameters import Sequence as PyNNSequence

    check_weights(network.weights, network.layers)
    trial_duration = network.trial_duration
    trains.check_within(trial_duration)
    own = {} if surrogate is None else {"surrogate": surrogate}
    synapse = {"learning_rate": learning_rate, **own}
    on_grid = sim.get_time_step() if sim.__name__.startswith("pyNN.") else 0.0
    shown = trains.spike_times(pause + trial_duration)
    times = [PyNNSequence(_at_steps(own + pause, on_grid)) for own in shown]
    stimulus = sim.Population(network.sizes[0], sim.SpikeSourceArray(spike_times=times), label="input")
    populations: list[Any] = []
    projections: list[Any] = []
    inhibition: list[Any] = []
    within: list[Any] = []
    for layer, weights in zip(network.layers, network.weights, strict=True):
        of_learning: dict[str, Any] = {}
        if layer is not network.layers[-1]:
            of_learning = dict(regularisation)
        elif targets is not None:
            of_learning = {"targets": [PyNNSequence(column) for column in np.asarray(targets, dtype=float).T]}
        longer = replace(cast("Any", layer.cell), trial_duration=pause + trial_duration)
        cell = static_synapses.as_simulated(sim, longer)
        kind = cell.population_type(sim, gradient=network.gradient, **of_learning)
        population = sim.Population(layer.size, kind, initial_values=cell.initial_values, label=layer.name)
        below = populations[-1] if populations else stimulus
        projections.append(_projected(network.delay, layer, sim, below, population, weights, synapse))
        populations.append(population)
        if layer.connectivity.inhibition:
            inhibition.append(static_synapses.inhibit(sim, population, layer, network.delay))
        within.append(_within(layer, sim, population, weights, synapse))
    hidden = populations[:-1] if targets is not None else []
    if symmetric:
        feedback = [
            _projection_back(sim, populations[-1], population, sim.SymmetricFeedback()) for population in hidden
        ]
    else:
        feedback = _feedback(sim, populations[-1], hidden, network.feedback, feedback_learning_rate, timed)
    made = (stimulus, populations, projections, feedback, inhibition, within)
    return Wiring(*made, len(trains), trial_duration, pause)


def learned(layer: Layer, weights: NDArray[np.float32], projection: Any, within: Any) -> NDArray[np.float32]:
    """Return the weights of a layer, so far ``weights``, as its projections have them now."""
    below, recurrent = layer.connectivity.learned(projection, layer.input_shape), layer.connectivity.recurrent
    if recurrent is None:
        return below
    n_below = len(layer.connectivity.of_below(weights))
    return np.concatenate([below[:n_below], recurrent.learned(within)])


def _at_steps(times: NDArray[np.float64], step: float) -> NDArray[np.float64]:
    """Return times moved to the next step, as our own simulators do, where a simulator takes no others.

    A time that is at a step in single precision stays there.
    """
    return np.round(np.ceil(times / step - 1e-3) * step, 6) if step else times


def _projected(
    delay: float,
    layer: Layer,
    sim: Any,
    pre: Any,
    post: Any,
    weights: NDArray[np.float32],
    learning: Mapping[str, Any],
) -> Any:
    synapse = {"delay": delay, **learning}
    if not layer.cell.static_synapses:
        return layer.connectivity.project(sim, pre, post, layer.input_shape, weights, **synapse)
    static_synapses.check_delay(sim, layer, delay)
    return static_synapses.project(sim, pre, post, layer, weights, layer.cell.synapse_type(sim, **synapse))


def _within(layer: Layer, sim: Any, population: Any, weights: NDArray[np.float32], learning: Mapping[str, Any]) -> Any:
    """Return the projection from a recurrent layer to itself, None for another."""
    recurrent = layer.connectivity.recurrent
    if recurrent is None:
        return None
    own = weights[len(layer.connectivity.of_below(weights)) :]
    synapse_type = layer.cell.synapse_type(sim, delay=recurrent.delay, **learning)
    if not layer.cell.static_synapses:
        return recurrent.project(sim, population, own, synapse_type)
    static_synapses.check_delay(sim, layer, recurrent.delay)
    return static_synapses.project_within(sim, population, own, recurrent.connected(layer.size), synapse_type)


def _feedback(
    sim: Any,
    output: Any,
    hidden: Sequence[Any],
    weights: Sequence[NDArray[np.float32]],
    learning_rate: float,
    timed: bool,
) -> list[Any]:
    of_learning = {"learning_rate": learning_rate, "timed": timed}
    return [
        _projection_back(sim, output, population, sim.SFDFAFeedback(weight=matrix.astype(float), **of_learning))
        for population, matrix in zip(hidden, weights, strict=False)
    ]


def _projection_back(sim: Any, output: Any, population: Any, synapse_type: Any) -> Any:
    return sim.Projection(output, population, sim.AllToAllConnector(), synapse_type, receptor_type="error")
