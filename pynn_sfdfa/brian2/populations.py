"""Population, PopulationView and Assembly: those of pyNN.brian2, and LIF_SFDFA populations that learn."""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
from pyNN import errors
from pyNN.brian2 import populations as pynn_populations
from pyNN.parameters import ParameterSpace, simplify

from pynn_sfdfa.brian2 import simulator
from pynn_sfdfa.brian2.cells import LIF_SFDFA, to_pynn_units
from pynn_sfdfa.brian2.recording import Recorder
from pynn_sfdfa.standardmodels import check_cell_parameters, target_table

if TYPE_CHECKING:
    from pynn_sfdfa.brian2.projections import SFDFAProjection

__all__ = ["Assembly", "Population", "PopulationView", "parts"]


class Assembly(pynn_populations.Assembly):
    """A group of populations or views, perhaps of different cell types."""

    _simulator = simulator


class PopulationView(pynn_populations.PopulationView):
    """Some of the neurons of a population; what is changed here changes there."""

    _simulator = simulator
    _assembly_class = Assembly

    def _set_parameters(self, parameter_space: Any) -> None:
        if isinstance(self.celltype, LIF_SFDFA):
            parameter_space.evaluate(simplify=False)
            self.grandparent.set_native(parameter_space.as_dict(), self.index_in_grandparent(np.arange(self.size)))
        else:
            super()._set_parameters(parameter_space)

    def _get_view(self, selector: Any, label: str | None = None) -> PopulationView:
        return PopulationView(self, selector, label)


class Population(pynn_populations.Population):
    """Neurons of one cell type; used as any PyNN population."""

    _simulator = simulator
    _recorder_class = Recorder
    _assembly_class = Assembly

    def __init__(
        self,
        size: int | tuple[int, ...],
        cellclass: Any,
        cellparams: Any = None,
        structure: Any = None,
        initial_values: dict[str, Any] | None = None,
        label: str | None = None,
    ) -> None:
        self.forward: list[SFDFAProjection] = []  # that end here on receptor type "input"
        self.feedback: list[SFDFAProjection] = []  # and on "error"
        super().__init__(size, cellclass, cellparams, structure, initial_values or {}, label)
        if isinstance(self.celltype, LIF_SFDFA):
            self._layer = len(simulator.contents.populations)
            self._starts_at_rest = "v" not in (initial_values or {})
            self._initialize_at_rest()
            simulator.contents.populations.append(self)

    def _initialize_at_rest(self) -> None:
        if self._starts_at_rest:
            super().initialize(v=self.get("v_rest", simplify=False))

    def initialize(self, **initial_values: Any) -> None:
        """Set initial values of v (mV) and i_syn (nA); without one for ``v``, a LIF_SFDFA starts at ``v_rest``."""
        super().initialize(**initial_values)
        if "v" in initial_values:
            self._starts_at_rest = False

    def _set_parameters(self, parameter_space: Any) -> None:
        if isinstance(self.celltype, LIF_SFDFA):
            parameter_space.evaluate(simplify=False)
            self.set_native(parameter_space.as_dict(), np.arange(self.size))
        else:
            super()._set_parameters(parameter_space)

    def _get_native_parameters(self, *names: str) -> ParameterSpace:
        space = super()._get_native_parameters(*names)
        if isinstance(self.celltype, LIF_SFDFA):
            return ParameterSpace({name: simplify(v.base_value) for name, v in space.items()}, shape=(self.size,))
        return space

    def set_native(self, values: dict[str, Any], indices: np.ndarray) -> None:
        """Change parameters of some neurons from the present time on, given in Brian2's units.

        Raises
        ------
        pyNN.errors.InvalidParameterValueError
            Before anything is changed.
        """
        group = self.brian2_group
        changed = {name: np.array(getattr(group, name)[:]) for name in self.celltype.get_native_names()}
        for name, value in values.items():
            changed[name][indices] = np.asarray(value) if name != "targets" else value
        in_pynn_units = to_pynn_units(changed)
        check_cell_parameters(in_pynn_units)
        if "trial_duration" in values and (in_pynn_units["trial_duration"] != self.trial_duration).any():
            raise errors.InvalidParameterValueError(
                f"trial_duration of population '{self.label}' cannot be changed from {self.trial_duration:g} ms; give "
                "it when the population is created."
            )
        target_table(changed["targets"])
        for name in values:
            setattr(group, name if name == "targets" else f"{name}_", changed[name])
        if "v_rest" in values and not simulator.state.running:
            self._initialize_at_rest()

    # --- Learning ----------------------------------------------------------------------------------------------------

    @property
    def trial_duration(self) -> float:
        """Length of a trial in ms."""
        return int(self.brian2_group.trial_steps) * float(simulator.state.dt)

    def check(self, stop: float) -> None:
        """Check before a run to ``stop`` (ms) that learning has all it needs.

        Raises
        ------
        ValueError
            If targets run out before ``stop``, or learning is wired in a way that cannot work.
        """
        given = target_table(self.brian2_group.targets).shape[1]
        needed = math.floor(stop / self.trial_duration + 1e-9)
        if 0 < given < needed:
            raise ValueError(
                f"Population '{self.label}' has targets for {given} trials, but running to {stop:g} ms completes "
                f"{needed} trials of {self.trial_duration:g} ms. Give more targets, or run to "
                f"{given * self.trial_duration:g} ms at most."
            )
        if given and self.feedback:
            raise ValueError(
                f"Population '{self.label}' has targets and feedback: it cannot be output and hidden population at "
                "once. Remove its targets, or the SFDFAFeedback projection onto it."
            )
        for source in {source for projection in self.feedback for source in projection.sources}:
            if not target_table(source.brian2_group.targets).size:
                raise ValueError(
                    f"Feedback from population '{source.label}' to '{self.label}' carries no error, because "
                    f"'{source.label}' has no targets. Set its targets (spike counts per trial)."
                )
        self._warn_if_nothing_to_learn_from(given)

    def _warn_if_nothing_to_learn_from(self, given: int) -> None:
        if given or self.feedback or self.get("rho", simplify=False).any():
            return
        if any(projection.learns() for projection in self.forward):
            warnings.warn(
                f"The synapses onto population '{self.label}' have a learning_rate but nothing to learn from: it has "
                "no targets, no SFDFAFeedback projection and rho = 0. Their weights will not change.",
                stacklevel=2,
            )

    def trial_counts(self, trials: int) -> np.ndarray:
        """Return how often each neuron spiked in each trial from t = 0, int32 (trials, n); spikes must be recorded."""
        monitor = self.recorder._devices["spikes"]
        trial = np.floor(np.asarray(monitor.t) * 1e3 / self.trial_duration + 1e-9).astype(np.int64)
        cells = trial * self.size + np.asarray(monitor.i)
        return np.bincount(cells, minlength=trials * self.size).reshape(trials, self.size).astype(np.int32)

    def begin_run(self) -> None:
        """Take up target and perturbation of the present trial."""
        trial = math.floor(simulator.state.t / self.trial_duration + 1e-9)
        estimates = any(projection.learns() for projection in self.feedback)
        self.brian2_group.begin_trial(trial, simulator.contents.seed, self._layer, estimates)

    def _get_view(self, selector: Any, label: str | None = None) -> PopulationView:
        return PopulationView(self, selector, label)


def parts(group: Any) -> list[tuple[Population, np.ndarray]]:
    """Return the populations that a Population, PopulationView or Assembly consists of, with the neurons' indices."""
    if isinstance(group, Assembly):
        return [part for member in group.populations for part in parts(member)]
    if isinstance(group, PopulationView):
        return [(group.grandparent, group.index_in_grandparent(np.arange(group.size)))]
    return [(group, np.arange(group.size))]
