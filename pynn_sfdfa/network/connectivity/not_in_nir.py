"""Connectivity for which NIR has no node."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    import nir
    import numpy as np
    from numpy.typing import NDArray

    from pynn_sfdfa.network.cells import Cell
    from pynn_sfdfa.network.connectivity.connectivity import Connectivity
    from pynn_sfdfa.network.shapes import Shape

__all__ = ["NotInNIR"]


class NotInNIR:
    """Mixed into a kind of connectivity: networks with it cannot be exported to NIR, and none is read from there."""

    instead: ClassVar[str]
    """What NIR lacks and what to do instead, as the error says it."""

    def nir_node(self, weights: NDArray[np.float32], input_shape: Shape) -> nir.NIRNode:
        """Raise ValueError: NIR has no such node."""
        raise ValueError(self.instead)

    @classmethod
    def from_nir(cls, node: nir.NIRNode, cell: Cell) -> tuple[Connectivity, NDArray[np.float32]] | None:
        """Return None: no node stands for it."""
        return None
