"""Set-up and control of the simulation: PyNN's functions of these names, and what learning adds to them."""

from __future__ import annotations

import atexit
import contextlib
import math
from typing import Any

import pyNN.spiNNaker as stock
from pyNN.spiNNaker import get_current_time, get_max_delay, get_min_delay, get_time_step

from pynn_sfdfa.hardware.board.errors import BoardError
from pynn_sfdfa.hardware.board.places import at, place
from pynn_sfdfa.spiNNaker import simulator
from pynn_sfdfa.spiNNaker.binary import BINARY_FOLDER, build_for_emulator, check_binary
from pynn_sfdfa.spiNNaker.counters import warn_of_losses
from pynn_sfdfa.spiNNaker.resources import check_resources
from pynn_sfdfa.spiNNaker.spynnaker_names import SpynnakerDataView, has_machine, is_emulated

__all__ = [
    "end",
    "get_current_time",
    "get_max_delay",
    "get_min_delay",
    "get_time_step",
    "reset",
    "run",
    "run_for",
    "run_until",
    "setup",
]


_machine = contextlib.ExitStack()
"""What gives the machine back that ``setup(board=...)`` has taken."""

atexit.register(_machine.close)


def setup(
    timestep: float = 1.0,
    min_delay: float | str = "auto",
    max_delay: float | str | None = None,
    seed: int = 0,
    first_trial: int = 0,
    board: str | None = None,
    **extra_params: Any,
) -> int:
    """Start anew; any existing network is destroyed.

    Parameters
    ----------
    timestep : float
        ms. Spike times and delays are multiples of it.
    min_delay, max_delay : float or "auto"
        As in ``pyNN.spiNNaker``; delays onto LIF_SFDFA neurons have bounds of their own.
    seed : int
        Determines the perturbations of SFDFA and the rounding of weights; 0 to 2**32 - 1.
    first_trial : int
        Index of the trial that begins at t = 0; it determines the perturbations, so that a training can be continued.
    board : str, optional
        ``emulated``, the host name of a board, or ``spalloc:SERVER``; without it, what sPyNNaker's configuration says.
    **extra_params
        Those of ``pyNN.spiNNaker.setup``, such as ``time_scale_factor``.

    Returns
    -------
    int
        MPI rank, 0.

    Raises
    ------
    ValueError
        If a value is not valid.
    """
    if isinstance(timestep, bool) or not (isinstance(timestep, int | float) and 0 < timestep < math.inf):
        raise ValueError(f"timestep = {timestep!r} is not valid; it must be a finite number > 0 ms.")
    for name, value, most in (("seed", seed, 2**32), ("first_trial", first_trial, 2**31)):
        if isinstance(value, bool) or not (isinstance(value, int) and 0 <= value < most):
            raise ValueError(f"{name} = {value!r} is not valid; it must be an integer from 0 to {most - 1}.")
    _machine.close()
    if board is not None:
        try:
            _machine.enter_context(at(place(board)))
        except BoardError as error:
            raise ValueError(str(error)) from error
    rank = int(stock.setup(timestep, min_delay, max_delay=None if max_delay == "auto" else max_delay, **extra_params))
    SpynnakerDataView.register_binary_search_path(str(build_for_emulator() if is_emulated() else BINARY_FOLDER))
    settings = {"timestep": timestep, "min_delay": min_delay, "max_delay": max_delay, "board": board, **extra_params}
    simulator.clear(settings, seed, first_trial)
    return rank


def run(simtime: float, callbacks: Any = None) -> float:
    """Advance by ``simtime`` ms; return the time then.

    Raises
    ------
    ValueError
        If learning lacks something, or a core would need more than it has; nothing has been mapped or simulated.
    FileNotFoundError
        If there is a machine but not the application that runs on it; the message says how to build it.
    """
    contents = simulator.contents()
    stop = float(stock.get_current_time()) + float(simtime)
    for vertex in contents.vertices:
        vertex.check(stop)
    check_resources(contents.vertices, stop)
    if contents.vertices and has_machine():
        check_binary()
    now: float = stock.run(simtime, callbacks)
    for projection in contents.projections:
        projection.outdated()
    if has_machine():
        warn_of_losses(contents.vertices)
    return now


run_for = run


def run_until(time_point: float, callbacks: Any = None) -> float:
    """Advance to ``time_point`` ms; return the time then."""
    return run(float(time_point) - float(stock.get_current_time()), callbacks)


def end(compatible_output: bool = True) -> None:
    """Finish the simulation and give the machine back."""
    stock.end(compatible_output)
    _machine.close()


def reset(annotations: dict[str, Any] | None = None) -> None:
    """Return to time zero and the first trial and begin a new Segment for recorded data.

    v and i_syn take their initial values and perturbations are the same again. Weights, feedback weights and their
    learning rates stay as they are (as with NEST and NEURON): to start learning again, set the weights.
    """
    for projection in simulator.contents().projections:
        projection.fetch()
    stock.reset(annotations or {})
