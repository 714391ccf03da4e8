"""The Brian2 group of a LIF_SFDFA population."""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING, Any

import brian2
import numpy as np
from pyNN import errors

from pynn_sfdfa import models
from pynn_sfdfa.brian2 import equations, schedule, simulator
from pynn_sfdfa.brian2.idle import run_at_spikes, run_at_trial_end
from pynn_sfdfa.brian2.parameters import Parameters
from pynn_sfdfa.brian2.perturbations import PERTURBATION_OF, seed_parts
from pynn_sfdfa.brian2.target_function import TargetFunction
from pynn_sfdfa.brian2.units import scale
from pynn_sfdfa.common.cells import check_cell_parameters
from pynn_sfdfa.common.perturbation import perturbations
from pynn_sfdfa.common.targets import target_table
from pynn_sfdfa.common.trials import steps_in_trial

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["LIFGroup", "trial_steps"]

_LIF = models.LIF_SFDFA
_COARSE = 4.0
"""Fewer steps than these in tau_syn are reported."""


class LIFGroup(Parameters, brian2.NeuronGroup):
    """The Brian2 group of a LIF_SFDFA population.

    Parameters
    ----------
    n : int
    exact : bool
        Form of the spike-time derivative.
    layer : int
        Index among the LIF_SFDFA populations, in order of creation.
    **parameters
        In Brian2's units, shape (n,); ``targets`` an array of Sequence.

    Raises
    ------
    pyNN.errors.InvalidParameterValueError
        Names the parameter, its value and what is valid.
    """

    def __init__(self, n: int, exact: bool, layer: int, **parameters: Any) -> None:
        in_pynn_units = _checked(parameters)
        steps = trial_steps(np.unique(in_pynn_units["trial_duration"]))
        _report_coarse_step(float(in_pynn_units["tau_syn"].min()))
        super().__init__(
            n,
            equations.cell_equations(),
            method=_exact_step,
            threshold=_LIF.threshold,
            reset=equations.reset(),
            events={"trial_end": "timestep(t, dt) % steps == steps - 1"},
            namespace={"perturbation_of": PERTURBATION_OF, "ms": brian2.ms},
            clock=simulator.state.network.clock,
            name=simulator.contents.new_name("cells"),
        )
        when, order = schedule.REST
        self.run_on_event("trial_end", equations.rest(), when=when, order=order)
        for attribute in ("targets", "target_counts", "target_of", "trial_steps", "layer_index"):
            self.add_attribute(attribute)
        self.target_of = TargetFunction(f"{self.name}_target_of")
        self.namespace["target_of"] = self.target_of.function
        self.exact, self.layer, self.steps = float(exact), layer, steps
        self.first_trial = simulator.contents.first_trial
        self.seed_high, self.seed_low = seed_parts(simulator.contents.seed)
        self.trial_steps: int = steps
        run_at_spikes(self.resetter["spike"], self)
        for at_end in (self.thresholder["trial_end"], self.resetter["trial_end"]):
            run_at_trial_end(at_end, steps)
        self.layer_index: int = layer
        self.take(parameters)

    @property
    def trial_duration_in_ms(self) -> float:
        """Length of a trial in ms."""
        return self.trial_steps * float(simulator.state.dt)

    def parameter(self, name: str) -> Any:
        """Return a parameter of all neurons, shape (n,); a new array."""
        return self.targets.copy() if name == "targets" else super().parameter(name)

    def check(self, changed: Mapping[str, Any]) -> None:
        """Raise InvalidParameterValueError unless the parameters are valid, and go together with the others."""
        in_pynn_units = _checked(self.with_others(changed, [equations.native(p.name) for p in _LIF.parameters]))
        if "trial_duration" in changed and (in_pynn_units["trial_duration"] != self.trial_duration_in_ms).any():
            raise errors.InvalidParameterValueError(
                f"trial_duration cannot be changed from {self.trial_duration_in_ms:g} ms; give it when the population "
                "is created."
            )

    def take(self, changed: Mapping[str, Any]) -> None:
        """Set parameters from the present time on, having checked them."""
        super().take(changed)
        if "targets" in changed:
            self.target_counts = target_table(self.targets)  # float64, shape (n, trials)
            self.target_of.set(self.target_counts)

    def begin_trial(self, trial: int, estimates: bool) -> None:
        """Take up target and perturbation of the trial that runs at the beginning of a run.

        Parameters
        ----------
        trial : int
            Counted from t = 0.
        estimates : bool
            Whether the population is perturbed.
        """
        table = self.target_counts
        self.output = float(table.size > 0)
        self.estimates = float(estimates)
        self.target = table[:, trial] if trial < table.shape[1] else 0.0
        seed, drawn = simulator.contents.seed, simulator.contents.first_trial + trial
        self.perturbation = perturbations(seed, self.layer_index, drawn, self.N) if estimates else 0.0


def _exact_step(*_: Any) -> str:
    """Return the step of the group's equations; one function for all groups, by which Brian2 remembers what it made."""
    return equations.cell_step()


def _checked(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Check parameters, given by native name; return them by name in PyNN's units."""
    in_pynn_units = {
        p.name: np.asarray(parameters[equations.native(p.name)] / scale(p.unit), float)
        for p in _LIF.parameters
        if not p.is_sequence
    }
    check_cell_parameters(in_pynn_units)
    target_table(parameters["targets"])
    return in_pynn_units


def trial_steps(durations: np.ndarray) -> int:
    """Return the steps in a trial, given the different durations (ms) within a population.

    Raises
    ------
    pyNN.errors.InvalidParameterValueError
        If there are several, or the duration is not a multiple of the timestep.
    """
    if durations.size > 1:
        raise errors.InvalidParameterValueError(
            f"LIF_SFDFA: trial_duration = {durations[0]:g} ms and {durations[1]:g} ms within one population is not "
            "valid; it must be the same for all neurons of a network."
        )
    return steps_in_trial(float(durations[0]), float(simulator.state.dt))


def _report_coarse_step(tau_syn: float) -> None:
    dt = float(simulator.state.dt)
    if dt * _COARSE > tau_syn * (1 + 1e-9):
        warnings.warn(
            f"The timestep of {dt:g} ms is coarser than tau_syn/4 = {tau_syn / _COARSE:g} ms: a spike may be late by "
            f"{dt:g} ms, in which the synaptic current decays by {1 - math.exp(-dt / tau_syn):.0%}; spike counts and "
            "eligibilities are off accordingly. Choose a smaller timestep in setup().",
            stacklevel=2,
        )
