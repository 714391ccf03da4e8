"""A network of layers of any connectivity as one of dense layers with the same synapses."""

from __future__ import annotations

import numpy as np

from pynn_sfdfa import Dense, Input, Network


def laid_out(network):
    """Return a dense network that does what a network does; weights of synapses that do not exist are 0."""
    layers = [Input((network.sizes[0],))]
    matrices = []
    for layer, weights, n_pre in zip(network.layers, network.weights, network.sizes[:-1], strict=True):
        synapses = layer.connectivity.sites(layer.input_shape).synapses()
        matrix = np.zeros((n_pre, layer.size), np.float32)
        matrix[synapses.pre, synapses.post] = weights.ravel()[synapses.weight]
        layers.append(Dense(layer.size, cell=layer.cell, inhibition=layer.connectivity.inhibition))
        matrices.append(matrix)
    dense = Network(layers, gradient=network.gradient, delay=network.delay, max_spikes=network.max_spikes)
    dense.weights = matrices
    return dense


def gathered(network, matrices):
    """Return gradients of the weights of a network from those of all synapses of the dense one."""
    found = []
    for layer, weights, matrix in zip(network.layers, network.weights, matrices, strict=True):
        synapses = layer.connectivity.sites(layer.input_shape).synapses()
        gradient = np.zeros(weights.size)
        np.add.at(gradient, synapses.weight, matrix[synapses.pre, synapses.post])
        found.append(gradient.reshape(weights.shape))
    return found
