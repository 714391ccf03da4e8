"""What the populations of all simulators share: of which neurons a group consists, and checks of what users give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from pyNN import common, errors
from pyNN.parameters import LazyArray, ParameterSpace
from pyNN.space import BaseStructure

from pynn_sfdfa.common.arguments import given
from pynn_sfdfa.common.numbers import plain
from pynn_sfdfa.support.numbers import is_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from numpy.typing import NDArray

__all__ = [
    "AllThenClear", "Group", "Made", "check_finite", "check_length", "check_lengths", "check_present", "checked_size",
    "initial_values", "lazy", "parts",
]  # fmt: skip


def parts(group: Any) -> list[tuple[Any, NDArray[np.int64]]]:
    """Return the populations that a Population, PopulationView or Assembly consists of, with the neurons' indices."""
    if isinstance(group, common.Assembly):
        return [part for member in group.populations for part in parts(member)]
    if isinstance(group, common.PopulationView):
        return [(group.grandparent, np.ravel(group.index_in_grandparent(np.arange(group.size))))]
    return [(group, np.arange(group.size))]


def check_present(group: Any, is_present: Callable[[Any], bool]) -> None:
    """Raise ConnectionError if a population of a group is of an earlier simulation, which ``setup()`` has removed."""
    for population, _ in parts(group):
        if not is_present(population):
            raise errors.ConnectionError(
                f"Population '{population.label}' was made before the last setup(), which removes all populations. "
                "Make it anew, and call setup() once, before the first of them."
            )


def checked_size(size: Any) -> Any:
    """Return the size of a population as PyNN takes it.

    Parameters
    ----------
    size : int, or tuple of int
        Neurons, or neurons along each axis of a grid.

    Raises
    ------
    pyNN.errors.InvalidDimensionsError
        If it is no whole number of at least one neuron.
    """
    if isinstance(size, BaseStructure) or size is None:
        return size
    axes = size if isinstance(size, tuple | list) else (size,)
    if not axes or not all(is_number(n) and float(n).is_integer() and n >= 1 for n in axes):
        raise errors.InvalidDimensionsError(
            f"A population of size {size!r} is not possible; give a whole number of neurons, at least 1"
            + (", along each axis." if isinstance(size, tuple | list) else ".")
        )
    return tuple(int(n) for n in axes) if isinstance(size, tuple | list) else int(size)


def initial_values(cell_type: Any, values: dict[str, Any]) -> dict[str, Any]:
    """Return initial values of state variables as PyNN takes them.

    Raises
    ------
    pyNN.errors.InvalidParameterValueError
        If the cell has no such variable, or a value is not finite or has the wrong unit.
    """
    name = type(cell_type).__name__
    converted = {}
    for variable, value in values.items():
        if variable not in cell_type.default_initial_values:
            choices = ", ".join(cell_type.default_initial_values) or "none"
            raise errors.InvalidParameterValueError(
                f"{name} has no state variable {variable!r} to initialise; choices: {choices}."
            )
        unit = getattr(cell_type, "units", {}).get(variable, "")
        converted[variable] = value = plain(f"{name}: initial {variable}", value, unit.replace("dimensionless", ""))
        if isinstance(value, int | float | list | tuple | np.ndarray | np.number):
            check_finite(f"{name}: initial {variable}", value, unit)
    return converted


def check_finite(name: str, value: Any, unit: str) -> None:
    """Raise InvalidParameterValueError unless all numbers of a value are finite."""
    numbers = np.ravel(np.asarray(value, float))
    wrong = numbers[~np.isfinite(numbers)]
    if wrong.size:
        raise errors.InvalidParameterValueError(
            f"{name} = {wrong[0]:g} is not valid; it must be a finite number in {unit}."
        )


# The classes here are mixed in before PyNN's own, which mypy does not see behind super() and self.


class Group:
    """Mixed into the Population and PopulationView of a back end: what users give is checked in the same words."""

    celltype: Any
    size: int

    def get(self, parameter_names: Any, gather: bool = False, simplify: bool = True) -> Any:
        """Return parameters of the neurons, as PyNN does.

        Raises
        ------
        pyNN.errors.NonExistentParameterError
            If the cells have no such parameter; the message lists those they have.
        """
        there = self.celltype.get_parameter_names()
        for name in [parameter_names] if isinstance(parameter_names, str) else parameter_names:
            if name not in there:
                raise errors.NonExistentParameterError(name, type(self.celltype).__name__, there)
        return super().get(parameter_names, gather, simplify)  # type: ignore[misc]

    def set(self, **parameters: Any) -> None:
        """Set parameters of all neurons of the group from the present time on.

        Values may be numbers, quantities with units, lists or arrays with one value for each neuron, RandomDistribution
        objects or functions of the neuron's index; for parameters that are sequences, one sequence for all neurons or
        one for each.

        Raises
        ------
        pyNN.errors.NonExistentParameterError
            If the cells have no such parameter; the message lists those they have.
        pyNN.errors.InvalidParameterValueError
            If a value is not valid; nothing has been changed.
        """
        converted = given(self.celltype, parameters)
        for name, value in converted.items():
            check_length(f"{type(self.celltype).__name__}: {name}", value, self.size)
        super().set(**converted)  # type: ignore[misc]

    def initialize(self, **values: Any) -> None:
        """Set initial values of state variables; once the simulation has begun, present values, too.

        Values may be numbers, quantities with units, arrays, RandomDistribution objects or functions of the neuron's
        index. A population of LIF_SFDFA that is not given an initial ``v`` starts at ``v_rest``; one of IF_curr_exp at
        -65 mV, as in PyNN.

        Raises
        ------
        pyNN.errors.InvalidParameterValueError
            If the cell has no such variable, or a value is not valid.
        """
        converted = initial_values(self.celltype, values)
        for variable, value in converted.items():
            check_length(f"{type(self.celltype).__name__}: initial {variable}", value, self.size)
        for variable, value in converted.items():
            self._initialize(variable, value)

    def _initialize(self, variable: str, value: Any) -> None:
        """Set the initial values of one variable, as `initial_values` returns them."""
        raise NotImplementedError

    def inject(self, current_source: Any) -> None:
        """Inject a current; refused with the reason by cells that take none."""
        check_injectable(self.celltype, getattr(self, "label", ""))
        super().inject(current_source)  # type: ignore[misc]


class Made(Group):
    """Mixed into a Population that PyNN's own constructor makes, whatever a back end does before and after it."""

    def __init__(
        self,
        size: int | tuple[int, ...],
        cellclass: Any,
        cellparams: Any = None,
        structure: Any = None,
        initial_values: dict[str, Any] | None = None,
        label: str | None = None,
    ) -> None:
        with self._making("v" in (initial_values or {})):
            super().__init__(checked_size(size), cellclass, cellparams, structure, initial_values or {}, label)  # type: ignore[call-arg]

    def _making(self, has_v: bool) -> AbstractContextManager[None]:
        """Return the context in which the population is made; ``has_v``: whether it is given an initial ``v``."""
        raise NotImplementedError


def check_length(name: str, value: Any, size: int) -> None:
    """Raise InvalidDimensionsError unless a list or array has one value for each neuron."""
    if isinstance(value, list | tuple | np.ndarray) and np.ndim(value) > 0 and len(value) != size:
        raise errors.InvalidDimensionsError(
            f"{name} has {len(value)} values for {size} neurons; give one for each, or one for all."
        )


def check_lengths(cell_type: Any, size: int) -> None:
    """Raise InvalidDimensionsError unless each list among a cell's parameters has one value for each neuron."""
    for name, value in _parameters(getattr(cell_type, "parameter_space", {})):
        check_length(f"{type(cell_type).__name__}: {name}", value.base_value, size)


def _parameters(space: Any) -> Iterator[tuple[str, LazyArray]]:
    """Yield names and values, those of receptors as ``AMPA.tau_syn``."""
    for name, value in space.items():
        if isinstance(value, ParameterSpace):
            yield from ((f"{name}.{inner}", each) for inner, each in _parameters(value))
        else:
            yield name, value


def check_injectable(cell_type: Any, label: str) -> None:
    """Raise TypeError, as PyNN does, if a current cannot be injected into cells of this type."""
    if cell_type.injectable:
        return
    kind = type(cell_type).__name__
    if cell_type.receptor_types:
        constant = "i_offset" in cell_type.default_parameters
        raise TypeError(
            f"No current can be injected into population '{label}': {kind} is integrated exactly between spikes, with "
            f"no current but that of its synapses{' and i_offset' if constant else ''}. Use "
            + (
                "its i_offset, a spike source, or pynn_sfdfa.brian2."
                if constant
                else "a spike source, or PyNN's IF_curr_exp."
            )
        )
    raise TypeError(f"No current can be injected into population '{label}': {kind} is a spike source.")


class AllThenClear:
    """Mixed into the Assembly of a back end: data are cleared once those of all its populations have been read."""

    populations: list[Any]

    @property
    def receptor_types(self) -> list[str]:
        """Receptor types that all populations have, in their order: by it PyNN tells excitatory from inhibitory ones.

        PyNN itself takes them from a set, whose order differs from one process to the next.
        """
        of_each = [population.celltype.receptor_types for population in self.populations]
        return [name for name in of_each[0] if all(name in others for others in of_each)]

    def get_data(
        self,
        variables: Any = "all",
        gather: bool = True,
        clear: bool = False,
        annotations: dict[str, Any] | None = None,
    ) -> Any:
        """Return the recorded data of all populations as a Neo block; ``clear`` deletes them then."""
        block = super().get_data(variables, gather, clear=False, annotations=annotations)  # type: ignore[misc]
        if clear:
            self._clear()
        return block

    def write_data(
        self,
        io: Any,
        variables: Any = "all",
        gather: bool = True,
        clear: bool = False,
        annotations: dict[str, Any] | None = None,
    ) -> None:
        """Write the recorded data of all populations to a file; ``clear`` deletes them once they are written."""
        super().write_data(io, variables, gather, clear=False, annotations=annotations)  # type: ignore[misc]
        if clear:
            self._clear()

    def _clear(self) -> None:
        for recorder in {id(p.recorder): p.recorder for p in self.populations}.values():
            recorder.clear()


def lazy(value: Any, size: int) -> NDArray[np.float64]:
    """Return a value for each neuron, from a number, an array, a distribution or a function of the index."""
    values: NDArray[np.float64] = LazyArray(value, shape=(size,), dtype=float).evaluate(simplify=False)
    return values
