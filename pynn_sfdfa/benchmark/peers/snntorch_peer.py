"""snnTorch: Leaky neurons, surrogate gradients, backpropagation through time."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from pynn_sfdfa.benchmark.peers.base import STEP
from pynn_sfdfa.benchmark.peers.on_torch import TorchPeer, weighted

if TYPE_CHECKING:
    from pynn_sfdfa.benchmark.peers.base import Peer
    from pynn_sfdfa.network.network import Network
    from pynn_sfdfa.training.losses import SpikeCount
    from pynn_sfdfa.training.optimizers import Adam

__all__ = ["make"]


def make(network: Network, optimizer: Adam, loss: SpikeCount, threads: int, seed: int) -> Peer:
    """Return the network in snnTorch; the first layer's sums of all steps are computed at once."""
    import snntorch
    import torch

    torch.set_num_threads(threads)
    torch.manual_seed(seed)
    steps, neurons = round(network.trial_duration / STEP), []
    for layer in network.layers:
        neurons.append(snntorch.Leaky(beta=math.exp(-STEP / layer.cell.tau_m), reset_mechanism="subtract"))
    first, *others = (torch.nn.Sequential(*weighted(layer)) for layer in network.layers)

    def counts(inputs: Any) -> Any:
        currents = first(inputs.flatten(0, 1))
        potentials, total = [neuron.init_leaky() for neuron in neurons], 0
        for current in currents.unflatten(0, inputs.shape[:2]):
            spikes, potentials[0] = neurons[0](current, potentials[0])
            for k, (weights, neuron) in enumerate(zip(others, neurons[1:], strict=True), start=1):
                spikes, potentials[k] = neuron(weights(spikes), potentials[k])
            total = total + spikes
        return total

    module = torch.nn.ModuleList([first, *others])
    return TorchPeer(module, counts, network, steps, optimizer, loss, threads)
