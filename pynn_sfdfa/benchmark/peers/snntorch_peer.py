"""snnTorch: Leaky neurons, surrogate gradients, backpropagation through time."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from pynn_sfdfa.benchmark.peers.base import STEP
from pynn_sfdfa.benchmark.peers.dense import TorchPeer

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
    steps, layers = round(network.trial_duration / STEP), []
    for n_in, n_out, layer in zip(network.sizes[:-1], network.sizes[1:], network.layers, strict=True):
        neuron = snntorch.Leaky(beta=math.exp(-STEP / layer.cell.tau_m), reset_mechanism="subtract")
        layers.append((torch.nn.Linear(n_in, n_out), neuron))
    (linear1, hidden), (linear2, output) = layers

    def counts(inputs: Any) -> Any:
        v1, v2, total = hidden.init_leaky(), output.init_leaky(), 0
        for current in linear1(inputs):
            spikes, v1 = hidden(current, v1)
            spikes, v2 = output(linear2(spikes), v2)
            total = total + spikes
        return total

    module = torch.nn.ModuleList([linear1, linear2])
    return TorchPeer(module, counts, steps, network.sizes[-1], optimizer, loss)
