"""Train spiking networks online with Spiking Forward Direct Feedback Alignment (SFDFA), from one PyNN script.

Import a simulator by name, ``import pynn_sfdfa.event as sim``; the names below are imported when first used, so that
``import pynn_sfdfa`` loads neither PyNN nor a simulator.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pynn_sfdfa.encoding.spikes import SpikeTrains
    from pynn_sfdfa.experiments.model import Model, load
    from pynn_sfdfa.network.cells import LIF_SFDFA, IF_curr_exp
    from pynn_sfdfa.network.connectivity import Convolution, Dense, Local, Pooling
    from pynn_sfdfa.network.feed_forward import FeedForward
    from pynn_sfdfa.network.layers import Input
    from pynn_sfdfa.network.network import Network
    from pynn_sfdfa.network.recurrent import Recurrent
    from pynn_sfdfa.rules import BP, DFA, HM2BP, SFDFA, Combination
    from pynn_sfdfa.training.boosting import Boosting
    from pynn_sfdfa.training.callbacks import Callback
    from pynn_sfdfa.training.losses import SpikeCount
    from pynn_sfdfa.training.optimizers import SGD, Adam
    from pynn_sfdfa.training.optimizers.decay import Decay
    from pynn_sfdfa.training.readouts import EarlySpikes, FirstSpike
    from pynn_sfdfa.training.regularisation import WeightRegularisation
    from pynn_sfdfa.training.thresholds import fit_thresholds
    from pynn_sfdfa.training.trainer import Trainer

__all__ = [
    "BP",
    "DFA",
    "HM2BP",
    "LIF_SFDFA",
    "SFDFA",
    "SGD",
    "Adam",
    "Boosting",
    "Callback",
    "Combination",
    "Convolution",
    "Decay",
    "Dense",
    "EarlySpikes",
    "FeedForward",
    "FirstSpike",
    "IF_curr_exp",
    "Input",
    "Local",
    "Model",
    "Network",
    "Pooling",
    "Recurrent",
    "SpikeCount",
    "SpikeTrains",
    "Trainer",
    "WeightRegularisation",
    "fit_thresholds",
    "load",
]

_MODULES = {
    "Adam": "training.optimizers",
    "BP": "rules",
    "Boosting": "training.boosting",
    "Callback": "training.callbacks",
    "Combination": "rules",
    "Convolution": "network.connectivity",
    "DFA": "rules",
    "Decay": "training.optimizers.decay",
    "Dense": "network.connectivity",
    "EarlySpikes": "training.readouts",
    "FeedForward": "network.feed_forward",
    "FirstSpike": "training.readouts",
    "HM2BP": "rules",
    "IF_curr_exp": "network.cells",
    "Input": "network.layers",
    "LIF_SFDFA": "network.cells",
    "Local": "network.connectivity",
    "Model": "experiments.model",
    "Network": "network.network",
    "Pooling": "network.connectivity",
    "Recurrent": "network.recurrent",
    "SFDFA": "rules",
    "SGD": "training.optimizers",
    "SpikeCount": "training.losses",
    "SpikeTrains": "encoding.spikes",
    "Trainer": "training.trainer",
    "WeightRegularisation": "training.regularisation",
    "fit_thresholds": "training.thresholds",
    "load": "experiments.model",
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
