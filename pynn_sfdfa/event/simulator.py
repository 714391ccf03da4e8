"""The state of the simulation: time, populations, and the advance of everything to a point in time."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from pyNN import common

from pynn_sfdfa.event.net import Net, at_trial_end, connected_nets, trial_index

if TYPE_CHECKING:
    from pynn_sfdfa.event.populations import Population

__all__ = ["ID", "State", "name", "state"]

name = "SFDFA event"


class ID(int, common.IDMixin):
    """Identifier of a neuron."""


class State(common.control.BaseState):
    """Clock and contents of the simulation.

    Attributes
    ----------
    t, dt, min_delay, max_delay : float
        ms. Spike times do not depend on ``dt``; it is the default interval for sampling v and i_syn.
    seed : int
        Determines perturbations and Poisson spikes.
    populations : list of Population
        In order of creation.
    """

    def __init__(self) -> None:
        super().__init__()
        self.mpi_rank = 0
        self.num_processes = 1
        self.dt = 0.1
        self.min_delay = 0.0
        self.max_delay = math.inf
        self.seed = 0
        self.clear()

    def clear(self) -> None:
        """Forget all populations and projections."""
        self.recorders: set[Any] = set()
        self.write_on_end: list[Any] = []
        self.populations: list[Population] = []
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

    def add(self, population: Population) -> None:
        """Take up a new population."""
        self.populations.append(population)
        self.nets = None

    def time_in_trial(self, trial_duration: float) -> float:
        """Return the time in ms since the start of the present trial."""
        return max(self.t - trial_index(self.t, trial_duration) * trial_duration, 0.0)

    def run_until(self, tstop: float) -> None:
        """Advance everything to ``tstop`` ms, what happens then included.

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
        stop = max(float(tstop), self.t)
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
