"""A network as PyNN's own cells and synapses make it: the same spikes in continuous time."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from pynn_sfdfa.network.cells import LIF_SFDFA, IF_curr_exp
from pynn_sfdfa.network.network import Network

if TYPE_CHECKING:
    from pynn_sfdfa.network.layers import Layer

__all__ = ["STEP", "NotStockError", "in_stock_cells", "stock_cell"]

STEP = 1.0
"""ms; the delay of a network that has none."""


class NotStockError(ValueError):
    """A network that PyNN's own cells cannot express; the message says why."""


def stock_cell(layer: Layer) -> IF_curr_exp:
    """Return the IF_curr_exp that spikes as the cells of a layer do; NotStockError if there is none.

    LIF_SFDFA subtracts ``v_thresh - v_rest`` at a spike. In continuous time that is a reset to rest, because a neuron
    spikes when its potential is ``v_thresh``.
    """
    if isinstance(layer.cell, IF_curr_exp):
        return layer.cell
    if isinstance(layer.cell, LIF_SFDFA):
        return IF_curr_exp(**asdict(layer.cell), tau_refrac=0.0)
    raise NotStockError(f"{layer}: PyNN has no cell like {layer.cell.name}; take IF_curr_exp or LIF_SFDFA.")


def in_stock_cells(network: Network) -> tuple[Network, list[float]]:
    """Return the network in IF_curr_exp, and by how many ms each of its layers answers later.

    A network without delays gets one of a ms, as simulators with time steps need; then layer k answers k ms later, and
    otherwise the same.

    Raises
    ------
    NotStockError
        If the cells of a layer have no counterpart.
    """
    layers = [layer.connectivity.with_cell(stock_cell(layer)) for layer in network.layers]
    added = 0.0 if network.delay else STEP
    stock = Network([network.input, *layers], delay=network.delay or STEP, max_spikes=network.max_spikes)
    stock.weights = [weights.copy() for weights in network.weights]
    return stock, [added * k for k in range(1, len(layers) + 1)]
