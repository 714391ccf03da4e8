"""Every neuron sees a window of the layer below, with the weights of its channel wherever it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from pynn_sfdfa.common.needs import Need
from pynn_sfdfa.network.connectivity.connectivity import Connectivity
from pynn_sfdfa.network.connectivity.windows import Pair, Windows, checked_image, pair
from pynn_sfdfa.network.shapes import is_integer

if TYPE_CHECKING:
    import nir
    import numpy as np
    from numpy.typing import NDArray

    from pynn_sfdfa.network.cells import Cell
    from pynn_sfdfa.network.connectivity.sites import Sites
    from pynn_sfdfa.network.shapes import Shape

__all__ = ["Convolution"]


@dataclass(frozen=True)
class Convolution(Connectivity):
    """Neurons in channels, one of each channel at every position of a window (docs/algorithm.md, section 9).

    Weights have the shape (channels below * kernel height * kernel width, channels), and all positions share them.

    Parameters
    ----------
    channels : int
        Neurons at a position.
    kernel, stride : int or (int, int)
        Height and width of the window, and the distance between neighbours; windows must end where the image does.
    padding : int or (int, int)
        Rows and columns without units on each side of the image.
    cell : Cell

    Raises
    ------
    ValueError
        If a parameter is not valid; shapes are checked when the network is built.
    """

    name: ClassVar[str] = "convolution"
    shared: ClassVar[bool] = True

    channels: int
    kernel: int | Pair
    stride: int | Pair = 1
    padding: int | Pair = 0

    def __post_init__(self) -> None:
        who = type(self).__name__
        if not is_integer(self.channels, 1):
            raise ValueError(f"{who}: channels = {self.channels!r} is not valid; it must be an integer >= 1.")
        object.__setattr__(self, "channels", int(self.channels))
        for what, least in (("kernel", 1), ("stride", 1), ("padding", 0)):
            vertical, horizontal = pair(getattr(self, what), least, who, what)
            object.__setattr__(self, what, vertical if vertical == horizontal else (vertical, horizontal))

    @property
    def windows(self) -> Windows:
        """The windows of its positions."""
        both = (pair(value, 0, "", "") for value in (self.kernel, self.stride, self.padding))
        return Windows(*both)

    @property
    def needs(self) -> frozenset[Need]:
        """Neurons that see a part of the layer below, with shared weights; see `Connectivity.needs`."""
        return frozenset({Need.SITES, Need.SHARED_WEIGHTS} if self.shared else {Need.SITES})

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return (channels, rows, columns) of windows; see `Connectivity.output_shape`."""
        _, height, width = checked_image(input_shape)
        self.windows.check_size(input_shape, self.channels, self.shared)
        return (self.channels, *self.windows.positions(height, width))

    def sites(self, input_shape: Shape) -> Sites:
        """Return a site for every window; see `Connectivity.sites`."""
        return self.windows.sites(input_shape, self.channels, self.shared)

    def nir_node(self, weights: NDArray[np.float32], input_shape: Shape) -> nir.NIRNode:
        """Raise ValueError; see `Connectivity.nir_node`."""
        raise ValueError(f"{self!r} cannot be written as a node of a NIR graph.")

    @classmethod
    def from_nir(cls, node: nir.NIRNode, cell: Cell) -> tuple[Any, NDArray[np.float32]] | None:
        """Return None; see `Connectivity.from_nir`."""
        return None
