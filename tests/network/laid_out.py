"""A network of windows as the equal one of dense layers: the same weights, laid out."""

from __future__ import annotations

import numpy as np

from pynn_sfdfa.network.connectivity import Dense
from pynn_sfdfa.network.layers import Input
from pynn_sfdfa.network.network import Network


def matrix(layer, weights):
    """Return the weights of a layer as (units below, neurons), in their type; 0 where there is no synapse."""
    sites = layer.connectivity.sites(layer.input_shape)
    synapses = sites.synapses()
    laid = np.zeros((sites.offsets.size - 1, layer.size), np.asarray(weights).dtype)
    np.add.at(laid, (synapses.pre, synapses.post), np.ravel(weights)[synapses.weight])
    return laid


def gathered(layer, gradient):
    """Return the gradient of a layer's weights from that of its laid out matrix: synapses that share one add up."""
    sites = layer.connectivity.sites(layer.input_shape)
    synapses = sites.synapses()
    summed = np.zeros(sites.weight_shape, np.asarray(gradient).dtype)
    np.add.at(summed.reshape(-1), synapses.weight, gradient[synapses.pre, synapses.post])
    return summed


def laid_out(network, weights=None):
    """Return a network of dense layers and its weights, equal to a network with these weights (default: its own).

    The weights come back in the type they are given in; the network has them in single precision.
    """
    weights = network.weights if weights is None else weights
    laid = [matrix(layer, own) for layer, own in zip(network.layers, weights, strict=True)]
    dense = [Dense(layer.size, inhibition=layer.connectivity.inhibition, cell=layer.cell) for layer in network.layers]
    built = Network(
        [Input((network.input.size,)), *dense],
        gradient=network.gradient,
        delay=network.delay,
        max_spikes=network.max_spikes,
    )
    built.weights = [np.asarray(own, np.float32) for own in laid]
    built.feedback = [own.copy() for own in network.feedback]
    return built, laid
