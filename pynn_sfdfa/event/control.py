"""Set-up and control of the simulation: PyNN's functions of these names."""

from __future__ import annotations

from typing import Any

from pyNN import common
from pyNN.common.control import DEFAULT_MAX_DELAY, DEFAULT_MIN_DELAY, DEFAULT_TIMESTEP

from pynn_sfdfa.common.clock import build_run
from pynn_sfdfa.common.control import build_end, build_reset
from pynn_sfdfa.common.documented import SETUP, documented
from pynn_sfdfa.common.setup import checked_setup
from pynn_sfdfa.event import simulator

__all__ = [
    "setup", "end", "run", "run_until", "run_for", "reset", "initialize",
    "get_current_time", "get_time_step", "get_min_delay", "get_max_delay", "num_processes", "rank",
]  # fmt: skip


@documented(SETUP)
def setup(
    timestep: float = DEFAULT_TIMESTEP,
    min_delay: float | str = DEFAULT_MIN_DELAY,
    max_delay: float | str = DEFAULT_MAX_DELAY,
    seed: int = 0,
    **extra_params: Any,
) -> int:
    """Start anew; any existing network is destroyed.

    Parameters
    ----------
    timestep : float
        ms; spike times are exact and do not depend on it, it is the interval at which v and i_syn are sampled.
    min_delay, max_delay : float or "auto"
        Bounds on delays in ms; "auto" allows any, and 0 is the delay of synapses that are given none.
    seed : int
        Determines the perturbations of SFDFA and the spikes of SpikeSourcePoisson; >= 0.
    **extra_params
        For other simulators; not used.
    """
    state = simulator.state
    checked = checked_setup(timestep, min_delay, max_delay, seed, extra_params)
    state.clear()
    state.dt, state.bound, state.max_delay = checked.timestep, checked.min_delay, checked.max_delay
    state.seed = checked.seed
    return state.mpi_rank


run, run_until = build_run(simulator.state)
run_for = run

reset = build_reset(simulator.state, lambda annotations: simulator.state.reset())
end = build_end(simulator.state)

initialize = common.initialize

get_current_time, get_time_step, get_min_delay, get_max_delay, num_processes, rank = common.build_state_queries(
    simulator
)
