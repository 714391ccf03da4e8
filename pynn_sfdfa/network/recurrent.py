"""Synapses among the neurons of one layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from annotated_types import Ge, Gt, Le, Lt

from pynn_sfdfa.support.settings import Duration, MayBeLeftOut, Range, Settings, doc

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Recurrent"]


@dataclass(frozen=True)
class Recurrent(Settings):
    """Synapses from the neurons of a layer to those of the same layer, each neuron to itself among them.

    Their weights, shape (neurons, neurons), lie below those of what the layer sees, and learn as those do.

    Parameters
    ----------
    delay : float
        Of these synapses, in ms, > 0; that of the network is for all others. A spike that came back at once would act
        on its own cause.
    p_connect : float
        With which probability a neuron reaches another; 1: all reach all.
    weights : tuple of float
        Initial weights are drawn uniformly from this range, in nA.
    seed : int
        By which it is drawn which neurons are connected, so that they are the same in networks with other weights.

    Raises
    ------
    ValueError
        If a parameter is not valid.
    """

    delay: Annotated[Duration, doc("ms after which a spike arrives at its own layer")] = 1.0
    p_connect: Annotated[
        float, Gt(0), Le(1), MayBeLeftOut(), doc("probability that a neuron reaches another; 1: all reach all")
    ] = 1.0
    weights: Annotated[Range, doc("nA; initial weights are drawn uniformly from this range")] = (-0.1, 0.1)
    seed: Annotated[int, Ge(0), Lt(2**32), MayBeLeftOut(), doc("by which connections are drawn")] = 0

    def connected(self, n: int) -> NDArray[np.bool_]:
        """Return which of n neurons reach which, shape (n, n), presynaptic neurons first."""
        if self.p_connect == 1:
            return np.ones((n, n), np.bool_)
        generator = np.random.default_rng(np.random.SeedSequence([self.seed, n]))
        chosen: NDArray[np.bool_] = generator.random((n, n)) < self.p_connect
        return chosen

    def initial_weights(self, n: int, generator: np.random.Generator) -> NDArray[np.float32]:
        """Return weights drawn uniformly, in nA, 0 where there is no synapse, shape (n, n)."""
        drawn = generator.uniform(*self.weights, (n, n)).astype(np.float32)
        return np.where(self.connected(n), drawn, np.float32(0.0))

    def project(self, sim: Any, population: Any, weights: NDArray[np.float32], synapse_type: Any) -> Any:
        """Return a projection from a population to itself with these weights, shape (n, n)."""
        chosen = self.connected(population.size)
        pairs = np.column_stack([*np.nonzero(chosen), weights[chosen].astype(float)])
        connector = sim.FromListConnector(pairs, column_names=["weight"])
        return sim.Projection(population, population, connector, synapse_type)

    def learned(self, projection: Any) -> NDArray[np.float32]:
        """Return the weights that a projection made by `project` has now; 0 where there is no synapse."""
        weights = np.asarray(projection.get("weight", format="array"), np.float32)
        return np.nan_to_num(weights, copy=False, nan=0.0)
