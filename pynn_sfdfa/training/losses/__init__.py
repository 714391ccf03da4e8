"""Losses, one a file: what is to become small. To add one, write its file."""

from typing import TYPE_CHECKING, Any

from pynn_sfdfa.support.registry import registry
from pynn_sfdfa.training.losses.loss import Loss
from pynn_sfdfa.training.losses.spike_count import SpikeCount

if TYPE_CHECKING:
    from collections.abc import Mapping

    LOSSES: Mapping[str, type[Loss]]
    """The losses by the name that configurations use."""

__all__ = ["LOSSES", "Loss", "SpikeCount"]


def __getattr__(name: str) -> Any:
    if name == "LOSSES":
        return registry("pynn_sfdfa.training.losses", Loss)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has {', '.join(__all__)}")
