"""A trained network as a plain PyNN script, with its weights and some samples in a file beside it."""

from __future__ import annotations

import io
import math
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np

from pynn_sfdfa.network.cells import LIF_SFDFA
from pynn_sfdfa.network.checks import check_network, check_shape, check_shown, check_step
from pynn_sfdfa.network.pynn_template import ANSWERS, SCRIPT
from pynn_sfdfa.network.python_source import between_quotes, checked_title
from pynn_sfdfa.network.shapes import units
from pynn_sfdfa.network.stock import in_stock_cells
from pynn_sfdfa.support import files
from pynn_sfdfa.support.given import given_path

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from pynn_sfdfa.encoding.spikes import SpikeTrains
    from pynn_sfdfa.network.layers import Layer
    from pynn_sfdfa.network.network import Network

__all__ = ["PyNNScriptError", "write"]


class PyNNScriptError(ValueError):
    """What no script of PyNN's own cells can say; the message says why."""


def write(
    network: Network,
    path: str | Path,
    samples: SpikeTrains,
    exact_counts: NDArray[np.integer[Any]],
    exact_answers: NDArray[np.int64],
    *,
    title: str,
    readout: str,
    timestep: float,
) -> None:
    """Write a script for any PyNN simulator, and a file of the same name that ends in ``.npz``, whole or not at all.

    Layers become IF_curr_exp, connected by StaticSynapse. For LIF_SFDFA, which subtracts ``v_thresh - v_rest`` at a
    spike, that is the same in continuous time: a neuron spikes when its potential is ``v_thresh``. A network without
    delay gets one of 1 ms, by which each layer only answers later.

    Parameters
    ----------
    network : Network
    path : path
        Of the script.
    samples : SpikeTrains
        What it shows, with labels.
    exact_counts : int array, shape (samples, n_out)
    exact_answers : int array, shape (samples,)
        What the exact simulator makes of them, to be compared with.
    title : str
        First line of the script.
    readout : {"most-spikes", "first-spike"}
    timestep : float
        Default step of the script in ms.

    Raises
    ------
    pynn_sfdfa.network.stock.NotStockError
        If PyNN's own cells cannot express the network.
    PyNNScriptError
        If a layer is recurrent, the readout is another, the step does not divide the delay, or ``.npz`` is another
        file.
    pynn_sfdfa.support.files.WriteError
        If a file cannot be written.
    TypeError
        If the network is none, samples are no SpikeTrains, path or title are none, or the step is no number.
    ValueError
        If samples do not fit the network, or what is expected does not fit them.
    """
    check_network(network)
    check_shown(samples, network.input.size)
    check_shape("exact_counts", exact_counts, (len(samples), network.sizes[-1]), "a row a sample, an output a column")
    check_shape("exact_answers", exact_answers, (len(samples),), "the class of each sample")
    check_step("timestep", timestep)
    title = checked_title(title)
    path = given_path("path", path)
    stock, later = in_stock_cells(network)
    _check_within(stock)
    _check(readout, stock.delay, timestep)
    archive = path.with_suffix(".npz")
    _check_own(archive)
    text = SCRIPT.substitute(
        title=title,
        script=between_quotes(path.name),
        archive=between_quotes(archive.name),
        about=_about(network),
        inputs=network.input.size,
        trial=network.trial_duration,
        delay=stock.delay,
        pause=float(math.ceil(max(layer.cell.settling_time for layer in stock.layers))),
        layers="\n".join(_layer(*each) for each in zip(stock.layers, later, strict=True)),
        answer=ANSWERS[readout],
        timestep=timestep,
        samples=len(samples),
    )
    arrays: dict[str, Any] = {name: getattr(samples, name) for name in ("times", "units", "offsets", "labels")}
    for number, (layer, weights) in enumerate(zip(network.layers, network.weights, strict=True)):
        arrays |= {f"{name}_{number}": array for name, array in _synapses(layer, weights).items()}
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays, exact_counts=exact_counts, exact_answers=exact_answers)
    files.write_bytes(archive, buffer.getvalue())
    files.write_text(path, text)


def _synapses(layer: Layer, weights: NDArray[np.float32]) -> dict[str, NDArray[Any]]:
    """Return the synapses of a layer as the script reads them: a matrix of weights, or a list where few are there."""
    if weights.shape == (units(layer.input_shape), layer.size):
        return {"weights": weights}
    synapses = layer.connectivity.sites(layer.input_shape).synapses()
    each = weights.ravel()[synapses.weight]
    there = each != 0
    ends = {"pre": synapses.pre[there].astype(np.int32), "post": synapses.post[there].astype(np.int32)}
    return ends | {"weights": each[there]}


def _check(readout: str, delay: float, timestep: float) -> None:
    if readout not in list(ANSWERS):
        raise PyNNScriptError(f"There is no PyNN script for the readout {readout}, only for {' and '.join(ANSWERS)}.")
    steps = delay / timestep if timestep > 0 else 0.0
    if not (steps >= 1 and abs(steps - round(steps)) < 1e-9):
        raise PyNNScriptError(
            f"dt = {timestep:g} ms is not valid; the delay of {delay:g} ms must be one step or several: choose "
            f"{delay:g} or {delay / 10:g}."
        )


def _check_within(network: Network) -> None:
    for layer in network.layers:
        if layer.connectivity.recurrent is not None:
            raise PyNNScriptError(
                f"{layer} is recurrent, which these scripts cannot say. Show the network samples on another simulator "
                "by network.wire(sim, trains), or train it without recurrent."
            )


def _check_own(archive: Path) -> None:
    """Raise PyNNScriptError if there is a file in the place of the weights that holds something else."""
    if not archive.exists():
        return
    try:
        with zipfile.ZipFile(archive) as file:
            own = "exact_answers.npy" in file.namelist()
    except (OSError, zipfile.BadZipFile):
        own = False
    if not own:
        raise PyNNScriptError(
            f"{archive} is there, and holds no weights of an exported network. Call the script by another name: its "
            "weights go into the file of the same name that ends in .npz."
        )


def _layer(layer: Layer, later: float) -> str:
    cell = layer.cell
    names = [name for name in vars(cell) if name not in ("tau_syn", "trial_duration")]
    parameters = {"tau_syn_E": cell.tau_syn, "tau_syn_I": cell.tau_syn, **{n: getattr(cell, n) for n in names}}
    about = {
        "label": layer.name,
        "size": layer.size,
        "inhibition": layer.connectivity.inhibition,
        "v": cell.resting_potential,
        "later": later,
    }
    lines = [f"        {name!r}: {value!r}," for name, value in about.items()]
    own = "".join(f"            {name!r}: {value!r},\n" for name, value in parameters.items())
    return "\n".join(["    {", *lines, f"        'cell': {{\n{own}        }},", "    },"]).replace("'", '"')


_STEPS = """\
In continuous time it answers as it was trained. A simulator with a time step moves each spike to a step, an error of
first order in the step; the script prints how many answers and spike counts that changes. (NEST, as PyNN sets it up,
computes spikes between the steps if tau_refrac is a step or longer; then only inputs are moved to steps.)
"""

_RESET = """
It was trained with LIF_SFDFA, whose reset subtracts v_thresh - v_rest. A reset to v_rest is the same where a neuron
spikes at v_thresh; with a time step, it forgets by how much the step overshot: an error of first order, too.
"""

_DELAY = """
It was trained without delays. PyNN's simulators need some, and with 1 ms a layer answers 1 ms later, no more.
"""

_CAP = """
In training no neuron fired more than {cap} spikes a sample; PyNN's cells have no such limit.
"""


def _about(network: Network) -> str:
    learning = any(isinstance(layer.cell, LIF_SFDFA) for layer in network.layers)
    parts = [_STEPS, _RESET if learning else "", "" if network.delay else _DELAY, _CAP.format(cap=network.max_spikes)]
    return "".join(parts)
