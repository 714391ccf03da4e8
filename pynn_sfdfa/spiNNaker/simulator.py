"""The state of the simulator: its clock, as sPyNNaker keeps it, and what was created since the last ``setup()``."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Protocol

from pyNN import common

from pynn_sfdfa.common.delays import DelayBound
from pynn_sfdfa.spiNNaker.spynnaker_names import SpynnakerDataView, timestep_ms

if TYPE_CHECKING:
    from pynn_sfdfa.spiNNaker.receivers import Receiver

__all__ = ["ID", "Delayed", "Group", "Member", "State", "name", "refuse_within", "state"]

name = "SpiNNaker"


class ID(int, common.IDMixin):
    """Identifier of a neuron."""


class Group(Protocol):
    """A population that keeps its parameters on the host, as far as the simulation needs to know it."""

    def check(self, stop: float) -> None:
        """Check before a run to ``stop`` (ms) that it can be simulated to there."""


class Member(Protocol):
    """The vertex of a LIF_SFDFA population, as far as the simulation needs to know it."""

    label: str

    @property
    def machine_vertices(self) -> Any:
        """Its cores."""

    def described(self) -> Receiver:
        """Return what its cores need to know of it."""

    def outdated(self) -> None:
        """Take note that the machine has run, and may have changed weights."""

    def fetch(self) -> None:
        """Read back the weights that the machine may have changed."""


class Delayed(Protocol):
    """A projection onto LIF_SFDFA, as far as the simulation needs to know it."""

    @property
    def delay(self) -> float:
        """In ms."""


class State(DelayBound):
    """Clock and contents of the simulation.

    Attributes
    ----------
    asked : float
        ms; the time that the last ``run()`` was to reach.
    settings : dict
        Arguments of ``setup()`` besides seed and first trial.
    seed : int
        Determines the perturbations, the rounding of weight changes and the spikes of SpikeSourcePoisson.
    first_trial : int
        Index of the trial that begins at t = 0, for the first two.
    bound : float, optional
        The smallest delay in ms that ``setup()`` allows.
    max_delay : float
        ms.
    groups : list of Group
        In order of creation.
    vertices : list of Member
        Of the LIF_SFDFA populations, in order of creation.
    projections : list of Delayed
        Along which spikes travel to LIF_SFDFA.
    """

    def __init__(self) -> None:
        self.mpi_rank, self.num_processes = 0, 1
        self.clear({})

    def clear(
        self,
        settings: dict[str, Any],
        seed: int = 0,
        first_trial: int = 0,
        bound: float | None = None,
        max_delay: float = math.inf,
    ) -> None:
        """Forget everything."""
        self.settings, self.seed, self.first_trial = settings, seed, first_trial
        self.bound, self.max_delay = bound, max_delay
        self.asked = 0.0
        self.recorders: set[Any] = set()
        self.write_on_end: list[Any] = []
        self.segment_counter = 0
        self.groups: list[Group] = []
        self.vertices: list[Member] = []
        self.projections: list[Delayed] = []

    @property
    def t(self) -> float:
        """The present time in ms."""
        return float(SpynnakerDataView.get_current_run_time_ms())

    @property
    def dt(self) -> float:
        """The time step in ms."""
        return timestep_ms()

    @property
    def running(self) -> bool:
        """Whether the present segment has begun: after a ``run()``, until ``reset()``."""
        return bool(SpynnakerDataView.is_ran_last())

    def _shortest_delay(self) -> float:
        return min((projection.delay for projection in self.projections), default=self.dt)


def refuse_within(what: str) -> None:
    """Raise RuntimeError if a simulation has begun: ``what`` cannot be done then."""
    if state.running:
        raise RuntimeError(f"{what} within a simulation on SpiNNaker; call reset() before.")


state = State()
