"""SpikingJelly: LIF neurons in its multi-step mode, surrogate gradients, backpropagation through time."""

from __future__ import annotations

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
    """Return the network in SpikingJelly."""
    import torch
    from spikingjelly.activation_based import functional, layer, neuron, surrogate

    torch.set_num_threads(threads)
    torch.manual_seed(seed)
    parts: list[Any] = []
    for described in network.layers:
        tau = described.cell.tau_m / STEP
        parts += [layer.SeqToANNContainer(module) for module in weighted(described)]
        parts.append(neuron.LIFNode(tau=tau, decay_input=False, v_reset=None, surrogate_function=surrogate.ATan()))
    module = torch.nn.Sequential(*parts)
    functional.set_step_mode(module, "m")

    def counts(inputs: Any) -> Any:
        functional.reset_net(module)
        return module(inputs).sum(dim=0)

    steps = round(network.trial_duration / STEP)
    return TorchPeer(module, counts, network, steps, optimizer, loss, threads)
