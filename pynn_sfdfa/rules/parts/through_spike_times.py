"""Backpropagation through spike times: every spike gets an error of its own, back through all layers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from pynn_sfdfa.common.needs import Need
from pynn_sfdfa.rules.parts.transport import Transport

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pynn_sfdfa.rules.parts.transport import Regularisation
    from pynn_sfdfa.rules.trials import Trials

__all__ = ["ThroughSpikeTimes"]


@dataclass(frozen=True)
class ThroughSpikeTimes(Transport):
    """Spike z of neuron j has the error ``sum_i w_ij (S1_i/tau_syn - S2_i/tau_m)`` at its time.

    The sum is over the neurons of the layer above (docs/algorithm.md, section 7), and of its own if it is recurrent
    (section 12). It is neither local nor online, and takes no feedback weights.
    """

    name: ClassVar[str] = "through-spike-times"
    needs: ClassVar[frozenset[Need]] = frozenset({Need.ALL_SPIKES, Need.FORWARD_WEIGHTS})
    through_times: ClassVar[bool] = True
    asks: ClassVar[tuple[str, ...]] = ("spike_errors_through_weights", "spike_errors_within")

    def assign(self, trials: Trials, feedback: Sequence[NDArray[np.float32]], regularisation: Regularisation) -> None:
        """Go down layer by layer; see `Transport.assign`."""
        trials.neuron_errors(trials.n_layers - 1, trials.output_error)
        trials.spike_errors_within(trials.n_layers - 1)
        for layer in range(trials.n_layers - 2, -1, -1):
            trials.neuron_errors(layer, np.broadcast_to(regularisation(layer), trials.counts(layer).shape))
            trials.spike_errors_through_weights(layer + 1)
            trials.spike_errors_within(layer)
