"""The state of the simulation: pyNN.brian2's own, and what it needs to know of populations and projections."""

from __future__ import annotations

import collections
import contextlib
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import brian2
from pyNN.brian2.simulator import ID, name, state

from pynn_sfdfa.brian2.garbage import left_alone
from pynn_sfdfa.brian2.reports import reporting
from pynn_sfdfa.common.delays import DelayBound

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = [
    "ID",
    "Connected",
    "Contents",
    "Kept",
    "Member",
    "Source",
    "advance",
    "clear",
    "clock",
    "contents",
    "name",
    "reset",
    "state",
]

_START = "before-first-run"
"""Name of the state to which `reset` returns."""


class Kept(Protocol):
    """Whatever has parameters that `reset` leaves as they are."""

    def parameter_values(self) -> dict[str, Any]:
        """Return all parameters."""

    def restore(self, values: dict[str, Any]) -> None:
        """Set what `parameter_values` returned, at t = 0."""


class Member(Kept, Protocol):
    """A population, as far as the simulation needs to know it."""

    recorder: Any

    def check(self, stop: float) -> None:
        """Raise an error unless it can be simulated from the present time to ``stop`` ms; nothing is changed."""

    def begin_run(self, stop: float) -> None:
        """Prepare for a run to ``stop`` ms."""


class Connected(Kept, Protocol):
    """A projection, as far as the simulation needs to know it."""

    def shortest_delay(self) -> float:
        """Return the smallest delay of its synapses in ms; infinite if there are none, or they have no delays."""


class Source(Protocol):
    """A source of current."""

    def act(self, step: int) -> None:
        """Inject the current of a time step."""

    def restart(self) -> None:
        """Return to t = 0, where nothing has been injected."""


@dataclass
class Contents(DelayBound):
    """What a simulation consists of besides Brian2's objects.

    Attributes
    ----------
    seed : int
        Determines the perturbations.
    first_trial : int
        Index of the trial that begins at t = 0, for the perturbations.
    bound : float, optional
        The smallest delay in ms that ``setup()`` allows.
    max_delay : float
        ms.
    standalone : bool
        Whether the simulation is compiled as one program, when it is run.
    populations : list of Member
        In order of creation.
    layers : int
        Populations of LIF_SFDFA neurons.
    projections : list of Connected
        In order of creation.
    sources : list of Source
        Of current.
    asked : float
        ms; the time that the last ``run()`` that came to its end was to reach.
    """

    seed: int = 0
    first_trial: int = 0
    bound: float | None = None
    max_delay: float = math.inf
    standalone: bool = False
    populations: list[Member] = field(default_factory=list)
    layers: int = 0
    projections: list[Connected] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    asked: float = 0.0
    _names: collections.Counter[str] = field(default_factory=collections.Counter)
    _stored: set[Any] = field(default_factory=set)
    _electrodes: Any = None

    def _shortest_delay(self) -> float:
        shortest = min((projection.shortest_delay() for projection in self.projections), default=math.inf)
        return shortest if shortest < math.inf else float(state.dt)

    def new_name(self, kind: str) -> str:
        """Return a name for a Brian2 object that is the same in every run of a script.

        Generated code contains the names: only with the same names is it found in the cache of compiled code.
        """
        self._names[kind] += 1
        return f"{kind}_{self._names[kind]}"

    def steer_currents(self) -> None:
        """Let current sources, if there are any, act at the start of each step."""
        if not self.sources or self._electrodes is not None:
            return
        if self.standalone:
            raise NotImplementedError(
                "Current sources are steered by Python code at each step, which a standalone simulation does not run. "
                "Call setup() without standalone=True."
            )
        self._electrodes = brian2.NetworkOperation(
            self._act, when="start", clock=state.network.clock, name=self.new_name("electrodes")
        )
        state.network.add(self._electrodes)

    def _act(self) -> None:
        step = round(state.t / state.dt)
        for source in self.sources:
            source.act(step)

    def remember(self) -> None:
        """Store the state of Brian2's objects before they are simulated for the first time, for `reset`."""
        if not state.running:
            state.network.store(_START)
        else:
            stored = state.network._stored_state[_START]
            for item in _with_parts(state.network.objects - self._stored):
                stored[item.name] = item._full_state()
                stored.setdefault(item.clock.name, item.clock._full_state())
        self._stored = set(state.network.objects)

    def forget_removed(self) -> None:
        """Drop the stored state of objects that are not part of the simulation any more."""
        stored = state.network._stored_state[_START]
        there = {item.name for item in _with_parts(state.network.objects)}
        there |= {item.clock.name for item in _with_parts(state.network.objects)}
        for gone in set(stored) - there - {"0_t", "_random_generator_state"}:
            del stored[gone]


def _with_parts(items: Iterable[Any]) -> Iterable[Any]:
    """Return the objects that have a state, and those that they contain."""
    for item in items:
        if hasattr(item, "_full_state"):
            yield item
        yield from _with_parts(item.contained_objects)


contents = Contents()


class _Clock:
    """What the rule of ``run()`` needs to know of this simulator."""

    t = property(lambda self: float(state.t))
    step = property(lambda self: float(state.dt))

    @property
    def asked(self) -> float:
        return contents.asked

    @asked.setter
    def asked(self, time: float) -> None:
        contents.asked = time

    def advance(self, stop: float) -> None:
        """Advance to ``stop`` ms."""
        advance(stop)


clock = _Clock()


def clear(timestep: float, **settings: Any) -> None:
    """Forget everything and begin with an empty network; ``settings`` are those of `Contents`."""
    global contents
    state.clear()
    state.write_on_end = []
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
        If learning lacks something, or a source has two spikes in one step; nothing has been simulated.
    RuntimeError
        If a standalone simulation is run a second time.
    """
    steps = round((stop - state.t) / state.dt)
    if steps <= 0 and (state.running or contents.standalone):
        return
    if contents.standalone and state.running:
        raise RuntimeError(
            "A standalone simulation is compiled for one run and has had it. Give all input to one run(), or call "
            "setup() without standalone=True."
        )
    for population in contents.populations:
        population.check(stop)
    contents.steer_currents()
    for population in contents.populations:  # in their order, by which monitors get names
        population.recorder._finalize()
    for population in contents.populations:
        population.begin_run(stop)
    if not contents.standalone:
        contents.remember()
    state.running = True
    if steps > 0:
        _simulate(steps, stop, tell)


def _simulate(steps: int, stop: float, tell: Callable[[float], None] | None) -> None:
    with contextlib.ExitStack() as stack:
        arguments = {} if tell is None else stack.enter_context(reporting(tell, contents.standalone))
        stack.enter_context(left_alone())
        state.network.run(steps * state.network.clock.dt, namespace={}, **arguments)
    if state.t < stop - 0.5 * state.dt:
        raise KeyboardInterrupt(f"The simulation was stopped at {state.t:g} ms, before {stop:g} ms.")


def reset() -> None:
    """Return to t = 0 and trial 0; parameters, weights and feedback weights stay as they are."""
    if contents.standalone and state.running:
        raise RuntimeError(
            "A standalone simulation cannot return to t = 0. Call setup() and build the network again, or use setup() "
            "without standalone=True."
        )
    kept = [(item, item.parameter_values()) for item in (*contents.populations, *contents.projections)]
    if state.running:
        contents.forget_removed()
    state.reset()
    contents.asked = 0.0
    for item, values in kept:
        item.restore(values)
    for source in contents.sources:
        source.restart()
