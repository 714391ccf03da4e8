"""Recording of chosen synapses over time: weights, eligibilities and what they are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import neo
import numpy as np
import quantities as pq
from pyNN import errors

from pynn_sfdfa import models
from pynn_sfdfa.brian2 import simulator
from pynn_sfdfa.brian2.recording import state_monitor
from pynn_sfdfa.brian2.units import scale

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pynn_sfdfa.brian2.projections import SFDFAProjection

__all__ = ["SynapseRecorder", "recordable"]


def recordable(projection: SFDFAProjection) -> dict[str, tuple[str, str]]:
    """Return what can be recorded: for each name Brian2's variable and the unit."""
    definition = getattr(projection.synapse_type, "definition", None)
    variables = {"weight": ("weight", "nA")}
    if definition is models.SFDFA_FEEDBACK:
        return {"weight": ("weight", "")}
    if definition is models.SFDFA_SYNAPSE:
        for s in (*definition.presynaptic_state, *definition.state):
            name = "eligibility" if s.name == "E" else s.name
            variables[name] = (f"{s.name}_now" if s.derivative else s.name, s.unit)
    return variables


class SynapseRecorder:
    """Samples variables of some synapses of one projection.

    Parameters
    ----------
    projection : SFDFAProjection
    variables : list of str
        weight, eligibility, or the traces TA, TB and R.
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
        projection: SFDFAProjection,
        variables: Iterable[str],
        synapses: Iterable[tuple[int, int]],
        sampling_interval: float | None = None,
    ) -> None:
        known = recordable(projection)
        self._variables = {name: known[name] for name in _checked(variables, known, projection)}
        self._projection = projection
        self._start = float(simulator.state.t)
        self._interval = _checked_interval(sampling_interval)
        self._pairs = [(int(pre), int(post)) for pre, post in synapses]
        self._monitors: list[tuple[np.ndarray, Any]] = []  # columns of the signal, monitor
        native = [variable for variable, _ in self._variables.values()]
        for group, chosen, within in projection.locate(self._pairs):
            monitor = state_monitor(group, native, within, self._interval)
            self._monitors.append((chosen, monitor))
            simulator.state.network.add(monitor)

    def segment(self) -> neo.Segment:
        """Return one AnalogSignal (n_samples, n_synapses) for each variable, from the start of recording until now.

        A sample is the value after everything that happened up to and including its time; that of the present time is
        taken when the simulation goes on.
        """
        segment = neo.Segment(name=str(self._projection.label))
        pre, post = np.array(self._pairs).T
        for name, (native, unit) in self._variables.items():
            n_samples = len(self._monitors[0][1].t)
            values = np.empty((n_samples, len(self._pairs)))
            for columns, monitor in self._monitors:
                values[:, columns] = np.asarray(getattr(monitor, native)).T / float(scale(unit))
            signal = neo.AnalogSignal(
                values,
                units=unit or "dimensionless",
                t_start=self._start * pq.ms,
                sampling_period=self._interval * pq.ms,
                name=name,
                array_annotations={"presynaptic_index": pre, "postsynaptic_index": post},
            )
            segment.analogsignals.append(signal)
        return segment


def _checked(variables: Iterable[str], known: dict[str, Any], projection: SFDFAProjection) -> list[str]:
    names = [variables] if isinstance(variables, str) else list(variables)
    for name in names:
        if name not in known:
            raise errors.InvalidParameterValueError(
                f"Projection '{projection.label}' cannot record {name!r}; choose from {', '.join(known)}."
            )
    return names


def _checked_interval(interval: float | None) -> float:
    dt = float(simulator.state.dt)
    if interval is None:
        return dt
    if not interval >= dt or abs(interval / dt - round(interval / dt)) > 1e-6:
        raise errors.InvalidParameterValueError(
            f"sampling_interval = {interval} ms is not valid; it must be a multiple of the timestep of {dt:g} ms."
        )
    return float(interval)
