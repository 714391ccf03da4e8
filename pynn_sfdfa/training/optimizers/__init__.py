"""Optimisers, one a file: how a gradient, averaged over a batch, changes weights. To add one, write its file."""

from typing import TYPE_CHECKING, Any

from pynn_sfdfa.support.registry import registry
from pynn_sfdfa.training.optimizers.adam import Adam
from pynn_sfdfa.training.optimizers.optimizer import Optimizer
from pynn_sfdfa.training.optimizers.sgd import SGD

if TYPE_CHECKING:
    from collections.abc import Mapping

    OPTIMIZERS: Mapping[str, type[Optimizer]]
    """The optimisers by the name that configurations use."""

__all__ = ["OPTIMIZERS", "SGD", "Adam", "Optimizer"]


def __getattr__(name: str) -> Any:
    if name == "OPTIMIZERS":
        return registry("pynn_sfdfa.training.optimizers", Optimizer)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has {', '.join(__all__)}")
