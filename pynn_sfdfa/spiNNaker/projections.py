"""Projection: sPyNNaker's own, and synapses onto LIF_SFDFA neurons that learn."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import numpy as np
from pyNN import errors
from pyNN.parameters import ParameterSpace
from pyNN.spiNNaker import Projection as StockProjection
from pyNN.spiNNaker import StaticSynapse

from pynn_sfdfa import models
from pynn_sfdfa.spiNNaker import simulator
from pynn_sfdfa.spiNNaker.fixed_point import FORMATS, from_machine, to_machine
from pynn_sfdfa.spiNNaker.layout import Region
from pynn_sfdfa.spiNNaker.regions import ERROR_PARTITION
from pynn_sfdfa.spiNNaker.spynnaker_names import (
    SPIKE_PARTITION_ID,
    SpynnakerDataView,
    add_edge,
    connected_pairs,
    has_machine,
    read_words,
    write_words,
)
from pynn_sfdfa.spiNNaker.synapses import SFDFAFeedback
from pynn_sfdfa.spiNNaker.vertices import LIFVertex
from pynn_sfdfa.spiNNaker.wiring import check_wiring, delay_in_ticks
from pynn_sfdfa.standardmodels import check_parameter

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

__all__ = ["Projection", "SFDFAProjection"]


def Projection(
    presynaptic_population: Any, postsynaptic_population: Any, connector: Any, *args: Any, **kwargs: Any
) -> Any:
    """Connect two populations; sPyNNaker's own projection unless it leads to LIF_SFDFA neurons.

    Onto LIF_SFDFA neurons the receptor type follows from the type of synapse: "error" for SFDFAFeedback, otherwise
    "input".

    Raises
    ------
    pyNN.errors.ConnectionError
        If the connection is not possible; the message says why and what is.
    """
    source, target = (getattr(end, "_vertex", None) for end in (presynaptic_population, postsynaptic_population))
    if isinstance(target, LIFVertex):
        return SFDFAProjection(presynaptic_population, postsynaptic_population, connector, *args, **kwargs)
    if isinstance(source, LIFVertex):
        raise errors.ConnectionError(
            f"LIF_SFDFA neurons ('{source.label}') send graded spikes, which sPyNNaker's own cells "
            f"('{getattr(target, 'label', target)}') take for several spikes. Connect them to LIF_SFDFA neurons."
        )
    return StockProjection(presynaptic_population, postsynaptic_population, connector, *args, **kwargs)


class SFDFAProjection:
    """Synapses onto LIF_SFDFA neurons: SFDFASynapse, SFDFAFeedback or StaticSynapse.

    Attributes
    ----------
    pre, post : Population
    synapse_type
    receptor_type : str
    label : str
    present : bool, shape (n_pre, n_post)
        Where there are synapses.
    words : int32, shape (n_pre, n_post)
        Weights in the machine's format, as last read or set; 0 where there is no synapse.
    learning_rate : float
    delay_ticks : int
        From the sending of a packet to its arrival.
    """

    def __init__(
        self,
        presynaptic_population: Any,
        postsynaptic_population: Any,
        connector: Any,
        synapse_type: Any = None,
        source: None = None,
        receptor_type: str | None = None,
        space: Any = None,
        label: str | None = None,
    ) -> None:
        if source is not None or space is not None:
            raise errors.ConnectionError(
                "source and space are not supported by LIF_SFDFA on SpiNNaker; leave them out."
            )
        self.pre, self.post = presynaptic_population, postsynaptic_population
        self.synapse_type = synapse_type if synapse_type is not None else StaticSynapse()
        self._is_feedback = isinstance(self.synapse_type, SFDFAFeedback)
        self.receptor_type = receptor_type or ("error" if self._is_feedback else "input")
        self.label = label or f"{self.pre.label}→{self.post.label}"
        check_wiring(self.pre, self.post, self.synapse_type, self.receptor_type, self.label)
        self.pre_vertex, self.post_vertex = self.pre._vertex, self.post._vertex
        self._fraction = FORMATS.feedback if self._is_feedback else FORMATS.weight
        pre, post, own = connected_pairs(connector, self.pre, self.post)
        self.present = np.zeros(self.shape, bool)
        self.present[pre, post] = True
        if len(pre) != self.present.sum():
            raise errors.ConnectionError(
                f"Projection '{self.label}' has several synapses between two neurons; on SpiNNaker there is one."
            )
        if self._is_feedback and not self.present.all():
            raise errors.ConnectionError(
                f"Projection '{self.label}': feedback leaves out {np.sum(~self.present)} pairs of neurons; on "
                "SpiNNaker it connects all to all. Use AllToAllConnector."
            )
        values = self._evaluated(self._parameters())
        if own.any():
            values["weight"][pre, post] = own
        self.learning_rate = self._one("learning_rate", values.get("learning_rate"))
        self.delay_ticks = 0
        if not self._is_feedback:
            self.delay_ticks = delay_in_ticks(values["delay"][self.present], self.pre_vertex, self.label)
        self._check_common_rate()
        self._given = np.zeros(self.shape)
        self.words = np.zeros(self.shape, np.int32)
        self._take_weights(values["weight"])
        self._behind = False  # whether the machine has later weights
        (self.post_vertex.feedback if self._is_feedback else self.post_vertex.forward).append(self)
        add_edge(self.pre_vertex, self.post_vertex, ERROR_PARTITION if self._is_feedback else SPIKE_PARTITION_ID)
        simulator.contents().projections.append(self)

    def __repr__(self) -> str:
        return f'Projection("{self.label}")'

    def __len__(self) -> int:
        return int(self.present.sum())

    def size(self, gather: bool = True) -> int:
        """Return the number of synapses."""
        return len(self)

    @property
    def from_neurons(self) -> bool:
        """Whether the sources are LIF_SFDFA neurons."""
        return isinstance(self.pre_vertex, LIFVertex)

    @property
    def shape(self) -> tuple[int, int]:
        """Neurons before and behind the synapses."""
        return int(self.pre.size), int(self.post.size)

    # --- Values ------------------------------------------------------------------------------------------------------

    def _parameters(self) -> ParameterSpace:
        if hasattr(self.synapse_type, "parameter_space"):
            return self.synapse_type.parameter_space
        static = {"weight": self.synapse_type.weight, "delay": self.synapse_type.delay}
        return ParameterSpace(static, {"weight": float, "delay": float})

    def _evaluated(self, space: ParameterSpace) -> dict[str, NDArray[np.float64]]:
        """Return values of parameters as matrices, checked; PyNN's units."""
        values = {}
        for name, lazy in space.items():
            own = copy.copy(lazy)  # the synapse type may be used again, for another shape
            own.shape = self.shape
            values[name] = np.array(own.evaluate(simplify=False), float)
            check_parameter(self._definition(name), values[name][self.present], type(self.synapse_type).__name__)
        return values

    def _definition(self, name: str) -> models.Parameter:
        definition: models.SynapseModel = getattr(self.synapse_type, "definition", models.SFDFA_SYNAPSE)
        return definition.parameter(name)

    def _one(self, name: str, values: NDArray[np.float64] | None) -> float:
        """Return the one value that all synapses share."""
        if values is None:
            return 0.0
        shared = values[self.present]
        if shared.size and np.ptp(shared):
            raise errors.InvalidParameterValueError(
                f"{name} from {shared.min():g} to {shared.max():g} in projection '{self.label}' is not possible on "
                f"SpiNNaker, where all synapses of a projection share it. Choose one {name}."
            )
        return float(shared[0]) if shared.size else 0.0

    def _check_common_rate(self) -> None:
        others = self.post_vertex.feedback if self._is_feedback else self.post_vertex.forward
        for other in others:
            if (
                other is not self
                and other.learning_rate != self.learning_rate
                and other.learning_rate
                and self.learning_rate
            ):
                raise errors.ConnectionError(
                    f"Projections '{other.label}' and '{self.label}' have learning rates of {other.learning_rate:g} "
                    f"and {self.learning_rate:g}; on SpiNNaker those onto one population share theirs (0 apart)."
                )

    def _take_weights(self, weights: NDArray[np.float64]) -> None:
        kind = "feedback weights" if self._is_feedback else "weights"
        unit = "" if self._is_feedback else "nA"
        self._given = np.where(self.present, weights, 0.0)
        self.words = to_machine(self._given, self._fraction, f"{kind} of '{self.label}'", unit)
        self._given_words = self.words

    def set(self, **attributes: Any) -> None:
        """Set the weights from the present time on, or the learning rate before the first run.

        A value may be a number, a RandomDistribution, an array (n_pre, n_post) as ``get(format="array")`` returns it,
        or a list with one value for each synapse in the order of ``get(format="list")``.
        """
        names = [p.name for p in getattr(self.synapse_type, "definition", models.SFDFA_SYNAPSE).parameters]
        settable = [name for name in names if name != "delay"]
        for name in attributes:
            if name not in settable:
                raise errors.NonExistentParameterError(name, type(self.synapse_type).__name__, settable)
        space = ParameterSpace(
            {name: self._spread(value) for name, value in attributes.items()}, dict.fromkeys(attributes, float)
        )
        values = self._evaluated(space)
        if "learning_rate" in values:
            self._set_learning_rate(self._one("learning_rate", values["learning_rate"]))
        if "weight" in values:
            self._take_weights(np.where(self.present, values["weight"], 0.0))
            self._behind = False
            if SpynnakerDataView.is_ran_last() and has_machine():
                self._store()
            else:
                SpynnakerDataView.set_requires_data_generation()

    def _set_learning_rate(self, rate: float) -> None:
        if SpynnakerDataView.is_ran_last():
            raise RuntimeError(
                f"learning_rate of '{self.label}' cannot be set within a simulation on SpiNNaker; call reset() before."
            )
        before, self.learning_rate = self.learning_rate, rate
        try:
            self._check_common_rate()
        except errors.ConnectionError:
            self.learning_rate = before
            raise
        SpynnakerDataView.set_requires_data_generation()

    def _spread(self, value: Any) -> Any:
        if isinstance(value, list) or (isinstance(value, np.ndarray) and value.ndim == 1):
            matrix = np.zeros(self.shape)
            matrix[self.present] = value
            return matrix
        return np.where(self.present, value, 0.0) if isinstance(value, np.ndarray) else value

    def get(
        self,
        attribute_names: Any,
        format: str,
        gather: Any = True,
        with_address: bool = True,
        multiple_synapses: str = "sum",
    ) -> Any:
        """Return variables of the synapses as they are now, as PyNN does; NaN where there is no synapse."""
        single = isinstance(attribute_names, str)
        names = [attribute_names] if single else list(attribute_names)
        readable = getattr(self.synapse_type, "readable", ("weight", "delay"))
        for name in names:
            if name not in readable:
                raise errors.NonExistentParameterError(name, type(self.synapse_type).__name__, list(readable))
        matrices = [np.where(self.present, self._matrix(name), np.nan) for name in names]
        if format == "array":
            return matrices[0] if single else matrices
        if format != "list":
            raise ValueError(f"format = {format!r} is not valid; choose 'list' or 'array'.")
        columns = [matrix[self.present].tolist() for matrix in matrices]
        if not with_address:
            return columns[0] if single else list(zip(*columns, strict=True))
        return list(zip(*(indices.tolist() for indices in np.nonzero(self.present)), *columns, strict=True))

    def save(
        self, attribute_names: Any, file: Any, format: str = "list", gather: Any = True, with_address: bool = True
    ) -> None:
        """Write variables of the synapses to a file of PyNN (``pyNN.recording.files``) or one of that name."""
        from pyNN.recording.files import StandardTextFile

        names = [attribute_names] if isinstance(attribute_names, str) else list(attribute_names)
        target = StandardTextFile(file, mode="w") if isinstance(file, str) else file
        columns = (["i", "j"] if format == "list" and with_address else []) + names
        target.write(self.get(names, format=format, with_address=with_address), {"columns": columns})
        target.close()

    def _matrix(self, name: str) -> NDArray[np.float64]:
        if name == "weight":
            self.fetch()
            return np.where(self.words == self._given_words, self._given, from_machine(self.words, self._fraction))
        if name == "delay":
            dt = SpynnakerDataView.get_simulation_time_step_ms()
            return np.full(self.shape, (self.delay_ticks - self.from_neurons) * dt)
        return np.full(self.shape, self.learning_rate)

    # --- The machine -------------------------------------------------------------------------------------------------

    def outdated(self) -> None:
        """Take note that the machine has run."""
        self._behind = has_machine()

    def fetch(self) -> None:
        """Read the weights back if the machine may have changed them."""
        if not self._behind:
            return
        words = np.zeros(self.shape, np.int32)
        for core, columns, offset in self._blocks():
            count = self.shape[0] * (columns.stop - columns.start)
            words[:, columns] = read_words(core, self._region, count, offset).reshape(self.shape[0], -1)
        self.words, self._behind = words, False

    def _store(self) -> None:
        for core, columns, offset in self._blocks():
            write_words(core, self._region, self.words[:, columns].ravel(), offset)

    @property
    def _region(self) -> Region:
        return Region.FEEDBACK if self._is_feedback else Region.WEIGHTS

    def _blocks(self) -> Iterable[tuple[Any, slice, int]]:
        """Return each core behind the synapses, its neurons, and the word of its region where the rows begin."""
        before = 0
        for other in self.post_vertex.feedback if self._is_feedback else self.post_vertex.forward:
            if other is self:
                break
            before += other.shape[0]
        for core in self.post_vertex.machine_vertices:
            first, n = int(core.vertex_slice.lo_atom), int(core.vertex_slice.n_atoms)
            yield core, slice(first, first + n), before * n
