"""A layer above pooling that sums: units of a window arrive there as one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Self

import numpy as np

from pynn_sfdfa.common.needs import Need
from pynn_sfdfa.network.connectivity.connectivity import Connectivity
from pynn_sfdfa.network.connectivity.sites import Sites
from pynn_sfdfa.network.connectivity.windows import check_size

if TYPE_CHECKING:
    import nir
    from numpy.typing import NDArray

    from pynn_sfdfa.network.cells import Cell
    from pynn_sfdfa.network.connectivity.pooling import Pooling
    from pynn_sfdfa.network.recurrent import Recurrent
    from pynn_sfdfa.network.shapes import Shape

__all__ = ["Summed"]


@dataclass(frozen=True)
class Summed(Connectivity):
    """A connectivity to which units arrive where their pooled unit does, with its row. `Network` makes it.

    Parameters
    ----------
    pooling : Pooling
        Without a cell.
    above : Connectivity
        Has the neurons and the weights.
    """

    pooling: Pooling
    above: Connectivity
    cell: Cell = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "cell", self.above.cell)

    @property
    def name(self) -> str:  # type: ignore[override]  # elsewhere of the class, here of an object
        """That of the connectivity above."""
        return self.above.name

    @property
    def kind(self) -> str:
        """Both, from below."""
        return f"{self.pooling.kind} and {self.above.kind}"

    @property
    def needs(self) -> frozenset[Need]:
        """Those of the connectivity above; see `Connectivity.needs`."""
        shared = frozenset({Need.SHARED_WEIGHTS}) if self.learns else frozenset()  # by the units of a window
        return self.above.needs | self.pooling.needs | shared

    @property
    def inhibition(self) -> float:
        """That of the connectivity above."""
        return self.above.inhibition

    @property
    def recurrent(self) -> Recurrent | None:
        """Those of the connectivity above."""
        return self.above.recurrent

    @property
    def learns(self) -> bool:
        """Whether the weights of the connectivity above do."""
        return self.above.learns

    def with_cell(self, cell: Cell) -> Self:
        """Return the same with other neurons above; see `Connectivity.with_cell`."""
        return replace(self, above=self.above.with_cell(cell))

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of the layer above, after pooling."""
        return self.above.output_shape(self.pooling.output_shape(input_shape))

    def sites(self, input_shape: Shape) -> Sites:
        """Return the sites of the connectivity above, where each unit arrives as the one it becomes."""
        sites = self.above.sites(self.pooling.output_shape(input_shape))
        pooled = self.pooling.pooled(input_shape)
        first, each = sites.offsets[pooled], np.diff(sites.offsets)[pooled]
        offsets = np.zeros(pooled.size + 1, np.int64)
        np.cumsum(each, out=offsets[1:])
        check_size(0, 0, int(offsets[-1]), "lower the size of pooling")
        at = np.repeat(first - offsets[:-1], each) + np.arange(offsets[-1])
        arrivals = (offsets, sites.site[at], sites.row[at])
        return Sites(sites.count, sites.lanes, sites.rows, sites.shared, *arrivals, sites.within)

    def n_weights(self, input_shape: Shape) -> int:
        """Return that of the connectivity above."""
        return self.above.n_weights(self.pooling.output_shape(input_shape))

    def of_below(self, weights: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return those of the connectivity above."""
        return self.above.of_below(weights)

    def initial_weights(
        self, input_shape: Shape, bounds: tuple[float, float], generator: np.random.Generator
    ) -> NDArray[np.float32]:
        """Return those of the connectivity above."""
        return self.above.initial_weights(self.pooling.output_shape(input_shape), bounds, generator)

    def nir_node(self, weights: NDArray[np.float32], input_shape: Shape) -> nir.NIRNode:
        """Return the node of the connectivity above."""
        return self.above.nir_node(weights, self.pooling.output_shape(input_shape))

    @classmethod
    def from_nir(cls, node: nir.NIRNode, cell: Cell) -> tuple[Connectivity, NDArray[np.float32]] | None:
        """Return None: it is two nodes."""
        return None
