"""Units of a window in each channel act as one: as a sum, or as a spiking unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from pynn_sfdfa.common.needs import Need
from pynn_sfdfa.network.cells import Cell
from pynn_sfdfa.network.connectivity.connectivity import Connectivity
from pynn_sfdfa.network.connectivity.sites import Sites
from pynn_sfdfa.network.connectivity.windows import Pair, checked_image, pair
from pynn_sfdfa.network.shapes import units
from pynn_sfdfa.support.limits import LARGEST_WEIGHT

if TYPE_CHECKING:
    import nir
    from numpy.typing import NDArray

    from pynn_sfdfa.network.shapes import Shape

__all__ = ["Pooling", "SumPooled", "pooled_shape"]


def pooled_shape(input_shape: Shape, size: Pair) -> Shape:
    """Return the shape of pooled units; ValueError if the windows do not divide the image."""
    channels, height, width = checked_image(input_shape)
    for what, length, own in zip(("height", "width"), (height, width), size, strict=True):
        if length % own:
            fitting = ", ".join(str(n) for n in range(1, length + 1) if length % n == 0)
            raise ValueError(
                f"windows of {own} do not divide the {what} of {length}. Choose a size of {fitting}, or change kernel "
                "or padding below."
            )
    return channels, height // size[0], width // size[1]


@dataclass(frozen=True)
class Pooling(Connectivity):
    """Windows side by side in each channel.

    Without a cell it sums: spikes of all units of a window arrive at the layer above with the same weight, and there
    are no neurons. With a cell there is a neuron for each window, which every unit of it reaches with a fixed weight.

    Parameters
    ----------
    size : int or (int, int)
        Height and width of a window; they must divide the image.
    weight : float, optional
        In nA; of spiking units, which learn nothing.
    cell : Cell, optional

    Raises
    ------
    ValueError
        If a parameter is not valid, or only one of cell and weight is given.
    """

    name: ClassVar[str] = "pooling"

    size: int | Pair
    weight: float | None = None

    def __init__(self, size: int | Pair, weight: float | None = None, *, cell: Cell | None = None) -> None:
        vertical, horizontal = pair(size, 1, "Pooling", "size")
        if (cell is None) != (weight is None):
            raise ValueError(
                f"Pooling: weight = {weight!r} and cell = {cell!r} do not fit together; give both for spiking units, "
                "or neither for a sum."
            )
        if weight is not None and not 0 < weight <= LARGEST_WEIGHT:
            raise ValueError(
                f"Pooling: weight = {weight!r} is not valid; it must be > 0 and at most {LARGEST_WEIGHT:g} nA."
            )
        object.__setattr__(self, "size", vertical if vertical == horizontal else (vertical, horizontal))
        object.__setattr__(self, "weight", None if weight is None else float(weight))
        object.__setattr__(self, "cell", cell)

    @property
    def sums(self) -> bool:
        """Whether it has no neurons."""
        return self.weight is None

    @property
    def needs(self) -> frozenset[Need]:
        """Neurons that see a part of the layer below; see `Connectivity.needs`."""
        return frozenset({Need.SITES})

    @property
    def learns(self) -> bool:
        """False; see `Connectivity.learns`."""
        return False

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return (channels, rows, columns) of windows; see `Connectivity.output_shape`."""
        return pooled_shape(input_shape, pair(self.size, 1, "", ""))

    def sites(self, input_shape: Shape) -> Sites:
        """Return a site for every window of every channel, which all have the one weight; see `Connectivity.sites`."""
        n = units(input_shape)
        site = pooled_units(input_shape, pair(self.size, 1, "", ""))
        return Sites(units(self.output_shape(input_shape)), 1, 1, True, np.arange(n + 1), site, np.zeros(n, np.int64))

    def initial_weights(
        self, input_shape: Shape, bounds: tuple[float, float], generator: np.random.Generator
    ) -> NDArray[np.float32]:
        """Return the weight of all synapses; see `Connectivity.initial_weights`."""
        return np.full((1, 1), self.weight, np.float32)

    def nir_node(self, weights: NDArray[np.float32], input_shape: Shape) -> nir.NIRNode:
        """Raise ValueError; see `Connectivity.nir_node`."""
        raise ValueError(f"{self!r} cannot be written as a node of a NIR graph.")

    @classmethod
    def from_nir(cls, node: nir.NIRNode, cell: Cell) -> tuple[Any, NDArray[np.float32]] | None:
        """Return None; see `Connectivity.from_nir`."""
        return None


def pooled_units(input_shape: Shape, size: Pair) -> NDArray[np.int64]:
    """Return the window of every unit, both numbered row by row."""
    shape = pooled_shape(input_shape, size)
    channel, y, x = np.unravel_index(np.arange(units(input_shape)), input_shape)
    return np.asarray(np.ravel_multi_index((channel, y // size[0], x // size[1]), shape), np.int64)


@dataclass(frozen=True)
class SumPooled(Connectivity):
    """A layer that sees the sums of windows of the layer below; made by Network of a Pooling and what follows it.

    Parameters
    ----------
    above : Connectivity
    size : (int, int)
    """

    name: ClassVar[str] = "sum pooled"

    above: Connectivity
    size: Pair

    def __init__(self, above: Connectivity, size: Pair) -> None:
        for what, value in (("above", above), ("size", size), ("cell", above.cell)):
            object.__setattr__(self, what, value)

    @property
    def needs(self) -> frozenset[Need]:
        """What the layer needs, and neurons that see a part of the layer below; see `Connectivity.needs`."""
        return self.above.needs | {Need.SITES, Need.SHARED_WEIGHTS}

    @property
    def inhibition(self) -> float:
        """That of the layer; see `Connectivity.inhibition`."""
        return self.above.inhibition

    @property
    def learns(self) -> bool:
        """Whether the layer does; see `Connectivity.learns`."""
        return self.above.learns

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape above the pooled one; see `Connectivity.output_shape`."""
        return self.above.output_shape(pooled_shape(input_shape, self.size))

    def sites(self, input_shape: Shape) -> Sites:
        """Return the sites of the layer, where units arrive as what they are pooled to; see `Connectivity.sites`."""
        sites = self.above.sites(pooled_shape(input_shape, self.size))
        pooled = pooled_units(input_shape, self.size)
        first, number = sites.offsets[pooled], sites.offsets[pooled + 1] - sites.offsets[pooled]
        offsets = np.concatenate([[0], np.cumsum(number)])
        arrival = np.repeat(first - offsets[:-1], number) + np.arange(offsets[-1])
        return Sites(
            sites.count, sites.lanes, sites.rows, sites.shared, offsets, sites.site[arrival], sites.row[arrival]
        )

    def initial_weights(
        self, input_shape: Shape, bounds: tuple[float, float], generator: np.random.Generator
    ) -> NDArray[np.float32]:
        """Return those of the layer; see `Connectivity.initial_weights`."""
        return self.above.initial_weights(pooled_shape(input_shape, self.size), bounds, generator)

    def nir_node(self, weights: NDArray[np.float32], input_shape: Shape) -> nir.NIRNode:
        """Raise ValueError; see `Connectivity.nir_node`."""
        raise ValueError(f"{self!r} cannot be written as a node of a NIR graph.")

    @classmethod
    def from_nir(cls, node: nir.NIRNode, cell: Cell) -> tuple[Any, NDArray[np.float32]] | None:
        """Return None: it stands for two nodes; see `Connectivity.from_nir`."""
        return None
