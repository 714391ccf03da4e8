"""How the learning rate falls from epoch to epoch."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, cast

from annotated_types import Ge, Gt, Le, Lt

from pynn_sfdfa.support.settings import Count, MayBeLeftOut, NeededBy, Settings, annotated, doc, meaning, needed

__all__ = ["DECAYS", "Decay"]

DECAYS: dict[str, Callable[[float, float], float]] = {
    "cosine": lambda progress, final: final + (1.0 - final) * 0.5 * (1.0 + math.cos(math.pi * progress)),
    "exponential": lambda progress, final: final**progress,
    "linear": lambda progress, final: 1.0 + (final - 1.0) * progress,
}
"""Name of each form with an end, and what is left of the learning rate after a fraction of the way."""


@dataclass(frozen=True)
class Decay(Settings):
    """The learning rate of the first epochs is whole, that of epoch ``epochs`` and all after it ``final`` of it.

    Or it is divided by the root of the epoch, for ever.

    Parameters
    ----------
    name : str
        "cosine" (slow, fast, slow), "exponential" (by the same factor each epoch) or "linear" (by the same amount);
        "inverse-sqrt" takes none of the others.
    epochs : int
        At least 2.
    final : float
        In (0, 1].
    hold : int
        Epochs with the whole rate, 1 or more.
    """

    name: Annotated[
        Literal["cosine", "exponential", "linear", "inverse-sqrt"],
        doc("cosine, exponential and linear need epochs and final, too; inverse-sqrt takes neither"),
    ]
    epochs: Annotated[
        Annotated[int, Ge(2), Lt(2**31)] | None,
        NeededBy(tuple(DECAYS)),
        doc("by whose end the learning rate has fallen; afterwards it stays"),
    ] = None
    final: Annotated[
        Annotated[float, Gt(0), Le(1)] | None,
        NeededBy(tuple(DECAYS)),
        doc("fraction of the learning rate that is left in the end"),
    ] = None
    hold: Annotated[Count, MayBeLeftOut(), doc("epochs with the whole learning rate; default: the first")] = 1

    @staticmethod
    def contradiction(values: Any) -> str | None:
        """Return that what the form needs is missing, or what it does not is there, or that the rate never falls."""
        keys = needed(Decay, values.name)
        missing = [name for name in keys if getattr(values, name) is None]
        if missing:
            one = f" is missing{meaning(annotated(Decay)[missing[0]])}" if len(missing) == 1 else " are missing"
            them = "it" if len(missing) == 1 else "them"
            return f"{' and '.join(missing)}{one}; name = {values.name} needs {them}, and inverse-sqrt alone does not"
        for name in () if keys else ("epochs", "final"):
            value = getattr(values, name)
            if value is not None:
                return f"name = {values.name} has no end and takes no {name} = {value:g}; leave it out"
        if not keys:
            return None if values.hold == 1 else f"name = {values.name} takes no hold = {values.hold}; leave it out"
        if values.hold < values.epochs:
            return None
        return f"hold = {values.hold} must be less than epochs = {values.epochs}"

    def factor(self, epoch: int) -> float:
        """Return what is left of the learning rate in an epoch, counted from 1."""
        if self.name not in DECAYS:
            return 1.0 / math.sqrt(epoch)
        epochs, final = cast("int", self.epochs), cast("float", self.final)
        progress = (epoch - self.hold) / (epochs - self.hold)
        return DECAYS[self.name](min(1.0, max(0.0, progress)), final)
