"""Projection: sPyNNaker's own, and synapses onto LIF_SFDFA neurons that learn."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from pyNN import common, errors

from pynn_sfdfa.common.bulk import split
from pynn_sfdfa.common.cells import LIF_SFDFA
from pynn_sfdfa.common.documented import PROJECTION, documented
from pynn_sfdfa.common.populations import check_present, parts
from pynn_sfdfa.common.projections import BulkProjection
from pynn_sfdfa.common.wiring import check_bounds, check_wiring, one_delay
from pynn_sfdfa.spiNNaker import simulator, synapses, twins
from pynn_sfdfa.spiNNaker.fixed_point import FORMATS, from_machine, to_machine
from pynn_sfdfa.spiNNaker.machine_vertex import ERROR_PARTITION, FACTOR_PARTITION
from pynn_sfdfa.spiNNaker.receivers import Incoming
from pynn_sfdfa.spiNNaker.spynnaker_names import SPIKE_PARTITION_ID, SpynnakerDataView, add_edge
from pynn_sfdfa.spiNNaker.stock_projections import stock_projection
from pynn_sfdfa.spiNNaker.wiring import delay_in_ticks

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from pynn_sfdfa.common.bulk import Address
    from pynn_sfdfa.spiNNaker.synaptic_memory import SynapticMemory

__all__ = ["Projection", "SFDFAProjection"]


@documented(PROJECTION)
def Projection(
    presynaptic_population: Any,
    postsynaptic_population: Any,
    connector: Any,
    synapse_type: Any = None,
    source: Any = None,
    receptor_type: str | None = None,
    space: Any = None,
    label: str | None = None,
    **options: Any,
) -> Any:
    """Connect two populations, views or assemblies; sPyNNaker's own projection unless it leads to LIF_SFDFA neurons.

    If no receptor type is given, it follows from the type of synapse onto LIF_SFDFA neurons ("error" for SFDFAFeedback,
    otherwise "input"), and from the sign of the weights onto others.

    Raises
    ------
    pyNN.errors.ConnectionError
        If the connection is not possible; the message says why and what is.
    """
    ends = presynaptic_population, postsynaptic_population
    for end in ends:
        if not isinstance(end, common.BasePopulation | common.Assembly) and not hasattr(end, "_vertex"):
            raise errors.ConnectionError(
                f"A projection connects populations, views or assemblies, not a {type(end).__name__}."
            )
    if not any(isinstance(target.celltype, LIF_SFDFA) for target, _ in parts(postsynaptic_population)):
        for end in ends:
            check_present(end, _is_present)
        return stock_projection(*ends, connector, synapse_type, source, receptor_type, space, label, **options)
    of_pynn = twins.of_pynn(connector), synapses.of_pynn(synapse_type)
    return SFDFAProjection(*ends, *of_pynn, source, receptor_type, space, label, **options)


def _is_present(population: Any) -> bool:
    return any(vertex is population._vertex for vertex in SpynnakerDataView.iterate_vertices())


@dataclass
class _Part:
    """The synapses of a projection between one pair of whole populations.

    Attributes
    ----------
    memory : SynapticMemory
        Of the target.
    incoming : Incoming
        Which holds them.
    at : Address
        Which synapses of the projection they are.
    """

    memory: SynapticMemory
    incoming: Incoming
    at: Address

    @property
    def delay(self) -> float:
        """In ms."""
        return (self.incoming.delay_ticks - self.incoming.from_neurons) * simulator.state.dt


class SFDFAProjection(BulkProjection):
    """Synapses onto LIF_SFDFA neurons: SFDFASynapse, SFDFAFeedback or StaticSynapse; used as any PyNN projection.

    Attributes
    ----------
    learning_rate : float
    """

    _simulator = simulator
    _static_synapse_class = synapses.StaticSynapse

    def _is_present(self, population: Any) -> bool:
        return _is_present(population)

    def _check_wiring(self) -> None:
        sources, targets = ([population for population, _ in parts(group)] for group in (self.pre, self.post))
        allowed = synapses.StaticSynapse, synapses.SFDFASynapse, synapses.SFDFAFeedback
        check_wiring(self.label, self.synapse_type, self.receptor_type, sources, targets, allowed, "spiNNaker")
        self._is_feedback = self.receptor_type == "error"
        self._fraction = FORMATS.feedback if self._is_feedback else FORMATS.weight

    def _create(self, values: dict[str, NDArray[np.float64]]) -> None:
        for name, array in values.items():
            self.check_values(name, array)
        self.learning_rate = self._one_rate(values.get("learning_rate", np.zeros(0)))
        words = self._take_weights(values["weight"])
        delay = self._checked_delay(values.get("delay", np.zeros(0)))
        found = []
        for source, target, part in self._split():
            memory = target.feedback if self._is_feedback else target.forward
            new = self._incoming(source, target, part, words[part.synapses], delay)
            memory.check(new)
            found.append((target, memory, new, part))
        self._parts: list[_Part] = []
        for target, memory, new, part in found:
            self._parts.append(_Part(memory, memory.join(new), part))
            add_edge(new.source, target, ERROR_PARTITION if self._is_feedback else SPIKE_PARTITION_ID)
            if new.timed:
                add_edge(new.source, target, FACTOR_PARTITION)
        if len(self) and not self._is_feedback:
            simulator.state.projections.append(self)

    def _split(self) -> Iterable[tuple[Any, Any, Any]]:
        """Return the vertices of each pair of populations that have synapses, and where these are."""
        sources, targets = parts(self.pre), parts(self.post)
        neurons = [i for _, i in sources], [j for _, j in targets]
        for part in split(self.presynaptic_indices, self.postsynaptic_indices, *neurons):
            if part.synapses.size:
                yield sources[part.source][0]._vertex, targets[part.target][0]._vertex, part

    def _incoming(self, source: Any, target: Any, part: Any, words: NDArray[np.int32], delay: float) -> Incoming:
        """Return the synapses of one pair of populations as the cores will hold them."""
        if len(source.atoms_shape) > 1:
            raise errors.ConnectionError(
                f"Projection '{self.label}': the cores of '{source.label}' have rectangles of neurons, as convolutions "
                "need them, which does not go with LIF_SFDFA. Give its neurons_per_core as a number."
            )
        present = np.zeros((int(source.n_atoms), int(target.n_atoms)), bool)
        present[part.pre, part.post] = True
        if present.sum() != part.synapses.size:
            raise errors.ConnectionError(
                f"Projection '{self.label}' has several synapses between two neurons; on SpiNNaker there is one."
            )
        rows = np.zeros(present.shape, np.int32)
        rows[part.pre, part.post] = words
        from_neurons = source in simulator.state.vertices
        ticks = 0
        if not self._is_feedback:
            ticks = delay_in_ticks(delay, simulator.state.dt, str(source.label), from_neurons, self.label)
        timed = self._is_feedback and self.synapse_type.timed
        return Incoming(source, from_neurons, ticks, present, rows, [self], timed)

    def _one_rate(self, values: NDArray[np.float64]) -> float:
        """Return the one learning rate that all synapses share."""
        if values.size and np.ptp(values):
            raise errors.InvalidParameterValueError(
                f"learning_rate from {values.min():g} to {values.max():g} in projection '{self.label}' is not possible "
                "on SpiNNaker, where all synapses of a projection share it. Choose one learning_rate."
            )
        return float(values[0]) if values.size else 0.0

    def _checked_delay(self, delays: NDArray[np.float64]) -> float:
        """Return the delay of the projection in ms, which lies within the bounds of ``setup()``."""
        delay = one_delay(delays, self.label, each="presynaptic population")  # as synapses of two share rows
        if delays.size:
            check_bounds(delay, self.label, simulator.state.least_delay, simulator.state.max_delay)
        return delay

    def _matrix(self, words: NDArray[np.int32]) -> NDArray[np.int32]:
        matrix = np.zeros(self.shape, np.int32)
        matrix[self.presynaptic_indices, self.postsynaptic_indices] = words
        return matrix

    def _take_weights(self, weights: NDArray[np.float64]) -> NDArray[np.int32]:
        """Remember the weights that were given; return them in the machine's format."""
        kind, unit = ("feedback weights", "") if self._is_feedback else ("weights", "nA")
        words = to_machine(weights, self._fraction, f"{kind} of '{self.label}'", unit)
        self._given, self._given_words = weights.copy(), self._matrix(words)
        return words

    # --- Values ------------------------------------------------------------------------------------------------------

    @property
    def delay(self) -> float:
        """The delay in ms."""
        return min((part.delay for part in self._parts), default=0.0)

    @property
    def delay_ticks(self) -> int:
        """From the sending of a packet to its arrival."""
        return self._parts[0].incoming.delay_ticks

    @property
    def words(self) -> NDArray[np.int32]:
        """The weights in the machine's format, as last read or set; shape (n_pre, n_post), 0 where there is none."""
        return self._matrix(self._present_words())

    def _present_words(self) -> NDArray[np.int32]:
        words = np.zeros(len(self), np.int32)
        for part in self._parts:
            words[part.at.synapses] = part.incoming.words[part.at.pre, part.at.post]
        return words

    def read(self, name: str) -> NDArray[np.float64]:
        """Return a variable of all synapses at the present time, in order of pre-, then postsynaptic neuron."""
        values = np.full(len(self), self.learning_rate)
        if name == "weight":
            for part in self._parts:
                part.memory.fetch(part.incoming)
            words = self._present_words()
            given = self._given_words[self.presynaptic_indices, self.postsynaptic_indices]
            return np.where(words == given, self._given, from_machine(words, self._fraction))
        if name == "delay":
            for part in self._parts:
                values[part.at.synapses] = part.delay
        return values

    def write(self, name: str, values: NDArray[np.float64]) -> None:
        """Set the weights from the present time on, or another parameter before the first run."""
        self.check_values(name, values)
        if name == "weight":
            self._write_weights(values)
            return
        simulator.refuse_within(f"{name} of '{self.label}' cannot be set")
        if name == "learning_rate":
            self.learning_rate = self._one_rate(values)
        else:
            self._write_delay(self._checked_delay(values))
        SpynnakerDataView.set_requires_data_generation()

    def _write_weights(self, weights: NDArray[np.float64]) -> None:
        words = self._take_weights(weights)
        for part in self._parts:
            part.memory.write(part.incoming, (part.at.pre, part.at.post), words[part.at.synapses])
        if not simulator.state.running:
            SpynnakerDataView.set_requires_data_generation()

    def _write_delay(self, delay: float) -> None:
        changed = []
        for part in self._parts:
            old = part.incoming
            if len(old.projections) > 1:
                raise errors.ConnectionError(
                    f"delay of '{self.label}' cannot be set on SpiNNaker, because '{old.projections[0].label}' and "
                    f"'{old.projections[-1].label}' connect the same populations, and have one delay."
                )
            source = str(old.source.label)
            ticks = delay_in_ticks(delay, simulator.state.dt, source, old.from_neurons, self.label)
            changed.append(dataclasses.replace(old, delay_ticks=ticks))
        for part, new in zip(self._parts, changed, strict=True):
            part.memory.replace(part.incoming, new)
            part.incoming = new
