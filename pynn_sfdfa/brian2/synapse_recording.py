"""Recording of chosen synapses over time: weights, eligibilities and what they are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import neo
import numpy as np
import quantities as pq
from pyNN import errors

from pynn_sfdfa.brian2 import simulator
from pynn_sfdfa.brian2.equations import decay
from pynn_sfdfa.brian2.recording import checked_interval, state_monitor
from pynn_sfdfa.brian2.units import scale
from pynn_sfdfa.models import StateVariable

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Located", "SynapseRecorder", "recordable"]


class Located(Protocol):
    """A projection, as far as recording of its synapses needs to know it."""

    label: str
    synapse_type: Any

    def locate(self, pairs: list[tuple[int, int]]) -> Iterable[tuple[Any, np.ndarray, np.ndarray]]:
        """Return Brian2's groups with the synapses between pairs of neurons, positions in ``pairs`` and within."""


def recordable(projection: Located) -> dict[str, StateVariable]:
    """Return what can be recorded, as the model declares it, by name."""
    definition = getattr(projection.synapse_type, "definition", None)
    unit = "nA" if definition is None else definition.parameter("weight").unit
    variables = {"weight": StateVariable("weight", unit, "", "", "weight")}
    if definition is not None:
        for s in (*definition.presynaptic_state, *definition.state):
            variables[s.label or s.name] = s
    return variables


class SynapseRecorder:
    """Samples variables of some synapses of one projection.

    Parameters
    ----------
    projection : Located
    variables : list of str
        weight, eligibility, or the traces TA, TB and R (R of SFDFASynapse alone).
    synapses : list of (int, int)
        Pre- and postsynaptic index of each synapse.
    sampling_interval : float, optional
        ms; default: every time step.

    Raises
    ------
    pyNN.errors.InvalidParameterValueError
        If there is no such variable or synapse, or the interval is no multiple of the time step.
    """

    def __init__(
        self,
        projection: Located,
        variables: Iterable[str],
        synapses: Iterable[tuple[int, int]],
        sampling_interval: float | None = None,
    ) -> None:
        known = recordable(projection)
        self._variables = {name: known[name] for name in _checked(variables, known, projection)}
        self._projection = projection
        self._start = float(simulator.state.t)
        self._interval = checked_interval(sampling_interval)
        self._pairs = [(int(pre), int(post)) for pre, post in synapses]
        self._monitors: list[tuple[np.ndarray, Any]] = []  # columns of the signal, monitor
        native = [variable.name for variable in self._variables.values()]
        definition = getattr(projection.synapse_type, "definition", None)
        self._event_driven = definition is not None and definition.event_driven
        if self._event_driven and any(variable.derivative for variable in self._variables.values()):
            native.append("lastupdate")
        for group, chosen, within in projection.locate(self._pairs):
            monitor = state_monitor(group, native, within, self._interval)
            self._monitors.append((chosen, monitor))

    def segment(self) -> neo.Segment:
        """Return one AnalogSignal (n_samples, n_synapses) for each variable, from the start of recording until now.

        A sample is the value after everything that happened up to and including its time; that of the present time is
        taken when the simulation goes on.
        """
        segment = neo.Segment(name=str(self._projection.label))
        pre, post = np.array(self._pairs).T
        for name, variable in self._variables.items():
            values = np.empty((len(self._monitors[0][1].t), len(self._pairs)))
            for columns, monitor in self._monitors:
                values[:, columns] = _samples(monitor, variable, self._event_driven)
            signal = neo.AnalogSignal(
                values,
                units=variable.unit or "dimensionless",
                t_start=self._start * pq.ms,
                sampling_period=self._interval * pq.ms,
                name=name,
                array_annotations={"presynaptic_index": pre, "postsynaptic_index": post},
            )
            segment.analogsignals.append(signal)
        return segment


def _samples(monitor: Any, variable: StateVariable, event_driven: bool) -> np.ndarray:
    """Return the samples of a variable, shape (samples, synapses), in PyNN's units.

    An event-driven variable is stored as of the end of the step of its last event and has decayed since.
    """
    stored = np.asarray(getattr(monitor, variable.name)) / float(scale(variable.unit))
    if variable.derivative and event_driven:
        synapses, target = monitor.source, monitor.source.target
        posts = np.asarray(synapses.j[:])[monitor.record]
        tau = np.asarray(getattr(target, decay(variable.derivative).removesuffix("_post"))[:])[posts]
        since = np.asarray(monitor.t) - np.asarray(monitor.lastupdate) - float(target.clock.dt)
        stored = stored * np.exp(-since / tau[:, np.newaxis])
    return np.asarray(stored.T)


def _checked(variables: Iterable[str], known: dict[str, Any], projection: Located) -> list[str]:
    names = [variables] if isinstance(variables, str) else list(variables)
    for name in names:
        if name not in known:
            raise errors.InvalidParameterValueError(
                f"Projection '{projection.label}' cannot record {name!r}; choose from {', '.join(known)}."
            )
    return names
