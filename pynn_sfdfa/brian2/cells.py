"""LIF_SFDFA as a Brian2 group."""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING, Any

import brian2
import numpy as np
from pyNN import errors
from pyNN.standardmodels import build_translations

from pynn_sfdfa import models
from pynn_sfdfa.brian2 import equations, schedule, simulator
from pynn_sfdfa.brian2.perturbations import PERTURBATION_OF, seed_parts
from pynn_sfdfa.brian2.target_function import target_function
from pynn_sfdfa.brian2.units import scale
from pynn_sfdfa.common import cells
from pynn_sfdfa.common.cells import check_cell_parameters
from pynn_sfdfa.common.targets import target_table
from pynn_sfdfa.perturbation import perturbations

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["LIF_SFDFA", "LIFGroup", "to_pynn_units", "trial_steps"]

_LIF = models.LIF_SFDFA
_COARSE = 4.0
"""Fewer steps than these in tau_syn are reported."""


def _translation(name: str, unit: str) -> tuple[Any, ...]:
    native = equations.native(name)
    return (name, native, scale(unit)) if unit else (name, native)


class LIFGroup(brian2.NeuronGroup):
    """The Brian2 group of a LIF_SFDFA population.

    Parameters
    ----------
    n : int
    exact : bool
        Form of the spike-time derivative.
    layer : int
        Index among the LIF_SFDFA populations, in order of creation.
    targets : array of Sequence
    **parameters
        In Brian2's units, shape (n,).

    Raises
    ------
    pyNN.errors.InvalidParameterValueError
        Names the parameter, its value and what is valid.
    """

    def __init__(self, n: int, exact: bool, layer: int, targets: Any, **parameters: Any) -> None:
        in_pynn_units = to_pynn_units(parameters)
        check_cell_parameters(in_pynn_units)
        target_table(targets)
        steps = trial_steps(np.unique(in_pynn_units["trial_duration"]))
        _report_coarse_step(float(in_pynn_units["tau_syn"].min()))
        super().__init__(
            n,
            equations.cell_equations(),
            method="exact",
            threshold=_LIF.threshold,
            reset=equations.reset(),
            events={"trial_end": "timestep(t, dt) % steps == steps - 1"},
            namespace={"perturbation_of": PERTURBATION_OF, "ms": brian2.ms},
            clock=simulator.state.network.clock,
            name=simulator.contents.new_name("cells"),
        )
        when, order = schedule.REST
        self.run_on_event("trial_end", equations.rest(), when=when, order=order)
        self.add_attribute("targets")
        self.add_attribute("trial_steps")
        self.add_attribute("layer_index")
        self.add_attribute("target_table")
        self.add_attribute("initial_values")
        self.initial_values: dict[str, Any] = {}
        self.exact, self.layer, self.steps = float(exact), layer, steps
        self.first_trial = simulator.contents.first_trial
        self.seed_high, self.seed_low = seed_parts(simulator.contents.seed)
        self.trial_steps: int = steps
        self.layer_index: int = layer
        self.target_table: np.ndarray | None = None
        self.targets = targets
        for name, values in parameters.items():
            setattr(self, name, values)

    def read(self, name: str) -> np.ndarray:
        """Return a parameter of all neurons, in SI units; the targets are sequences."""
        return self.targets.copy() if name == "targets" else np.array(getattr(self, f"{name}_")[:])

    def quantity(self, name: str) -> Any:
        """Return a parameter of all neurons, with its unit."""
        return self.targets.copy() if name == "targets" else getattr(self, name)[:]

    def write(self, name: str, values: np.ndarray) -> None:
        """Set a parameter of all neurons from the present time on, in SI units."""
        setattr(self, name if name == "targets" else f"{name}_", values)

    def initialize(self) -> None:
        """Set the initial values, as pyNN.brian2 asks its groups to."""
        for variable, values in self.initial_values.items():
            setattr(self, variable, values)

    def begin_trial(self, trial: int, seed: int, estimates: bool) -> None:
        """Take up target and perturbation of the trial that runs at the beginning of a run.

        Parameters
        ----------
        trial : int
            Counted from t = 0.
        estimates : bool
            Whether the population is perturbed.
        """
        table = target_table(self.targets)
        self.output = float(table.size > 0)
        self.estimates = float(estimates)
        if self.target_table is None or not np.array_equal(table, self.target_table):
            # Brian2 generates code anew for a new function, and keeps what it has generated for the last one.
            self.namespace["target_of"] = target_function(table, f"{self.name}_target_of")
            self.target_table = table
        self.target = table[:, trial] if trial < table.shape[1] else 0.0
        first_trial = simulator.contents.first_trial
        self.perturbation = perturbations(seed, self.layer_index, first_trial + trial, self.N) if estimates else 0.0


def to_pynn_units(parameters: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Return parameters of LIF_SFDFA, given by native name as quantities or in SI units, by name in PyNN's units."""
    return {
        p.name: np.asarray(parameters[equations.native(p.name)], float) / float(scale(p.unit))
        for p in _LIF.parameters
        if equations.native(p.name) in parameters and p.name != "targets"
    }


def trial_steps(durations: np.ndarray) -> int:
    """Return the steps in a trial, given the different durations (ms) within a population.

    Raises
    ------
    pyNN.errors.InvalidParameterValueError
        If there are several, or the duration is not a multiple of the timestep.
    """
    dt = float(simulator.state.dt)
    if durations.size > 1:
        raise errors.InvalidParameterValueError(
            f"LIF_SFDFA: trial_duration = {durations[0]:g} ms and {durations[1]:g} ms within one population is not "
            "valid; it must be the same for all neurons of a network."
        )
    duration = float(durations[0])
    steps = round(duration / dt)
    if steps < 1 or not math.isclose(steps * dt, duration, rel_tol=1e-9):
        near = max(steps, 1) * dt
        raise errors.InvalidParameterValueError(
            f"LIF_SFDFA: trial_duration = {duration:g} ms is not a multiple of the timestep of {dt:g} ms; choose "
            f"{near:g} ms, or a timestep that divides {duration:g} ms in setup()."
        )
    return steps


def _report_coarse_step(tau_syn: float) -> None:
    dt = float(simulator.state.dt)
    if dt * _COARSE > tau_syn * (1 + 1e-9):
        warnings.warn(
            f"The timestep of {dt:g} ms is coarser than tau_syn/4 = {tau_syn / _COARSE:g} ms: a spike may be late by "
            f"{dt:g} ms, in which the synaptic current decays by {1 - math.exp(-dt / tau_syn):.0%}; spike counts and "
            "eligibilities are off accordingly. Choose a smaller timestep in setup().",
            stacklevel=2,
        )


class LIF_SFDFA(cells.LIF_SFDFA):
    """Leaky integrate-and-fire neuron that learns with SFDFA; see :class:`pynn_sfdfa.common.cells.LIF_SFDFA`."""

    eqs = None  # the group brings its own
    translations = build_translations(*(_translation(p.name, p.unit) for p in _LIF.parameters))
    state_variable_translations = build_translations(
        *(_translation(s.name, s.unit) for s in _LIF.state if s.name in _LIF.recordable)
    )
    post_synaptic_variables = {"input": "i_syn", "error": "projected_error"}

    def brian2_model(self, n: int, equations: None, **parameters: Any) -> LIFGroup:
        """Return the Brian2 group of a population of ``n``; ``equations`` is PyNN's convention and is not used."""
        layer = len(simulator.contents.populations)
        # For a population of one PyNN gives the sequence itself instead of an array of sequences.
        targets = np.empty(n, dtype=object)
        targets[:] = parameters.pop("targets")
        return LIFGroup(n, self.gradient == "exact", layer, targets, **parameters)
