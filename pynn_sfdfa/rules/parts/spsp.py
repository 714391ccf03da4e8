"""The local gradient of HM2-BP: the potential that a synapse has given its neuron, summed over the neuron's spikes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

import numpy as np

from pynn_sfdfa.common.needs import Need
from pynn_sfdfa.rules.parts.local_gradient import LocalGradient
from pynn_sfdfa.support.settings import MayBeLeftOut, NotNegative, doc

if TYPE_CHECKING:
    from pynn_sfdfa.rules.trials import Trials

__all__ = ["SPSP", "Lateral", "Micro", "Silent"]

Silent = Annotated[
    NotNegative, MayBeLeftOut(), doc("e of inputs that fired for a neuron that did not, in tau_syn/cm; 0: none")
]
Micro = Annotated[bool, doc("potentials count more, for they grow with the spikes that they cause")]
Lateral = Annotated[bool, doc("inhibition within a layer counts on the way back")]


@dataclass(frozen=True)
class SPSP(LocalGradient):
    """-e/theta, with the spike-train level post-synaptic potential e of a synapse (docs/algorithm.md, section 10).

    Parameters
    ----------
    silent : float
        The e that a silent neuron is taken to have of inputs that fired, in tau_syn/cm; 0 leaves it without.
    micro : bool
        Whether gradients are larger by what e grows with the spikes that it causes: twice as large in neurons that
        fired, without inhibition within the layer and without an offset current.
    lateral : bool
        Whether inhibition within a layer counts, by which a neuron that silences others is inhibited less.
    """

    name: ClassVar[str] = "s-psp"
    needs: ClassVar[frozenset[Need]] = frozenset({Need.POTENTIALS})
    asks: ClassVar[tuple[str, ...]] = ("potential_ratio", "lateral_effect")
    of_potential: ClassVar[bool] = True

    silent: Silent = 0.1
    micro: Micro = True
    lateral: Lateral = True

    def finish(self, trials: Trials) -> None:
        """Scale errors by what a potential does beyond its direct effect; see `LocalGradient.finish`."""
        one = np.float32(1.0)
        for layer in range(trials.n_layers):
            if self.micro:
                trials.scale_errors(layer, one + trials.potential_ratio(layer))
            if self.lateral and (effect := trials.lateral_effect(layer)) is not None:
                trials.scale_errors(layer, one / (one - effect))
