"""Population, PopulationView and Assembly of the event-driven simulator."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import numpy as np
from pyNN import common, errors
from pyNN.parameters import LazyArray, ParameterSpace, simplify

from pynn_sfdfa.common.documented import POPULATION, VIEW, documented
from pynn_sfdfa.common.populations import AllThenClear, Group, Made, check_finite, check_lengths, lazy
from pynn_sfdfa.event import simulator
from pynn_sfdfa.event.cells import LIF_SFDFA, IF_curr_exp, SpikeSourceArray, SpikeSourcePoisson
from pynn_sfdfa.event.neurons import Neurons
from pynn_sfdfa.event.recording import Recorder
from pynn_sfdfa.event.sources import ArraySource, PoissonSource
from pynn_sfdfa.event.stock_neurons import StockNeurons

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from pynn_sfdfa.event.pathways import Pathway

__all__ = ["Assembly", "Population", "PopulationView"]


class Assembly(AllThenClear, common.Assembly):
    """A group of populations or views, perhaps of different cell types."""

    _simulator = simulator


@documented(VIEW)
class PopulationView(Group, common.PopulationView):
    """Some of the neurons of a population; what is changed here changes there."""

    _simulator = simulator
    _assembly_class = Assembly

    @property
    def _indices(self) -> NDArray[np.int64]:
        indices: NDArray[np.int64] = self.index_in_grandparent(np.arange(self.size))
        return indices

    def _initialize(self, variable: str, value: Any) -> None:
        self.grandparent.set_initial_values(variable, lazy(value, self.size), self._indices)

    def _get_parameters(self, *names: str) -> ParameterSpace:
        values = {name: simplify(self.grandparent.parameter_arrays[name][self._indices]) for name in names}
        return ParameterSpace(values, self.celltype.get_schema(), (self.size,))

    def _set_parameters(self, parameter_space: ParameterSpace) -> None:
        parameter_space.evaluate(simplify=False)
        self.grandparent.set_parameter_arrays(parameter_space.as_dict(), self._indices)

    def _get_view(self, selector: Any, label: str | None = None) -> PopulationView:
        return PopulationView(self, selector, label)


@documented(POPULATION)
class Population(Made, common.Population):
    """Neurons of one cell type: LIF_SFDFA, IF_curr_exp or a spike source; used as any PyNN population."""

    _simulator = simulator
    _recorder_class = Recorder
    _assembly_class = Assembly

    @contextlib.contextmanager
    def _making(self, has_v: bool) -> Iterator[None]:
        self.incoming: list[Pathway] = []
        self.outgoing: list[Pathway] = []
        self._begun = False
        self._starts_at_rest = False
        yield
        self._starts_at_rest = isinstance(self.dynamics, Neurons) and not has_v
        if self._starts_at_rest:
            self._initialize_at_rest()
        simulator.state.add(self)

    def _create_cells(self) -> None:
        if not isinstance(self.celltype, (LIF_SFDFA, IF_curr_exp, SpikeSourceArray, SpikeSourcePoisson)):
            raise errors.InvalidModelError(
                f"{type(self.celltype).__module__}.{type(self.celltype).__name__} cannot be simulated by "
                "pynn_sfdfa.event; choose one of its LIF_SFDFA, IF_curr_exp, SpikeSourceArray and SpikeSourcePoisson."
            )
        first = simulator.state.id_counter
        self.all_cells = np.array([simulator.ID(i) for i in range(first, first + self.size)], dtype=simulator.ID)
        self._mask_local = np.ones(self.size, bool)
        for cell in self.all_cells:
            cell.parent = self
        check_lengths(self.celltype, self.size)
        parameter_space = self.celltype.native_parameters
        parameter_space.shape = (self.size,)
        parameter_space.evaluate(simplify=False)
        self.parameter_arrays = {name: _filled(self.size, value) for name, value in parameter_space.as_dict().items()}
        self.dynamics: Any = self._make_dynamics(self.parameter_arrays)
        simulator.state.id_counter += self.size

    def _make_dynamics(
        self, parameters: dict[str, NDArray[Any]]
    ) -> Neurons | StockNeurons | ArraySource | PoissonSource:
        state = simulator.state
        if isinstance(self.celltype, SpikeSourceArray):
            return ArraySource(parameters)
        if isinstance(self.celltype, SpikeSourcePoisson):
            return PoissonSource(parameters, self._poisson_generators(), state.simulated_to)
        if isinstance(self.celltype, IF_curr_exp):
            return StockNeurons(self.label, parameters)
        layer = sum(isinstance(p.dynamics, Neurons) for p in state.populations)
        return Neurons(self.label, parameters, self.celltype.gradient == "exact", state.seed, layer)

    def _poisson_generators(self) -> list[np.random.Generator]:
        key = [simulator.state.seed, int(self.all_cells[0])]
        return [np.random.default_rng(np.random.SeedSequence([*key, neuron])) for neuron in range(self.size)]

    @property
    def trial_duration(self) -> float:
        """Length of a trial of LIF_SFDFA neurons, in ms; infinite for IF_curr_exp, which knows no trials."""
        return float(self.dynamics.trial_duration)

    def _time_in_trial(self) -> float:
        return simulator.state.time_in_trial(self.dynamics.trial_duration)

    def begin(self) -> None:
        """Take up the initial values, before the population is advanced for the first time."""
        if isinstance(self.dynamics, Neurons | StockNeurons) and not self._begun:
            values = {name: lazy.evaluate(simplify=False) for name, lazy in self.initial_values.items()}
            self.dynamics.set_state(self._time_in_trial(), **values)
        self._begun = True

    def restart(self) -> None:
        """Return to t = 0: no spikes, traces or eligibilities; initial values apply again; sources start over."""
        self._begun = False
        if isinstance(self.dynamics, Neurons | StockNeurons):
            self.dynamics.rest()
        elif isinstance(self.dynamics, PoissonSource):
            self.dynamics = PoissonSource(self.parameter_arrays, self._poisson_generators())
        self.recorder.forget()

    def present_state(self) -> dict[str, NDArray[np.float64]]:
        """Return v (mV) and synaptic currents (nA) of all neurons at the present time, by name."""
        return dict(zip(self.dynamics.signals, self.dynamics.present(self._time_in_trial()), strict=True))

    def set_parameter_arrays(self, values: dict[str, Any], indices: NDArray[np.int64] | slice) -> None:
        """Change parameters of some neurons from the present time on.

        Raises
        ------
        pyNN.errors.InvalidParameterValueError
            Before anything is changed.
        """
        changed = {name: array.copy() for name, array in self.parameter_arrays.items()}
        for name, value in values.items():
            changed[name][indices] = value
        if isinstance(self.dynamics, Neurons):
            if self._begun and (changed["trial_duration"] != self.dynamics.trial_duration).any():
                raise errors.InvalidParameterValueError(
                    f"trial_duration of population '{self.label}' can be changed only before the first run or after "
                    "reset()."
                )
            self.dynamics.set_parameters(changed, self._time_in_trial())
        elif isinstance(self.dynamics, StockNeurons):
            self.dynamics.set_parameters(changed, self._time_in_trial())
        elif isinstance(self.dynamics, PoissonSource):
            self.dynamics = PoissonSource(changed, self.dynamics.generators, simulator.state.simulated_to)
        else:
            self.dynamics = ArraySource(changed)
        self.parameter_arrays = changed
        simulator.state.nets = None
        if self._starts_at_rest and "v_rest" in values:
            self._initialize_at_rest()

    def _initialize_at_rest(self) -> None:
        self.initial_values["v"] = LazyArray(self.parameter_arrays["v_rest"].copy(), shape=(self.size,), dtype=float)

    def set_initial_values(
        self, variable: str, values: NDArray[np.float64], indices: NDArray[np.int64] | slice
    ) -> None:
        """Set initial values of some neurons; once the simulation has begun they are set at the present time, too."""
        check_finite(f"{type(self.celltype).__name__}: initial {variable}", values, self.celltype.units[variable])
        former = self.initial_values.get(variable, 0.0)
        array = _filled(self.size, former.evaluate(simplify=False) if isinstance(former, LazyArray) else former)
        array[indices] = values
        self.initial_values[variable] = LazyArray(array, shape=(self.size,), dtype=float)
        self._starts_at_rest &= variable != "v"
        if self._begun:
            present = self.present_state()
            present[variable][indices] = values
            self.dynamics.set_state(self._time_in_trial(), **present)

    def _initialize(self, variable: str, value: Any) -> None:
        self.set_initial_values(variable, lazy(value, self.size), slice(None))

    def _get_parameters(self, *names: str) -> ParameterSpace:
        values = {name: simplify(self.parameter_arrays[name]) for name in names}
        return ParameterSpace(values, self.celltype.get_schema(), (self.size,))

    def _set_parameters(self, parameter_space: ParameterSpace) -> None:
        parameter_space.evaluate(simplify=False)
        self.set_parameter_arrays(parameter_space.as_dict(), slice(None))

    def _get_view(self, selector: Any, label: str | None = None) -> PopulationView:
        return PopulationView(self, selector, label)


def _filled(size: int, values: Any) -> NDArray[Any]:
    """Return a new array of that size; lazy arrays of one element evaluate to a number."""
    array = np.empty(size, np.asarray(values).dtype)
    array[:] = values
    return array
