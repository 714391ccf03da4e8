"""What a rule cannot do in layers of a kind, said before it learns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pynn_sfdfa.common.simulators import lacking, offers, who_offers

if TYPE_CHECKING:
    from pynn_sfdfa.network.network import Network
    from pynn_sfdfa.rules import LearningRule

__all__ = ["check_rule"]


def check_rule(network: Network, rule: LearningRule) -> None:
    """Raise ValueError if the rule needs another simulator, or does not follow what goes on within a layer."""
    for part in rule.parts:
        missing = lacking(part.all_needs, offers("event"))
        if missing is not None:
            raise ValueError(
                f"The rule {rule.name} cannot run on event: {part.name!r} in it needs {missing}. Choose the simulator "
                f"{' or '.join(who_offers(part.all_needs))}, or another rule, such as sfdfa."
            )
    for layer in network.layers:
        if layer.connectivity.inhibition and rule.parts.transport.through_times:
            raise ValueError(
                f"The rule {rule.name} cannot learn in {layer}, which has inhibition = "
                f"{layer.connectivity.inhibition:g} nA: {rule.parts.transport.name!r} in it does not follow how spikes "
                "of one layer move each other. Choose inhibition = 0, or another rule, such as hm2bp."
            )
