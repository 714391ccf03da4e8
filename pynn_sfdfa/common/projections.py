"""Projections: synapses as arrays, connected, read and set in the same words on every simulator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from pyNN import common, errors
from pyNN.parameters import ParameterSpace
from pyNN.space import Space

from pynn_sfdfa import models
from pynn_sfdfa.common.arguments import given
from pynn_sfdfa.common.bulk import Chunk, as_matrix, gather
from pynn_sfdfa.common.checks import check_parameter
from pynn_sfdfa.common.connectors import check_matrices, mended
from pynn_sfdfa.common.populations import check_present, parts
from pynn_sfdfa.common.synapses import SFDFAFeedback

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from pynn_sfdfa.models import Parameter, SynapseModel

__all__ = ["BulkProjection", "Connection", "ReadAndSet"]


class Connection(common.Connection):
    """One synapse of a projection; its parameters are attributes that can be read and set."""

    def __init__(self, projection: Any, index: int) -> None:
        self.__dict__.update(projection=projection, index=index)

    projection: Any
    index: int

    presynaptic_index = property(lambda self: int(self.projection.presynaptic_indices[self.index]))
    postsynaptic_index = property(lambda self: int(self.projection.postsynaptic_indices[self.index]))

    def __getattr__(self, name: str) -> float:
        self.projection.check_readable([name])
        return float(self.projection.read(name)[self.index])

    def __setattr__(self, name: str, value: float) -> None:
        self.projection.check_settable([name])
        values = self.projection.read(name)
        values[self.index] = value
        self.projection.write(name, values)

    def as_tuple(self, *attribute_names: str) -> tuple[float, ...]:
        """Return several attributes at once."""
        return tuple(getattr(self, name) for name in attribute_names)


class ReadAndSet:
    """Mixed into a projection whose synapses are arrays: reading and setting their variables.

    A back end gives ``read`` and ``write``. Both are in order of presynaptic, then postsynaptic neuron, and in PyNN's
    units.
    """

    presynaptic_indices: NDArray[np.int64]
    postsynaptic_indices: NDArray[np.int64]
    synapse_type: Any
    label: str
    shape: tuple[int, int]

    def read(self, name: str) -> NDArray[np.float64]:
        """Return a variable of all synapses at the present time, shape (n,); a new array."""
        raise NotImplementedError

    def write(self, name: str, values: NDArray[np.float64]) -> None:
        """Set a parameter of all synapses from the present time on, having checked it."""
        raise NotImplementedError

    def __len__(self) -> int:
        return int(self.presynaptic_indices.size)

    def __getitem__(self, i: int) -> Connection:
        return Connection(self, range(len(self))[i])

    def __iter__(self) -> Iterator[Connection]:
        return iter(self.connections)

    @property
    def connections(self) -> Iterable[Connection]:
        """The synapses, one at a time."""
        return (Connection(self, i) for i in range(len(self)))

    def definition(self, name: str) -> Parameter:
        """Return the declaration of a parameter; StaticSynapse has those of SFDFASynapse."""
        model: SynapseModel = getattr(self.synapse_type, "definition", models.SFDFA_SYNAPSE)
        return model.parameter(name)

    def check_values(self, name: str, values: NDArray[np.float64]) -> None:
        """Raise InvalidParameterValueError unless the values of a parameter of existing synapses are valid."""
        check_parameter(self.definition(name), values, type(self.synapse_type).__name__)

    def check_readable(self, names: Iterable[str]) -> None:
        """Raise NonExistentParameterError unless all names are variables of the synapses."""
        for name in names:
            if name not in self.synapse_type.readable:
                raise errors.NonExistentParameterError(
                    name, type(self.synapse_type).__name__, list(self.synapse_type.readable)
                )

    def check_settable(self, names: Iterable[str]) -> None:
        """Raise NonExistentParameterError unless all names are parameters of the synapses."""
        settable = self.synapse_type.get_parameter_names()
        for name in names:
            if name not in settable:
                raise errors.NonExistentParameterError(name, type(self.synapse_type).__name__, settable)

    def set(self, **attributes: Any) -> None:
        """Set parameters of the synapses from the present time on.

        Values may be a number, a quantity with units, a RandomDistribution, a function of the distance, an array of the
        shape of the connectivity matrix (as ``get(format="array")`` returns it; what stands where there is no synapse
        is not looked at), or a list or array with one value for each synapse (in the order of ``get(format="list")``).

        Raises
        ------
        pyNN.errors.NonExistentParameterError
            If the synapses have no such parameter; the message lists those they have.
        pyNN.errors.InvalidParameterValueError, pyNN.errors.InvalidDimensionsError
            If a value is not valid; nothing has been changed.
        """
        self.check_settable(attributes)
        values = {n: self._evaluated(n, v) for n, v in given(self.synapse_type, attributes).items()}
        for name, array in values.items():
            self.check_values(name, array)
        for name, array in values.items():
            self.write(name, array)

    def _evaluated(self, name: str, value: Any) -> NDArray[np.float64]:
        """Return a value for each synapse."""
        if isinstance(value, list | tuple | np.ndarray):
            array = _numbers(name, value)
            if array.ndim == 1 and len(array) == len(self):
                return array
            if array.shape != self.shape:
                raise errors.InvalidDimensionsError(
                    f"Projection '{self.label}' has {len(self)} synapses, but {_size(array)} given for {name}. Give "
                    f"one value for each synapse, one for all, or a matrix of shape {self.shape}."
                )
            return array[self.presynaptic_indices, self.postsynaptic_indices]
        space = self._handle_distance_expressions(  # type: ignore[attr-defined]  # PyNN's
            ParameterSpace({name: value}, self.synapse_type.get_schema(), self.shape)
        )
        space.evaluate(simplify=True)  # one value for all stays one: no matrix, of which few synapses may be a part
        matrix = np.broadcast_to(space[name], self.shape)
        return matrix[self.presynaptic_indices, self.postsynaptic_indices].astype(float)

    def get(
        self,
        attribute_names: str | Iterable[str],
        format: str,
        gather: Any = True,
        with_address: bool = True,
        multiple_synapses: str = "sum",
    ) -> Any:
        """Return variables of the synapses at the present time, as PyNN does.

        Parameters
        ----------
        attribute_names : str or list of str
            weight, delay, learning_rate, eligibility: what the type of synapse has.
        format : {"list", "array"}
            One tuple for each synapse (by default with its address), or a matrix (pre, post) for each name, with NaN
            where there is no synapse.
        multiple_synapses : {"sum", "last", "first", "min", "max"}
            How several synapses between two neurons share an element of a matrix.
        """
        names = [attribute_names] if isinstance(attribute_names, str) else list(attribute_names)
        addresses = {"presynaptic_index": self.presynaptic_indices, "postsynaptic_index": self.postsynaptic_indices}
        self.check_readable(name for name in names if name not in addresses)
        if format == "array":
            where = self.presynaptic_indices, self.postsynaptic_indices, self.shape
            matrices = [as_matrix(self.read(name), *where, multiple_synapses) for name in names]
            return matrices[0] if isinstance(attribute_names, str) else matrices
        if format != "list":
            raise errors.InvalidParameterValueError(f"format = {format!r} is not valid; choose 'list' or 'array'.")
        columns = [(addresses[name] if name in addresses else self.read(name)).tolist() for name in names]
        if with_address:
            columns = [self.presynaptic_indices.tolist(), self.postsynaptic_indices.tolist(), *columns]
        elif isinstance(attribute_names, str):
            return columns[0]
        return list(zip(*columns, strict=True))


def _numbers(name: str, value: Any) -> NDArray[np.float64]:
    try:
        return np.array(value, float)
    except (TypeError, ValueError):
        raise errors.InvalidDimensionsError(
            f"{name} = {value!r:.60} is not valid; give numbers: a list, or rows of equal length."
        ) from None


def _size(array: NDArray[np.float64]) -> str:
    return f"{array.size} values were" if array.ndim == 1 else f"an array of shape {array.shape} was"


def _check_common_receptor(post: Any) -> None:
    """Raise ConnectionError if the cells of an assembly have no receptor type in common."""
    if isinstance(post, common.Assembly) and not post.receptor_types:
        members = [f"'{p.label}' ({type(p.celltype).__name__})" for p in post.populations if p.celltype.receptor_types]
        if len(members) == len(post.populations):
            raise errors.ConnectionError(
                "One projection cannot lead to cells that have no receptor type in common: "
                f"{', '.join(members)}. Use one for each type of cell."
            )


class BulkProjection(ReadAndSet, common.Projection):
    """A projection onto LIF_SFDFA neurons.

    The receptor type follows from the type of synapse: "error" for SFDFAFeedback, otherwise "input". A back end gives
    ``_is_present``, ``_check_wiring``, ``_create``, ``read`` and ``write``.

    Attributes
    ----------
    presynaptic_indices, postsynaptic_indices : int64, shape (n,)
        Of the synapses within ``pre`` and ``post``, in order of presynaptic, then postsynaptic neuron.
    """

    def __init__(
        self,
        presynaptic_population: Any,
        postsynaptic_population: Any,
        connector: Any,
        synapse_type: Any = None,
        source: str | None = None,
        receptor_type: str | None = None,
        space: Any = None,
        label: str | None = None,
    ) -> None:
        _check_common_receptor(postsynaptic_population)
        common.Projection.__init__(
            self, presynaptic_population, postsynaptic_population, connector, synapse_type, source, receptor_type,
            space or Space(), label,
        )  # fmt: skip
        for group in (self.pre, self.post):
            check_present(group, self._is_present)
        self._check_wiring()
        self._chunks: list[Chunk] = []
        mended(connector, self.synapse_type, self.shape, self.label).connect(self)
        chunks, self._chunks = self._chunks, []
        names = self.synapse_type.get_native_names(*self.synapse_type.get_parameter_names())
        self.presynaptic_indices, self.postsynaptic_indices, values = gather(chunks, names)
        self._create(values)

    def _guess_receptor_type(self) -> None:
        """Choose the receptor type by the type of synapse; the sign of a weight says nothing here."""
        for population, _ in parts(self.post):
            if not population.celltype.receptor_types:
                raise errors.ConnectionError(
                    f"A projection cannot end on population '{population.label}' "
                    f"({type(population.celltype).__name__}): a spike source receives no spikes."
                )
        self.receptor_type = "error" if isinstance(self.synapse_type, SFDFAFeedback) else "input"

    def _guess_by_weights(self) -> None:
        """Choose the receptor type as PyNN does, by the sign of the last weight, which must be there."""
        check_matrices(
            self._connector, self.synapse_type, self.shape, self.label or f"{self.pre.label}→{self.post.label}"
        )
        common.Projection._guess_receptor_type(self)

    def _convergent_connect(
        self,
        presynaptic_indices: NDArray[np.int64],
        postsynaptic_index: int,
        location_selector: Any = None,
        **connection_parameters: Any,
    ) -> None:
        """Take note of synapses from several presynaptic neurons to one postsynaptic neuron."""
        if location_selector is not None:
            raise errors.ConnectionError("location_selector is for cells with several compartments; LIF_SFDFA has one.")
        self._chunks.append((presynaptic_indices, postsynaptic_index, connection_parameters))

    def _is_present(self, population: Any) -> bool:
        """Return whether a population is of the present simulation."""
        raise NotImplementedError

    def _check_wiring(self) -> None:
        """Raise ConnectionError unless what the projection connects goes together."""
        raise NotImplementedError

    def _create(self, values: dict[str, NDArray[np.float64]]) -> None:
        """Create the synapses, whose indices are there, with native parameters, shape (n,)."""
        raise NotImplementedError
