"""Norse: LIFBox neurons, its LIF without synaptic current, surrogate gradients, backpropagation through time."""

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
    """Return the network in Norse; the first layer's sums of all steps are computed at once."""
    import torch
    from norse.torch import LIFBoxCell, LIFBoxParameters
    from norse.torch.functional.reset import reset_subtract

    torch.set_num_threads(threads)
    torch.manual_seed(seed)
    neurons, scales = [], []
    for layer in network.layers:
        rate = torch.as_tensor(1 / layer.cell.tau_m)
        neurons.append(LIFBoxCell(LIFBoxParameters(tau_mem_inv=rate, reset_method=reset_subtract), dt=STEP))
        scales.append(layer.cell.tau_m / STEP)  # Norse multiplies what arrives by the inverse; the other peers do not
    first, *others = (torch.nn.Sequential(*weighted(layer)) for layer in network.layers)

    def counts(inputs: Any) -> Any:
        currents = (scales[0] * first(inputs.flatten(0, 1))).unflatten(0, inputs.shape[:2])
        states: list[Any] = [None] * len(neurons)
        total: Any = 0
        for current in currents:
            spikes, states[0] = neurons[0](current, states[0])
            for k, (weights, neuron) in enumerate(zip(others, neurons[1:], strict=True), start=1):
                spikes, states[k] = neuron(scales[k] * weights(spikes), states[k])
            total = total + spikes
        return total

    steps = round(network.trial_duration / STEP)
    return TorchPeer(torch.nn.ModuleList([first, *others]), counts, network, steps, optimizer, loss, threads)
