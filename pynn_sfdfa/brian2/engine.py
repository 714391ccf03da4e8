"""Training with a Trainer: stretches of many trials, each one run() of the network inside Brian2."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pyNN import errors

from pynn_sfdfa.brian2 import control, simulator
from pynn_sfdfa.brian2.lif_group import trial_steps
from pynn_sfdfa.brian2.wiring import common_delay
from pynn_sfdfa.common.documented import documented
from pynn_sfdfa.common.needs import Need
from pynn_sfdfa.training import simulation_engine

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from pynn_sfdfa.network.wiring import Wiring

__all__ = ["SimulationEngine"]


@documented(simulation_engine.PARAMETERS)
class SimulationEngine(simulation_engine.SimulationEngine):
    """Learning inside Brian2; see `pynn_sfdfa.training.simulation_engine.SimulationEngine`.

    The time step, the kind of code and whether the simulation is standalone are those of the last ``setup()``.
    Standalone, an epoch is one stretch, compiled to a program of its own.
    """

    simulator = "brian2"
    place = "inside Brian2"
    one_thread = "Brian2 runs in one thread"

    def _begin(self) -> None:
        self._timestep = float(simulator.state.dt)
        self._standalone = simulator.contents.standalone
        if self._standalone and self._rule is not None and Need.ALL_SPIKES in self._rule.needs:
            raise ValueError(
                "Timed feedback is worked out by Python code at the end of each trial, which a standalone simulation "
                "does not run. Leave standalone out, or timed."
            )
        self._programs = tempfile.TemporaryDirectory(prefix="pynn_sfdfa_") if self._standalone else None
        trial_steps(np.array([self._network.trial_duration]))
        try:
            common_delay(np.array([self._network.delay]), "input → hidden 1")
        except errors.ConnectionError as error:
            raise ValueError(str(error)) from None

    def _stretch(self, trials: int) -> int:
        return trials if self._standalone else super()._stretch(trials)

    def _set_up(self, first_trial: int, learning: bool) -> None:
        folder = None
        if self._programs is not None:
            folder = str(Path(self._programs.name, "learning" if learning else "responding"))
        control.setup(
            self._timestep, seed=self._seed, first_trial=first_trial, standalone=self._standalone, directory=folder
        )

    def _simulate(self, wiring: Wiring, trials: int, report: Callable[[int], None] | None) -> list[NDArray[np.int32]]:
        tell = None if report is None else lambda fraction: report(int(fraction * trials))
        simulator.advance(trials * self._network.trial_duration, tell)
        return [population.trial_counts(trials) for population in wiring.populations]

    def _spikes(self, population: Any) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        spikes: tuple[NDArray[np.float64], NDArray[np.int64]] = population.recorder.all_spikes()
        return spikes
