"""Population, PopulationView and Assembly: PyNN's own, each with the population of sPyNNaker that it stands for."""

from __future__ import annotations

from typing import Any

import numpy as np
from pyNN import common, errors, space
from pyNN import spiNNaker as spynnaker
from pyNN.parameters import LazyArray, ParameterSpace, simplify
from pyNN.random import RandomDistribution
from pyNN.standardmodels import StandardCellType

from pynn_sfdfa.common.documented import VIEW, documented
from pynn_sfdfa.common.numbers import plain
from pynn_sfdfa.common.populations import (
    AllThenClear,
    Group,
    check_injectable,
    check_length,
    check_lengths,
    checked_size,
    lazy,
)
from pynn_sfdfa.spiNNaker import simulator
from pynn_sfdfa.spiNNaker.recording import Recorder
from pynn_sfdfa.spiNNaker.spynnaker_names import (
    AbstractPyNNModel,
    PopulationApplicationVertex,
    given_lists,
    receptor_types,
    unit_of,
)

__all__ = ["Assembly", "Population", "PopulationView"]


class Assembly(AllThenClear, common.Assembly):
    """A group of populations or views, perhaps of different cell types."""

    _simulator = simulator


class _Cells(Group):
    """What Population and PopulationView share: parameters and state variables, of our cells and of sPyNNaker's."""

    _simulator = simulator
    _assembly_class = Assembly
    _vertex: Any
    _indices: Any
    label: str

    @property
    def _is_ours(self) -> bool:
        """Whether the vertex keeps its parameters on the host, with PyNN's names and units."""
        return isinstance(self.celltype, StandardCellType)

    def set(self, **parameters: Any) -> None:
        """Set parameters of these neurons; those of LIF_SFDFA before the first run or after ``reset()``."""
        if self._is_ours:
            super().set(**parameters)
            return
        kind, names = type(self.celltype).__name__, list(self._vertex.get_parameters())
        for name in parameters:
            if name not in names:
                raise errors.NonExistentParameterError(name, kind, names)
        converted = {n: plain(f"{kind}: {n}", value, unit_of(self._vertex, n)) for n, value in parameters.items()}
        for name, value in converted.items():
            check_length(f"{kind}: {name}", value, self.size)
        for name, value in converted.items():
            self._vertex.set_parameter_values(name, self._drawn(value), self._indices)

    def _drawn(self, value: Any) -> Any:
        """Return a value as sPyNNaker takes it: what a generator with a seed determines is drawn here."""
        if isinstance(value, RandomDistribution) and value.rng.seed is not None:
            return lazy(value, self.size).tolist()
        return value

    def _set_parameters(self, parameter_space: ParameterSpace) -> None:
        parameter_space.evaluate(simplify=False)
        self._vertex.set_values(parameter_space.as_dict(), self._indices)

    def _get_parameters(self, *names: str) -> ParameterSpace:
        known = self._vertex.get_parameters()
        for name in names:
            if name not in known:
                raise errors.NonExistentParameterError(name, type(self.celltype).__name__, known)
        if self._is_ours:
            values = {name: self._vertex.values[name][self._indices] for name in names}
            schema = self.celltype.get_schema()
        else:
            values = {name: np.array(list(self._vertex.get_parameter_values(name, self._indices))) for name in names}
            schema = None
        return ParameterSpace({name: simplify(value) for name, value in values.items()}, schema, (self.size,))

    def initialize(self, **values: Any) -> None:
        """Set initial values of state variables, before the first run or after ``reset()``."""
        simulator.refuse_within(f"initial {', '.join(values)} of '{self.label}' cannot be set")
        super().initialize(**values)

    def _initialize(self, variable: str, value: Any) -> None:
        if self._is_ours:
            self._vertex.set_initial_values(variable, lazy(value, self.size), self._indices)
        else:
            self._vertex.set_initial_state_values(variable, self._drawn(value), self._indices)

    @property
    def initial_values(self) -> dict[str, LazyArray]:
        """The initial values of the state variables."""
        return {
            name: LazyArray(np.array(list(self._vertex.get_initial_state_values(name, self._indices)), float))
            for name in self._vertex.get_state_variables()
        }

    def _set_cell_initial_value(self, cell: Any, variable: str, value: Any) -> None:
        index = self.id_to_index(cell)  # type: ignore[attr-defined]
        self[index : index + 1].initialize(**{variable: value})  # type: ignore[index]

    def inject(self, current_source: Any) -> None:
        """Inject a current; refused with the reason by cells that take none."""
        if self._is_ours:
            check_injectable(self.celltype, self.label)
        self._vertex.inject(current_source, self._indices.tolist())

    @property
    def conductance_based(self) -> bool:
        """Whether synapses change a conductance rather than a current."""
        return bool(self._vertex.conductance_based)

    @property
    def receptor_types(self) -> list[str]:
        """The names of the receptor types."""
        return list(self.celltype.receptor_types) if self._is_ours else receptor_types(self._vertex)

    def can_record(self, variable: str, location: Any = None) -> bool:
        """Return whether a variable can be recorded."""
        return variable in self._vertex.get_recordable_variables()

    def find_units(self, variable: Any) -> str:
        """Return the unit of a variable or parameter."""
        return unit_of(self._vertex, getattr(variable, "name", variable))

    def _get_view(self, selector: Any, label: str | None = None) -> PopulationView:
        return PopulationView(self, selector, label)


@documented(VIEW)
class PopulationView(_Cells, common.PopulationView):
    """Some of the neurons of a population; what is changed here changes there."""

    @property
    def _vertex(self) -> Any:
        return self.grandparent._vertex

    @property
    def _indices(self) -> Any:
        return np.atleast_1d(self.index_in_grandparent(np.arange(self.size)))

    @property
    def stock(self) -> Any:
        """The view of sPyNNaker."""
        return self.grandparent.stock[self._indices.tolist()]


class Population(_Cells, common.Population):
    """Neurons of one cell type, LIF_SFDFA or one of sPyNNaker's; used as any PyNN population.

    What sPyNNaker's population has beyond those of PyNN is there, too: ``add_placement_constraint`` and the like.

    Parameters
    ----------
    size, cellclass, cellparams, structure, initial_values, label
        As in PyNN.
    **additional_parameters
        Of the vertex, such as ``neurons_per_core``.

    Attributes
    ----------
    stock : pyNN.spiNNaker.Population
    """

    def __init__(
        self,
        size: int | tuple[int, ...] | None,
        cellclass: Any,
        cellparams: Any = None,
        structure: Any = None,
        initial_values: dict[str, Any] | None = None,
        label: str | None = None,
        **additional_parameters: Any,
    ) -> None:
        size = checked_size(size)
        cell_type = cellclass(**(cellparams or {})) if isinstance(cellclass, type) else cellclass
        if not isinstance(cell_type, AbstractPyNNModel | PopulationApplicationVertex):
            raise errors.InvalidModelError(
                f"{type(cell_type).__module__}.{type(cell_type).__name__} cannot be simulated by pynn_sfdfa.spiNNaker; "
                f"choose one of {', '.join(sorted({*spynnaker.list_standard_models(), 'LIF_SFDFA'}))} there."
            )
        n = int(np.prod(size)) if isinstance(size, tuple) else size
        check_lengths(cell_type, n)
        for name, value in given_lists(cell_type).items():
            check_length(f"{type(cell_type).__name__}: {name}", value, n)
        label = label or f"population{common.Population._nPop}"
        common.Population._nPop += 1
        own = structure if _is_split_in_space(cell_type, additional_parameters) else None
        self.stock = spynnaker.Population(n, cell_type, None, own, label=label, **additional_parameters)
        self.celltype, self._vertex = self.stock.celltype, self.stock._vertex
        self.label = str(self._vertex.label)  # with a number, if it was taken
        self.size = int(self.stock.size)
        self._indices = np.arange(self.size)
        self._structure = structure or _structure(size)
        self._positions, self._is_sorted = None, True
        self.annotations: dict[str, Any] = {}
        first = int(self.stock.first_id)
        self.all_cells = np.array([simulator.ID(i) for i in range(first, first + self.size)], dtype=simulator.ID)
        for cell in self.all_cells:
            cell.parent = self
        self.first_id, self.last_id = self.all_cells[0], self.all_cells[-1]
        self._mask_local = np.ones(self.size, bool)
        self.recorder = Recorder(self)
        if initial_values:
            self.initialize(**initial_values)

    def __getattr__(self, name: str) -> Any:
        """Return what sPyNNaker's population has and those of PyNN have not."""
        if name.startswith("_") or name == "stock":
            raise AttributeError(f"'Population' object has no attribute {name!r}")
        return getattr(self.stock, name)

    def place(self) -> None:
        """Give the population of sPyNNaker the positions of this one."""
        self.stock.positions = self.positions

    @property
    def trial_duration(self) -> float:
        """Length of a trial of LIF_SFDFA neurons, in ms."""
        return float(self._vertex.parameters["trial_duration"])


def _is_split_in_space(cell_type: Any, additional_parameters: dict[str, Any]) -> bool:
    """Return whether cores are given rectangles of neurons, as sPyNNaker's convolutions need it."""
    per_core = additional_parameters.get("neurons_per_core")
    if per_core is None and isinstance(cell_type, AbstractPyNNModel):
        per_core = cell_type.get_model_max_atoms_per_dimension_per_core()
    return isinstance(per_core, tuple) and len(per_core) > 1


def _structure(size: Any) -> space.BaseStructure:
    """Return the structure that PyNN gives a population of that size."""
    if isinstance(size, tuple) and len(size) == 2:
        return space.Grid2D(size[0] / size[1])
    if isinstance(size, tuple) and len(size) == 3:
        return space.Grid3D(size[0] / size[1], size[0] / size[2])
    return space.Line()
