"""Set-up and control of the simulation: PyNN's functions of these names."""

from __future__ import annotations

import logging
import os
from typing import Any

import brian2
from pyNN import common
from pyNN.common.control import DEFAULT_MAX_DELAY, DEFAULT_MIN_DELAY, DEFAULT_TIMESTEP

from pynn_sfdfa.brian2 import simulator
from pynn_sfdfa.common.clock import build_run
from pynn_sfdfa.common.control import build_end, build_reset
from pynn_sfdfa.common.documented import SETUP, documented
from pynn_sfdfa.common.setup import checked_setup

__all__ = [
    "setup", "end", "run", "run_until", "run_for", "reset", "initialize",
    "get_current_time", "get_time_step", "get_min_delay", "get_max_delay", "num_processes", "rank",
]  # fmt: skip

logger = logging.getLogger("PyNN")

_TARGETS = ("cython", "numpy")
"""Kinds of code that Brian2 runs within Python."""


@documented(SETUP)
def setup(
    timestep: float = DEFAULT_TIMESTEP,
    min_delay: float | str = DEFAULT_MIN_DELAY,
    max_delay: float | str = DEFAULT_MAX_DELAY,
    seed: int = 0,
    first_trial: int = 0,
    target: str | None = None,
    standalone: bool = False,
    directory: str | None = None,
    **extra_params: Any,
) -> int:
    """Start anew; any existing network is destroyed.

    Parameters
    ----------
    timestep : float
        ms. Spike times and delays are multiples of it, and the errors of a simulation are proportional to it.
    min_delay, max_delay : float or "auto"
        Bounds on delays in ms; "auto" allows any, and 0 is the delay of SFDFA synapses that are given none (one time
        step that of others).
    seed : int
        Determines the perturbations of SFDFA and Brian2's random numbers; 0 to 2**63 - 1.
    first_trial : int
        Index of the trial that begins at t = 0; it determines the perturbations, so that a training can be continued.
    target : {"cython", "numpy"}, optional
        What Brian2 generates code for, from now on. Default: what its preferences say, which is Cython if there is a
        compiler, else NumPy. That needs no compiler, takes two to three times as long and says so.
    standalone : bool
        Compile the whole simulation to one C++ program when it is run: for one long run(), up to twenty times as fast
        as Cython once it has been compiled, in about a minute. It cannot be run again, reset or changed after it.
    directory : str, optional
        Where the standalone program is built; default: a temporary folder.
    **extra_params
        For other simulators; not used.
    """
    checked = checked_setup(timestep, min_delay, max_delay, seed, extra_params, first_trial=first_trial)
    if target is not None and target not in _TARGETS:
        raise ValueError(f"target = {target!r} is not valid; choose one of {', '.join(map(repr, _TARGETS))}, or None.")
    if standalone and target is not None:
        raise ValueError(f"target = {target!r} does not go with standalone, which is C++ always; give one of the two.")
    common.setup(checked.timestep, min_delay, max_delay=max_delay, **extra_params)
    _choose_device(target, standalone, directory)
    simulator.clear(
        checked.timestep,
        seed=checked.seed,
        first_trial=checked.first_trial,
        bound=checked.min_delay,
        max_delay=checked.max_delay,
        standalone=standalone,
    )
    # What PyNN's synapses take that are given no delay.
    simulator.state.min_delay = checked.timestep if checked.min_delay is None else checked.min_delay
    simulator.state.max_delay = checked.max_delay
    brian2.seed(checked.seed % 2**32)
    return int(rank())


def _choose_device(target: str | None, standalone: bool, directory: str | None) -> None:
    """Tell Brian2 what to generate code for."""
    brian2.device.reinit()
    if standalone:
        # Brian2's own choice, as many compilers at once as there are files, brings small machines to a halt.
        brian2.prefs.devices.cpp_standalone.extra_make_args_unix = [f"-j{os.cpu_count() or 1}"]
        brian2.set_device("cpp_standalone", directory=directory, build_on_run=True)
        return
    brian2.set_device("runtime")
    if target is not None:
        brian2.prefs.codegen.target = target
    if brian2.device.code_object_class().__name__.startswith("Numpy"):
        logger.warning(
            "Brian2 runs NumPy code, two to three times slower than the Cython code that a C++ compiler makes."
        )


run, run_until = build_run(simulator.clock)
run_for = run

reset = build_reset(simulator.state, lambda annotations: simulator.reset())
end = build_end(simulator.state)

initialize = common.initialize

get_current_time, get_time_step, _, _, num_processes, rank = common.build_state_queries(simulator)


def get_min_delay() -> float:
    """Return the smallest delay in ms: the bound given to setup(), else that of the synapses, else one timestep."""
    return simulator.contents.min_delay


def get_max_delay() -> float:
    """Return the greatest delay that setup() allows, in ms; infinite for "auto"."""
    return simulator.contents.max_delay
