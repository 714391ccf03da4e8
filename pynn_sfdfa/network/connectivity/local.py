"""Windows of an image, each seen through weights of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from pynn_sfdfa.common.needs import Need
from pynn_sfdfa.network.connectivity.convolution import Convolution

if TYPE_CHECKING:
    import nir
    import numpy as np
    from numpy.typing import NDArray

    from pynn_sfdfa.network.cells import Cell
    from pynn_sfdfa.network.connectivity.connectivity import Connectivity
    from pynn_sfdfa.network.shapes import Shape

__all__ = ["Local"]


@dataclass(frozen=True)
class Local(Convolution):
    """As `Convolution`, but every window has weights of its own, so that each synapse can learn by itself.

    Its weights have the shape (windows, channels below * vertical * horizontal, channels).

    Parameters
    ----------
    channels : int
        Neurons of each window.
    kernel, stride : int or pair of int
        Size of a window, and the distance between neighbours; a pair is (vertical, horizontal).
    padding : int or pair of int
        Rows and columns without units on each side of the layer below.
    cell : Cell
        What the neurons are.

    Raises
    ------
    ValueError
        If a parameter is not valid.
    """

    name: ClassVar[str] = "local"
    shared: ClassVar[bool] = False

    @property
    def needs(self) -> frozenset[Need]:
        """Neurons that see a part of the layer below; see `Connectivity.needs`."""
        return frozenset({Need.SITES})

    def nir_node(self, weights: NDArray[np.float32], input_shape: Shape) -> nir.NIRNode:
        """Raise ValueError: NIR has no such node."""
        raise ValueError(
            "NIR has no windows with weights of their own. Train with Convolution, or export a PyNN script (--format "
            "pynn)."
        )

    @classmethod
    def from_nir(cls, node: nir.NIRNode, cell: Cell) -> tuple[Connectivity, NDArray[np.float32]] | None:
        """Return None: no node stands for it."""
        return None
