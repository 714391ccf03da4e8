"""Spike trains, and the encoders that make them from images and features, one a file. To add one, write its file."""

from typing import TYPE_CHECKING, Any

from pynn_sfdfa.encoding.augmentation import Augmentation
from pynn_sfdfa.encoding.drawn import EncodedWhenShown
from pynn_sfdfa.encoding.encoder import Encoder
from pynn_sfdfa.encoding.latency import Latency, latency
from pynn_sfdfa.encoding.poisson import Poisson, poisson
from pynn_sfdfa.encoding.poisson_grid import PoissonGrid, poisson_grid
from pynn_sfdfa.encoding.time_coded import TimeCoded, time_coded
from pynn_sfdfa.support.registry import registry

if TYPE_CHECKING:
    from collections.abc import Mapping

    ENCODERS: Mapping[str, type[Encoder]]
    """The encoders by the name that configurations use."""

__all__ = [
    "ENCODERS",
    "Augmentation",
    "EncodedWhenShown",
    "Encoder",
    "Latency",
    "Poisson",
    "PoissonGrid",
    "TimeCoded",
    "latency",
    "poisson",
    "poisson_grid",
    "time_coded",
]


def __getattr__(name: str) -> Any:
    if name == "ENCODERS":
        return registry("pynn_sfdfa.encoding", Encoder)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has {', '.join(__all__)}")
