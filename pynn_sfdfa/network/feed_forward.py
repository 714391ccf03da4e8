"""The description of a feed-forward network: layers of LIF_SFDFA cells, weights, feedback; wired on any simulator."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pynn_sfdfa import models
from pynn_sfdfa.common.cells import GRADIENTS, check_cell_parameters
from pynn_sfdfa.support.arrays import check_arrays

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    from pynn_sfdfa.encoding.spikes import SpikeTrains

__all__ = ["CELL_PARAMETERS", "FeedForward", "Layer", "Wiring"]

CELL_PARAMETERS = ("tau_m", "tau_syn", "cm", "v_rest", "v_thresh", "trial_duration")
"""The parameters of LIF_SFDFA that describe a layer; targets and regularisation belong to the training."""


@dataclass(frozen=True)
class Layer:
    """A population of identical LIF_SFDFA neurons: size, and parameters in PyNN's units (ms, mV, nF)."""

    size: int
    tau_m: float
    tau_syn: float
    cm: float
    v_rest: float
    v_thresh: float
    trial_duration: float

    @property
    def threshold_current(self) -> float:
        """c = (v_thresh - v_rest)/kappa in nA, with kappa = tau_m tau_syn/(cm (tau_m - tau_syn))."""
        kappa = self.tau_m * self.tau_syn / (self.cm * (self.tau_m - self.tau_syn))
        return (self.v_thresh - self.v_rest) / kappa

    def cell_parameters(self) -> dict[str, float]:
        """Return the parameters that LIF_SFDFA takes."""
        return {name: getattr(self, name) for name in CELL_PARAMETERS}


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
    """

    stimulus: Any
    populations: list[Any]
    projections: list[Any]
    feedback: list[Any]


class FeedForward:
    """A feed-forward network of LIF_SFDFA neurons, connected all to all.

    Parameters
    ----------
    sizes : sequence of int
        Neurons of the input, of each hidden layer and of the output.
    hidden : mapping, or sequence of mappings (one per hidden layer)
        Parameters of LIF_SFDFA by name; those left out take its defaults.
    output : mapping
        The same for the output layer.
    gradient : {"bounded", "exact"}
        Form of the spike-time derivative.
    delay : float
        Delay of every projection in ms.
    weights : tuple of float
        Initial weights are drawn uniformly from this range, in nA.
    max_spikes : int
        Cap on the spikes of a neuron in one trial, in training through `Trainer`.
    seed : int
        Seed of the initial weights.

    Attributes
    ----------
    layers : tuple of Layer
        Hidden layers, then the output layer.
    weights : list of float32 arrays, shape (n_pre, n_post)
    feedback : list of float32 arrays, shape (n_out, n_hidden)
        One per hidden layer, zero until trained.

    Raises
    ------
    ValueError
        If sizes or settings are not valid; parameters of cells raise PyNN's InvalidParameterValueError.
    TypeError
        If a simulator is given: that is for `wire` and for the Trainer.
    """

    def __init__(
        self,
        sizes: Sequence[int],
        *misplaced: Any,
        hidden: Mapping[str, float] | Sequence[Mapping[str, float]] = (),
        output: Mapping[str, float] | None = None,
        gradient: str = "bounded",
        delay: float = 0.0,
        weights: tuple[float, float] = (-1.0, 1.0),
        max_spikes: int = 30,
        seed: int = 0,
    ) -> None:
        if misplaced or not hasattr(sizes, "__len__"):
            raise TypeError(
                "FeedForward takes the sizes first and all else by name, and no simulator: write "
                "FeedForward([64, 100, 10], ...), and give the simulator to network.wire(sim, trains) or "
                "Trainer(network, sim)."
            )
        self.sizes = _checked_sizes(sizes)
        if gradient not in GRADIENTS:
            raise ValueError(f"gradient = {gradient!r} is not valid; choose one of {', '.join(map(repr, GRADIENTS))}.")
        _check_integer("max_spikes", max_spikes, 1)
        _check_integer("seed", seed, 0)
        self.layers = _layers(self.sizes, hidden, output or {})
        if not 0 <= delay < self.trial_duration:
            raise ValueError(
                f"delay = {delay} ms is not valid; it must be >= 0 and shorter than the trial "
                f"({self.trial_duration:g} ms)."
            )
        self.gradient, self.delay, self.max_spikes = gradient, float(delay), int(max_spikes)
        self.weights = [
            _uniform(weights, (n_pre, n_post), seed, layer)
            for layer, (n_pre, n_post) in enumerate(zip(self.sizes[:-1], self.sizes[1:], strict=True))
        ]
        self.feedback = [np.zeros((self.sizes[-1], n), np.float32) for n in self.sizes[1:-1]]

    @property
    def trial_duration(self) -> float:
        """Length of a trial in ms."""
        return self.layers[0].trial_duration

    def wire(
        self,
        sim: Any,
        trains: SpikeTrains,
        *,
        targets: ArrayLike | None = None,
        learning_rate: float = 0.0,
        feedback_learning_rate: float = 0.0,
        rho: float = 0.0,
        r_target: float = 0.0,
    ) -> Wiring:
        """Create the network on a simulator, with its present weights, to be shown every sample in turn.

        Call ``sim.setup()`` before and ``sim.run(len(trains) * trial_duration)`` after.

        Parameters
        ----------
        sim : module
            A simulator, such as ``pynn_sfdfa.event``.
        trains : SpikeTrains
            Sample k is shown in trial k.
        targets : array, shape (trials, n_out), optional
            Target spike counts; without them there are no errors, and so no feedback projections.
        learning_rate, feedback_learning_rate : float
            Of the forward and the feedback projections; 0 keeps them fixed.
        rho, r_target : float
            Rate regularisation of the hidden populations.
        """
        if trains.n_units != self.sizes[0]:
            raise ValueError(f"The spike trains have {trains.n_units} units, the network {self.sizes[0]} inputs.")
        if targets is not None and np.shape(targets) != (len(trains), self.sizes[-1]):
            raise ValueError(
                f"targets have the shape {np.shape(targets)}; give one row for each of the {len(trains)} samples and "
                f"one column for each of the {self.sizes[-1]} output neurons."
            )
        from pyNN.parameters import Sequence as PyNNSequence

        times = [PyNNSequence(t) for t in trains.spike_times(self.trial_duration)]
        stimulus = sim.Population(self.sizes[0], sim.SpikeSourceArray(spike_times=times), label="input")
        populations, projections = [], []
        previous = stimulus
        for index, layer in enumerate(self.layers):
            is_output = index == len(self.layers) - 1
            parameters: dict[str, Any] = layer.cell_parameters()
            if not is_output:
                parameters |= {"rho": rho, "r_target": r_target}
            elif targets is not None:
                parameters["targets"] = [PyNNSequence(column) for column in np.asarray(targets, dtype=float).T]
            label = "output" if is_output else f"hidden {index + 1}"
            population = sim.Population(layer.size, sim.LIF_SFDFA(gradient=self.gradient, **parameters), label=label)
            synapse = sim.SFDFASynapse(
                weight=self.weights[index].astype(float), delay=self.delay, learning_rate=learning_rate
            )
            projections.append(sim.Projection(previous, population, sim.AllToAllConnector(), synapse))
            populations.append(population)
            previous = population
        feedback = [
            sim.Projection(
                populations[-1],
                population,
                sim.AllToAllConnector(),
                sim.SFDFAFeedback(weight=weights.astype(float), learning_rate=feedback_learning_rate),
                receptor_type="error",
            )
            for population, weights in zip(populations[:-1], self.feedback, strict=True)
            if targets is not None
        ]
        return Wiring(stimulus, populations, projections, feedback)

    def restore(self, arrays: Mapping[str, NDArray[np.generic]]) -> None:
        """Take over the weights and the feedback of a checkpoint, whichever simulator and optimiser wrote it.

        Parameters
        ----------
        arrays : mapping
            ``weights.K`` and ``feedback.K`` by name, K counting layers from 0; others are left alone.

        Raises
        ------
        ValueError
            If one is missing or has another shape; then nothing is changed.
        """
        kinds = {"weights": self.weights, "feedback": self.feedback}
        own = {f"{kind}.{k}": array for kind, layers in kinds.items() for k, array in enumerate(layers)}
        check_arrays(arrays, own)
        for name, array in own.items():
            array[...] = arrays[name]

    def read(self, wiring: Wiring) -> None:
        """Take over the weights that the simulator has learned, and the feedback if it was wired."""
        self.weights = [np.asarray(p.get("weight", format="array"), np.float32) for p in wiring.projections]
        if wiring.feedback:
            self.feedback = [np.asarray(p.get("weight", format="array"), np.float32) for p in wiring.feedback]


def _is_integer(value: Any, least: int) -> bool:
    return isinstance(value, int | float | np.number) and float(value).is_integer() and bool(value >= least)


def _check_integer(name: str, value: Any, least: int) -> None:
    if not _is_integer(value, least):
        raise ValueError(f"{name} = {value} is not valid; it must be an integer >= {least}.")


def _checked_sizes(sizes: Sequence[int]) -> tuple[int, ...]:
    if len(sizes) < 2 or not all(_is_integer(size, 1) for size in sizes):
        raise ValueError(f"sizes = {list(sizes)} is not valid; give the neurons of input, hidden layers and output.")
    return tuple(int(size) for size in sizes)


def _layers(
    sizes: tuple[int, ...], hidden: Mapping[str, float] | Sequence[Mapping[str, float]], output: Mapping[str, float]
) -> tuple[Layer, ...]:
    n_hidden = len(sizes) - 2
    each = [hidden] * n_hidden if hasattr(hidden, "keys") or not hidden else list(hidden)
    if len(each) != n_hidden:
        raise ValueError(f"hidden has parameters for {len(each)} layers, but sizes has {n_hidden} hidden layers.")
    layers = []
    for size, given in zip(sizes[1:], [*each, output], strict=True):
        given = dict(given)
        unknown = sorted(set(given) - set(CELL_PARAMETERS))
        if unknown:
            raise ValueError(f"{unknown[0]!r} is no parameter of a layer; choose from {', '.join(CELL_PARAMETERS)}.")
        for name, value in given.items():
            if not isinstance(value, int | float | np.number):
                raise ValueError(f"{name} = {value!r} is not valid; it must be a number.")
        parameters = {name: float(models.LIF_SFDFA.parameter(name).default) for name in CELL_PARAMETERS} | given  # type: ignore[arg-type]
        check_cell_parameters(parameters)
        layers.append(Layer(size=size, **parameters))
    durations = {layer.trial_duration for layer in layers}
    if len(durations) > 1:
        raise ValueError(f"trial_duration must be the same in all layers, not {sorted(durations)} ms.")
    return tuple(layers)


def _uniform(bounds: tuple[float, float], shape: tuple[int, int], seed: int, layer: int) -> NDArray[np.float32]:
    low, high = bounds
    if not -math.inf < low < high < math.inf:
        raise ValueError(f"weights = {bounds} is not valid; give (lowest, highest) in nA.")
    return np.random.default_rng(np.random.SeedSequence([seed, layer])).uniform(low, high, shape).astype(np.float32)
