"""Which parts of a rule go together where synapses learn by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pynn_sfdfa.rules import LearningRule

__all__ = ["check_parts"]


def check_parts(rule: LearningRule, hidden: int, place: str) -> None:
    """Check that parts, each possible by itself, go together, and with the network.

    Parameters
    ----------
    rule : LearningRule
    hidden : int
        Hidden layers.
    place : str
        Where the network learns, in messages.

    Raises
    ------
    ValueError
        Names what does not go with what, and what to choose.
    """
    local, transport, feedback = rule.parts
    if local.surrogate is not None and transport.through_times:
        raise ValueError(
            f"The rule {rule.name} is not possible {place}: {transport.name!r} in it teaches when neurons spike, and "
            f"{local.name!r} learns from potentials. Choose the transport 'direct', or the local gradient "
            "'spike-times'."
        )
    if feedback.symmetric and transport.through_times:
        raise ValueError(
            f"The rule {rule.name} is not possible {place}: {feedback.name!r} feedback in it carries errors of "
            f"neurons, and {transport.name!r} those of spikes. Choose the transport 'direct', or the feedback "
            "'estimated'."
        )
    if feedback.symmetric and hidden > 1:
        raise ValueError(
            f"The rule {rule.name} is not possible with {hidden} hidden layers: {feedback.name!r} feedback in it is "
            "the weights from one to the output. Choose one hidden layer, or the feedback 'estimated' or 'fixed'."
        )
