"""The local gradient of HM2-BP: the potential that a synapse has given its neuron, summed over the neuron's spikes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from pynn_sfdfa.rules.parts.local_gradient import LocalGradient
from pynn_sfdfa.support.settings import NotNegative, doc

__all__ = ["SPSP"]


@dataclass(frozen=True)
class SPSP(LocalGradient):
    """-e/theta, with the spike-train level post-synaptic potential e of a synapse (docs/algorithm.md, section 10).

    Parameters
    ----------
    silent : float
        The e that a silent neuron is taken to have of inputs that fired, in tau_syn/cm; 0 leaves it without.
    """

    name: ClassVar[str] = "s-psp"
    of_potential: ClassVar[bool] = True

    silent: Annotated[NotNegative, doc("e of inputs that fired for a neuron that did not, in tau_syn/cm")] = 0.1
