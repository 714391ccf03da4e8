"""Windows side by side, each of which becomes one unit."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from pynn_sfdfa.common.needs import Need
from pynn_sfdfa.common.windows import Pair, as_pair
from pynn_sfdfa.network.cells import Cell
from pynn_sfdfa.network.connectivity.connectivity import Connectivity
from pynn_sfdfa.network.connectivity.not_in_nir import NotInNIR
from pynn_sfdfa.network.connectivity.sites import Sites
from pynn_sfdfa.network.connectivity.windows import check_image, check_size
from pynn_sfdfa.support.given import check_given
from pynn_sfdfa.support.limits import LARGEST_WEIGHT
from pynn_sfdfa.support.numbers import is_number

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.network.shapes import Shape

__all__ = ["Pooling"]


@dataclass(frozen=True)
class Pooling(NotInNIR, Connectivity):
    """Windows side by side, each of which becomes one unit of its channel.

    Without a cell it sums: all spikes of a window arrive at the layer above as those of one unit. With a cell it is a
    layer of neurons, each of which sees its window through one fixed weight.

    Parameters
    ----------
    size : int or pair of int
        Height and width of a window; they must divide those of the layer below.
    weight : float, optional
        In nA, of all synapses of a layer of neurons; it does not learn.
    cell : Cell, optional
        What the neurons are.

    Raises
    ------
    ValueError
        If size or weight are not valid, or only one of weight and cell is given.
    """

    name: ClassVar[str] = "pooling"
    instead: ClassVar[str] = (
        "NIR has no pooling with a weight. Train with Pooling(size) without a cell, or export a PyNN script (--format "
        "pynn)."
    )

    size: int | Pair
    weight: float | None = field(default=None, kw_only=True)
    cell: Cell | None = field(default=None, kw_only=True)  # type: ignore[assignment]  # None: it sums

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", as_pair(self.size, 1, "Pooling: size"))
        if (self.weight is None) != (self.cell is None):
            raise ValueError(
                "Pooling: weight and cell belong together; give both for a layer of neurons, and neither to sum."
            )
        if self.weight is None:
            return
        check_given("cell", self.cell, Cell)
        valid = is_number(self.weight) and math.isfinite(self.weight)
        if not valid or not 0 < abs(self.weight) <= LARGEST_WEIGHT:
            raise ValueError(
                f"Pooling: weight = {self.weight!r} is not valid; it must be a weight other than 0, of at most "
                f"{LARGEST_WEIGHT:g} nA."
            )
        object.__setattr__(self, "weight", float(self.weight))

    @property
    def sums(self) -> bool:
        """Whether it has no neurons."""
        return self.cell is None

    @property
    def needs(self) -> frozenset[Need]:
        """Neurons that see a part of the layer below; see `Connectivity.needs`."""
        return frozenset({Need.SITES})

    @property
    def learns(self) -> bool:
        """False: its weight is fixed."""
        return False

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return (channels below, windows from top to bottom, windows from left to right)."""
        check_image(input_shape)
        channels, *lengths = input_shape
        for what, length, size in zip(("height", "width"), lengths, self._pair, strict=True):
            if length % size:
                fitting = [n for n in range(1, length + 1) if length % n == 0]
                raise ValueError(
                    f"windows of {size} do not divide its {what} of {length}: choose one of "
                    f"{', '.join(map(str, fitting))}, or change the layer below."
                )
        height, width = (length // size for length, size in zip(lengths, self._pair, strict=True))
        if not self.sums:
            neurons = channels * height * width
            check_size(neurons, channels * channels, math.prod(input_shape), "lower the channels of the layer below")
        return channels, height, width

    def pooled(self, input_shape: Shape) -> NDArray[np.int64]:
        """Return the unit that each unit of the layer below becomes, shape (units below,)."""
        channels, height, width = self.output_shape(input_shape)
        (down, across), (_, rows, columns) = self._pair, input_shape
        window = (np.arange(rows) // down)[:, None] * width + np.arange(columns) // across
        return (np.arange(channels)[:, None, None] * (height * width) + window).ravel()

    def sites(self, input_shape: Shape) -> Sites:
        """Return a site for each window, with a lane and a row for each channel."""
        channels, height, width = self.output_shape(input_shape)
        channel, site = np.divmod(self.pooled(input_shape), height * width)
        return Sites(height * width, channels, channels, True, np.arange(channel.size + 1), site, channel)

    def initial_weights(
        self, input_shape: Shape, bounds: tuple[float, float], generator: np.random.Generator
    ) -> NDArray[np.float32]:
        """Return the fixed weight from each channel to itself, and 0 elsewhere."""
        return np.eye(input_shape[0], dtype=np.float32) * np.float32(self.weight)

    def project(
        self, sim: Any, pre: Any, post: Any, input_shape: Shape, weights: NDArray[np.float32], **synapse: Any
    ) -> Any:
        """Return a projection from each unit to the neuron of its window, which does not learn."""
        unit = self.pooled(input_shape)
        pairs = [(i, int(j), float(weights[0, 0])) for i, j in enumerate(unit)]
        connector = sim.FromListConnector(pairs, column_names=["weight"])
        return sim.Projection(pre, post, connector, self.cell.synapse_type(sim, **{**synapse, "learning_rate": 0.0}))  # type: ignore[union-attr]

    def learned(self, projection: Any, input_shape: Shape) -> NDArray[np.float32]:
        """Return its weights, which are fixed."""
        return self.initial_weights(input_shape, (0.0, 0.0), np.random.default_rng(0))

    @property
    def _pair(self) -> Pair:
        pair: Pair = self.size  # type: ignore[assignment]  # made one when it began
        return pair
