"""Projection of the event-driven simulator: synapses as arrays, never as objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from pyNN import common, errors
from pyNN.parameters import ParameterSpace
from pyNN.space import Space

from pynn_sfdfa import models
from pynn_sfdfa.event import simulator
from pynn_sfdfa.event.pathways import Pathway
from pynn_sfdfa.event.populations import parts
from pynn_sfdfa.event.synapses import SFDFAFeedback, SFDFASynapse, StaticSynapse
from pynn_sfdfa.standardmodels import check_parameter

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from pynn_sfdfa.event.populations import Population

__all__ = ["Connection", "Projection"]

_COMBINE = {"last": None, "first": None, "sum": np.add, "min": np.minimum, "max": np.maximum}


class Connection(common.Connection):
    """One synapse of a projection; its parameters are attributes that can be read and set."""

    def __init__(self, projection: Projection, index: int) -> None:
        self.__dict__.update(projection=projection, index=index)

    projection: Projection
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


class Projection(common.Projection):
    """Synapses of one type between two populations, views or assemblies; used as any PyNN projection.

    The receptor type follows from the type of synapse: "error" for SFDFAFeedback, otherwise "input".
    """

    _simulator = simulator
    _static_synapse_class = StaticSynapse

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
        super().__init__(
            presynaptic_population, postsynaptic_population, connector, synapse_type, source, receptor_type,
            space or Space(), label,
        )  # fmt: skip
        self._check_wiring()
        self._chunks: list[tuple[NDArray[np.int64], int, dict[str, Any]]] = []
        connector.connect(self)
        self._finish_connecting()

    def _guess_receptor_type(self) -> None:
        """Choose the receptor type by the type of synapse; the sign of a weight says nothing here."""
        for population, _ in parts(self.post):
            if not population.celltype.receptor_types:
                raise errors.ConnectionError(
                    f"A projection cannot end on population '{population.label}' "
                    f"({type(population.celltype).__name__}): a spike source receives no spikes."
                )
        self.receptor_type = "error" if isinstance(self.synapse_type, SFDFAFeedback) else "input"

    def _check_wiring(self) -> None:
        if not isinstance(self.synapse_type, (StaticSynapse, SFDFASynapse, SFDFAFeedback)):
            raise errors.ConnectionError(
                f"{type(self.synapse_type).__name__} cannot be simulated by pynn_sfdfa.event; choose one of its "
                "StaticSynapse, SFDFASynapse and SFDFAFeedback."
            )
        is_feedback = isinstance(self.synapse_type, SFDFAFeedback)
        if is_feedback != (self.receptor_type == "error"):
            raise errors.ConnectionError(
                f"Projection '{self.label}': {type(self.synapse_type).__name__} does not go with receptor_type = "
                f"'{self.receptor_type}'. SFDFAFeedback goes with 'error', other types with 'input'; "
                "leave receptor_type out to have it chosen."
            )
        sources = [population for population, _ in parts(self.pre)]
        if is_feedback:
            for population in sources:
                if not population.celltype.receptor_types:
                    raise errors.ConnectionError(
                        f"Projection '{self.label}': SFDFAFeedback comes from an output population of LIF_SFDFA "
                        f"neurons, not from '{population.label}' ({type(population.celltype).__name__})."
                    )
        elif loop := _upstream(sources) & {population for population, _ in parts(self.post)}:
            raise errors.ConnectionError(
                f"Projection '{self.label}' closes a loop through population '{next(iter(loop)).label}'. "
                "pynn_sfdfa.event simulates feed-forward networks only; recurrent connections are not supported."
            )

    def _convergent_connect(
        self,
        presynaptic_indices: NDArray[np.int64],
        postsynaptic_index: int,
        location_selector: Any = None,
        **connection_parameters: Any,
    ) -> None:
        """Add synapses from several presynaptic neurons to one postsynaptic neuron."""
        if location_selector is not None:
            raise errors.ConnectionError("location_selector is for cells with several compartments; LIF_SFDFA has one.")
        self._chunks.append((np.asarray(presynaptic_indices), postsynaptic_index, connection_parameters))

    def _finish_connecting(self) -> None:
        """Turn what the connector has added into arrays, in order of presynaptic, then postsynaptic neuron."""
        chunks, self._chunks = self._chunks, []
        sizes = [pre.size for pre, _, _ in chunks]
        pre = np.concatenate([np.empty(0, np.int64), *(pre for pre, _, _ in chunks)]).astype(np.int64)
        post = np.repeat(np.array([post for _, post, _ in chunks], np.int64), sizes)
        order = np.lexsort((post, pre))
        self.presynaptic_indices, self.postsynaptic_indices = pre[order], post[order]
        values = {}
        for name in self.synapse_type.get_parameter_names():
            columns = [
                np.broadcast_to(parameters[name], size) for (_, _, parameters), size in zip(chunks, sizes, strict=True)
            ]
            values[name] = np.concatenate([np.empty(0), *columns])[order]
            check_parameter(self._definition(name), values[name], type(self.synapse_type).__name__)
        self.delay = _one_delay(values.pop("delay", np.zeros(0)), str(self.label))
        if isinstance(self.synapse_type, SFDFASynapse):
            values |= {"R": np.zeros(pre.size), "eligibility": np.zeros(pre.size)}
        self.values: dict[str, NDArray[np.float64]] = values
        self.pathways = list(self._split())
        for pathway in self.pathways:
            pathway.target.incoming.append(pathway)
            if self.receptor_type == "input":
                pathway.source.outgoing.append(pathway)
                pathway.target.dynamics.inputs.append(pathway)
            else:
                pathway.target.dynamics.feedback.append(pathway)
        simulator.state.nets = None

    def _definition(self, name: str) -> models.Parameter:
        """Return the valid range of a parameter; StaticSynapse has those of SFDFASynapse."""
        return getattr(self.synapse_type, "definition", models.SFDFA_SYNAPSE).parameter(name)

    def _split(self) -> Iterable[Pathway]:
        """Return one pathway for each pair of populations that the projection connects."""
        source_start = 0
        for source, pre in parts(self.pre):
            target_start = 0
            for target, post in parts(self.post):
                i, j = self.presynaptic_indices - source_start, self.postsynaptic_indices - target_start
                synapses = np.flatnonzero((i >= 0) & (i < pre.size) & (j >= 0) & (j < post.size))
                yield Pathway(self, source, target, synapses, pre[i[synapses]], post[j[synapses]])
                target_start += post.size
            source_start += pre.size

    def __len__(self) -> int:
        return int(self.presynaptic_indices.size)

    def __getitem__(self, i: int) -> Connection:
        return Connection(self, range(len(self))[i])

    @property
    def connections(self) -> Iterable[Connection]:
        """The synapses, one at a time."""
        return (Connection(self, i) for i in range(len(self)))

    # --- Reading and setting variables -------------------------------------------------------------------------------

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

    def read(self, name: str) -> NDArray[np.float64]:
        """Return a variable of all synapses at the present time, in order of pre-, then postsynaptic neuron."""
        if name == "delay":
            return np.full(len(self), self.delay)
        values = self.values[name].copy()
        for pathway in self.pathways:
            table = pathway.target.dynamics.table_of(pathway)
            if table is not None:
                values[pathway.synapses] = table.read(pathway, name)
        return values

    def write(self, name: str, values: NDArray[np.float64]) -> None:
        """Set a parameter of all synapses from the present time on; a new delay holds for spikes yet to come."""
        check_parameter(self._definition(name), values, type(self.synapse_type).__name__)
        if name == "delay":
            self.delay = _one_delay(values, str(self.label))
            return
        self.values[name][:] = values
        for pathway in self.pathways:
            table = pathway.target.dynamics.table_of(pathway)
            if table is not None:
                table.write(pathway, name, values[pathway.synapses])

    def set(self, **attributes: Any) -> None:
        """Set parameters of the synapses from the present time on.

        Values may be a number, a RandomDistribution, a function of the distance, an array of the shape of the
        connectivity matrix (as ``get(format="array")`` returns it), or a list or array with one value for each synapse
        (in the order of ``get(format="list")``).
        """
        self.check_settable(attributes)
        for name, value in attributes.items():
            if isinstance(value, (list, np.ndarray)) and np.ndim(value) == 1:
                if len(value) != len(self):
                    raise errors.InvalidDimensionsError(
                        f"Projection '{self.label}' has {len(self)} synapses, but {len(value)} values were given for "
                        f"{name}. Give one value for each synapse, one for all, or a matrix of shape {self.shape}."
                    )
                self.write(name, np.array(value, float))
            else:
                self._set_attributes(
                    self._handle_distance_expressions(
                        ParameterSpace({name: value}, self.synapse_type.get_schema(), self.shape)
                    )
                )

    def _set_attributes(self, parameter_space: ParameterSpace) -> None:
        parameter_space.evaluate(simplify=False)
        for name, matrix in parameter_space.items():
            self.write(name, matrix[self.presynaptic_indices, self.postsynaptic_indices].astype(float))

    def get(
        self,
        attribute_names: str | Iterable[str],
        format: str,
        gather: Any = True,
        with_address: bool = True,
        multiple_synapses: str = "sum",
    ) -> Any:
        """Return variables of the synapses, as PyNN does; ``eligibility`` is that of the present time.

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
        self.check_readable(names)
        if format == "array":
            matrices = [self._as_matrix(self.read(name), multiple_synapses) for name in names]
            return matrices[0] if isinstance(attribute_names, str) else matrices
        if format != "list":
            raise ValueError(f"format = {format!r} is not valid; choose 'list' or 'array'.")
        columns = [self.read(name).tolist() for name in names]
        if with_address:
            columns = [self.presynaptic_indices.tolist(), self.postsynaptic_indices.tolist(), *columns]
        elif isinstance(attribute_names, str):
            return columns[0]
        return list(zip(*columns, strict=True))

    def _as_matrix(self, values: NDArray[np.float64], multiple_synapses: str) -> NDArray[np.float64]:
        if multiple_synapses not in _COMBINE:
            raise ValueError(
                f"multiple_synapses = {multiple_synapses!r} is not valid; choose one of {', '.join(_COMBINE)}."
            )
        address = self.presynaptic_indices, self.postsynaptic_indices
        order = np.arange(len(self))
        if multiple_synapses == "first":
            order = order[::-1].copy()  # of several values assigned to one element the last one stays
        matrix = np.full(self.shape, np.nan)
        matrix[address[0][order], address[1][order]] = values[order]
        combine = _COMBINE[multiple_synapses]
        if combine is np.add:
            matrix[address] = 0.0
        if combine is not None:
            combine.at(matrix, address, values)
        return matrix


def _upstream(populations: Iterable[Population]) -> set[Population]:
    """Return the populations and all from which signals reach them."""
    found: set[Population] = set()
    waiting = list(populations)
    while waiting:
        population = waiting.pop()
        if population not in found:
            found.add(population)
            waiting += [p.source for p in population.incoming if p.projection.receptor_type == "input"]
    return found


def _one_delay(delays: NDArray[np.float64], label: str) -> float:
    """Return the delay shared by all synapses of a projection, in ms."""
    values = np.unique(delays)
    if values.size > 1:
        raise errors.ConnectionError(
            f"Projection '{label}' has delays from {values[0]:g} to {values[-1]:g} ms; pynn_sfdfa.event has one delay "
            "for a projection. Use one projection for each delay."
        )
    delay = float(values[0]) if values.size else 0.0
    low, high = simulator.state.min_delay, simulator.state.max_delay
    if values.size and not low <= delay <= high:
        raise errors.ConnectionError(
            f"Projection '{label}' has a delay of {delay:g} ms; setup() allows {low:g} to {high:g} ms."
        )
    return delay
