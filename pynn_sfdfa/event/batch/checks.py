"""What a rule cannot do in layers of a kind, said before it learns."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pynn_sfdfa.network.network import Network
    from pynn_sfdfa.rules import LearningRule

__all__ = ["check_inhibition"]


def check_inhibition(network: Network, rule: LearningRule) -> None:
    """Raise ValueError if the rule does not follow what goes on within a layer."""
    for layer in network.layers:
        if layer.connectivity.inhibition and rule.parts.transport.through_times:
            raise ValueError(
                f"The rule {rule.name} cannot learn in {layer}, which has inhibition = "
                f"{layer.connectivity.inhibition:g} nA: {rule.parts.transport.name!r} in it does not follow how spikes "
                "of one layer move each other. Choose inhibition = 0, or another rule, such as hm2bp."
            )
