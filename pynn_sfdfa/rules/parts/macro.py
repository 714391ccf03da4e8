"""The macro level of HM2-BP: errors of neurons go down layer by layer, through weights and spike trains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

import numpy as np
from annotated_types import Ge, Lt

from pynn_sfdfa.common.needs import Need
from pynn_sfdfa.rules.parts.transport import Transport
from pynn_sfdfa.support.settings import MayBeLeftOut, NotNegative, doc

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pynn_sfdfa.rules.parts.transport import Regularisation
    from pynn_sfdfa.rules.trials import Trials

__all__ = ["Macro", "SilentRatio", "SilentTargetSpikes"]

SilentTargetSpikes = Annotated[
    int,
    Ge(0),
    Lt(2**31),
    MayBeLeftOut(),
    doc("even spikes that a silent target neuron is given, at most max_spikes; 0: none"),
]
SilentRatio = Annotated[
    NotNegative,
    MayBeLeftOut(),
    doc("e/o for errors on their way down, where either neuron is silent, in tau_syn/cm; published: 1"),
]


@dataclass(frozen=True)
class Macro(Transport):
    """Neuron j has the error ``sum_i err_i w_ij e_ij/(theta_i o_j)`` beside its own, with the S-PSP e.

    The sum is over the neurons of the layer above (docs/algorithm.md, section 10): what spikes of j are worth to the
    potentials above, on average. It is neither local nor online, and takes no feedback weights.

    Parameters
    ----------
    silent_target_spikes : int
        How many even spikes the target neuron is given, as far as local gradients and errors below are concerned, in a
        trial in which it is silent; no more than the network's ``max_spikes``.
    silent_ratio : float
        ``e_ij/o_j`` where i or j is silent, in tau_syn/cm. Where most neurons are silent most of the time, the
        published 1 lets these outweigh those that fire (docs/convolution.md).
    """

    name: ClassVar[str] = "macro"
    needs: ClassVar[frozenset[Need]] = frozenset({Need.ALL_SPIKES, Need.FORWARD_WEIGHTS})
    asks: ClassVar[tuple[str, ...]] = ("give_spikes", "neuron_errors_through_weights")

    silent_target_spikes: SilentTargetSpikes = 35
    silent_ratio: SilentRatio = 1.0

    def assign(self, trials: Trials, feedback: Sequence[NDArray[np.float32]], regularisation: Regularisation) -> None:
        """Go down layer by layer; see `Transport.assign`."""
        if self.silent_target_spikes:
            trials.give_spikes(self.silent_target_spikes)
        error = trials.output_error
        trials.neuron_errors(trials.n_layers - 1, error)
        for layer in range(trials.n_layers - 2, -1, -1):
            error = trials.neuron_errors_through_weights(layer + 1, error, self.silent_ratio) + regularisation(layer)
            trials.neuron_errors(layer, error)
