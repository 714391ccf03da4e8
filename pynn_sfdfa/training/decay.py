"""How the learning rate falls from epoch to epoch."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from annotated_types import Ge, Gt, Le, Lt

from pynn_sfdfa.support.settings import Count, MayBeLeftOut, Settings, doc

__all__ = ["DECAYS", "Decay"]

DECAYS: dict[str, Callable[[float, float], float]] = {
    "cosine": lambda progress, final: final + (1.0 - final) * 0.5 * (1.0 + math.cos(math.pi * progress)),
    "exponential": lambda progress, final: final**progress,
    "linear": lambda progress, final: 1.0 + (final - 1.0) * progress,
}
"""Name of each form in configurations, and what is left of the learning rate after a fraction of the way."""


@dataclass(frozen=True)
class Decay(Settings):
    """The learning rate of the first epochs is whole, that of epoch ``epochs`` and all after it ``final`` of it.

    Parameters
    ----------
    name : str
        "cosine" (slow, fast, slow), "exponential" (by the same factor each epoch) or "linear" (by the same amount).
    epochs : int
        At least 2.
    final : float
        In (0, 1].
    hold : int
        Epochs with the whole rate, 1 or more.
    """

    name: Literal["cosine", "exponential", "linear"]
    epochs: Annotated[int, Ge(2), Lt(2**31), doc("by whose end the learning rate has fallen; afterwards it stays")]
    final: Annotated[float, Gt(0), Le(1), doc("fraction of the learning rate that is left in the end")]
    hold: Annotated[Count, MayBeLeftOut(), doc("epochs with the whole learning rate; default: the first")] = 1

    @staticmethod
    def contradiction(values: Any) -> str | None:
        """Return that the rate is held until the end, if it is."""
        if values.hold < values.epochs:
            return None
        return f"hold = {values.hold} must be less than epochs = {values.epochs}"

    def factor(self, epoch: int) -> float:
        """Return what is left of the learning rate in an epoch, counted from 1."""
        progress = (epoch - self.hold) / (self.epochs - self.hold)
        return DECAYS[self.name](min(1.0, max(0.0, progress)), self.final)
