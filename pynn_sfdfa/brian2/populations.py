"""Population, PopulationView and Assembly: those of pyNN.brian2, and LIF_SFDFA populations that learn."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from pyNN.brian2 import populations as pynn_populations
from pyNN.parameters import LazyArray, ParameterSpace, simplify

from pynn_sfdfa.brian2 import simulator
from pynn_sfdfa.brian2.cells import LIF_SFDFA
from pynn_sfdfa.brian2.recording import Recorder
from pynn_sfdfa.brian2.timed import TimedLearning, check_timed
from pynn_sfdfa.common.documented import POPULATION, VIEW, documented
from pynn_sfdfa.common.populations import AllThenClear, Group, Made, check_finite, check_lengths, lazy
from pynn_sfdfa.common.targets import check_learning, trials_until
from pynn_sfdfa.common.trials import trial_counts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Assembly", "Learning", "Population", "PopulationView"]


class Learning(Protocol):
    """A projection onto LIF_SFDFA neurons, as far as these need to know it."""

    @property
    def sources(self) -> Iterable[Population]:
        """The populations from which it comes."""

    synapse_type: Any

    def learns(self) -> bool:
        """Return whether any of its synapses has a learning rate other than 0."""


class Assembly(AllThenClear, pynn_populations.Assembly):
    """A group of populations or views, perhaps of different cell types."""

    _simulator = simulator


class _Neurons(Group):
    """What a population and a view share."""

    celltype: Any
    size: int

    def _native(self, name: str) -> Any:
        raise NotImplementedError

    def _in_pynn_units(self, name: str) -> Any:
        translation = self.celltype.translations[name]
        values, reverse = self._native(translation["translated_name"]), translation["reverse_transform"]
        return np.asarray(reverse(**{translation["translated_name"]: values})) if callable(reverse) else values

    def _get_parameters(self, *names: str) -> ParameterSpace:
        values = {name: simplify(self._in_pynn_units(name)) for name in names}
        return ParameterSpace(values, self.celltype.get_schema(), (self.size,))

    def _get_native_parameters(self, *names: str) -> ParameterSpace:
        return ParameterSpace({name: self._native(name) for name in names}, shape=(self.size,))

    def _get_view(self, selector: Any, label: str | None = None) -> PopulationView:
        return PopulationView(self, selector, label)


@documented(VIEW)
class PopulationView(_Neurons, pynn_populations.PopulationView):
    """Some of the neurons of a population; what is changed here changes there."""

    _simulator = simulator
    _assembly_class = Assembly

    @property
    def _indices(self) -> Any:
        return np.ravel(self.index_in_grandparent(np.arange(self.size)))

    def _native(self, name: str) -> Any:
        return self.grandparent.brian2_group.parameter(name)[self._indices]

    def _set_parameters(self, parameter_space: ParameterSpace) -> None:
        parameter_space.evaluate(simplify=False)
        self.grandparent.set_native(parameter_space.as_dict(), self._indices)

    def _initialize(self, variable: str, value: Any) -> None:
        self.grandparent.set_initial_values(variable, lazy(value, self.size), self._indices)


@documented(POPULATION)
class Population(Made, _Neurons, pynn_populations.Population):
    """Neurons of one cell type; used as any PyNN population."""

    _simulator = simulator
    _recorder_class = Recorder
    _assembly_class = Assembly

    @contextlib.contextmanager
    def _making(self, has_v: bool) -> Iterator[None]:
        self.forward: list[Learning] = []  # that end here on receptor type "input"
        self.feedback: list[Learning] = []  # and on "error"
        self._timed: TimedLearning | None = None
        self._starts_at_rest = False
        before = set(simulator.state.network.objects)
        try:
            yield
        except Exception:
            simulator.state.network.remove(simulator.state.network.objects - before)
            raise
        if isinstance(self.celltype, LIF_SFDFA):
            simulator.contents.layers += 1
            self._starts_at_rest = not has_v
            self._initialize_at_rest()
        simulator.contents.populations.append(self)

    def _create_cells(self) -> None:
        check_lengths(self.celltype, self.size)
        super()._create_cells()

    # --- Parameters and state ----------------------------------------------------------------------------------------

    def _native(self, name: str) -> Any:
        return self.brian2_group.parameter(name)

    def _set_parameters(self, parameter_space: ParameterSpace) -> None:
        parameter_space.evaluate(simplify=False)
        self.set_native(parameter_space.as_dict(), np.arange(self.size))

    def set_native(self, values: dict[str, Any], indices: np.ndarray) -> None:
        """Change parameters of some neurons from the present time on, given in Brian2's units.

        Raises
        ------
        pyNN.errors.InvalidParameterValueError
            Before anything is changed.
        """
        changed = {name: self._native(name) for name in values}
        for name, value in values.items():
            changed[name][indices] = value
        self.brian2_group.write(changed)
        if "v_rest" in values and not simulator.state.running:
            self._initialize_at_rest()

    def _initialize_at_rest(self) -> None:
        if self._starts_at_rest:
            self.set_initial_values("v", self.get("v_rest", simplify=False), slice(None))
            self._starts_at_rest = True

    def set_initial_values(self, variable: str, values: Any, indices: Any) -> None:
        """Set initial values of some neurons, and their present values."""
        unit = self.celltype.units.get(variable, "")
        check_finite(f"{type(self.celltype).__name__}: initial {variable}", values, unit)
        array = self._initial(variable)
        array[indices] = values
        self.initial_values[variable] = LazyArray(array, shape=(self.size,), dtype=float)
        self._starts_at_rest &= variable != "v"
        self._set_state(variable, array, indices)

    def _initial(self, variable: str) -> Any:
        """Return the initial values of a state variable, a new array."""
        former = self.initial_values.get(variable)
        return np.full(self.size, 0.0 if former is None else former.evaluate(simplify=False))

    def _set_state(self, variable: str, values: Any, indices: Any) -> None:
        translation = self.celltype.state_variable_translations[variable]
        forward = translation["forward_transform"]
        native = forward(**{variable: values}) if callable(forward) else values
        self.brian2_group.set_state(translation["translated_name"], native[indices], indices)

    def _initialize(self, variable: str, value: Any) -> None:
        self.set_initial_values(variable, lazy(value, self.size), slice(None))

    def _set_cell_initial_value(self, id: Any, variable: str, value: Any) -> None:
        self.set_initial_values(variable, value, [self.id_to_index(id)])

    def parameter_values(self) -> dict[str, Any]:
        """Return what a reset of the simulation leaves as it is, by native name."""
        return {name: self._native(name) for name in self.celltype.get_native_names()}

    def restore(self, values: dict[str, Any]) -> None:
        """Set what `parameter_values` returned, and the initial values of state variables."""
        self.brian2_group.take(values)
        self._initialize_at_rest()
        for variable in self.initial_values:
            self._set_state(variable, self._initial(variable), slice(None))

    # --- Running and learning ----------------------------------------------------------------------------------------

    @property
    def trial_duration(self) -> float:
        """Length of a trial of LIF_SFDFA neurons, in ms."""
        return float(self.brian2_group.trial_duration_in_ms)

    def check(self, stop: float) -> None:
        """Check before a run to ``stop`` (ms) that it can be simulated, and that learning has all it needs.

        Raises
        ------
        ValueError
            If a source has two spikes in one step, targets run out, or learning is wired in a way that cannot work.
        """
        self.brian2_group.check_run(float(simulator.state.t), stop)
        if not isinstance(self.celltype, LIF_SFDFA):
            return
        given = self.brian2_group.target_counts.shape[1]
        regularised = bool(self.get("rho", simplify=False).any())
        nothing = not (given or self.feedback or regularised)
        sources = dict.fromkeys(source for projection in self.feedback for source in projection.sources)
        check_timed(self)
        check_learning(
            self.label,
            stop,
            self.trial_duration,
            given=given,
            feedback_from=((source.label, source.brian2_group.target_counts.size > 0) for source in sources),
            regularised=regularised,
            plastic=nothing and any(projection.learns() for projection in self.forward),
        )

    def begin_run(self, stop: float) -> None:
        """Take up the spikes of a source in a run to ``stop`` ms, or target and perturbation of the present trial."""
        now = float(simulator.state.t)
        self.brian2_group.begin_run(now, stop)
        if isinstance(self.celltype, LIF_SFDFA):
            estimates = any(projection.learns() for projection in self.feedback)
            if self._timed is None and any(projection.synapse_type.timed for projection in self.feedback):
                self._timed = TimedLearning(self)
            if self._timed is not None:
                self._timed.begin_run()
            self.brian2_group.begin_trial(trials_until(now, self.trial_duration), estimates)

    def trial_counts(self, trials: int) -> np.ndarray:
        """Return how often each neuron spiked in each trial from t = 0, int32 (trials, n); spikes must be recorded."""
        times, neurons = self.recorder.all_spikes()
        return trial_counts(times, neurons, self.trial_duration, trials, self.size)
