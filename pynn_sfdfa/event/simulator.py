"""The state of the simulation: time, populations, and the advance of everything to a point in time."""

from __future__ import annotations

import math
from typing import Any, Protocol

from pyNN import common

from pynn_sfdfa.common.delays import DelayBound
from pynn_sfdfa.event.net import Net, at_trial_end, connected_nets, trial_index

__all__ = ["ID", "Delayed", "Member", "State", "name", "state"]

name = "SFDFA event"


class ID(int, common.IDMixin):
    """Identifier of a neuron."""


class Member(Protocol):
    """A population, as far as the simulation needs to know it."""

    dynamics: Any

    def begin(self) -> None:
        """Take up the initial values, before the first advance."""

    def restart(self) -> None:
        """Return to t = 0."""


class Delayed(Protocol):
    """A projection, as far as the simulation needs to know it."""

    delay: float


class State(DelayBound, common.control.BaseState):
    """Clock and contents of the simulation.

    Attributes
    ----------
    t, dt, max_delay : float
        ms. Spike times do not depend on ``dt``; it is the default interval for sampling v and i_syn.
    bound : float, optional
        The smallest delay in ms that ``setup()`` allows.
    step, asked : float
        ms; for the rule of ``run()``. Time passes continuously.
    seed : int
        Determines perturbations and Poisson spikes.
    populations : list of Population
        In order of creation.
    projections : list of Projection
        Along which spikes travel, in order of creation.
    """

    step = 0.0
    asked = 0.0

    def __init__(self) -> None:
        super().__init__()
        self.mpi_rank = 0
        self.num_processes = 1
        self.dt = 0.1
        self.bound: float | None = None
        self.max_delay = math.inf
        self.seed = 0
        self.clear()

    def clear(self) -> None:
        """Forget all populations and projections."""
        self.recorders: set[Any] = set()
        self.write_on_end: list[Any] = []
        self.populations: list[Member] = []
        self.projections: list[Delayed] = []
        self.id_counter = 0
        self.segment_counter = -1
        self.reset()

    def reset(self) -> None:
        """Return to t = 0, trial 0 and the initial values of v and i_syn; weights stay as they are."""
        self.running = False
        self.t = 0.0
        self.t_start = 0.0
        self.segment_counter += 1
        self.nets: list[Net] | None = None
        self.simulated_to = -math.inf  # what happens at t = 0 is still to come
        self._interrupted = False
        for population in self.populations:
            population.restart()

    def add(self, population: Member) -> None:
        """Take up a new population."""
        self.populations.append(population)
        self.nets = None

    def _shortest_delay(self) -> float:
        return min((projection.delay for projection in self.projections), default=self.dt)

    def time_in_trial(self, trial_duration: float) -> float:
        """Return the time in ms since the start of the present trial; of one without end, since t = 0."""
        if math.isinf(trial_duration):
            return float(self.t)
        return max(self.t - trial_index(self.t, trial_duration) * trial_duration, 0.0)

    def advance(self, stop: float) -> None:
        """Advance everything to ``stop`` ms, what happens then included.

        Raises
        ------
        RuntimeError
            If a neuron spikes too often, or an earlier run was interrupted.
        ValueError
            If the network cannot be run; nothing has been simulated.
        """
        if self._interrupted:
            raise RuntimeError("An earlier run did not finish. Call reset() to start again at t = 0, or setup().")
        if self.nets is None:
            self.nets = connected_nets(self.populations)
        for net in self.nets:
            if at_trial_end(stop, net.trial_duration):
                stop = round(stop / net.trial_duration) * net.trial_duration
        for net in self.nets:
            net.check(stop)
        self.running = True
        self._interrupted = True
        for population in self.populations:
            population.begin()
        for net in self.nets:
            net.advance(self.simulated_to, self.t, stop)
        self.t = self.simulated_to = stop
        self._interrupted = False


state = State()
