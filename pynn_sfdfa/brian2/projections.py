"""Projection: synapses of PyNN's types between stock cells, or an SFDFAProjection onto LIF_SFDFA neurons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import brian2
import neo
import numpy as np
from pyNN import common, errors
from pyNN.brian2.projections import basic_units

from pynn_sfdfa.brian2 import groups, simulator
from pynn_sfdfa.brian2.bulk_projection import GroupedProjection
from pynn_sfdfa.brian2.cells import LIF_SFDFA
from pynn_sfdfa.brian2.exact_step import exact_events
from pynn_sfdfa.brian2.surrogates import SurrogateSynapse, SymmetricFeedback, other_way
from pynn_sfdfa.brian2.synapse_recording import SynapseRecorder
from pynn_sfdfa.brian2.synapses import SFDFAFeedback, SFDFASynapse, StaticSynapse, for_target
from pynn_sfdfa.brian2.units import scale
from pynn_sfdfa.brian2.wiring import common_delay
from pynn_sfdfa.common.checks import check_parameter
from pynn_sfdfa.common.documented import PROJECTION, documented
from pynn_sfdfa.common.populations import parts
from pynn_sfdfa.common.projections import BulkProjection
from pynn_sfdfa.common.wiring import check_bounds, check_wiring
from pynn_sfdfa.models import Parameter

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pynn_sfdfa.brian2.populations import Population
    from pynn_sfdfa.common.bulk import Address

__all__ = ["Projection", "SFDFAProjection"]


@documented(PROJECTION)
class Projection(GroupedProjection):
    """Synapses of one type between two populations, views or assemblies; used as any PyNN projection.

    Onto LIF_SFDFA neurons the receptor type follows from the type of synapse: "error" for SFDFAFeedback, otherwise
    "input".
    """

    def __new__(
        cls, presynaptic_population: Any, postsynaptic_population: Any, *args: Any, **kwargs: Any
    ) -> Projection:
        """Return an SFDFAProjection if neurons of LIF_SFDFA are connected to."""
        post = postsynaptic_population
        members = parts(post) if isinstance(post, common.BasePopulation | common.Assembly) else []
        learning = any(isinstance(population.celltype, LIF_SFDFA) for population, _ in members)
        projection: Projection = object.__new__(SFDFAProjection if learning else cls)
        return projection

    def _guess_receptor_type(self) -> None:
        """Choose the receptor type as PyNN does, by the sign of the weights."""
        super()._guess_receptor_type()
        self._guess_by_weights()

    def _check_wiring(self) -> None:
        """Raise ConnectionError unless there are such synapses onto these cells; take up the unit of their weights."""
        kind = type(self.synapse_type).__name__
        if not hasattr(self.synapse_type, "_set_target_type"):
            raise errors.ConnectionError(
                f"Projection '{self.label}': {kind} does not lead to {type(self.post_celltype).__name__} neurons; it "
                "leads to those of LIF_SFDFA."
            )
        units = {_weight_unit(population.celltype) for population, _ in parts(self.post)}
        if len(units) > 1:
            raise errors.ConnectionError(
                f"Projection '{self.label}' leads to cells with synaptic currents and to cells with conductances; use "
                "one projection for each."
            )
        (unit,) = units
        self._unit = getattr(brian2, unit)
        self.synapse_type = for_target(self.synapse_type, unit, self._unit)

    @property
    def post_celltype(self) -> Any:
        """The cell type of the first population that the projection leads to."""
        return parts(self.post)[0][0].celltype

    def _check_given(self, values: dict[str, np.ndarray]) -> None:
        values.pop("dendritic_delay_fraction", None)  # all delays are axonal here, as the synapse type says
        dt = float(simulator.state.network.clock.dt)
        for name in self.synapse_type.get_parameter_names():
            native = self._translation(name)["translated_name"]
            if native in values:
                self.check_values(name, self._in_pynn_units(name, values[native]))
        if "delay" in values:
            values["delay"] = np.round(values["delay"] / dt) * dt

    def _new_group(self, address: Address) -> Any:
        source, target = self._sources[address.source][0], self._targets[address.target][0]
        words = {
            "syn_var": target.celltype.post_synaptic_variables[self.receptor_type],
            "weight_units": basic_units(self._unit),
        }
        kind = self.synapse_type
        model, at_event = exact_events(kind.eqs % words)
        group = brian2.Synapses(
            source.brian2_group,
            target.brian2_group,
            model=model,
            on_pre=at_event(kind.pre % words),
            on_post=at_event(kind.post % words) if kind.post else None,
            clock=simulator.state.network.clock,
            multisynaptic_index="synapse_number",
            name=simulator.contents.new_name("synapses"),
        )
        simulator.state.network.add(group)
        group.connect(i=address.pre, j=address.post)
        for name, value in kind.initial_conditions.items():
            if not group.variables[name].read_only:
                setattr(group, name, value)
        if hasattr(kind, "tau_syn_var"):  # it takes the time constant from the cells
            tau = target.get(kind.tau_syn_var[self.receptor_type], simplify=False)
            group.tau_syn = tau[address.post] * brian2.ms
        return group

    def check_values(self, name: str, values: np.ndarray) -> None:
        """Raise InvalidParameterValueError unless values are finite, and delays within the bounds of ``setup()``."""
        unit = self.synapse_type.units.get(name, "")
        check_parameter(Parameter(name, 0.0, unit, f"of {self.label}"), values, type(self.synapse_type).__name__)
        if name == "delay" and values.size:
            for delay in (float(values.min()), float(values.max())):
                check_bounds(delay, self.label, simulator.contents.least_delay, simulator.contents.max_delay)

    def write(self, name: str, values: np.ndarray) -> None:
        """Set a parameter of all synapses from the present time on; delays are rounded to time steps."""
        if name == "delay":
            dt = float(simulator.state.dt)
            values = np.round(values / dt) * dt
        super().write(name, values)

    def _variables(self) -> list[str]:
        return [name for name in self.synapse_type.get_parameter_names() if name != "dendritic_delay_fraction"]

    def check_readable(self, names: Iterable[str]) -> None:
        """Raise NonExistentParameterError unless all names are parameters of the synapses."""
        self.check_settable(names)

    def check_settable(self, names: Iterable[str]) -> None:
        """Raise NonExistentParameterError unless all names are parameters of the synapses."""
        for name in names:
            if name not in self._variables():
                raise errors.NonExistentParameterError(name, type(self.synapse_type).__name__, self._variables())


def _weight_unit(cell_type: Any) -> str:
    """Return the unit of the weights of synapses onto a cell type."""
    if getattr(cell_type, "voltage_based_synapses", False):
        return "mV"
    return "uS" if cell_type.conductance_based else "nA"


class SFDFAProjection(Projection):
    """Synapses onto LIF_SFDFA neurons: those that learn, feedback, or StaticSynapse."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._recorders: list[SynapseRecorder] = []
        super().__init__(*args, **kwargs)

    def _guess_receptor_type(self) -> None:
        BulkProjection._guess_receptor_type(self)

    def _check_wiring(self) -> None:
        sources, targets = ([population for population, _ in parts(group)] for group in (self.pre, self.post))
        allowed = StaticSynapse, SFDFASynapse, SurrogateSynapse, SFDFAFeedback, SymmetricFeedback
        check_wiring(self.label, self.synapse_type, self.receptor_type, sources, targets, allowed, "brian2")
        if isinstance(self.synapse_type, StaticSynapse):
            self.synapse_type = for_target(self.synapse_type, "nA", scale("nA"))
            self.synapse_type.parameter_checks = {}  # PyNN's refuses weights of mixed sign; check_values does not

    def _check_given(self, values: dict[str, np.ndarray]) -> None:
        for name, array in values.items():
            self.check_values(name, self._in_pynn_units(name, array))
        delays = values.pop("delay", np.zeros(0)) / float(scale("ms"))
        self._delay_steps = common_delay(delays, str(self.label))
        self.delay = self._delay_steps * float(simulator.state.dt)
        self._is_feedback = isinstance(self.synapse_type, SFDFAFeedback)
        self._forward = {
            (a.source, a.target): other_way(a, self._sources[a.source][0], self._targets[a.target][0], str(self.label))
            for a in self.addresses
            if isinstance(self.synapse_type, SymmetricFeedback)
        }
        for target in dict.fromkeys(population for population, _ in self._targets):
            (target.feedback if self._is_feedback else target.forward).append(self)

    def _new_group(self, address: Address) -> Any:
        source, target = self._sources[address.source][0], self._targets[address.target][0]
        ends = source.brian2_group, target.brian2_group, address.pre, address.post
        definition: Any = getattr(self.synapse_type, "definition", None)  # feedback has one
        if self._is_feedback:
            forward = self._forward.get((address.source, address.target))
            return groups.feedback_group(*ends, definition, self.synapse_type.timed, forward)
        return groups.forward_group(*ends, definition, self._delay_steps)

    def check_values(self, name: str, values: np.ndarray) -> None:
        """Raise InvalidParameterValueError unless the values of a parameter are valid."""
        BulkProjection.check_values(self, name, values)

    def check_readable(self, names: Iterable[str]) -> None:
        """Raise NonExistentParameterError unless all names are variables of the synapses."""
        BulkProjection.check_readable(self, names)

    def check_settable(self, names: Iterable[str]) -> None:
        """Raise an error unless all names are parameters that can be changed."""
        settable = [name for name in self.synapse_type.get_parameter_names() if name != "delay"]
        for name in names:
            if name == "weight" and isinstance(self.synapse_type, SymmetricFeedback):
                raise errors.InvalidParameterValueError(
                    f"The weights of projection '{self.label}' are those of the synapses the other way; set these, or "
                    "use SFDFAFeedback."
                )
            if name == "delay" and name in self.synapse_type.get_parameter_names():
                raise errors.InvalidParameterValueError(
                    f"The delay of projection '{self.label}' is fixed at {self.delay:g} ms; give the delay to the "
                    "synapse type when the projection is created."
                )
            if name not in settable:
                raise errors.NonExistentParameterError(name, type(self.synapse_type).__name__, settable)

    def read(self, name: str) -> np.ndarray:
        """Return a variable of all synapses at the present time; ``eligibility`` is that of the present time."""
        return np.full(len(self), self.delay) if name == "delay" else super().read(name)

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
                yield self.group(address), chosen, np.searchsorted(address.synapses, np.array(positions)[chosen])

    # --- Learning ----------------------------------------------------------------------------------------------------

    @property
    def sources(self) -> list[Population]:
        """The populations from which the projection comes."""
        return [population for population, _ in self._sources]

    def groups_onto(self, target: Population) -> Iterable[tuple[Any, Population]]:
        """Return Brian2's groups of synapses onto a population, each with the population from which they come."""
        for address in self.addresses:
            if self._targets[address.target][0] is target:
                yield self.group(address), self._sources[address.source][0]

    def synapses_between(self, source: Population, target: Population) -> Iterable[tuple[Any, Address]]:
        """Return Brian2's groups of synapses from one population to another, and what they connect."""
        for address in self.addresses:
            if self._sources[address.source][0] is source and self._targets[address.target][0] is target:
                yield self.group(address), address

    def matrices(self, name: str, target: Population) -> Iterable[tuple[Population, np.ndarray]]:
        """Return a variable of the synapses onto a population, shape (n_pre, n_post), for each population of sources.

        Values of several synapses between two neurons are added up.
        """
        for group, source in self.groups_onto(target):
            matrix = np.zeros((source.size, target.size))
            np.add.at(matrix, (group.i[:], group.j[:]), getattr(group, f"{name}_")[:])
            yield source, matrix

    def learns(self) -> bool:
        """Return whether any of the synapses has a learning rate other than 0."""
        return "learning_rate" in self.synapse_type.translations and bool(self._read_native("learning_rate").any())
