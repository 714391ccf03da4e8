"""Projection: stock synapses connected in bulk, and synapses onto LIF_SFDFA neurons that learn."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import neo
import numpy as np
from pyNN import common, errors
from pyNN.brian2 import projections as pynn_projections
from pyNN.space import Space

from pynn_sfdfa.brian2 import groups, simulator
from pynn_sfdfa.brian2.cells import LIF_SFDFA
from pynn_sfdfa.brian2.synapse_recording import SynapseRecorder
from pynn_sfdfa.brian2.synapses import SFDFAFeedback, SFDFASynapse, StaticSynapse
from pynn_sfdfa.brian2.units import scale
from pynn_sfdfa.common.bulk import gather, split
from pynn_sfdfa.common.connectors import mended
from pynn_sfdfa.common.numbers import plain
from pynn_sfdfa.common.populations import parts
from pynn_sfdfa.common.projections import BulkProjection, ReadAndSet
from pynn_sfdfa.common.wiring import check_bounds, check_wiring, delay_steps, one_delay

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from pynn_sfdfa.brian2.populations import Population
    from pynn_sfdfa.common.bulk import Address

__all__ = ["Projection", "SFDFAProjection", "StockProjection"]

logger = logging.getLogger("PyNN")


class Projection(common.Projection):
    """Synapses of one type between two populations, views or assemblies; used as any PyNN projection.

    Onto LIF_SFDFA neurons the receptor type follows from the type of synapse: "error" for SFDFAFeedback, otherwise
    "input".
    """

    _simulator = simulator
    _static_synapse_class = StaticSynapse

    def __new__(cls, presynaptic_population: Any, postsynaptic_population: Any, *_: Any, **__: Any) -> Projection:
        """Return an SFDFAProjection if neurons of LIF_SFDFA are connected to, else a StockProjection."""
        post = postsynaptic_population
        members = parts(post) if isinstance(post, common.BasePopulation | common.Assembly) else []
        learning = any(isinstance(population.celltype, LIF_SFDFA) for population, _ in members)
        kind: type[Projection] = SFDFAProjection if learning else StockProjection
        projection: Projection = object.__new__(kind)
        return projection


class StockProjection(ReadAndSet, pynn_projections.Projection, Projection):
    """Synapses onto PyNN's own cells, connected in bulk."""

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
        self._chunks: list[Any] = []
        self._connected = False
        shape = presynaptic_population.size, postsynaptic_population.size
        name = label or f"{presynaptic_population.label}→{postsynaptic_population.label}"
        super().__init__(
            presynaptic_population, postsynaptic_population, mended(connector, shape, name), synapse_type, source,
            receptor_type, space or Space(), label,
        )  # fmt: skip
        self._finish_connecting()

    def _guess_receptor_type(self) -> None:
        for population, _ in parts(self.post):
            if not population.celltype.receptor_types:
                raise errors.ConnectionError(
                    f"A projection cannot end on population '{population.label}' "
                    f"({type(population.celltype).__name__}): a spike source receives no spikes."
                )
        super()._guess_receptor_type()

    def _convergent_connect(
        self,
        presynaptic_indices: NDArray[np.int64],
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
        names = chunks[0][2] if chunks else ()
        self.presynaptic_indices, self.postsynaptic_indices, values = gather(chunks, names)
        sources, targets = ([neurons for _, neurons in parts(group)] for group in (self.pre, self.post))
        self.addresses = list(split(self.presynaptic_indices, self.postsynaptic_indices, sources, targets))
        self._n_connections = self.presynaptic_indices.size
        self._create_synapses(values)

    def _create_synapses(self, values: dict[str, NDArray[np.float64]]) -> None:
        if "delay" in values:
            dt = float(simulator.state.network.clock.dt)
            values["delay"] = np.round(values["delay"] / dt) * dt
            if values["delay"].size:
                simulator.contents.delays.append(float(values["delay"].min()) * 1e3)
        for address in self.addresses:
            group = self._brian2_synapses[address.source][address.target]
            if not address.pre.size:
                # Brian2 runs no synapses that have never been connected.
                simulator.state.network.remove(group)
                continue
            group.connect(i=address.pre, j=address.post)
            for name, value in self.synapse_type.initial_conditions.items():
                try:
                    setattr(group, name, value)
                except TypeError as error:
                    if "read-only" not in str(error):
                        raise
                    logger.info("Cannot set synaptic initial value for variable %s", name)
        for name, value in values.items():
            self._write_native(name, value)

    # --- Reading and setting variables, for all synapses at once -----------------------------------------------------

    def _translations(self, name: str) -> Any:
        return self.synapse_type.translations[name]

    def _write_native(self, name: str, values: NDArray[np.float64]) -> None:
        for address in self.addresses:
            if address.synapses.size:
                group = self._brian2_synapses[address.source][address.target]
                setattr(group, f"{name}_", np.ascontiguousarray(values[address.synapses]))

    def read(self, name: str) -> NDArray[np.float64]:
        """Return a variable of all synapses at the present time, in PyNN's units."""
        translation = self._translations(name)
        native, reverse = translation["translated_name"], translation["reverse_transform"]
        values = np.empty(len(self))
        for address in self.addresses:
            if address.synapses.size:
                group = self._brian2_synapses[address.source][address.target]
                values[address.synapses] = np.asarray(getattr(group, native))  # one for all, or one for each
        return np.array(reverse(**{native: values}) if callable(reverse) else values, float)

    def write(self, name: str, values: NDArray[np.float64]) -> None:
        """Set a parameter of all synapses from the present time on."""
        translation = self._translations(name)
        forward = translation["forward_transform"]
        native = np.asarray(forward(**{name: values}) if callable(forward) else values, float)
        self._write_native(translation["translated_name"], native)

    def check_values(self, name: str, values: NDArray[np.float64]) -> None:
        """Raise InvalidParameterValueError unless values are finite, and weights have the sign of the receptor type."""
        wrong = values[~np.isfinite(values)]
        if wrong.size:
            raise errors.InvalidParameterValueError(
                f"{type(self.synapse_type).__name__}: {name} = {wrong[0]:g} is not valid; it must be a finite number."
            )
        if name in self.synapse_type.parameter_checks:
            self.synapse_type.parameter_checks[name](values, self)

    def as_given(self, attributes: Mapping[str, Any]) -> dict[str, Any]:
        """Return values as PyNN takes them; the units of weights depend on the cells that they lead to."""
        weights = "uS" if self.post.conductance_based else "nA"
        units = {"weight": weights, "delay": "ms"}
        return {name: plain(name, value, units.get(name, "")) for name, value in attributes.items()}

    @property
    def readable(self) -> list[str]:
        """Names of the variables that can be read."""
        return list(self.synapse_type.get_parameter_names())


class SFDFAProjection(BulkProjection, Projection):
    """Synapses onto LIF_SFDFA neurons: SFDFASynapse, SFDFAFeedback or StaticSynapse."""

    def _check_wiring(self) -> None:
        self._recorders: list[SynapseRecorder] = []
        self._sources, self._targets = parts(self.pre), parts(self.post)
        sources, targets = ([population for population, _ in ends] for ends in (self._sources, self._targets))
        allowed = StaticSynapse, SFDFASynapse, SFDFAFeedback
        check_wiring(self.label, self.synapse_type, self.receptor_type, sources, targets, allowed, "brian2")
        if isinstance(self.synapse_type, StaticSynapse):
            self.synapse_type._set_target_type(scale("nA"))
            self.synapse_type.parameter_checks = {}  # PyNN's refuses weights of mixed sign; ours takes its place

    def _create(self, values: dict[str, NDArray[np.float64]]) -> None:
        for name, array in values.items():
            self.check_values(name, array / float(scale(self.definition(name).unit)))
        delays = values.pop("delay", np.zeros(0)) / float(scale("ms"))
        step = float(simulator.state.dt)
        delay = one_delay(delays, self.label)
        steps = delay_steps(delay, step, self.label)
        if delays.size:
            check_bounds(delay, self.label, simulator.contents.min_delay or 0.0, simulator.contents.max_delay)
            simulator.contents.delays.append(delay)
        self.delay = steps * step
        self._given = values
        self._groups: dict[tuple[int, int], Any] = {}
        is_feedback = isinstance(self.synapse_type, SFDFAFeedback)
        neurons = [i for _, i in self._sources], [j for _, j in self._targets]
        self.addresses = list(split(self.presynaptic_indices, self.postsynaptic_indices, *neurons))
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
            self._write_native(name, array)
        simulator.contents.projections.append(self)

    def _group(self, address: Address) -> Any:
        return self._groups[address.source, address.target]

    def _unit(self, name: str) -> float:
        """Return what a value in PyNN's units is multiplied with in Brian2's."""
        unit = "ms/nA" if name == "eligibility" else self.definition(name).unit
        return float(scale(unit))

    # --- Reading and setting -----------------------------------------------------------------------------------------

    def _read_native(self, name: str) -> NDArray[np.float64]:
        if simulator.contents.standalone and not simulator.state.running:
            # The program that holds the synapses does not exist yet.
            return self._given[name].copy() if name in self._given else np.zeros(len(self))
        values = np.empty(len(self))
        for address in self.addresses:
            if address.synapses.size:
                values[address.synapses] = np.asarray(getattr(self._group(address), name)[:])
        return values

    def _write_native(self, name: str, values: NDArray[np.float64]) -> None:
        if simulator.contents.standalone and simulator.state.running:
            raise RuntimeError(
                f"A standalone simulation has ended with its run: {name} cannot be set any more. Call setup() again."
            )
        self._given[name] = values
        for address in self.addresses:
            if address.synapses.size:
                setattr(self._group(address), f"{name}_", np.ascontiguousarray(values[address.synapses]))

    def read(self, name: str) -> NDArray[np.float64]:
        """Return a variable of all synapses at the present time, in PyNN's units."""
        if name == "delay":
            return np.full(len(self), self.delay)
        return self._read_native("E" if name == "eligibility" else name) / self._unit(name)

    def write(self, name: str, values: NDArray[np.float64]) -> None:
        """Set a parameter of all synapses from the present time on."""
        if name == "delay":
            raise errors.InvalidParameterValueError(
                f"The delay of projection '{self.label}' is fixed at {self.delay:g} ms; give the delay to the synapse "
                "type when the projection is created."
            )
        self._write_native(name, values * self._unit(name))

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

    def locate(self, pairs: list[tuple[int, int]]) -> Iterable[tuple[Any, NDArray[np.int64], NDArray[np.int64]]]:
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
        return not isinstance(self.synapse_type, StaticSynapse) and bool(self._read_native("learning_rate").any())

    def parameter_values(self) -> dict[str, NDArray[np.float64]]:
        """Return what a reset of the simulation leaves as it is, in SI units."""
        return {name: self._read_native(name) for name in self._given}

    def restore(self, values: Mapping[str, NDArray[np.float64]]) -> None:
        """Set what `parameter_values` returned."""
        for name, array in values.items():
            self._write_native(name, array)
