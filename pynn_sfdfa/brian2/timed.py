"""Timed feedback: at the end of a trial Brian2 lets hidden spikes have errors, from what was kept of the trial.

Kept are the spikes of one trial: those of the hidden population and of the outputs that teach it, with the currents at
them, and those of the populations from which it learns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import brian2
import numpy as np

from pynn_sfdfa import models
from pynn_sfdfa.brian2 import schedule, simulator
from pynn_sfdfa.brian2.sources import is_stimulus
from pynn_sfdfa.brian2.units import scale
from pynn_sfdfa.common.timed import Fired, lag_to, spike_errors, spike_factors, weight_gradient

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

__all__ = ["TimedLearning", "check_timed"]


def check_timed(population: Any) -> None:
    """Raise an error before a run unless timed feedback to a population, if there is any, can be learned from.

    Raises
    ------
    NotImplementedError
        If the simulation is standalone.
    ValueError
        If no spike of an output depends on those of the population, or its synapses learn from potentials.
    """
    for projection in population.feedback:
        if projection.synapse_type.timed:
            for forward in population.forward:
                if forward.learns() and not forward.synapse_type.definition.event_driven:
                    raise ValueError(
                        f"Timed feedback to population '{population.label}' teaches when its neurons spike, and "
                        f"synapses of projection '{forward.label}' learn from potentials. Leave timed out, or use "
                        "SFDFASynapse."
                    )
            if simulator.contents.standalone:
                raise NotImplementedError(
                    "Timed feedback is worked out by Python code at the end of each trial, which a standalone "
                    "simulation does not run. Call setup() without standalone=True, or leave timed out."
                )
            for source in projection.sources:
                lag_to(source, population, _ways, (source.label, population.label))


def _ways(population: Any) -> Iterable[tuple[Any, float]]:
    """Return the populations from which spikes come, and how long they take in ms."""
    return [(source, p.delay) for p in population.forward for source in p.sources]


class _Kept:
    """The spikes of a group in the present trial, as Brian2's own monitor records them."""

    def __init__(self, group: Any, steps: int, variables: Iterable[str] = ()) -> None:
        self._monitor = brian2.SpikeMonitor(group, variables=list(variables), name=simulator.contents.new_name("kept"))
        self._steps = steps
        self._later = 0 if is_stimulus(group) else 1  # stimuli spike at the beginning of a step, neurons at its end
        simulator.state.network.add(self._monitor)

    def steps(self) -> NDArray[np.int64]:
        """Return when they happened, in steps from the beginning of the trial."""
        dt = float(simulator.state.dt) * float(scale("ms"))
        steps: NDArray[np.int64] = np.round(np.asarray(self._monitor.t_[:]) / dt).astype(np.int64) % self._steps
        return steps + self._later

    def neurons(self) -> NDArray[np.int64]:
        """Return whose they are."""
        return np.array(self._monitor.i[:], np.int64)

    def fired(self, exact: bool, constants: dict[str, NDArray[np.float64]]) -> Fired:
        """Return the spikes of LIF_SFDFA neurons."""
        neurons = self.neurons()
        currents = np.asarray(self._monitor.i_syn_[:]) / float(scale("nA"))
        factors = spike_factors(currents, neurons, exact, constants)
        times: NDArray[np.float64] = self.steps().astype(np.float64) * float(simulator.state.dt)
        return Fired(times, neurons, factors, constants)

    def forget(self) -> None:
        """Begin another trial."""
        self._monitor.variables["N"].set_value(0)
        self._monitor.resize(0)


class TimedLearning:
    """What errors of single spikes change at the synapses onto a hidden population, at the end of each trial.

    Errors of its neurons, those of rate regularisation among them, go the way of their eligibilities, as ever.

    Parameters
    ----------
    population : Population
        With timed feedback.
    """

    def __init__(self, population: Any) -> None:
        self._hidden = population
        self._steps = int(population.brian2_group.trial_steps)
        self._timed = [p for p in population.feedback if p.synapse_type.timed]
        self._learning = [p for p in population.forward if p.learns()]
        self._outputs = list(dict.fromkeys(s for p in self._timed for s in p.sources))
        self._fired = {p: _Kept(p.brian2_group, self._steps, ["i_syn"]) for p in (population, *self._outputs)}
        sources = dict.fromkeys(s for p in self._learning for s in p.sources)
        self._arrived = {s: _Kept(s.brian2_group, self._steps) for s in sources}
        self._constants: dict[Any, dict[str, NDArray[np.float64]]] = {}
        at_end = brian2.NetworkOperation(
            self._at_end_of_step,
            clock=simulator.state.network.clock,
            name=simulator.contents.new_name("timed_learning"),
        )
        schedule.place(at_end, schedule.LEARN_FROM_SPIKES)
        simulator.state.network.add(at_end)

    def begin_run(self) -> None:
        """Take up the parameters of the neurons, which may have been set between two runs."""
        for population in self._fired:
            names = ("tau_m", "tau_syn", "cm", "v_rest", "v_thresh")
            values = {name: np.asarray(population.get(name, simplify=False), float) for name in names}
            constants = models.LIF_SFDFA.values_of_constants(values)
            self._constants[population] = {name: values[name] for name in ("tau_m", "tau_syn")} | {"c": constants["c"]}

    def _at_end_of_step(self) -> None:
        if (round(float(simulator.state.t / simulator.state.dt)) + 1) % self._steps:
            return
        self._learn()
        for kept in (*self._fired.values(), *self._arrived.values()):
            kept.forget()

    def _learn(self) -> None:
        fired = {p: kept.fired(p.celltype.gradient == "exact", self._constants[p]) for p, kept in self._fired.items()}
        hidden = fired[self._hidden]
        errors = np.zeros(hidden.time.size)
        for projection in self._timed:
            for source, feedback in projection.matrices("weight", self._hidden):
                lag = lag_to(source, self._hidden, _ways, (source.label, self._hidden.label))
                wanted = _output_errors(source.brian2_group)
                errors += spike_errors(hidden, lag, fired[source], wanted, feedback)
        if errors.any():
            for projection in self._learning:
                self._change(projection, hidden, errors)

    def _change(self, projection: Any, hidden: Fired, errors: NDArray[np.float64]) -> None:
        dt = float(simulator.state.dt)
        for group, source in projection.groups_onto(self._hidden):
            kept = self._arrived[source]
            steps, rows = kept.steps() + round(projection.delay / dt), kept.neurons()
            within = steps < self._steps + (0 if is_stimulus(source.brian2_group) else 1)
            gradient = weight_gradient(hidden, errors, steps[within] * dt, rows[within], source.size)
            in_si: NDArray[np.float64] = (
                gradient[np.asarray(group.i[:]), np.asarray(group.j[:])] * float(scale("ms")) / float(scale("nA"))
            )
            group.weight_ = np.asarray(group.weight_[:]) - np.asarray(group.learning_rate_[:]) * in_si


def _output_errors(group: Any) -> NDArray[np.float64]:
    values = {"target": np.asarray(group.target[:]), "count": np.asarray(group.count[:])}
    errors: NDArray[np.float64] = np.asarray(eval(models.LIF_SFDFA.output_error, {"__builtins__": {}}, values), float)
    return errors
