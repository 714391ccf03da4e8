"""Set-up and control of the simulation: PyNN's functions of these names, and what learning adds to them."""

from __future__ import annotations

import atexit
import contextlib
import math
from typing import Any

import pyNN.spiNNaker as stock
from pyNN import common

from pynn_sfdfa.common.clock import build_run
from pynn_sfdfa.common.control import build_end, build_reset
from pynn_sfdfa.common.documented import SETUP, documented
from pynn_sfdfa.common.setup import checked_setup
from pynn_sfdfa.hardware.board.errors import BoardError
from pynn_sfdfa.hardware.board.places import at, place
from pynn_sfdfa.spiNNaker import simulator
from pynn_sfdfa.spiNNaker.binary import BINARY_FOLDER, build_for_emulator, check_binary
from pynn_sfdfa.spiNNaker.counters import warn_of_losses
from pynn_sfdfa.spiNNaker.resources import check_resources
from pynn_sfdfa.spiNNaker.simulator import state
from pynn_sfdfa.spiNNaker.spynnaker_names import (
    SpynnakerDataView,
    has_machine,
    is_emulated,
    time_scale_factor,
    timestep_us,
)

__all__ = [
    "setup", "end", "run", "run_until", "run_for", "reset", "initialize",
    "get_current_time", "get_time_step", "get_min_delay", "get_max_delay", "num_processes", "rank",
]  # fmt: skip


_machine = contextlib.ExitStack()
"""What gives the machine back that ``setup(board=...)`` has taken."""

atexit.register(_machine.close)


@documented(SETUP)
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
        ms. Spike times and delays are multiples of it, and it is one of 0.001 ms.
    min_delay, max_delay : float or "auto"
        Bounds on delays in ms; "auto" allows what SpiNNaker's packets can take.
    seed : int
        Determines the perturbations of SFDFA, the rounding of weights and the spikes of SpikeSourcePoisson; 0 to
        2**32 - 1.
    first_trial : int
        Index of the trial that begins at t = 0; it determines the perturbations, so that a training can be continued.
    board : str, optional
        ``emulated``, the host name of a board, or ``spalloc:SERVER``; without it, what sPyNNaker's configuration says.
    **extra_params
        Those of ``pyNN.spiNNaker.setup``, such as ``time_scale_factor``.
    """
    checked = checked_setup(timestep, min_delay, max_delay, seed, extra_params, first_trial=first_trial, seed_bits=32)
    step = _for_spynnaker(checked.timestep)
    _machine.close()
    if board is not None:
        try:
            _machine.enter_context(at(place(board)))
        except BoardError as error:
            raise ValueError(str(error)) from error
    rank = int(stock.setup(step, "auto" if checked.min_delay is None else checked.min_delay, **extra_params))
    SpynnakerDataView.register_binary_search_path(str(build_for_emulator() if is_emulated() else BINARY_FOLDER))
    settings = {"timestep": timestep, "min_delay": min_delay, "max_delay": max_delay, "board": board, **extra_params}
    state.clear(settings, checked.seed, checked.first_trial, checked.min_delay, checked.max_delay)
    return rank


def _for_spynnaker(timestep: float) -> float:
    """Return what sPyNNaker, which rounds up to microseconds, takes for this timestep (ms)."""
    microseconds = round(timestep * 1000)
    if microseconds < 1 or not math.isclose(microseconds, timestep * 1000, rel_tol=1e-9):
        raise ValueError(
            f"timestep = {timestep:g} ms is not valid; on SpiNNaker it must be a multiple of 0.001 ms, such as "
            f"{max(1, microseconds) / 1000:g} ms."
        )
    exact = microseconds / 1000
    return exact if math.ceil(exact * 1000) == microseconds else math.nextafter(exact, 0.0)


class _Clock:
    """The simulation, as the rule of ``run()`` sees it."""

    @property
    def asked(self) -> float:
        """The time in ms that the last ``run()`` was to reach."""
        return state.asked

    @asked.setter
    def asked(self, time: float) -> None:
        state.asked = time

    @property
    def t(self) -> float:
        """The present time in ms."""
        return state.t

    @property
    def step(self) -> float:
        """The time step in ms."""
        return state.dt

    def advance(self, stop: float) -> None:
        """Simulate up to ``stop`` ms.

        Raises
        ------
        ValueError
            If learning lacks something, or a core would need more than it has; nothing has been mapped or simulated.
        RuntimeError
            If the network has been changed since the last run.
        FileNotFoundError
            If there is a machine but not the application that runs on it; the message says how to build it.
        """
        steps = round((stop - state.t) / state.dt)
        if not steps and state.running:
            return
        if state.running and SpynnakerDataView.get_requires_mapping():
            raise RuntimeError(
                "The network was changed after run() had begun to simulate it. On SpiNNaker it is simulated as it was "
                "until reset() is called: call reset() before this run()."
            )
        for group in state.groups:
            group.check(stop)
        check_resources([vertex.described() for vertex in state.vertices], timestep_us(), time_scale_factor())
        if state.vertices and has_machine():
            check_binary()
        # Less than the whole by what sPyNNaker, which rounds up to steps, takes for a rounding error.
        stock.run(max(steps * state.dt - _ROUNDING, 0.0))
        for vertex in state.vertices:
            vertex.outdated()
        if has_machine():
            warn_of_losses(state.vertices)


_ROUNDING = 5e-6
"""ms."""

run, run_until = build_run(_Clock())
run_for = run


def _begin_again(annotations: dict[str, Any]) -> None:
    """Return to t = 0, with what the machine holds of this segment."""
    for vertex in state.vertices:
        vertex.fetch()
    stock.reset(annotations)
    state.asked = 0.0
    state.segment_counter += 1


def _give_back() -> None:
    """Give the machine back."""
    stock.end()
    _machine.close()


reset = build_reset(state, _begin_again, is_due=lambda: state.running)
end = build_end(state, _give_back)

initialize = common.initialize

get_current_time, get_time_step, get_min_delay, get_max_delay, num_processes, rank = common.build_state_queries(
    simulator
)
