"""What every kind of connectivity answers; all of it follows from where spikes arrive."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from pynn_sfdfa.network.cells import LIF_SFDFA, Cell

if TYPE_CHECKING:
    import nir
    from numpy.typing import NDArray

    from pynn_sfdfa.common.needs import Need
    from pynn_sfdfa.network.connectivity.sites import Sites
    from pynn_sfdfa.network.recurrent import Recurrent
    from pynn_sfdfa.network.shapes import Shape

__all__ = ["Connectivity"]


@dataclass(frozen=True)
class Connectivity(ABC):
    """Neurons of one kind, and how the layer below reaches them; immutable, and the same on every simulator.

    Parameters
    ----------
    cell : Cell
        What the neurons are; default: LIF_SFDFA with its defaults.
    """

    name: ClassVar[str]

    cell: Cell = field(default_factory=LIF_SFDFA, kw_only=True)

    @property
    def kind(self) -> str:
        """What it is called in messages."""
        return type(self).__name__

    @property
    @abstractmethod
    def needs(self) -> frozenset[Need]:
        """What it needs of a simulator that learns with it."""

    @property
    def inhibition(self) -> float:
        """Weight in nA by which every neuron of the layer inhibits every other one of it."""
        return 0.0

    @property
    def recurrent(self) -> Recurrent | None:
        """Synapses among the neurons of the layer, if there are any."""
        return None

    @property
    def learns(self) -> bool:
        """Whether its weights change; those of others stay as they are."""
        return True

    def with_cell(self, cell: Cell) -> Self:
        """Return the same connectivity of other neurons."""
        return replace(self, cell=cell)

    @abstractmethod
    def output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of the layer above one of ``input_shape``; ValueError says why it does not fit."""

    @abstractmethod
    def sites(self, input_shape: Shape) -> Sites:
        """Return where the spikes of a layer of ``input_shape`` arrive."""

    @abstractmethod
    def nir_node(self, weights: NDArray[np.float32], input_shape: Shape) -> nir.NIRNode:
        """Return it as a node of a NIR graph."""

    @classmethod
    @abstractmethod
    def from_nir(cls, node: nir.NIRNode, cell: Cell) -> tuple[Connectivity, NDArray[np.float32]] | None:
        """Return the connectivity that a node stands for and its weights, or None if it stands for another kind."""

    def n_weights(self, input_shape: Shape) -> int:
        """Return how many weights it has, those within the layer among them."""
        return math.prod(self.sites(input_shape).weight_shape)

    def initial_weights(
        self, input_shape: Shape, bounds: tuple[float, float], generator: np.random.Generator
    ) -> NDArray[np.float32]:
        """Return weights drawn uniformly from a range, in nA."""
        return generator.uniform(*bounds, self.sites(input_shape).weight_shape).astype(np.float32)

    def of_below(self, weights: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return those of the weights that belong to synapses from the layer below."""
        return weights

    def feedback_shape(self, input_shape: Shape) -> tuple[int, int]:
        """Return the shape of feedback from the layer to the one below: (lanes, rows of all matrices).

        That is (neurons, units below) for `Dense`; others share feedback as they share weights.
        """
        sites = self.sites(input_shape)
        return sites.lanes, (sites.rows - sites.within) * (1 if sites.shared else sites.count)

    def matrix(self, input_shape: Shape, weights: NDArray[np.float32]) -> Any:
        """Return the weights as a matrix (units below, neurons), sparse where few of them are connected."""
        from scipy.sparse import csr_array

        sites = self.sites(input_shape)
        # Sites list arrivals unit by unit, as the rows of the matrix are: nothing is sorted, no synapse listed twice.
        values = weights.reshape(-1, sites.lanes)[sites.matrix_row]
        shape = (sites.offsets.size - 1, sites.count * sites.lanes)
        return csr_array((values.ravel(), sites.neurons.ravel(), sites.offsets * sites.lanes), shape=shape)

    def connector(self, sim: Any, input_shape: Shape, weights: NDArray[np.floating]) -> Any:
        """Return PyNN's list of all synapses, for projections of a script on any simulator.

        ``sim.Projection(pre, post, Convolution(4, 3).connector(sim, (1, 8, 8), kernels), sim.StaticSynapse())``.

        Parameters
        ----------
        sim : module
            A simulator, such as ``pynn_sfdfa.event`` or ``pyNN.nest``.
        input_shape : tuple of int
            Of the presynaptic population, whose cells are numbered row by row, channels first.
        weights : array
            In nA, in the shape of the connectivity's weights.

        Raises
        ------
        ValueError
            If the shapes do not fit.
        """
        self.output_shape(input_shape)
        sites = self.sites(input_shape)
        if np.shape(weights) != sites.weight_shape:
            raise ValueError(f"weights have the shape {np.shape(weights)}; here they have {sites.weight_shape}.")
        synapses = sites.synapses()
        each = np.asarray(weights).ravel()[synapses.weight].astype(float)
        pairs = list(zip(synapses.pre.tolist(), synapses.post.tolist(), each.tolist(), strict=True))
        return sim.FromListConnector(pairs, column_names=["weight"])

    def project(
        self, sim: Any, pre: Any, post: Any, input_shape: Shape, weights: NDArray[np.float32], **synapse: Any
    ) -> Any:
        """Return a PyNN projection with these weights; ``synapse`` are delay and learning rate."""
        connector = self.connector(sim, input_shape, weights)
        return sim.Projection(pre, post, connector, self.cell.synapse_type(sim, **synapse))

    def learned(self, projection: Any, input_shape: Shape) -> NDArray[np.float32]:
        """Return the weights that a projection made by `project` has now; those that no synapse has are 0."""
        sites = self.sites(input_shape)
        synapses = sites.synapses()
        pre, post, values = np.array(projection.get("weight", format="list"), float).reshape(-1, 3).T
        n_post = sites.count * sites.lanes
        order = np.argsort(synapses.pre * n_post + synapses.post)
        weights = np.zeros(sites.weight_shape, np.float32)
        weights.flat[synapses.weight[order]] = values[np.argsort(pre * n_post + post)]
        return weights
