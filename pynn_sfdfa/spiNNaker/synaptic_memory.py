"""The synapses that end on a population: its projections fill them in, its cores hold them and change them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from pyNN import errors

from pynn_sfdfa.spiNNaker.layout import Region
from pynn_sfdfa.spiNNaker.receivers import Incoming, check_rates
from pynn_sfdfa.spiNNaker.simulator import state
from pynn_sfdfa.spiNNaker.spynnaker_names import has_machine, read_words, write_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

__all__ = ["Cores", "SynapticMemory", "check_feedback", "timed_source"]


class Cores(Protocol):
    """The vertex of a population, as far as its synapses need to know it."""

    label: str

    @property
    def machine_vertices(self) -> Any:
        """Its cores."""


class SynapticMemory:
    """What ends on one receptor type of a population.

    Parameters
    ----------
    target : Cores
    region : Region
        Where the cores hold it: WEIGHTS for spikes, FEEDBACK for errors.

    Attributes
    ----------
    incoming : list of Incoming
        One for each source.
    """

    def __init__(self, target: Cores, region: Region) -> None:
        self._target, self._region = target, region
        self.incoming: list[Incoming] = []
        self._stale: list[Incoming] = []

    def _from(self, source: Any) -> Incoming | None:
        """Return the record of what comes from a source."""
        return next((incoming for incoming in self.incoming if incoming.source is source), None)

    def check(self, new: Incoming) -> None:
        """Check that synapses can be added to what there is.

        Raises
        ------
        pyNN.errors.ConnectionError
            If they cannot share rows with those from the same source, or the learning rates differ.
        """
        check_rates([*self.incoming, new])
        incoming = self._from(new.source)
        if incoming is None:
            return
        old, own = incoming.projections[0], new.projections[0]
        if new.timed != incoming.timed:
            raise errors.ConnectionError(
                f"Projections '{old.label}' and '{own.label}' are feedback from '{incoming.source.label}' to "
                f"'{self._target.label}', one timed and one not; on SpiNNaker both are or none."
            )
        between = f"'{incoming.source.label}' is connected to '{self._target.label}' already, by '{old.label}'"
        if new.delay_ticks != incoming.delay_ticks:
            delays = [(ticks.delay_ticks - ticks.from_neurons) * state.dt for ticks in (incoming, new)]
            raise errors.ConnectionError(
                f"{between} with a delay of {delays[0]:g} ms, by '{own.label}' with {delays[1]:g} ms; on SpiNNaker all "
                "synapses between two populations have one delay. Use one population for each delay."
            )
        both = int((incoming.present & new.present).sum())
        if both:
            raise errors.ConnectionError(
                f"{between}, and {both} pairs of neurons would be connected again by '{own.label}'; on SpiNNaker there "
                "is one synapse between two neurons."
            )

    def join(self, new: Incoming) -> Incoming:
        """Take up synapses that have been checked; return the record that holds them, perhaps with those of others."""
        incoming = self._from(new.source)
        if incoming is None:
            self.incoming.append(new)
            return new
        self.fetch(incoming)
        incoming.present[new.present] = True
        incoming.words[new.present] = new.words[new.present]
        incoming.projections.extend(new.projections)
        return incoming

    def replace(self, old: Incoming, new: Incoming) -> None:
        """Let another record take the place of one."""
        self.incoming[self.incoming.index(old)] = new

    def outdated(self) -> None:
        """Take note that the machine has run, and may have changed the words."""
        if has_machine():
            self._stale = list(self.incoming)

    def fetch(self, incoming: Incoming) -> None:
        """Read the words of a record from the machine if that may have changed them."""
        if incoming not in self._stale:
            return
        for core, columns, offset in self._blocks(incoming):
            count = incoming.rows * (columns.stop - columns.start)
            words = read_words(core, self._region, count, offset)
            incoming.words[:, columns] = words.reshape(incoming.rows, -1)
        self._stale.remove(incoming)

    def write(
        self, incoming: Incoming, where: tuple[NDArray[np.int64], NDArray[np.int64]], words: NDArray[np.int32]
    ) -> None:
        """Change the words of some synapses of a record: all those of a projection."""
        if len(incoming.projections) > 1:
            self.fetch(incoming)  # those of the others
        elif incoming in self._stale:
            self._stale.remove(incoming)
        incoming.words[where] = words
        if state.running and has_machine():
            for core, columns, offset in self._blocks(incoming):
                write_words(core, self._region, incoming.words[:, columns].ravel(), offset)

    def _blocks(self, incoming: Incoming) -> Iterable[tuple[Any, slice, int]]:
        """Return each core, its neurons, and the word of its region where the rows of a record begin."""
        before = sum(other.rows for other in self.incoming[: self.incoming.index(incoming)])
        for core in self._target.machine_vertices:
            first, n = int(core.vertex_slice.lo_atom), int(core.vertex_slice.n_atoms)
            yield core, slice(first, first + n), before * n


def check_feedback(label: str, memory: SynapticMemory) -> None:
    """Raise ConnectionError if feedback onto a population that learns leaves out pairs of neurons."""
    for incoming in memory.incoming:
        if incoming.learning_rate and not incoming.present.all():
            raise errors.ConnectionError(
                f"Feedback from '{incoming.source.label}' to '{label}' leaves out {np.sum(~incoming.present)} pairs of "
                "neurons; on SpiNNaker feedback that learns connects all to all. Use AllToAllConnector, or "
                "learning_rate = 0."
            )


def timed_source(label: str, memory: SynapticMemory) -> Any:
    """Return the population from which timed feedback comes, or None if no feedback is timed.

    Raises
    ------
    pyNN.errors.ConnectionError
        If there is other feedback beside it.
    """
    timed = [incoming for incoming in memory.incoming if incoming.timed]
    if timed and len(memory.incoming) > 1:
        sources = "', '".join(str(incoming.source.label) for incoming in memory.incoming)
        raise errors.ConnectionError(
            f"Feedback to '{label}' comes from '{sources}'; on SpiNNaker a population with timed feedback has it from "
            "one population. Leave timed out, or use one output population."
        )
    return timed[0].source if timed else None
