"""The layers of a network: the input, and the neurons with where they stand in the network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pynn_sfdfa.network.shapes import checked_shape, units
from pynn_sfdfa.support import memory

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pynn_sfdfa.common.needs import Need
    from pynn_sfdfa.network.cells import Cell
    from pynn_sfdfa.network.connectivity import Connectivity
    from pynn_sfdfa.network.shapes import Shape

__all__ = ["Input", "Layer", "check_memory"]

_FLOAT32, _FLOAT64 = 4, 8  # bytes


@dataclass(frozen=True)
class Input:
    """Where spike trains enter a network.

    Parameters
    ----------
    shape : tuple of int
        (784,), or (1, 28, 28) with channels first; the units of the spike trains are numbered row by row.

    Raises
    ------
    ValueError
        If the shape is not valid.
    """

    shape: Shape

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape", checked_shape(self.shape, "Input"))

    @property
    def size(self) -> int:
        """Number of units."""
        return units(self.shape)


@dataclass(frozen=True)
class Layer:
    """A layer of neurons in its place.

    Attributes
    ----------
    name : str
        ``hidden 1``, ..., ``output``.
    input_shape, shape : tuple of int
        Of the layer below, and of this one.
    connectivity : Connectivity
    """

    name: str
    input_shape: Shape
    shape: Shape
    connectivity: Connectivity

    @property
    def size(self) -> int:
        """Number of neurons."""
        return units(self.shape)

    @property
    def n_weights(self) -> int:
        """Number of weights that come in, and of those within the layer; shared ones count once."""
        return self.connectivity.n_weights(self.input_shape)

    @property
    def cell(self) -> Cell:
        """What the neurons are."""
        return self.connectivity.cell

    @property
    def needs(self) -> frozenset[Need]:
        """What it needs of a simulator that learns with it."""
        return self.connectivity.needs | self.cell.needs

    def __str__(self) -> str:
        kind, cell = self.connectivity.kind, self.cell.name
        return f"Layer '{self.name}' ({kind} of {cell}, {self.input_shape} to {self.shape})"


def check_memory(layers: Sequence[Layer]) -> None:
    """Raise ValueError, before any memory is taken, if the initial weights need more than this process may use."""
    counts, remedy = [layer.n_weights for layer in layers], "make that layer smaller"
    largest = counts.index(max(counts))
    needs = [
        memory.Need(f"the {count:,} weights of {layer}", _FLOAT32 * count, remedy)
        for layer, count in zip(layers, counts, strict=True)
    ]
    needs.append(memory.Need(f"drawing those of {layers[largest]}", _FLOAT64 * counts[largest], remedy))
    reason = memory.shortage(needs, memory.limit())
    if reason is not None:
        raise ValueError(f"The network is too large: {reason}")
