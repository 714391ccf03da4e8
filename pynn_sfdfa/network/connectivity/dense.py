"""Every unit reaches every neuron."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from pynn_sfdfa.common.needs import Need
from pynn_sfdfa.network.cells import Cell
from pynn_sfdfa.network.connectivity.connectivity import Connectivity
from pynn_sfdfa.network.connectivity.sites import Sites
from pynn_sfdfa.network.recurrent import Recurrent
from pynn_sfdfa.network.shapes import units
from pynn_sfdfa.support.given import check_given
from pynn_sfdfa.support.limits import LARGEST_WEIGHT
from pynn_sfdfa.support.numbers import is_integer, is_number

if TYPE_CHECKING:
    import nir
    from numpy.typing import NDArray

    from pynn_sfdfa.network.shapes import Shape

__all__ = ["Dense"]


@dataclass(frozen=True)
class Dense(Connectivity):
    """A layer of neurons that see all units of the layer below; its weights have the shape (n_pre, n_post).

    Parameters
    ----------
    size : int
        Neurons.
    cell : Cell
    inhibition : float
        Every spike of a neuron of the layer reaches every other one of it with minus this weight, in nA, after the
        delay of the network, which then must be > 0.
    recurrent : Recurrent, optional
        Synapses among the neurons of the layer; its weights then have the shape (n_pre + size, size).

    Raises
    ------
    ValueError
        If size or inhibition are not valid, or there is inhibition in a recurrent layer.
    """

    name: ClassVar[str] = "dense"

    size: int
    inhibition: float = field(default=0.0, kw_only=True)
    recurrent: Recurrent | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        check_given("cell", self.cell, Cell)
        if not is_integer(self.size, 1):
            raise ValueError(f"Dense: size = {self.size!r} is not valid; it must be an integer >= 1.")
        if not is_number(self.inhibition) or not 0 <= self.inhibition <= LARGEST_WEIGHT:
            raise ValueError(
                f"Dense: inhibition = {self.inhibition!r} is not valid; it must be a weight from 0 to "
                f"{LARGEST_WEIGHT:g} nA, which is subtracted."
            )
        if self.recurrent is not None and not isinstance(self.recurrent, Recurrent):
            raise ValueError(
                f"Dense: recurrent = {self.recurrent!r} is not valid; give Recurrent(delay=1.0), or leave it out."
            )
        if self.recurrent is not None and self.inhibition:
            raise ValueError(
                f"Dense: inhibition = {self.inhibition:g} nA in a recurrent layer is not possible; leave it out, and "
                "let synapses of the layer inhibit: Recurrent(weights=(-0.2, 0.1))."
            )
        object.__setattr__(self, "size", int(self.size))
        object.__setattr__(self, "inhibition", float(self.inhibition))

    @property
    def needs(self) -> frozenset[Need]:
        """Inhibition or synapses among its neurons, if there are any; see `Connectivity.needs`."""
        if self.recurrent is not None:
            return frozenset({Need.RECURRENCE})
        return frozenset({Need.INHIBITION}) if self.inhibition else frozenset()

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return (size,), whatever the shape below."""
        return (self.size,)

    def sites(self, input_shape: Shape) -> Sites:
        """Return one site, where every unit has a row of its own, and every neuron of a recurrent layer, too."""
        n, within = units(input_shape), 0 if self.recurrent is None else self.size
        return Sites(1, self.size, n + within, True, np.arange(n + 1), np.zeros(n, np.int64), np.arange(n), within)

    def n_weights(self, input_shape: Shape) -> int:
        """Return their number, without what `sites` takes; see `Connectivity.n_weights`."""
        return (units(input_shape) + self.size * (self.recurrent is not None)) * self.size

    def initial_weights(
        self, input_shape: Shape, bounds: tuple[float, float], generator: np.random.Generator
    ) -> NDArray[np.float32]:
        """Return weights drawn uniformly from a range, in nA; those within the layer have a range of their own."""
        below = generator.uniform(*bounds, (units(input_shape), self.size)).astype(np.float32)
        if self.recurrent is None:
            return below
        return np.concatenate([below, self.recurrent.initial_weights(self.size, generator)])

    def of_below(self, weights: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the first n_pre rows; see `Connectivity.of_below`."""
        return weights if self.recurrent is None else weights[: -self.size]

    def feedback_shape(self, input_shape: Shape) -> tuple[int, int]:
        """Return (neurons, units below); see `Connectivity.feedback_shape`."""
        return self.size, units(input_shape)

    def matrix(self, input_shape: Shape, weights: NDArray[np.float32]) -> Any:
        """Return the weights from the layer below; see `Connectivity.matrix`."""
        return self.of_below(weights)

    def project(
        self, sim: Any, pre: Any, post: Any, input_shape: Shape, weights: NDArray[np.float32], **synapse: Any
    ) -> Any:
        """Return a projection from all to all; see `Connectivity.project`."""
        synapse_type = self.cell.synapse_type(sim, weight=self.of_below(weights).astype(float), **synapse)
        return sim.Projection(pre, post, sim.AllToAllConnector(), synapse_type)

    def learned(self, projection: Any, input_shape: Shape) -> NDArray[np.float32]:
        """Return the weights of the projection; see `Connectivity.learned`."""
        return np.asarray(projection.get("weight", format="array"), np.float32)

    def nir_node(self, weights: NDArray[np.float32], input_shape: Shape) -> nir.NIRNode:
        """Return ``Linear``; ValueError if neurons of the layer inhibit or reach each other."""
        import nir

        if self.recurrent is not None:
            raise ValueError(
                f"synapses within the layer have a delay of {self.recurrent.delay:g} ms, which a sequence of layers in "
                "NIR cannot express. Train without recurrent, or show the network samples on another simulator by "
                "network.wire(sim, trains)."
            )

        if self.inhibition:
            raise ValueError(
                f"inhibition = {self.inhibition:g} nA acts after a delay, which a sequence of layers in NIR cannot "
                "express. Train with inhibition = 0, or export a PyNN script (--format pynn)."
            )

        return nir.Linear(weight=np.ascontiguousarray(weights.T))

    @classmethod
    def from_nir(cls, node: nir.NIRNode, cell: Cell) -> tuple[Dense, NDArray[np.float32]] | None:
        """Return the layer of a ``Linear``; see `Connectivity.from_nir`."""
        import nir

        if not isinstance(node, nir.Linear):
            return None
        weights = np.ascontiguousarray(np.asarray(node.weight, np.float32).T)
        return cls(weights.shape[1], cell=cell), weights
