"""A trained network in the arithmetic of SpiNNaker2's integrate-and-fire models: integer weights, decays by step.

With dt a time step, a = exp(-dt/tau_m) and b = exp(-dt/tau_syn), the neuron of docs/algorithm.md, section 1, with
potentials counted in units of kappa (a - b), is exactly

    I = b I + w S,        u = a u + I,        u >= c/(a - b): a spike, and u -= c/(a - b)

if inputs come at the beginning of a step: that is ``lif_curr_exp`` of py-spinnaker2 with reset by subtraction. Weights
of a population are scaled so that the largest is the largest integer, and its threshold with them.
"""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pynn_sfdfa.network.cells import LIF_SFDFA
from pynn_sfdfa.network.checks import check_network, check_shape, check_shown, check_step
from pynn_sfdfa.network.connectivity import Dense
from pynn_sfdfa.network.python_source import between_quotes, checked_title
from pynn_sfdfa.network.spinnaker2_template import SCRIPT
from pynn_sfdfa.support import files
from pynn_sfdfa.support.given import given_path
from pynn_sfdfa.support.wording import quoted

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from pynn_sfdfa.encoding.spikes import SpikeTrains
    from pynn_sfdfa.network.network import Network

__all__ = ["MODELS", "Quantised", "QuantisedLayer", "SpiNNaker2Error", "check_quantised", "quantised", "write"]

MODELS = {8: ("lif_curr_exp_no_delay", 127), 4: ("lif_curr_exp", 15)}
"""For each number of bits of a weight (of 4 the sign is none), the model and its largest weight."""

MOST_DELAY = 7


class SpiNNaker2Error(ValueError):
    """What SpiNNaker2's models cannot express; the message says why and what is possible."""


@dataclass(frozen=True, eq=False)
class QuantisedLayer:
    """A population.

    Attributes
    ----------
    size : int
    parameters : dict of str to float
        threshold, in weights; alpha_decay, exc_decay and inh_decay, for a step.
    weights : int16, shape (n_pre, size)
    vanished : int
        Weights other than 0 that became 0.
    """

    size: int
    parameters: dict[str, float]
    weights: NDArray[np.int16]
    vanished: int


@dataclass(frozen=True, eq=False)
class Quantised:
    """A network.

    Attributes
    ----------
    inputs : int
    model : str
        Of py-spinnaker2.
    layers : list of QuantisedLayer
    delay : int
        Steps from a spike to its arrival, beyond the one that every spike takes.
    steps : int
        Of a trial, with those after which the last layer answers.
    timestep : float
        ms.
    """

    inputs: int
    model: str
    layers: list[QuantisedLayer]
    delay: int
    steps: int
    timestep: float


def quantised(network: Network, bits: int, timestep: float) -> Quantised:
    """Return a network with integer weights.

    Parameters
    ----------
    network : Network
        Of dense layers of LIF_SFDFA, without synapses within a layer.
    bits : {8, 4}
        Size of a weight; with 8 there are no delays.
    timestep : float
        ms.

    Raises
    ------
    SpiNNaker2Error
    TypeError
        If the network is none, or the step no number.
    """
    check_network(network)
    check_step("timestep", timestep)
    if bits not in list(MODELS):
        raise SpiNNaker2Error(f"bits = {quoted(bits)} is not valid; choose one of {', '.join(map(str, MODELS))}.")
    model, most = MODELS[bits]
    delay, ticks = (_steps(name, getattr(network, name), timestep) for name in ("delay", "trial_duration"))
    if delay > (MOST_DELAY if bits == 4 else 0):
        allowed = f"0 to {MOST_DELAY} steps" if bits == 4 else "none; with bits = 4 there are 0 to 7 steps"
        raise SpiNNaker2Error(
            f"The delay of {network.delay:g} ms is {delay} steps of {timestep:g} ms, and {model} has {allowed}."
        )
    layers = []
    for layer, weights in zip(network.layers, network.weights, strict=True):
        if not isinstance(layer.connectivity, Dense) or not isinstance(layer.cell, LIF_SFDFA):
            raise SpiNNaker2Error(
                f"{layer} is not a dense layer of LIF_SFDFA, the only ones that are written for SpiNNaker2. "
                "Choose --format nir, which has the others."
            )
        if layer.connectivity.inhibition or layer.connectivity.recurrent is not None:
            does = "inhibits itself" if layer.connectivity.inhibition else "is recurrent"
            raise SpiNNaker2Error(f"{layer} {does}, which is not written for SpiNNaker2.")
        largest = float(np.abs(weights).max())
        if not 0 < largest < math.inf:
            raise SpiNNaker2Error(f"The weights of {layer} are all 0 or not finite, so there is no scale for them.")
        scale = most / largest
        integers = np.rint(weights.astype(float) * scale).astype(np.int16)
        a, b = math.exp(-timestep / layer.cell.tau_m), math.exp(-timestep / layer.cell.tau_syn)
        parameters = {
            "threshold": layer.cell.threshold_current / (a - b) * scale,
            "alpha_decay": a,
            "exc_decay": b,
            "inh_decay": b,
        }
        vanished = int(np.count_nonzero(weights) - np.count_nonzero(integers))
        layers.append(QuantisedLayer(layer.size, parameters, integers, vanished))
    steps = ticks + len(layers) * (1 + delay)
    return Quantised(network.input.size, model, layers, delay, steps, timestep)


def _steps(name: str, duration: float, timestep: float) -> int:
    steps = round(duration / timestep) if timestep > 0 else -1
    if steps < 0 or not math.isclose(steps * timestep, duration, rel_tol=1e-6, abs_tol=1e-9):
        raise SpiNNaker2Error(
            f"dt = {timestep:g} ms is not valid; {name} = {duration:g} ms must be a whole number of steps."
        )
    return steps


def check_quantised(given: Any) -> None:
    """Raise TypeError unless a network with integer weights is given."""
    if not isinstance(given, Quantised):
        raise TypeError(f"net = {quoted(given)} is not valid; give what quantised(network, bits, timestep) returns.")


def input_steps(samples: SpikeTrains, sample: int, net: Quantised) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the steps in which the inputs of a sample spike, and which inputs.

    Raises
    ------
    SpiNNaker2Error
        If one spikes twice in a step.
    """
    times, units = samples.sample(sample)
    steps = np.floor(times / net.timestep + 1e-3).astype(np.int64)
    pairs = np.stack([steps, units.astype(np.int64)])
    if np.unique(pairs, axis=1).shape[1] < steps.size:
        raise SpiNNaker2Error(
            f"An input of sample {sample} spikes twice within a step of {net.timestep:g} ms. Choose a smaller --dt."
        )
    return steps, units.astype(np.int64)


def write(net: Quantised, path: str | Path, samples: SpikeTrains, expected: NDArray[np.int32], *, title: str) -> None:
    """Write a program for py-spinnaker2, and a file of the same name that ends in ``.npz``.

    Parameters
    ----------
    net : Quantised
    path : path
        Of the program.
    samples : SpikeTrains
        What it shows, with labels.
    expected : int32, shape (samples, n_out)
        Spikes of the output neurons, as `pynn_sfdfa.network.spinnaker2_reference` has them.
    title : str
        First line of the program.

    Raises
    ------
    pynn_sfdfa.support.files.WriteError
        If a file cannot be written.
    TypeError
        If the network is none of `quantised`, samples are no SpikeTrains, or path or title are none.
    ValueError
        If samples do not fit the network, or what is expected does not fit them.
    """
    check_quantised(net)
    check_shown(samples, net.inputs)
    check_shape("expected", expected, (len(samples), net.layers[-1].size), "a row a sample, an output a column")
    path = given_path("path", path)
    title = checked_title(title)
    found = [input_steps(samples, k, net) for k in range(len(samples))]
    offsets = np.cumsum([0, *(steps.size for steps, _ in found)])
    arrays: dict[str, Any] = {f"weights_{k}": layer.weights for k, layer in enumerate(net.layers)}
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        steps=np.concatenate([steps for steps, _ in found]),
        units=np.concatenate([units for _, units in found]),
        offsets=offsets,
        labels=samples.labels,
        expected=expected,
        **arrays,
    )
    layers = "\n".join(f"    ({layer.size}, {layer.parameters!r})," for layer in net.layers)
    archive = path.with_suffix(".npz")
    text = SCRIPT.substitute(
        title=title,
        script=between_quotes(path.name),
        archive=between_quotes(archive.name),
        inputs=net.inputs,
        model=net.model,
        delay=net.delay,
        steps=net.steps,
        timestep=f"{net.timestep:g}",
        layers=layers,
    )
    files.write_bytes(archive, buffer.getvalue())
    files.write_text(path, text)
