"""Projection: stock synapses connected in bulk, and synapses onto LIF_SFDFA neurons that learn."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import neo
import numpy as np
from pyNN import common, errors
from pyNN.brian2 import projections as pynn_projections
from pyNN.space import Space

from pynn_sfdfa import models
from pynn_sfdfa.brian2 import bulk, groups, simulator
from pynn_sfdfa.brian2.cells import LIF_SFDFA
from pynn_sfdfa.brian2.populations import parts
from pynn_sfdfa.brian2.synapse_recording import SynapseRecorder
from pynn_sfdfa.brian2.synapses import SFDFAFeedback, SFDFASynapse, StaticSynapse
from pynn_sfdfa.brian2.units import scale
from pynn_sfdfa.brian2.wiring import check_wiring, delay_steps
from pynn_sfdfa.standardmodels import check_parameter

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyNN.parameters import ParameterSpace

    from pynn_sfdfa.brian2.populations import Population

__all__ = ["Projection", "SFDFAProjection"]

logger = logging.getLogger("PyNN")


class Projection(pynn_projections.Projection):
    """Synapses of one type between two populations, views or assemblies; used as any PyNN projection.

    Onto LIF_SFDFA neurons the receptor type follows from the type of synapse: "error" for SFDFAFeedback, otherwise
    "input".
    """

    _simulator = simulator
    _static_synapse_class = StaticSynapse

    def __new__(
        cls, presynaptic_population: Any, postsynaptic_population: Any, *args: Any, **kwargs: Any
    ) -> Projection:
        """Return an SFDFAProjection if neurons of LIF_SFDFA are connected to."""
        post = postsynaptic_population
        members = parts(post) if isinstance(post, common.BasePopulation | common.Assembly) else []
        learning = any(isinstance(population.celltype, LIF_SFDFA) for population, _ in members)
        projection: Projection = object.__new__(SFDFAProjection if learning else cls)
        return projection

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._chunks: list[bulk.Chunk] = []
        self._connected = False
        super().__init__(*args, **kwargs)
        self._finish_connecting()

    def _convergent_connect(
        self,
        presynaptic_indices: np.ndarray,
        postsynaptic_index: int,
        location_selector: Any = None,
        **connection_parameters: Any,
    ) -> None:
        """Take note of synapses from several neurons to one."""
        if location_selector is not None:
            raise errors.ConnectionError("location_selector is for cells with several compartments; Brian2's have one.")
        connection_parameters.pop("dendritic_delay_fraction", None)
        self._chunks.append((presynaptic_indices, postsynaptic_index, connection_parameters))

    def _set_tau_syn_for_tsodyks_markram(self) -> None:
        self._finish_connecting()
        super()._set_tau_syn_for_tsodyks_markram()

    def _finish_connecting(self) -> None:
        """Create all synapses."""
        if self._connected:
            return
        self._connected = True
        chunks, self._chunks = self._chunks, []
        self.presynaptic_indices, self.postsynaptic_indices, values = bulk.gather(chunks)
        self._sources, self._targets = parts(self.pre), parts(self.post)
        self.addresses = list(
            bulk.split(
                self.presynaptic_indices,
                self.postsynaptic_indices,
                [neurons for _, neurons in self._sources],
                [neurons for _, neurons in self._targets],
            )
        )
        self._n_connections = self.presynaptic_indices.size
        self._create_synapses(values)

    def _create_synapses(self, values: dict[str, np.ndarray]) -> None:
        if "delay" in values:
            dt = float(simulator.state.network.clock.dt)
            values["delay"] = np.round(values["delay"] / dt) * dt
        for address in self.addresses:
            group = self._group(address)
            if address.pre.size:
                group.connect(i=address.pre, j=address.post)
            for name, value in self.synapse_type.initial_conditions.items():
                try:
                    setattr(group, name, value)
                except TypeError as error:
                    if "read-only" not in str(error):
                        raise
                    logger.info("Cannot set synaptic initial value for variable %s", name)
        for name, value in values.items():
            self._write(name, value)

    def _group(self, address: bulk.Address) -> Any:
        return self._brian2_synapses[address.source][address.target]

    def __getitem__(self, i: int) -> Any:
        return list(self.connections)[i]

    # --- Reading and setting variables, by native name, for all synapses at once -------------------------------------

    def _read(self, name: str) -> np.ndarray:
        """Return a variable in SI units, in order of presynaptic, then postsynaptic neuron."""
        values = np.empty(len(self))
        for address in self.addresses:
            values[address.synapses] = np.asarray(getattr(self._group(address), name)[:])
        return values

    def _write(self, name: str, values: np.ndarray) -> None:
        for address in self.addresses:
            if address.synapses.size:
                setattr(self._group(address), f"{name}_", np.ascontiguousarray(values[address.synapses]))

    def _in_pynn_units(self, name: str) -> np.ndarray:
        values = np.asarray(self._read(name))
        translation = {t["translated_name"]: t for t in self.synapse_type.translations.values()}[name]
        reverse = translation["reverse_transform"]
        return np.asarray(reverse(**{name: values}) if callable(reverse) else values, float)

    def _set_attributes(self, parameter_space: ParameterSpace) -> None:
        parameter_space.evaluate(simplify=False)
        for name, matrix in parameter_space.items():
            self._write(name, np.asarray(matrix)[self.presynaptic_indices, self.postsynaptic_indices].astype(float))

    def _get_attributes_as_arrays(
        self, attribute_names: Iterable[str], multiple_synapses: str = "sum"
    ) -> list[np.ndarray]:
        pre, post = self.presynaptic_indices, self.postsynaptic_indices
        return [
            bulk.as_matrix(self._in_pynn_units(name), pre, post, self.shape, multiple_synapses)
            for name in attribute_names
        ]

    def _get_attributes_as_list(self, attribute_names: Iterable[str]) -> list[tuple[Any, ...]]:
        addresses = {"presynaptic_index": self.presynaptic_indices, "postsynaptic_index": self.postsynaptic_indices}
        columns = [
            (addresses[name] if name in addresses else self._in_pynn_units(name)).tolist() for name in attribute_names
        ]
        return list(zip(*columns, strict=True))


class SFDFAProjection(Projection):
    """Synapses onto LIF_SFDFA neurons: SFDFASynapse, SFDFAFeedback or StaticSynapse."""

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
        self._chunks: list[bulk.Chunk] = []
        self._connected = False
        self._recorders: list[SynapseRecorder] = []
        common.Projection.__init__(
            self, presynaptic_population, postsynaptic_population, connector, synapse_type, source, receptor_type,
            space or Space(), label,
        )  # fmt: skip
        check_wiring(self)
        if isinstance(self.synapse_type, StaticSynapse):
            self.synapse_type._set_target_type(scale("nA"))
            self.synapse_type.parameter_checks = {}  # PyNN's refuses weights of mixed sign; _check takes its place
        connector.connect(self)
        self._finish_connecting()
        simulator.contents.projections.append(self)

    def _guess_receptor_type(self) -> None:
        """Choose the receptor type by the type of synapse; the sign of a weight says nothing here."""
        self.receptor_type = "error" if isinstance(self.synapse_type, SFDFAFeedback) else "input"

    def _create_synapses(self, values: dict[str, np.ndarray]) -> None:
        for name, array in values.items():
            self._check(name, array)
        delays = values.pop("delay", np.zeros(0)) / float(scale("ms"))
        steps = delay_steps(delays, str(self.label))
        self.delay = steps * simulator.state.dt
        self._given = values
        self._groups: dict[tuple[int, int], Any] = {}
        is_feedback = isinstance(self.synapse_type, SFDFAFeedback)
        for address in self.addresses:
            source, target = self._sources[address.source][0], self._targets[address.target][0]
            (target.feedback if is_feedback else target.forward).append(self)
            if not address.synapses.size:
                continue
            ends = source.brian2_group, target.brian2_group, address.pre, address.post
            if is_feedback:
                group = groups.feedback_group(*ends)
            else:
                group = groups.forward_group(*ends, isinstance(self.synapse_type, SFDFASynapse), steps)
            self._groups[address.source, address.target] = group
        for name, array in values.items():
            self._write(name, array)

    def _group(self, address: bulk.Address) -> Any:
        return self._groups[address.source, address.target]

    def _definition(self, name: str) -> models.Parameter:
        """Return the valid range of a parameter; StaticSynapse has those of SFDFASynapse."""
        definition: models.SynapseModel = getattr(self.synapse_type, "definition", models.SFDFA_SYNAPSE)
        return definition.parameter(name)

    def _check(self, name: str, values: np.ndarray) -> None:
        parameter = self._definition(name)
        check_parameter(parameter, values / float(scale(parameter.unit)), type(self.synapse_type).__name__)

    # --- Reading and setting -----------------------------------------------------------------------------------------

    def _read(self, name: str) -> np.ndarray:
        if name == "delay":
            return np.full(len(self), self.delay * float(scale("ms")))
        if simulator.contents.standalone and not simulator.state.running:
            # The program that holds the synapses does not exist yet.
            return self._given[name].copy() if name in self._given else np.zeros(len(self))
        return super()._read(name)

    def _write(self, name: str, values: np.ndarray) -> None:
        if simulator.contents.standalone and simulator.state.running:
            raise RuntimeError(
                f"A standalone simulation has ended with its run: {name} cannot be set any more. Call setup() again."
            )
        self._given[name] = values
        super()._write(name, values)

    def set(self, **attributes: Any) -> None:
        """Set parameters of the synapses from the present time on.

        Values may be a number, a RandomDistribution, a function of the distance, an array of the shape of the
        connectivity matrix (as ``get(format="array")`` returns it), or a list or array with one value for each synapse
        (in the order of ``get(format="list")``).
        """
        settable = [name for name in self.synapse_type.get_parameter_names() if name != "delay"]
        for name in attributes:
            if name == "delay":
                raise errors.InvalidParameterValueError(
                    f"The delay of projection '{self.label}' is fixed at {self.delay:g} ms; give the delay to the "
                    "synapse type when the projection is created."
                )
            if name not in settable:
                raise errors.NonExistentParameterError(name, type(self.synapse_type).__name__, settable)
        super().set(**attributes)

    def get(self, attribute_names: Any, *args: Any, **kwargs: Any) -> Any:
        """Return variables of the synapses, as PyNN does; ``eligibility`` is that of the present time."""
        for name in [attribute_names] if isinstance(attribute_names, str) else attribute_names:
            if name not in self.synapse_type.readable:
                raise errors.NonExistentParameterError(
                    name, type(self.synapse_type).__name__, list(self.synapse_type.readable)
                )
        return super().get(attribute_names, *args, **kwargs)

    def _set_attributes(self, parameter_space: ParameterSpace) -> None:
        parameter_space.evaluate(simplify=False)
        address = self.presynaptic_indices, self.postsynaptic_indices
        arrays = {name: np.asarray(matrix)[address].astype(float) for name, matrix in parameter_space.items()}
        for name, array in arrays.items():
            self._check(name, array)
        for name, array in arrays.items():
            self._write(name, array)

    # --- Recording ---------------------------------------------------------------------------------------------------

    def record(
        self,
        variables: str | Iterable[str],
        synapses: Iterable[tuple[int, int]],
        sampling_interval: float | None = None,
    ) -> None:
        """Record variables of some synapses over time.

        Parameters
        ----------
        variables : str or list of str
            weight, eligibility, and the traces TA, TB and R that it is made of.
        synapses : list of (int, int)
            Presynaptic and postsynaptic index of each synapse.
        sampling_interval : float, optional
            ms; default: every time step.
        """
        self._recorders.append(SynapseRecorder(self, variables, synapses, sampling_interval))

    def get_data(self) -> neo.Block:
        """Return what has been recorded: one Segment for each call of `record`, one AnalogSignal for each variable."""
        block = neo.Block(name=str(self.label))
        for recorder in self._recorders:
            block.segments.append(recorder.segment())
        return block

    def locate(self, pairs: list[tuple[int, int]]) -> Iterable[tuple[Any, np.ndarray, np.ndarray]]:
        """Return Brian2's groups with the synapses between pairs of neurons.

        Yields
        ------
        group : brian2.Synapses
        chosen : int64
            Positions in ``pairs``.
        within : int64
            Positions of the same synapses within the group.
        """
        positions = []
        for pre, post in pairs:
            found = np.flatnonzero((self.presynaptic_indices == pre) & (self.postsynaptic_indices == post))
            if not found.size:
                raise errors.InvalidParameterValueError(
                    f"Projection '{self.label}' has no synapse from neuron {pre} to neuron {post}."
                )
            positions.append(found[0])
        for address in self.addresses:
            chosen = np.flatnonzero(np.isin(positions, address.synapses))
            if chosen.size:
                yield self._group(address), chosen, np.searchsorted(address.synapses, np.array(positions)[chosen])

    # --- Learning ----------------------------------------------------------------------------------------------------

    @property
    def sources(self) -> list[Population]:
        """The populations from which the projection comes."""
        return [population for population, _ in self._sources]

    def learns(self) -> bool:
        """Return whether any of the synapses has a learning rate other than 0."""
        return not isinstance(self.synapse_type, StaticSynapse) and bool(self._read("learning_rate").any())

    def parameter_values(self) -> dict[str, np.ndarray]:
        """Return what a reset of the simulation leaves as it is, in SI units."""
        return {name: self._read(name) for name in self._given}

    def restore(self, values: dict[str, np.ndarray]) -> None:
        """Set what `parameter_values` returned."""
        for name, array in values.items():
            self._write(name, array)

    @property
    def connections(self) -> Iterable[Any]:
        """The synapses, one at a time."""
        return (Synapse(self, i) for i in range(len(self)))

    def __getitem__(self, i: int) -> Any:
        return Synapse(self, range(len(self))[i])


class Synapse(common.Connection):
    """One synapse of an SFDFAProjection."""

    def __init__(self, projection: SFDFAProjection, index: int) -> None:
        self.__dict__.update(projection=projection, index=index)

    def __getattr__(self, name: str) -> float:
        projection = self.__dict__["projection"]
        values = projection.get(name, format="list", with_address=False)
        return float(values[self.__dict__["index"]])

    def __setattr__(self, name: str, value: float) -> None:
        projection, index = self.__dict__["projection"], self.__dict__["index"]
        values = np.array(projection.get(name, format="list", with_address=False))
        values[index] = value
        projection.set(**{name: values})

    def as_tuple(self, *attribute_names: str) -> tuple[float, ...]:
        """Return several attributes at once."""
        return tuple(getattr(self, name) for name in attribute_names)
