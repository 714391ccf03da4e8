"""The local gradient of a rule: what a synapse knows of how its weight acts on the spikes of its neuron."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from pynn_sfdfa.common.needs import Need
from pynn_sfdfa.rules.parts.part import Part

if TYPE_CHECKING:
    from pynn_sfdfa.rules.trials import Trials

__all__ = ["LocalGradient"]


@dataclass(frozen=True)
class LocalGradient(Part):
    """Signed such that ``w -= learning_rate * error * gradient`` descends if the error is -dL/dn."""

    hooks: ClassVar[dict[str, Need]] = {"finish": Need.OWN_ERRORS}
    of_potential: ClassVar[bool] = False
    """Whether it is that of the potential at the spikes, and not of their times."""

    @property
    def surrogate(self) -> dict[str, Any] | None:
        """What ``SurrogateSynapse`` is given where synapses learn by themselves; None if they are ``SFDFASynapse``."""
        return None

    @property
    def silent(self) -> float:
        """The potential, in tau_syn/cm, that inputs that fired are taken to have given a neuron that did not."""
        return 0.0

    def finish(self, trials: Trials) -> None:
        """Change errors when transport has assigned those of all layers; by default they stay as they are."""
