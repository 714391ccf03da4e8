"""Windows of an image, all seen through the same weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from pynn_sfdfa.common.needs import Need
from pynn_sfdfa.common.windows import Pair, as_pair, positions
from pynn_sfdfa.network.cells import Cell
from pynn_sfdfa.network.connectivity.connectivity import Connectivity
from pynn_sfdfa.network.connectivity.windows import check_image, check_size, windows
from pynn_sfdfa.support.given import check_given
from pynn_sfdfa.support.numbers import is_integer

if TYPE_CHECKING:
    import nir
    from numpy.typing import NDArray

    from pynn_sfdfa.network.connectivity.sites import Sites
    from pynn_sfdfa.network.shapes import Shape

__all__ = ["Convolution"]


@dataclass(frozen=True)
class Convolution(Connectivity):
    """Neurons that see windows of the layer below, (channels, height, width), all through the same weights.

    Its weights have the shape (channels below * vertical * horizontal, channels), the rows in that order.

    Parameters
    ----------
    channels : int
        Neurons that see each window.
    kernel : int or pair of int
        Height and width of a window; of a pair, the first number is the vertical one, here and below.
    stride : int or pair of int
        From a window to the next. The windows must fit the layer below exactly.
    padding : int or pair of int
        Rows and columns without units that are put around the layer below.
    cell : Cell

    Raises
    ------
    ValueError
        If a parameter is not valid.
    """

    name: ClassVar[str] = "convolution"
    shared: ClassVar[bool] = True

    channels: int
    kernel: int | Pair
    stride: int | Pair = 1
    padding: int | Pair = 0

    def __post_init__(self) -> None:
        kind = type(self).__name__
        check_given("cell", self.cell, Cell)
        if not is_integer(self.channels, 1):
            raise ValueError(f"{kind}: channels = {self.channels!r} is not valid; it must be an integer >= 1.")
        object.__setattr__(self, "channels", int(self.channels))
        for name, least in (("kernel", 1), ("stride", 1), ("padding", 0)):
            object.__setattr__(self, name, as_pair(getattr(self, name), least, f"{kind}: {name}"))

    @property
    def needs(self) -> frozenset[Need]:
        """Neurons that see a part of the layer below, through weights that they share; see `Connectivity.needs`."""
        return frozenset({Need.SITES, Need.SHARED_WEIGHTS})

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return (channels, windows from top to bottom, windows from left to right)."""
        check_image(input_shape)
        kernel, stride, padding = self._pairs
        height, width = (
            positions(input_shape[1 + axis], kernel[axis], stride[axis], padding[axis], axis) for axis in (0, 1)
        )
        rows = input_shape[0] * kernel[0] * kernel[1]
        weights = rows * self.channels * (1 if self.shared else height * width)
        check_size(self.channels * height * width, weights, rows * height * width, "lower channels")
        return self.channels, height, width

    def sites(self, input_shape: Shape) -> Sites:
        """Return a site for each window, with a lane for each channel."""
        self.output_shape(input_shape)
        return windows(input_shape, self.channels, *self._pairs, shared=self.shared)

    def nir_node(self, weights: NDArray[np.float32], input_shape: Shape) -> nir.NIRNode:
        """Return ``Conv2d``; ValueError if the package nir takes its output for one of another shape."""
        import nir

        kernel, stride, padding = self._pairs
        node = nir.Conv2d(
            input_shape=(input_shape[1], input_shape[2]),
            weight=np.ascontiguousarray(weights.T).reshape(self.channels, input_shape[0], *kernel),
            stride=stride,
            padding=padding,
            dilation=1,
            groups=1,
            bias=np.zeros(self.channels, np.float32),
        )
        if tuple(node.output_type["output"]) != self.output_shape(input_shape):  # it takes kernels to be square
            raise ValueError(
                f"nir has no Conv2d with the kernel {kernel}. Train with a square one, such as {kernel[0]}."
            )
        return node

    @classmethod
    def from_nir(cls, node: nir.NIRNode, cell: Cell) -> tuple[Connectivity, NDArray[np.float32]] | None:
        """Return the layer of a ``Conv2d`` without bias, dilation and groups; see `Connectivity.from_nir`."""
        import nir

        if not isinstance(node, nir.Conv2d) or isinstance(node.padding, str):
            return None
        if np.any(node.bias) or np.any(np.asarray(node.dilation) != 1) or node.groups != 1:
            return None
        weight = np.asarray(node.weight, np.float32)
        pairs = (tuple(int(n) for n in np.ravel(each)) for each in (weight.shape[2:], node.stride, node.padding))
        kernel, stride, padding = pairs
        # mypy does not see that there are two numbers in each
        layer = cls(weight.shape[0], kernel, stride, padding, cell=cell)  # type: ignore[arg-type]
        return layer, np.ascontiguousarray(weight.reshape(weight.shape[0], -1).T)

    @property
    def _pairs(self) -> tuple[Pair, Pair, Pair]:
        # whatever was given, they are pairs since the object was made
        pairs: tuple[Pair, Pair, Pair] = self.kernel, self.stride, self.padding  # type: ignore[assignment]
        return pairs
