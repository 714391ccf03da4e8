"""A layer as sites, and the list of its synapses (docs/algorithm.md, section 9)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.network.shapes import Shape

__all__ = ["Sites", "Synapses"]


class Synapses(NamedTuple):
    """All synapses of a layer; int64 arrays of one shape (synapses,)."""

    pre: NDArray[np.int64]
    post: NDArray[np.int64]
    weight: NDArray[np.int64]
    """Index of its weight among the layer's weights, counted row by row; several synapses may share one."""


@dataclass(frozen=True, eq=False)
class Sites:
    """Places of a layer, each with as many neurons (lanes), and where the spikes of the layer below arrive.

    Attributes
    ----------
    count, lanes : int
        Sites, and neurons of each; neuron ``lane*count + site`` of the layer is that lane of that site.
    rows : int
        Rows of the matrix of weights that a site sees its input through, shape (rows, lanes).
    shared : bool
        Whether all sites have one matrix; else each has its own, and the weights have the shape (sites, rows, lanes).
    offsets : int64, shape (units + 1,)
        A spike of unit k of the layer below arrives at ``site[offsets[k]:offsets[k + 1]]``.
    site, row : int64, shape (arrivals,)
        There it meets that row of the matrix.
    within : int
        How many of the rows, the last ones, are those of the neurons of the layer itself, where it is recurrent.
    """

    count: int
    lanes: int
    rows: int
    shared: bool
    offsets: NDArray[np.int64]
    site: NDArray[np.int64]
    row: NDArray[np.int64]
    within: int = 0

    @property
    def weight_shape(self) -> Shape:
        """Shape of the layer's weights."""
        return (self.rows, self.lanes) if self.shared else (self.count, self.rows, self.lanes)

    @property
    def matrix_row(self) -> NDArray[np.int64]:
        """Row that each arrival meets, counted through the matrices of all sites, shape (arrivals,)."""
        return self.row if self.shared else self.site * self.rows + self.row

    @property
    def neurons(self) -> NDArray[np.int64]:
        """Neurons that each arrival reaches, shape (arrivals, lanes)."""
        return np.arange(self.lanes) * self.count + self.site[:, np.newaxis]

    def synapses(self) -> Synapses:
        """Return the synapses, ordered by presynaptic unit."""
        unit = np.repeat(np.arange(self.offsets.size - 1), np.diff(self.offsets))
        weight = self.matrix_row[:, np.newaxis] * self.lanes + np.arange(self.lanes)
        return Synapses(np.repeat(unit, self.lanes), self.neurons.ravel(), weight.ravel())
