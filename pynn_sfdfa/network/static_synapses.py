"""Stock cells and static synapses, in bulk, as each PyNN simulator needs them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from pyNN import errors

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.network.cells import Cell
    from pynn_sfdfa.network.layers import Layer

    Pairs = tuple[NDArray[np.int64], ...]
    """Presynaptic and postsynaptic neurons, of each synapse."""

__all__ = ["as_simulated", "check_delay", "inhibit", "project", "project_within"]


def as_simulated(sim: Any, cell: Cell) -> Cell:
    """Return a stock cell with the parameters by which a simulator does what the cell says.

    Brian2 counts the refractory period from the beginning of the step at whose end the potential is reset, so that it
    ends a step early: there it is given one step more.
    """
    if not cell.static_synapses or sim.__name__.rpartition(".")[2] != "brian2":
        return cell
    changed: Cell = replace(cast("Any", cell), tau_refrac=cell.tau_refrac + sim.get_time_step())
    return changed


def project(
    sim: Any, pre: Any, post: Any, layer: Layer, weights: NDArray[np.float32], synapse_type: Any
) -> tuple[Any, ...]:
    """Return the projections that lead to a layer of stock cells: of the weights >= 0 and of those below, if any.

    PyNN has a receptor type for each sign, and a projection goes to one of them.
    """
    synapses = layer.connectivity.sites(layer.input_shape).synapses()
    each = weights.ravel()[synapses.weight].astype(float)
    there = (each != 0) | layer.connectivity.learns  # where weights are fixed, 0 is no synapse
    made = []
    for receptor_type, of_sign in (("excitatory", (each >= 0) & there), ("inhibitory", each < 0)):
        if of_sign.any():
            pairs = synapses.pre[of_sign], synapses.post[of_sign]
            made.append(_connected(sim, pre, post, pairs, each[of_sign], synapse_type, receptor_type))
    return tuple(made)


def project_within(
    sim: Any, population: Any, weights: NDArray[np.float32], connected: NDArray[np.bool_], synapse_type: Any
) -> tuple[Any, ...]:
    """Return the projections from stock cells to themselves: of the weights >= 0 and of those below, if any."""
    made = []
    for receptor_type, of_sign in (("excitatory", weights >= 0), ("inhibitory", weights < 0)):
        pairs = np.nonzero(of_sign & connected)
        if pairs[0].size:
            each = weights[pairs].astype(float)
            made.append(_connected(sim, population, population, pairs, each, synapse_type, receptor_type))
    return tuple(made)


def inhibit(sim: Any, population: Any, layer: Layer, delay: float) -> Any:
    """Return the projection by which each neuron of a layer inhibits every other one."""
    pairs = np.nonzero(~np.eye(layer.size, dtype=bool))
    weights = np.full(pairs[0].size, -layer.connectivity.inhibition)
    receptor_type = "inhibitory" if layer.cell.static_synapses else None
    return _connected(sim, population, population, pairs, weights, sim.StaticSynapse(delay=delay), receptor_type)


def check_delay(sim: Any, layer: Layer, delay: float) -> None:
    """Raise ConnectionError if static synapses of a simulator cannot be as fast as those that lead to a layer."""
    least = float(sim.StaticSynapse().parameter_space["delay"].base_value)
    if delay < least:
        raise errors.ConnectionError(
            f"{layer}: a delay of {delay:g} ms is shorter than the least that {sim.__name__} has, {least:g} ms. Give "
            f"the network delay = {least:g} before it is trained (network.delay of an experiment), or call setup() "
            "with a smaller timestep."
        )


def _connected(
    sim: Any,
    pre: Any,
    post: Any,
    pairs: Pairs,
    weights: NDArray[np.float64],
    synapse_type: Any,
    receptor_type: str | None,
) -> Any:
    """Return a projection with a synapse for each pair of neurons."""
    one_by_one = sim.__name__ == "pyNN.brian2"  # which takes minutes: there they are made afterwards, in bulk
    listed = np.column_stack([*pairs, weights])[: 0 if one_by_one else None]
    connector = sim.FromListConnector(listed, column_names=["weight"])
    projection = sim.Projection(pre, post, connector, synapse_type, receptor_type=receptor_type)
    if one_by_one:
        delay = synapse_type.parameter_space["delay"].base_value
        _connect_on_brian2(projection, pairs, weights, delay, sim.get_time_step())
    return projection


def _connect_on_brian2(projection: Any, pairs: Pairs, weights: NDArray[np.float64], delay: float, step: float) -> None:
    """Give an empty projection of ``pyNN.brian2`` all its synapses at once."""
    from brian2 import ms, nA

    synapses = projection._brian2_synapses[0][0]
    synapses.connect(i=pairs[0], j=pairs[1])
    synapses.weight = weights * nA
    synapses.delay = round(delay / step) * step * ms
    projection._n_connections = weights.size
