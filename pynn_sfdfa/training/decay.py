"""How the learning rate falls from epoch to epoch."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["DECAYS", "Decay"]

DECAYS: dict[str, Callable[[float, float], float]] = {
    "cosine": lambda progress, final: final + (1.0 - final) * 0.5 * (1.0 + math.cos(math.pi * progress)),
    "exponential": lambda progress, final: final**progress,
    "linear": lambda progress, final: 1.0 + (final - 1.0) * progress,
}
"""Name of each form in configurations, and what is left of the learning rate after a fraction of the way."""


@dataclass(frozen=True)
class Decay:
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

    Raises
    ------
    ValueError
        If a setting is not valid.
    """

    name: str
    epochs: int
    final: float
    hold: int = 1

    def __post_init__(self) -> None:
        if self.name not in DECAYS:
            raise ValueError(f"Decay: name = {self.name!r} is not valid; choose one of {', '.join(DECAYS)}.")
        if self.epochs != int(self.epochs) or self.epochs < 2:
            raise ValueError(f"Decay: epochs = {self.epochs} is not valid; it must be an integer >= 2.")
        if not 0 < self.final <= 1:
            raise ValueError(f"Decay: final = {self.final} is not valid; it must be in (0, 1].")
        if self.hold != int(self.hold) or not 1 <= self.hold < self.epochs:
            most = self.epochs - 1
            raise ValueError(
                f"Decay: hold = {self.hold} is not valid; it must be an integer from 1 to epochs - 1 = {most}."
            )

    def factor(self, epoch: int) -> float:
        """Return what is left of the learning rate in an epoch, counted from 1."""
        progress = (epoch - self.hold) / (self.epochs - self.hold)
        return DECAYS[self.name](min(1.0, max(0.0, progress)), self.final)
