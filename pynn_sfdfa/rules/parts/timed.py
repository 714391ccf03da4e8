"""Timed feedback: a hidden spike learns from the output spikes that come after it, as far as it has moved them."""

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

__all__ = ["Timed"]


@dataclass(frozen=True)
class Timed(Transport):
    """Spike z of hidden neuron j has the error ``sum_o Bfb[o, j] (S1_o/tau_syn - S2_o/tau_m)`` at its time.

    Output spikes travel the feedback projections, each with its factor f, and hidden neurons keep those of a trial
    (docs/algorithm.md, section 8). With one hidden layer and feedback that equals the forward weights this is exact
    backpropagation.
    """

    name: ClassVar[str] = "timed"
    needs: ClassVar[frozenset[Need]] = frozenset({Need.ALL_SPIKES})
    through_times: ClassVar[bool] = True
    asks: ClassVar[tuple[str, ...]] = ("spike_errors_by_feedback",)

    def assign(self, trials: Trials, feedback: Sequence[NDArray[np.float32]], regularisation: Regularisation) -> None:
        """Send the output spikes back to every hidden layer; see `Transport.assign`."""
        trials.neuron_errors(trials.n_layers - 1, trials.output_error)
        for layer, weights in enumerate(feedback):
            trials.neuron_errors(layer, np.broadcast_to(regularisation(layer), trials.counts(layer).shape))
            trials.spike_errors_by_feedback(layer, weights)
