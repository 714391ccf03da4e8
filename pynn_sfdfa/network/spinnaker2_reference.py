"""What a network on SpiNNaker2 is taken to compute: the arithmetic that its exported program counts on.

It is an assumption, not a measurement. In a step, in this order: currents decay and take up the integers that have
arrived, excitation and inhibition apart; potentials decay and take up the difference; those that reach the threshold
spike and lose it. A spike arrives in the next step, or ``delay`` steps later. Sums of weights are integers; the rest is
float32.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pynn_sfdfa.network.checks import check_shown
from pynn_sfdfa.network.spinnaker2 import check_quantised, input_steps

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.encoding.spikes import SpikeTrains
    from pynn_sfdfa.network.spinnaker2 import Quantised

__all__ = ["counts"]


def counts(net: Quantised, samples: SpikeTrains) -> list[NDArray[np.int32]]:
    """Show each sample to the network at rest; return the spikes of all layers, shape (samples, neurons) each.

    Raises
    ------
    TypeError
        If the network is none of `pynn_sfdfa.network.spinnaker2.quantised`, or samples are no SpikeTrains.
    ValueError
        If samples do not fit the network.
    pynn_sfdfa.network.spinnaker2.SpiNNaker2Error
        If an input spikes twice in a step.
    """
    check_quantised(net)
    check_shown(samples, net.inputs)
    n, lag = len(samples), 1 + net.delay
    inputs = np.zeros((net.steps, n, net.inputs), bool)
    for sample in range(n):
        steps, units = input_steps(samples, sample, net)
        inputs[steps, sample, units] = True
    heard, found = inputs, []
    for layer in net.layers:
        positive = np.maximum(layer.weights, 0).astype(np.float64)  # sums of integers are exact
        negative = np.maximum(-layer.weights, 0).astype(np.float64)
        threshold, alpha, excitation, inhibition = (
            np.float32(layer.parameters[name]) for name in ("threshold", "alpha_decay", "exc_decay", "inh_decay")
        )
        e, i, v = (np.zeros((n, layer.size), np.float32) for _ in range(3))
        spikes = np.zeros((net.steps, n, layer.size), bool)
        for step in range(net.steps):
            e *= excitation
            i *= inhibition
            if step >= lag and heard[step - lag].any():
                arrived = heard[step - lag].astype(np.float64)
                e += (arrived @ positive).astype(np.float32)
                i += (arrived @ negative).astype(np.float32)
            v = v * alpha + (e - i)
            spikes[step] = v >= threshold
            v -= threshold * spikes[step]
        found.append(spikes.sum(axis=0, dtype=np.int32))
        heard = spikes
    return found
