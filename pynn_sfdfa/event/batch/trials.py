"""Trials from the input to the output: the forward kernels of all layers in one call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pynn_sfdfa.event.batch.arrive import arrive_inputs, arrive_spikes
from pynn_sfdfa.event.batch.forward import advance_layer
from pynn_sfdfa.jit import jit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pynn_sfdfa.event.batch.forward import Draw
    from pynn_sfdfa.event.batch.records import Arrivals, LayerConstants, Spikes

__all__ = ["run_trials"]


@jit(nogil=True)
def run_trials(
    first: int,
    last: int,
    times: NDArray[np.float32],
    units: NDArray[np.int32],
    offsets: NDArray[np.int64],
    samples: NDArray[np.int64],
    weights: tuple[NDArray[np.float32], ...],
    constants: tuple[LayerConstants, ...],
    draws: tuple[Draw, ...],
    arrivals: tuple[Arrivals, ...],
    spikes: tuple[Spikes, ...],
) -> None:
    """Run the trials from ``first`` to before ``last`` through all layers; trial k shows ``samples[k]``.

    The tuples have one item per layer; ``arrivals`` and ``spikes`` are filled.
    """
    arrive_inputs(first, last, times, units, offsets, samples, constants[0], arrivals[0])
    layers = len(weights)
    for layer in range(layers):
        advance_layer(first, last, weights[layer], arrivals[layer], constants[layer], draws[layer], spikes[layer])
        if layer + 1 < layers:
            arrive_spikes(first, last, arrivals[layer], spikes[layer], constants[layer + 1], arrivals[layer + 1])
