"""Training with a Trainer: stretches of many trials, each one run() of the machine, which learns without the host."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pynn_sfdfa.common.documented import documented
from pynn_sfdfa.common.trials import trial_counts
from pynn_sfdfa.spiNNaker import control, simulator
from pynn_sfdfa.spiNNaker.fixed_point import MAX_SPIKES
from pynn_sfdfa.spiNNaker.silence import quietly
from pynn_sfdfa.spiNNaker.spynnaker_names import recorded_spikes
from pynn_sfdfa.training import simulation_engine

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from pynn_sfdfa.encoding.spikes import SpikeTrains
    from pynn_sfdfa.network.wiring import Wiring
    from pynn_sfdfa.training.responses import Responses

__all__ = ["SimulationEngine"]


@documented(simulation_engine.PARAMETERS)
class SimulationEngine(simulation_engine.SimulationEngine):
    """Learning on the machine; see `pynn_sfdfa.training.simulation_engine.SimulationEngine`.

    Time step and board are those of the last ``setup()``. The network is mapped anew for each stretch.
    """

    simulator = "spiNNaker"
    place = "on SpiNNaker"
    one_thread = "the cores compute"

    def _begin(self) -> None:
        cap = self._network.max_spikes
        if cap != MAX_SPIKES:
            raise ValueError(
                f"max_spikes = {cap} is not possible on SpiNNaker, where cores keep {MAX_SPIKES} spikes of a neuron "
                f"and trial. Choose max_spikes = {MAX_SPIKES}."
            )
        self._settings = dict(simulator.state.settings)

    def _run(self, trains: SpikeTrains, *arguments: Any) -> tuple[list[NDArray[np.int32]], Responses]:
        with quietly():
            return super()._run(trains, *arguments)

    def _set_up(self, first_trial: int, learning: bool) -> None:
        control.setup(**self._settings, seed=self._seed, first_trial=first_trial)

    def _simulate(self, wiring: Wiring, trials: int, report: Callable[[int], None] | None) -> list[NDArray[np.int32]]:
        duration = self._network.trial_duration
        control.run(trials * duration)
        return [
            trial_counts(*_spikes(population), duration, trials, len(population)) for population in wiring.populations
        ]

    def _spikes(self, population: Any) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        return _spikes(population)


def _spikes(population: Any) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the times (ms) and neurons of the spikes of the run."""
    neurons, times = recorded_spikes(population.label)
    return times, neurons
