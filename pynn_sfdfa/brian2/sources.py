"""Spike sources that take their place in the order of a step, and whose parameters can be set at any time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import brian2
import numpy as np
from pyNN import errors
from pyNN.brian2.standardmodels import cells as pynn_cells
from pyNN.parameters import Sequence
from pyNN.standardmodels import build_translations

from pynn_sfdfa.brian2 import schedule, simulator
from pynn_sfdfa.common.given import given
from pynn_sfdfa.common.poisson import check_poisson
from pynn_sfdfa.common.spike_times import check_spike_trains

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["ArrayGroup", "PoissonSourceGroup", "SpikeSourceArray", "SpikeSourcePoisson", "is_stimulus"]

_IN_ONE_STEP = 1e-3
"""Of a step: Brian2 takes a time that is so close to the next step for that step."""


class ArrayGroup(brian2.SpikeGeneratorGroup):
    """Spikes at given times, on the clock of the simulation and at the beginning of a step.

    Brian2 is given the spikes of a run when it begins: those of a later one may lie within one step until then, and may
    be changed.

    Parameters
    ----------
    n : int
    equations
        PyNN's convention; not used.
    spike_time_sequences : array of Sequence, shape (n,)
        In ms.
    """

    def __init__(self, n: int, equations: None, spike_time_sequences: Any) -> None:
        # For a population of one PyNN gives the sequence itself instead of an array of sequences.
        sequences = np.empty(n, dtype=object)
        sequences[:] = spike_time_sequences
        self._sequences = _checked(sequences)
        when, order = schedule.STIMULUS
        indices, times = self._spikes_between(0.0, np.inf) if simulator.contents.standalone else ([], [])
        super().__init__(
            n,
            indices,
            np.asarray(times) * brian2.second,
            when=when,
            order=order,
            sorted=False,
            clock=simulator.state.network.clock,
            name=simulator.contents.new_name("stimulus"),
        )

    @property
    def spike_time_sequences(self) -> NDArray[Any]:
        """One Sequence for each neuron, in ms."""
        return self._sequences

    def read(self, name: str) -> NDArray[Any]:
        """Return a parameter of all neurons."""
        return self._sequences.copy()

    def quantity(self, name: str) -> NDArray[Any]:
        """Return a parameter of all neurons."""
        return self._sequences.copy()

    def write(self, name: str, values: NDArray[Any]) -> None:
        """Set the spike times of all neurons."""
        self._sequences = _checked(values)

    def initialize(self) -> None:
        """Set no initial values, as a source has none."""

    def check(self, stop: float) -> None:
        """Raise ValueError if two spikes of a neuron fall into one step of a run to ``stop`` ms."""
        self._spikes_between(float(simulator.state.t), stop)

    def begin_run(self, stop: float) -> None:
        """Give Brian2 the spikes of a run to ``stop`` ms."""
        if not simulator.contents.standalone:
            indices, times = self._spikes_between(float(simulator.state.t), stop)
            self.set_spikes(indices, times * brian2.second, sorted=False)

    def _spikes_between(self, start: float, stop: float) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return neurons and times (s) of the spikes in the steps from ``start`` up to ``stop`` (ms)."""
        dt = float(simulator.state.dt)
        times = np.concatenate([np.empty(0), *(sequence.value for sequence in self._sequences)]) * 1e-3
        neurons = np.repeat(np.arange(len(self._sequences)), [sequence.value.size for sequence in self._sequences])
        steps = np.floor(times * 1e3 / dt + _IN_ONE_STEP)  # as Brian2 bins them
        now = (steps >= round(start / dt)) & (steps < stop / dt - 1e-9)
        times, neurons, steps = times[now], neurons[now], steps[now]
        double = np.flatnonzero((np.diff(neurons) == 0) & (np.diff(steps) == 0))
        if double.size:
            a, b = (times[double[0] + k] * 1e3 for k in (0, 1))
            raise errors.InvalidParameterValueError(
                f"SpikeSourceArray: neuron {int(neurons[double[0]])} has spikes at {a:g} and {b:g} ms, within one "
                f"timestep of {dt:g} ms, and can emit only one of them. Choose a smaller timestep in setup(), or other "
                "spike_times."
            )
        return neurons, times


def _checked(sequences: Any) -> NDArray[Any]:
    """Return spike times in ms as an array of Sequence, having checked them."""
    trains = check_spike_trains(sequences)
    checked = np.empty(len(trains), dtype=object)
    checked[:] = [Sequence(train) for train in trains]
    return checked


class SpikeSourceArray(pynn_cells.SpikeSourceArray):
    """Spike source, generating spikes at the times given in ``spike_times``: ms, in order of time.

    Each takes effect at the beginning of its time step.

    Parameters
    ----------
    spike_times : sequence of float, or one such sequence for each neuron
        Times before the present one are not emitted any more.
    """

    translations = build_translations(("spike_times", "spike_time_sequences"))
    brian2_model = ArrayGroup

    def __init__(self, **parameters: Any) -> None:
        super().__init__(**given(type(self), parameters))


class PoissonSourceGroup(brian2.PoissonGroup):
    """Poisson spikes at the beginning of a step, with rate, start and duration of each neuron.

    Parameters
    ----------
    n : int
    equations
        PyNN's convention; not used.
    start_time, firing_rate, duration : array, shape (n,)
        In SI units.
    """

    def __init__(self, n: int, equations: None, start_time: Any, firing_rate: Any, duration: Any) -> None:
        values = {"firing_rate": firing_rate, "start_time": start_time, "duration": duration}
        self._values = {name: np.array(value, float) for name, value in values.items()}
        self._check()
        super().__init__(
            n,
            rates=self._values["firing_rate"] * brian2.Hz,
            clock=simulator.state.network.clock,
            name=simulator.contents.new_name("poisson"),
        )
        for name in ("from_time", "to_time"):
            self.variables.add_array(name, size=n, dimensions=brian2.second.dim)
        self.events = {"spike": "(t >= from_time) and (t <= to_time) and (rand() < rates * dt)"}
        schedule.place(self.thresholder["spike"], schedule.STIMULUS)
        self._take_up()

    def _check(self) -> None:
        check_poisson(
            {
                "rate": self._values["firing_rate"],
                "start": self._values["start_time"] * 1e3,
                "duration": self._values["duration"] * 1e3,
            }
        )

    def _take_up(self) -> None:
        values = self._values
        self.rates_ = values["firing_rate"]
        self.from_time_ = values["start_time"]
        self.to_time_ = values["start_time"] + values["duration"]

    def read(self, name: str) -> NDArray[np.float64]:
        """Return a parameter of all neurons, in SI units."""
        return self._values[name].copy()

    def quantity(self, name: str) -> Any:
        """Return a parameter of all neurons, with its unit."""
        return self._values[name] * (brian2.Hz if name == "firing_rate" else brian2.second)

    def write(self, name: str, values: NDArray[np.float64]) -> None:
        """Set a parameter of all neurons from the present time on, in SI units."""
        before = self._values[name]
        self._values[name] = np.array(values, float)
        try:
            self._check()
        except errors.InvalidParameterValueError:
            self._values[name] = before
            raise
        self._take_up()

    def initialize(self) -> None:
        """Set no initial values, as a source has none."""


class SpikeSourcePoisson(pynn_cells.SpikeSourcePoisson):
    """Spike source, generating spikes according to a Poisson process."""

    brian2_model = PoissonSourceGroup

    def __init__(self, **parameters: Any) -> None:
        super().__init__(**given(type(self), parameters))


def is_stimulus(group: object) -> bool:
    """Return whether a Brian2 group spikes at the beginning of a step."""
    return isinstance(group, ArrayGroup | PoissonSourceGroup)
