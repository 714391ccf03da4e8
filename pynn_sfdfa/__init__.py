"""Train spiking networks online with Spiking Forward Direct Feedback Alignment (SFDFA), from one PyNN script.

Import a simulator by name, ``import pynn_sfdfa.event as sim``; the names below are imported when first used, so that
``import pynn_sfdfa`` loads neither PyNN nor a simulator.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pynn_sfdfa.callbacks import Callback
    from pynn_sfdfa.decay import Decay
    from pynn_sfdfa.losses import SpikeCount
    from pynn_sfdfa.network import FeedForward
    from pynn_sfdfa.optimizers import SGD, Adam
    from pynn_sfdfa.rules import BP, DFA, SFDFA
    from pynn_sfdfa.spikes import SpikeTrains
    from pynn_sfdfa.training import Trainer

__all__ = [
    "BP",
    "DFA",
    "SFDFA",
    "SGD",
    "Adam",
    "Callback",
    "Decay",
    "FeedForward",
    "SpikeCount",
    "SpikeTrains",
    "Trainer",
]

_MODULES = {
    "Adam": "optimizers",
    "BP": "rules",
    "Callback": "callbacks",
    "DFA": "rules",
    "Decay": "decay",
    "FeedForward": "network",
    "SFDFA": "rules",
    "SGD": "optimizers",
    "SpikeCount": "losses",
    "SpikeTrains": "spikes",
    "Trainer": "training",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib import metadata

        return metadata.version("pynn-sfdfa")
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has {', '.join(__all__)}")
    return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
