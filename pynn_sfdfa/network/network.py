"""The description of a network: layers in order, their weights and feedback; no simulator in it."""

from __future__ import annotations

import copy
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from pynn_sfdfa.common.cells import GRADIENTS
from pynn_sfdfa.common.needs import Need
from pynn_sfdfa.common.simulators import lacking, offers, who_offers
from pynn_sfdfa.encoding.presentable import presentable
from pynn_sfdfa.encoding.spikes import presented
from pynn_sfdfa.network import wiring
from pynn_sfdfa.network.connectivity import Connectivity, Pooling, Summed
from pynn_sfdfa.network.feedback import has_layer_feedback, is_layer_feedback, zeros
from pynn_sfdfa.network.layers import Input, Layer, check_memory
from pynn_sfdfa.support.arrays import check_arrays
from pynn_sfdfa.support.numbers import is_integer, is_number
from pynn_sfdfa.support.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Self

    from numpy.typing import ArrayLike, NDArray

    from pynn_sfdfa.encoding.spikes import Presentations
    from pynn_sfdfa.network.wiring import Wiring

__all__ = ["Network", "placed"]

_FORM = "Network([Input((784,)), Dense(800), Dense(10)], ...)"


class Network:
    """A feed-forward network, each layer connected to the next.

    Parameters
    ----------
    layers : sequence
        An `Input`, then one connectivity or more, such as `Dense`: the hidden layers, then the output. A `Pooling`
        that sums has no neurons; it becomes a part of the layer above it.
    gradient : {"bounded", "exact"}
        Form of the spike-time derivative.
    delay : float
        Delay of every projection in ms.
    weights : tuple of float, or sequence of them
        Initial weights are drawn uniformly from this range, in nA; a sequence has one range for each layer of neurons,
        and None for those whose weights are fixed.
    max_spikes : int
        Cap on the spikes of a neuron in one trial, in training through `Trainer`.
    seed : int
        Seed of the initial weights.

    Attributes
    ----------
    input : Input
    layers : tuple of Layer
        Hidden layers, then the output layer.
    sizes : tuple of int
        Units of the input and neurons of each layer.
    weights : list of float32 arrays
        One per layer, of the shape that its connectivity says; (n_pre, n_post) for `Dense`.
    feedback : list of float32 arrays, shape (n_out, n_hidden)
        One per hidden layer, zero until trained.

    Raises
    ------
    ValueError
        If layers do not fit each other, or a setting is not valid; names layer, shape and what to change.
    TypeError
        If a simulator is given: that is for `wire` and for the Trainer.
    """

    def __init__(
        self,
        layers: Sequence[Input | Connectivity],
        *misplaced: Any,
        gradient: str = "bounded",
        delay: float = 0.0,
        weights: tuple[float, float] | Sequence[tuple[float, float] | None] = (-1.0, 1.0),
        max_spikes: int = 30,
        seed: int = 0,
    ) -> None:
        if misplaced or not hasattr(layers, "__len__"):
            raise TypeError(
                f"Network takes the layers first and all else by name, and no simulator: write {_FORM}, and give the "
                "simulator to network.wire(sim, trains) or Trainer(network, sim)."
            )
        if gradient not in GRADIENTS:
            raise ValueError(f"gradient = {gradient!r} is not valid; choose one of {', '.join(map(repr, GRADIENTS))}.")
        _check_integer("max_spikes", max_spikes, 1)
        _check_integer("seed", seed, 0)
        self.input, self.layers = placed(layers)
        self.sizes = (self.input.size, *(layer.size for layer in self.layers))
        check_memory(self.layers)
        if not is_number(delay) or not 0 <= delay < self.trial_duration:
            raise ValueError(
                f"delay = {delay!r} ms is not valid; it must be >= 0 and shorter than the trial "
                f"({self.trial_duration:g} ms)."
            )
        _check_inhibition(self.layers, delay)
        _check_recurrence(self.layers, self.trial_duration)
        self.gradient, self.delay, self.max_spikes = gradient, float(delay), int(max_spikes)
        self.weights = [
            layer.connectivity.initial_weights(
                layer.input_shape, bounds, np.random.default_rng(np.random.SeedSequence([int(seed), k]))
            )
            for k, (layer, bounds) in enumerate(zip(self.layers, _ranges(weights, self.layers), strict=True))
        ]
        self.feedback = zeros(self.layers)

    def __repr__(self) -> str:
        sizes, n_weights = "-".join(map(str, self.sizes)), sum(weights.size for weights in self.weights)
        kinds = ", ".join(f"{layer.connectivity.kind} of {layer.cell.name}" for layer in self.layers)
        return f"{type(self).__name__}({sizes}: {kinds}; {n_weights:,} weights)"

    @property
    def trial_duration(self) -> float:
        """Length of a trial in ms."""
        return self.layers[0].cell.trial_duration

    @property
    def thresholds(self) -> tuple[float, ...]:
        """Threshold of each layer of neurons in mV."""
        return tuple(layer.cell.v_thresh for layer in self.layers)

    def with_thresholds(self, thresholds: Sequence[float]) -> Self:
        """Return this network with other thresholds in mV, one for each layer of neurons, and copies of its weights.

        Raises
        ------
        ValueError
            If there is not one for each layer; what is not above rest raises PyNN's InvalidParameterValueError.
        """
        if len(thresholds) != len(self.layers):
            raise ValueError(
                f"thresholds = {list(thresholds)} is not valid; give one for each of the {len(self.layers)} layers of "
                "neurons."
            )
        other = copy.copy(self)
        cells: list[Any] = [  # every cell is a dataclass
            replace(layer.cell, v_thresh=float(v_thresh))  # type: ignore[type-var]
            for layer, v_thresh in zip(self.layers, thresholds, strict=True)
        ]
        other.layers = tuple(
            replace(layer, connectivity=layer.connectivity.with_cell(cell))
            for layer, cell in zip(self.layers, cells, strict=True)
        )
        other.weights = [weights.copy() for weights in self.weights]
        other.feedback = [feedback.copy() for feedback in self.feedback]
        return other

    def check_trains_on(self, simulator: str) -> None:
        """Check that the engine of a simulator offers what the layers need.

        Raises
        ------
        ValueError
            Names the layer, what it needs, and the simulators that offer it.
        """
        for layer in self.layers:
            missing = lacking(layer.needs, offers(simulator))
            if missing is not None:
                others = who_offers(layer.needs)
                choice = (
                    f"Choose the simulator {' or '.join(others)}, or" if others else "No simulator has that: choose"
                )
                raise ValueError(
                    f"{layer} cannot be trained or evaluated on {simulator}: it needs {missing}. {choice} another "
                    "layer. network.wire(sim, trains) shows it samples there, and so does pynn-sfdfa compare."
                )

    def wire(
        self,
        sim: Any,
        trains: Presentations,
        *,
        targets: ArrayLike | None = None,
        learning_rate: float = 0.0,
        feedback_learning_rate: float = 0.0,
        rho: float = 0.0,
        r_target: float = 0.0,
        timed: bool = False,
        surrogate: Mapping[str, Any] | None = None,
        symmetric: bool = False,
        pause: float | None = None,
    ) -> Wiring:
        """Create the network on a simulator, with its present weights, to be shown every sample in turn.

        Call ``sim.setup()`` before and ``sim.run(wiring.duration)`` after.

        Parameters
        ----------
        sim : module
            A simulator, such as ``pynn_sfdfa.event``.
        trains : SpikeTrains or other Presentations
            Sample k is shown in trial k.
        targets : array, shape (trials, n_out), optional
            Target spike counts; without them there are no errors, and so no feedback projections.
        learning_rate, feedback_learning_rate : float
            Of the forward and the feedback projections; 0 keeps them fixed.
        rho, r_target : float
            Rate regularisation of the hidden populations.
        timed : bool
            Whether output spikes travel the feedback projections, so that each hidden spike has an error of its own.
        surrogate : mapping, optional
            Arguments of ``SurrogateSynapse``, which then leads to the neurons in place of ``SFDFASynapse``.
        symmetric : bool
            Whether feedback is ``SymmetricFeedback``, in networks with one hidden layer.
        pause : float, optional
            Silence in ms before each sample, for stock cells, which do not return to rest where a trial ends. Default:
            so long that exp(-10) = 0.005 % is left of what a sample left behind; 0 without such cells.

        Raises
        ------
        TypeError
            If sim is no simulator, or the samples are not spikes.
        ValueError
            If samples or targets do not fit the network, or weights shall learn that synapses share or that lead to
            stock cells.
        pyNN.errors.ConnectionError
            If a delay is shorter than those of the simulator.
        AttributeError
            If the simulator has not the cell type of a layer, or the type of synapse; names those that have.
        """
        if not hasattr(sim, "Population"):
            raise TypeError(f"sim = {sim!r} is not a simulator; give a module, such as import pynn_sfdfa.event as sim.")
        if presentable("trains", trains).n_units != self.sizes[0]:
            raise ValueError(f"The spike trains have {trains.n_units} units, the network {self.sizes[0]} inputs.")
        if targets is not None and np.shape(targets) != (len(trains), self.sizes[-1]):
            raise ValueError(
                f"targets have the shape {np.shape(targets)}; give one row for each of the {len(trains)} samples and "
                f"one column for each of the {self.sizes[-1]} output neurons."
            )
        if targets is not None and is_layer_feedback(self.feedback, self.layers):
            raise ValueError(
                "This network has feedback from layer to layer, as SFDFA(feedback='layer-wise') learns it, and "
                "projections of PyNN have it from the output: leave targets out to show it samples without learning, "
                f"or train it with a Trainer on the simulator {' or '.join(who_offers({Need.LAYER_FEEDBACK}))}."
            )
        for layer in self.layers if learning_rate else ():
            if Need.SHARED_WEIGHTS in layer.needs:
                raise ValueError(
                    f"{layer} needs {Need.SHARED_WEIGHTS.value}, and synapses of PyNN learn each by itself. Wire it "
                    "with learning_rate = 0, or train it with a Trainer."
                )
        settling = max(layer.cell.settling_time for layer in self.layers)
        silence = math.ceil(settling) if pause is None else float(pause)
        if not 0 <= silence < math.inf:
            raise ValueError(f"pause = {pause!r} ms is not valid; it must be >= 0.")
        shown = presented(trains, np.arange(len(trains)))
        return wiring.wire(
            self, sim, shown, targets, {"rho": rho, "r_target": r_target}, learning_rate, feedback_learning_rate,
            timed, surrogate, symmetric, silence,
        )  # fmt: skip

    def read(self, made: Wiring) -> None:
        """Take over the weights that the simulator has learned, and the feedback if it was wired."""
        self.weights = [
            weights if layer.cell.static_synapses else wiring.learned(layer, weights, projection, within)
            for layer, weights, projection, within in zip(
                self.layers, self.weights, made.projections, made.within, strict=True
            )
        ]
        if made.feedback:
            self.feedback = [np.asarray(p.get("weight", format="array"), np.float32) for p in made.feedback]

    def matrices(self, weights: Sequence[NDArray[np.float32]]) -> list[Any]:
        """Return weights of this network as matrices (units below, neurons), sparse where layers see a part."""
        pairs = zip(self.layers, weights, strict=True)
        return [layer.connectivity.matrix(layer.input_shape, own) for layer, own in pairs]

    def paths(self, weights: Sequence[NDArray[np.float32]], layer_wise: bool) -> list[Any]:
        """Return what feedback stands for, as `pynn_sfdfa.training.metrics.feedback_alignment` takes it.

        Those are the `matrices`; if feedback comes from the next layer, the weights as they are shared, (rows, lanes).
        """
        if not layer_wise:
            return self.matrices(weights)
        below = (layer.connectivity.of_below(own) for layer, own in zip(self.layers, weights, strict=True))
        return [own.reshape(-1, own.shape[-1]) for own in below]

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
        feedback = self.feedback
        if has_layer_feedback(arrays, self.layers):
            feedback = zeros(self.layers, layer_wise=True)
        elif is_layer_feedback(feedback, self.layers):
            feedback = zeros(self.layers)
        kinds = {"weights": self.weights, "feedback": feedback}
        own = {f"{kind}.{k}": array for kind, layers in kinds.items() for k, array in enumerate(layers)}
        check_arrays(arrays, own)
        for name, array in own.items():
            array[...] = arrays[name]
        self.feedback = feedback


def _check_integer(name: str, value: Any, least: int) -> None:
    if not is_integer(value, least):
        raise ValueError(f"{name} = {value} is not valid; it must be an integer >= {least}.")


def _ranges(weights: Any, layers: Sequence[Layer]) -> list[tuple[float, float]]:
    """Return the range of initial weights of each layer."""
    if isinstance(weights, str) or not hasattr(weights, "__len__"):
        raise ValueError(f"weights = {weights!r} is not valid; give (lowest, highest) in nA.")
    if len(weights) and all(map(is_number, weights)):
        return [_range(weights, "weights")] * len(layers)
    if len(weights) != len(layers):
        raise ValueError(
            f"weights = {weights} is not valid; give (lowest, highest) in nA, or one such pair for each of the "
            f"{len(layers)} layers of neurons."
        )
    ranges = []
    for layer, bounds in zip(layers, weights, strict=True):
        if (bounds is None) == layer.connectivity.learns:
            what = "a range in nA, (lowest, highest)" if bounds is None else "None, because its weights are fixed"
            raise ValueError(f"{layer} has weights = {bounds}; it must be {what}.")
        ranges.append((0.0, 0.0) if bounds is None else _range(bounds, f"weights of layer '{layer.name}'"))
    return ranges


def _range(bounds: Sequence[float], what: str) -> tuple[float, float]:
    if np.shape(bounds) != (2,) or not -math.inf < bounds[0] < bounds[1] < math.inf:
        raise ValueError(f"{what} = {bounds} is not valid; give (lowest, highest) in nA.")
    return bounds[0], bounds[1]


def _check_inhibition(layers: Sequence[Layer], delay: float) -> None:
    for layer in layers:
        weight = layer.connectivity.inhibition
        if weight and not delay:
            raise ValueError(
                f"{layer} has inhibition = {weight:g} nA, which acts after the delay of the network, so delay = 0 ms "
                "is not valid. Give the network a delay > 0, such as 1 ms."
            )


def _check_recurrence(layers: Sequence[Layer], trial_duration: float) -> None:
    for layer in layers:
        own = layer.connectivity.recurrent
        if own is not None and not own.delay < trial_duration:
            raise ValueError(
                f"{layer} has a delay of {own.delay:g} ms within it, which is not valid; it must be shorter than the "
                f"trial ({trial_duration:g} ms)."
            )


def placed(layers: Sequence[Input | Connectivity]) -> tuple[Input, tuple[Layer, ...]]:
    """Return the input, and each layer with its name and shapes."""
    first = layers[0] if len(layers) else None
    if not isinstance(first, Input) or len(layers) < 2:
        raise ValueError(
            f"layers = {quoted(list(layers))} is not valid; give an Input and at least one layer: {_FORM}."
        )
    placed: list[Layer] = []
    shape = first.shape
    summing: list[Pooling] = []
    for k, given in enumerate(layers[1:], start=1):
        name = "output" if k == len(layers) - 1 else f"hidden {len(placed) + 1}"
        if not isinstance(given, Connectivity):
            reason = f"Layer '{name}' is {quoted(given)}"
            raise ValueError(f"{reason}; after the Input, give layers such as Dense(100).")
        if isinstance(given, Pooling) and (name == "output" or given.sums):
            if name == "output":
                what = "Pooling, which cannot be the output. Put one that learns above it, such as Dense(10)."
                raise ValueError(f"The last layer is {what}")
            summing.append(given)
            continue
        connectivity = given
        while summing:
            connectivity = Summed(summing.pop(), connectivity)
        try:
            above = connectivity.output_shape(shape)
        except ValueError as error:
            own = f"Layer '{name}' ({connectivity.kind} of {connectivity.cell.name})"
            raise ValueError(f"{own} does not fit the layer below, of shape {shape}: {error}") from None
        placed.append(Layer(name, shape, above, connectivity))
        shape = above
    durations = {layer.cell.trial_duration for layer in placed}
    if len(durations) > 1:
        raise ValueError(f"trial_duration must be the same in all layers, not {sorted(durations)} ms.")
    return first, tuple(placed)
