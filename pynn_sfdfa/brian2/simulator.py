"""The state of the simulation: pyNN.brian2's own, and what learning adds to it."""

from __future__ import annotations

import collections
import contextlib
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import brian2
from pyNN.brian2.simulator import ID, name, state
from pyNN.brian2.standardmodels.electrodes import update_currents

from pynn_sfdfa.brian2.reports import reporting

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "ID",
    "Contents",
    "Learning",
    "Member",
    "advance",
    "clear",
    "contents",
    "least_delay",
    "name",
    "reset",
    "state",
]


class Member(Protocol):
    """A population, as far as a run needs to know it."""

    def check(self, stop: float) -> None:
        """Raise ValueError if it cannot be run to ``stop`` ms."""

    def begin_run(self, stop: float) -> None:
        """Make ready for a run to ``stop`` ms."""


class Learning(Protocol):
    """A projection onto LIF_SFDFA, as far as a reset needs to know it."""

    def parameter_values(self) -> dict[str, NDArray[np.float64]]:
        """Return what a reset leaves as it is."""

    def restore(self, values: Mapping[str, NDArray[np.float64]]) -> None:
        """Set what `parameter_values` returned."""


@dataclass
class Contents:
    """What a simulation consists of besides Brian2's objects.

    Attributes
    ----------
    seed : int
        Determines the perturbations.
    first_trial : int
        Index of the trial that begins at t = 0, for the perturbations.
    min_delay : float, optional
        The smallest delay in ms that ``setup()`` allows.
    max_delay : float
        The largest, in ms.
    asked : float
        ms; the time that the last run was to reach.
    delays : list of float
        Of the projections that have synapses, in ms.
    standalone : bool
        Whether the simulation is compiled as one program, when it is run.
    sources : list of Member
        Populations of spike sources.
    populations : list of Member
        Those of LIF_SFDFA neurons, in order of creation.
    projections : list of Learning
    """

    seed: int = 0
    first_trial: int = 0
    min_delay: float | None = None
    max_delay: float = math.inf
    standalone: bool = False
    asked: float = 0.0
    delays: list[float] = field(default_factory=list)
    sources: list[Member] = field(default_factory=list)
    populations: list[Member] = field(default_factory=list)
    projections: list[Learning] = field(default_factory=list)
    _names: collections.Counter[str] = field(default_factory=collections.Counter)
    _electrodes: Any = None

    def new_name(self, kind: str) -> str:
        """Return a name for a Brian2 object that is the same in every run of a script.

        Generated code contains the names: only with the same names is it found in the cache of compiled code.
        """
        self._names[kind] += 1
        return f"{kind}_{self._names[kind]}"

    def steer_currents(self) -> None:
        """Let current sources, if there are any, act at the start of each step."""
        if not state.current_sources or self._electrodes is not None:
            return
        if self.standalone:
            raise NotImplementedError(
                "Current sources are steered by Python code at each step, which a standalone simulation does not run. "
                "Call setup() without standalone=True."
            )
        self._electrodes = brian2.NetworkOperation(update_currents, when="start", clock=state.network.clock)
        state.network.add(self._electrodes)


contents = Contents()


def least_delay() -> float:
    """Return the smallest delay in ms: the bound that ``setup()`` was given, or that of the synapses there are."""
    if contents.min_delay is not None:
        return contents.min_delay
    return min(contents.delays, default=float(state.dt))


def clear(timestep: float, **settings: Any) -> None:
    """Forget everything and begin with an empty network; ``settings`` are those of `Contents`."""
    global contents
    state.clear()
    state.network = brian2.Network(name="network")
    state.network.clock = brian2.Clock(timestep * brian2.ms, name="simulation_clock")
    contents = Contents(**settings)


def advance(stop: float, tell: Callable[[float], None] | None = None) -> None:
    """Run the simulation to ``stop`` ms; ``tell`` is told about once a second which fraction of it is done.

    Raises
    ------
    KeyboardInterrupt
        If Ctrl-C, or ``brian2.stop()``, ended it before.
    ValueError
        If learning lacks something; nothing has been simulated.
    RuntimeError
        If a standalone simulation is run a second time.
    """
    steps = round((stop - state.t) / state.dt)
    if steps <= 0:
        return
    if contents.standalone and state.running:
        raise RuntimeError(
            "A standalone simulation is compiled for one run and has had it. Give all input to one run(), or call "
            "setup() without standalone=True."
        )
    members = [*contents.sources, *contents.populations]
    for population in members:
        population.check(stop)
    contents.steer_currents()
    for recorder in state.recorders:
        recorder._finalize()
    for population in members:
        population.begin_run(stop)
    if not state.running and not contents.standalone:
        state.network.store("before-first-run")
    state.running = True
    with contextlib.ExitStack() as stack:
        arguments = {} if tell is None else stack.enter_context(reporting(tell, contents.standalone))
        state.network.run(steps * state.network.clock.dt, namespace={}, **arguments)
    if state.t < stop - 0.5 * state.dt:
        raise KeyboardInterrupt(f"The simulation was stopped at {state.t:g} ms, before {stop:g} ms.")


def reset() -> None:
    """Return to t = 0 and trial 0; weights and feedback weights stay as they are."""
    if contents.standalone and state.running:
        raise RuntimeError(
            "A standalone simulation cannot return to t = 0. Call setup() and build the network again, or use setup() "
            "without standalone=True."
        )
    learned = [(projection, projection.parameter_values()) for projection in contents.projections]
    state.reset()
    for projection, values in learned:
        projection.restore(values)
