"""Brian2 groups of spike sources, whose spikes take effect at the beginning of a step."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import brian2
import numpy as np
from brian2 import Hz, ms, second
from pyNN import errors
from pyNN.parameters import Sequence

from pynn_sfdfa.brian2 import schedule, simulator
from pynn_sfdfa.brian2.parameters import Parameters
from pynn_sfdfa.common.clock import first_steps
from pynn_sfdfa.common.poisson import check_poisson
from pynn_sfdfa.common.spike_times import check_spike_trains

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ArrayGroup", "PoissonGroup", "is_stimulus"]

_EARLY = 1e-3
"""Of a step: a spike that lies this much before a step belongs to it (as Brian2 has it)."""


def _sequences(n: int, trains: Any) -> Any:
    """Return spike trains, or one for all, as an array of n Sequence."""
    array = np.empty(n, object)
    array[:] = trains if isinstance(trains, Sequence) else [Sequence(train) for train in trains]
    return array


class ArrayGroup(Parameters, brian2.SpikeGeneratorGroup):
    """Spikes at given times, each at the beginning of the first step at or after it.

    Before each run Brian2 gets the spikes that fall into it: those after its end may yet be replaced, and two of them
    in one step are no reason to refuse it.

    Parameters
    ----------
    n : int
    equations : None
        PyNN's convention; not used.
    spike_times : array of Sequence, or Sequence
        ms, one for each neuron, or for all.
    """

    def __init__(self, n: int, equations: None, spike_times: Any) -> None:
        trains = check_spike_trains(_sequences(n, spike_times))
        when, order = schedule.STIMULUS
        super().__init__(
            n, [], [] * second, when=when, order=order,
            clock=simulator.state.network.clock, name=simulator.contents.new_name("stimulus"),
        )  # fmt: skip
        for attribute in ("_times", "_neurons", "_steps", "_second"):
            self.add_attribute(attribute)
        self._set_trains(trains)

    def _set_trains(self, trains: list[Any]) -> None:
        times = np.concatenate(trains)
        neurons = np.repeat(np.arange(len(trains)), [train.size for train in trains])
        order = np.lexsort((neurons, times))
        self._times, self._neurons = times[order], neurons[order]
        self._steps = first_steps(self._times, float(simulator.state.dt))
        by_neuron = np.lexsort((self._times, self._neurons))
        same = (np.diff(self._neurons[by_neuron]) == 0) & (np.diff(self._steps[by_neuron]) == 0)
        self._second = np.sort(by_neuron[1:][same])  # of two spikes in one step, the second

    def parameter(self, name: str) -> Any:
        """Return the spike times in ms, an array of Sequence."""
        by_neuron = np.argsort(self._neurons, kind="stable")
        ends = np.cumsum(np.bincount(self._neurons, minlength=self.N))
        return _sequences(self.N, np.split(self._times[by_neuron], ends[:-1]))

    def check(self, changed: Mapping[str, Any]) -> None:
        """Raise InvalidParameterValueError unless all times are valid."""
        check_spike_trains(changed["spike_times"])

    def take(self, changed: Mapping[str, Any]) -> None:
        """Set the spike times; those before the present time are not emitted any more."""
        self._set_trains(check_spike_trains(changed["spike_times"]))

    def _window(self, start: float, stop: float) -> tuple[float, float]:
        """Return the steps of a run, the last excluded."""
        dt = float(simulator.state.dt)
        return round(start / dt), round(stop / dt)

    def check_run(self, start: float, stop: float) -> None:
        """Raise InvalidParameterValueError if a neuron has two spikes in one step of a run."""
        first, last = self._window(start, stop)
        steps = self._steps[self._second]
        double = self._second[(steps >= first) & (steps < last)]
        if double.size:
            neuron, step = int(self._neurons[double[0]]), self._steps[double[0]]
            a, b = self._times[(self._neurons == neuron) & (self._steps == step)][:2]
            raise errors.InvalidParameterValueError(
                f"SpikeSourceArray: neuron {neuron} has spikes at {a:g} and {b:g} ms, within one timestep of "
                f"{float(simulator.state.dt):g} ms, and can emit only one of them. Choose a smaller timestep in "
                "setup(), or other spike_times."
            )

    def begin_run(self, start: float, stop: float) -> None:
        """Give Brian2 the spikes of a run."""
        first, last = np.searchsorted(self._steps, self._window(start, stop))
        times = self._steps[first:last] * float(simulator.state.dt)
        self.set_spikes(self._neurons[first:last], times * ms, sorted=False)


class PoissonGroup(Parameters, brian2.PoissonGroup):
    """Poisson spikes at the beginning of a step.

    Parameters
    ----------
    n : int
    equations : None
        PyNN's convention; not used.
    **parameters
        ``rates``, ``start_time`` and ``duration`` as quantities, shape (n,).
    """

    def __init__(self, n: int, equations: None, **parameters: Any) -> None:
        super().__init__(
            n, np.zeros(n) * Hz, clock=simulator.state.network.clock, name=simulator.contents.new_name("poisson")
        )
        for name in ("start_time", "duration"):
            self.variables.add_array(name, size=n, dimensions=second.dim)
        early = f"{_EARLY}*dt"
        self.events = {
            "spike": f"(t >= start_time - {early}) and (t < start_time + duration - {early}) and (rand() < rates*dt)"
        }
        schedule.place(self.thresholder["spike"], schedule.STIMULUS)
        self.write(parameters)

    def check(self, changed: Mapping[str, Any]) -> None:
        """Raise InvalidParameterValueError unless the parameters are valid, and a step has room for the spikes."""
        units = {"rate": ("rates", Hz), "start": ("start_time", ms), "duration": ("duration", ms)}
        values = {name: np.asarray(changed[nat] / unit) for name, (nat, unit) in units.items() if nat in changed}
        check_poisson(values)
        dt = float(simulator.state.dt)
        rates = values.get("rate", np.zeros(0))
        high = np.flatnonzero(rates * dt > 1000.0 * (1 + 1e-9))
        if high.size:
            raise errors.InvalidParameterValueError(
                f"SpikeSourcePoisson: rate of neuron {high[0]} = {rates[high[0]]:g} Hz is not valid: with one spike in "
                f"each timestep of {dt:g} ms there are at most {1000.0 / dt:g} Hz. Choose a smaller timestep in "
                f"setup(), or {math.ceil(rates[high[0]] * dt / 1000.0)} sources with a part of the rate each."
            )


def is_stimulus(group: object) -> bool:
    """Return whether a Brian2 group spikes at the beginning of a step."""
    return isinstance(group, ArrayGroup | PoissonGroup)
