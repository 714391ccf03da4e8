"""What populations of neurons have in common, whatever their cell: synapses that end on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pynn_sfdfa.event.afferents import AfferentTable
    from pynn_sfdfa.event.pathways import Pathway

__all__ = ["Receiving"]


class Receiving:
    """Neurons that receive spikes, through pathways whose synapses are gathered in one table while they are simulated.

    Parameters
    ----------
    label : str
        Of the population, for messages.
    n : int
    """

    def __init__(self, label: str, n: int) -> None:
        self.label, self.n = label, n
        self.inputs: list[Pathway] = []  # pathways along which spikes come
        self._table: AfferentTable | None = None

    def table_of(self, pathway: Pathway) -> AfferentTable | None:
        """Return the table that holds the variables of a pathway at present, or None if its projection does."""
        return self._table if self._table is not None and self._table.holds(pathway) else None
