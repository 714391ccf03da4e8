"""Population, PopulationView and Assembly: those of pyNN.brian2, and LIF_SFDFA populations that learn."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from pyNN import errors
from pyNN.brian2 import populations as pynn_populations
from pyNN.parameters import LazyArray, ParameterSpace, Sequence, simplify

from pynn_sfdfa.brian2 import simulator
from pynn_sfdfa.brian2.cells import LIF_SFDFA, to_pynn_units
from pynn_sfdfa.brian2.recording import Recorder
from pynn_sfdfa.brian2.sources import is_stimulus
from pynn_sfdfa.common.cells import check_cell_parameters
from pynn_sfdfa.common.given import convert_units
from pynn_sfdfa.common.populations import AllThenClear, Group, checked_size, lazy
from pynn_sfdfa.common.populations import initial_values as checked_initial_values
from pynn_sfdfa.common.targets import check_learning, target_table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

__all__ = ["Assembly", "Incoming", "Population", "PopulationView"]


class Incoming(Protocol):
    """A projection onto LIF_SFDFA, as far as the population that it leads to needs to know it."""

    @property
    def sources(self) -> list[Any]:
        """The populations from which it comes."""

    def learns(self) -> bool:
        """Return whether any of its synapses learns."""


class Assembly(AllThenClear, pynn_populations.Assembly):
    """A group of populations or views, perhaps of different cell types."""

    _simulator = simulator


class PopulationView(Group, pynn_populations.PopulationView):
    """Some of the neurons of a population; what is changed here changes there."""

    _simulator = simulator
    _assembly_class = Assembly

    @property
    def _indices(self) -> NDArray[np.int64]:
        indices: NDArray[np.int64] = np.ravel(self.index_in_grandparent(np.arange(self.size)))
        return indices

    @property
    def brian2_group(self) -> Any:
        """The Brian2 group of the whole population."""
        return self.grandparent.brian2_group

    def initialize(self, **initial_values: Any) -> None:
        """Set initial values of state variables of these neurons; once the simulation has begun, present values."""
        for variable, value in checked_initial_values(self.celltype, initial_values).items():
            self.grandparent.set_initial(variable, lazy(value, self.size), self._indices)

    def _get_parameters(self, *names: str) -> ParameterSpace:
        return _in_pynn_units(self, names) if _has_sequences(self.celltype) else super()._get_parameters(*names)

    def _get_native_parameters(self, *names: str) -> ParameterSpace:
        values = {name: simplify(self.brian2_group.quantity(name)[self._indices]) for name in names}
        return ParameterSpace(values, shape=(self.size,))

    def _set_parameters(self, parameter_space: Any) -> None:
        parameter_space.evaluate(simplify=False)
        self.grandparent.set_native(parameter_space.as_dict(), self._indices)

    def _get_view(self, selector: Any, label: str | None = None) -> PopulationView:
        return PopulationView(self, selector, label)


class Population(Group, pynn_populations.Population):
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
        self.forward: list[Incoming] = []  # that end here on receptor type "input"
        self.feedback: list[Incoming] = []  # and on "error"
        self._starts_at_rest = False
        if not isinstance(cellclass, type):
            convert_units(cellclass)
        super().__init__(checked_size(size), cellclass, cellparams, structure, initial_values or {}, label)
        self._starts_at_rest = isinstance(self.celltype, LIF_SFDFA) and "v" not in (initial_values or {})
        self._initialize_at_rest()
        if isinstance(self.celltype, LIF_SFDFA):
            simulator.contents.populations.append(self)
        elif is_stimulus(self.brian2_group):
            simulator.contents.sources.append(self)

    # --- Parameters and initial values -------------------------------------------------------------------------------

    def _initialize_at_rest(self) -> None:
        if self._starts_at_rest:
            self.set_initial("v", self.get("v_rest", simplify=False), np.arange(self.size))
            self._starts_at_rest = True

    def initialize(self, **initial_values: Any) -> None:
        """Set initial values of state variables; once the simulation has begun, present values, too.

        A population of LIF_SFDFA that is given none for ``v`` starts at ``v_rest``.
        """
        for variable, value in checked_initial_values(self.celltype, initial_values).items():
            self.set_initial(variable, lazy(value, self.size), np.arange(self.size))

    def set_initial(self, variable: str, values: NDArray[np.float64], indices: NDArray[np.int64]) -> None:
        """Set initial values of some neurons, in PyNN's units."""
        former = self.initial_values.get(variable)
        array = (
            np.zeros(self.size) if former is None else np.array(former.evaluate(simplify=False) + np.zeros(self.size))
        )
        array[indices] = values
        translation = self.celltype.state_variable_translations[variable]
        native, forward = translation["translated_name"], translation["forward_transform"]
        quantity = forward(**{variable: array}) if callable(forward) else array
        group = self.brian2_group
        group.initial_values[native] = quantity
        if simulator.state.running:
            getattr(group, native)[indices] = quantity[indices]
        else:
            setattr(group, native, quantity)
        self.initial_values[variable] = LazyArray(array, shape=(self.size,), dtype=float)
        if variable == "v":
            self._starts_at_rest = False

    def _get_parameters(self, *names: str) -> ParameterSpace:
        return _in_pynn_units(self, names) if _has_sequences(self.celltype) else super()._get_parameters(*names)

    def _get_native_parameters(self, *names: str) -> ParameterSpace:
        values = {name: self.brian2_group.quantity(name) for name in names}
        if isinstance(self.celltype, LIF_SFDFA):  # as on the other simulators; pyNN.brian2 counts on arrays for its own
            values = {name: simplify(value) for name, value in values.items()}
        return ParameterSpace(values, shape=(self.size,))

    def _set_parameters(self, parameter_space: Any) -> None:
        parameter_space.evaluate(simplify=False)
        self.set_native(parameter_space.as_dict(), np.arange(self.size))

    def set_native(self, values: dict[str, Any], indices: NDArray[np.int64]) -> None:
        """Change parameters of some neurons from the present time on, given in Brian2's units.

        Raises
        ------
        pyNN.errors.InvalidParameterValueError
            Before anything is changed.
        """
        group = self.brian2_group
        changed = {name: group.read(name) for name in values}
        for name, value in values.items():
            changed[name][indices] = value if changed[name].dtype == object else np.asarray(value)
        if isinstance(self.celltype, LIF_SFDFA):
            self._check_parameters(changed)
        before = {name: group.read(name) for name in values}
        try:
            for name, array in changed.items():
                group.write(name, array)
        except errors.InvalidParameterValueError:
            for name, array in before.items():
                group.write(name, array)
            raise
        if "v_rest" in values and not simulator.state.running:
            self._initialize_at_rest()

    def _check_parameters(self, changed: dict[str, NDArray[Any]]) -> None:
        """Raise InvalidParameterValueError unless changed parameters of LIF_SFDFA go with the others."""
        group = self.brian2_group
        native = {name: changed.get(name, group.read(name)) for name in self.celltype.get_native_names()}
        in_pynn_units = to_pynn_units(native)
        check_cell_parameters(in_pynn_units)
        if (in_pynn_units["trial_duration"] != self.trial_duration).any():
            raise errors.InvalidParameterValueError(
                f"trial_duration of population '{self.label}' cannot be changed from {self.trial_duration:g} ms; give "
                "it when the population is created."
            )
        target_table(native["targets"])

    # --- Learning ----------------------------------------------------------------------------------------------------

    @property
    def trial_duration(self) -> float:
        """Length of a trial in ms."""
        return int(self.brian2_group.trial_steps) * float(simulator.state.dt)

    def check(self, stop: float) -> None:
        """Check before a run to ``stop`` (ms) that the population can be run, and learning has all it needs.

        Raises
        ------
        ValueError
            If targets run out before ``stop``, learning is wired in a way that cannot work, or a spike source would
            spike twice in a step.
        """
        if not isinstance(self.celltype, LIF_SFDFA):
            if hasattr(self.brian2_group, "check"):
                self.brian2_group.check(stop)
            return
        sources = {source for projection in self.feedback for source in projection.sources}
        check_learning(
            self.label,
            stop,
            self.trial_duration,
            given=target_table(self.brian2_group.targets).shape[1],
            feedback_from=[(s.label, bool(target_table(s.brian2_group.targets).size)) for s in sources],
            regularised=bool(self.get("rho", simplify=False).any()),
            plastic=any(projection.learns() for projection in self.forward),
        )

    def trial_counts(self, trials: int) -> NDArray[np.int32]:
        """Return how often each neuron spiked in each trial from t = 0, int32 (trials, n); spikes must be recorded."""
        neurons, times = self.recorder.spikes()
        trial = np.floor(times / self.trial_duration + 1e-9).astype(np.int64)
        cells = trial * self.size + neurons
        return np.bincount(cells, minlength=trials * self.size).reshape(trials, self.size).astype(np.int32)

    def begin_run(self, stop: float) -> None:
        """Take up what a run to ``stop`` (ms) begins with: spikes of a source; target and perturbation of a trial."""
        if not isinstance(self.celltype, LIF_SFDFA):
            if hasattr(self.brian2_group, "begin_run"):
                self.brian2_group.begin_run(stop)
            return
        trial = math.floor(simulator.state.t / self.trial_duration + 1e-9)
        estimates = any(projection.learns() for projection in self.feedback)
        self.brian2_group.begin_trial(trial, simulator.contents.seed, estimates)

    def _get_view(self, selector: Any, label: str | None = None) -> PopulationView:
        return PopulationView(self, selector, label)


def _has_sequences(cell_type: Any) -> bool:
    """Return whether a parameter is a sequence for each neuron, which pyNN.brian2 takes for one for each receptor."""
    return any(isinstance(default, Sequence) for default in cell_type.default_parameters.values())


def _in_pynn_units(group: Any, names: Iterable[str]) -> ParameterSpace:
    """Return parameters of a population or view, in PyNN's units."""
    cell_type = group.celltype
    return cell_type.reverse_translate(group._get_native_parameters(*cell_type.get_native_names(*names)))
