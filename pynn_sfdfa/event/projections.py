"""Projection of the event-driven simulator: synapses as arrays, never as objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from pyNN import errors

from pynn_sfdfa.common.bulk import split
from pynn_sfdfa.common.documented import PROJECTION, documented
from pynn_sfdfa.common.populations import parts
from pynn_sfdfa.common.projections import BulkProjection
from pynn_sfdfa.common.wiring import check_bounds, check_wiring, one_delay
from pynn_sfdfa.event import simulator
from pynn_sfdfa.event.cells import IF_curr_exp
from pynn_sfdfa.event.pathways import Pathway
from pynn_sfdfa.event.stages import check_loops
from pynn_sfdfa.event.synapses import SFDFAFeedback, SFDFASynapse, StaticSynapse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray


__all__ = ["Projection"]


@documented(PROJECTION)
class Projection(BulkProjection):
    """Synapses of one type between two populations, views or assemblies; used as any PyNN projection.

    Onto LIF_SFDFA neurons the receptor type follows from the type of synapse: "error" for SFDFAFeedback, otherwise
    "input". Onto IF_curr_exp it is "excitatory" or "inhibitory", by the sign of the weights if none is given.
    """

    _simulator = simulator
    _static_synapse_class = StaticSynapse

    def _guess_receptor_type(self) -> None:
        super()._guess_receptor_type()
        if any(isinstance(population.celltype, IF_curr_exp) for population, _ in parts(self.post)):
            self._guess_by_weights()

    def _is_present(self, population: Any) -> bool:
        return population in simulator.state.populations

    def _check_wiring(self) -> None:
        sources, targets = ([population for population, _ in parts(group)] for group in (self.pre, self.post))
        if any(isinstance(population.celltype, IF_curr_exp) for population in targets):
            self._check_stock_synapses()
        else:
            allowed = StaticSynapse, SFDFASynapse, SFDFAFeedback
            check_wiring(self.label, self.synapse_type, self.receptor_type, sources, targets, allowed, "event")

    def _check_stock_synapses(self) -> None:
        """Raise ConnectionError unless synapses of this type lead to PyNN's cells."""
        if not isinstance(self.synapse_type, StaticSynapse):
            raise errors.ConnectionError(
                f"Projection '{self.label}': {type(self.synapse_type).__name__} does not lead to IF_curr_exp neurons; "
                "it leads to those of LIF_SFDFA."
            )

    def _create(self, values: dict[str, NDArray[np.float64]]) -> None:
        for name, array in values.items():
            self.check_values(name, array)
        self.delay = self._checked_delay(values.pop("delay", np.zeros(0)))
        if isinstance(self.synapse_type, SFDFASynapse):
            values |= {"R": np.zeros(len(self)), "eligibility": np.zeros(len(self))}
        self.values: dict[str, NDArray[np.float64]] = values
        self.pathways = list(self._split())
        check_loops(self.label, simulator.state.populations, self.pathways)
        for pathway in self.pathways:
            pathway.target.incoming.append(pathway)
            if self.receptor_type != "error":
                pathway.source.outgoing.append(pathway)
                pathway.target.dynamics.inputs.append(pathway)
            else:
                pathway.target.dynamics.feedback.append(pathway)
        simulator.state.nets = None
        if self.receptor_type != "error" and len(self):
            simulator.state.projections.append(self)

    def _checked_delay(self, delays: NDArray[np.float64]) -> float:
        """Return the delay of the projection in ms, which lies within the bounds of ``setup()``."""
        delay = one_delay(delays, self.label)
        if delays.size:
            check_bounds(delay, self.label, simulator.state.least_delay, simulator.state.max_delay)
        return delay

    def _split(self) -> Iterable[Pathway]:
        """Return one pathway for each pair of populations that the projection connects."""
        sources, targets = parts(self.pre), parts(self.post)
        neurons = [i for _, i in sources], [j for _, j in targets]
        for part in split(self.presynaptic_indices, self.postsynaptic_indices, *neurons):
            yield Pathway(self, sources[part.source][0], targets[part.target][0], part)

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
        self.check_values(name, values)
        if name == "delay":
            former, self.delay = self.delay, self._checked_delay(values)
            try:
                check_loops(self.label, simulator.state.populations, self.pathways)
            except errors.ConnectionError:
                self.delay = former
                raise
            simulator.state.nets = None
            return
        self.values[name][:] = values
        for pathway in self.pathways:
            table = pathway.target.dynamics.table_of(pathway)
            if table is not None:
                table.write(pathway, name, values[pathway.synapses])
