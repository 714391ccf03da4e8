"""Exponential decay by one tick: the share that is lost, as a factor below one half."""

from __future__ import annotations

import math

from pynn_sfdfa.hardware.arithmetic.rounding import nearest
from pynn_sfdfa.support.jit import jit

__all__ = ["decayed", "loss_per_tick"]


def loss_per_tick(tau: float, timestep: float) -> int:
    """Return ``1 - exp(-timestep/tau)`` with 32 fraction bits; ``tau`` and ``timestep`` in ms.

    Raises
    ------
    ValueError
        If more than half is lost in a tick: the factor would need a bit more, and steps would be too coarse anyway.
    """
    loss = round(-math.expm1(-timestep / tau) * 2**32)
    if loss >= 2**31:
        raise ValueError(
            f"A timestep of {timestep:g} ms is too long for a time constant of {tau:g} ms: more than half of the value "
            f"is lost in each step. Choose a timestep below {tau * math.log(2):.3g} ms."
        )
    return loss


@jit
def decayed(x: int, loss: int) -> int:
    """Return x after one tick: ``x - (x * loss + 2**31 >> 32)``, one 32 x 32 -> 64 bit multiplication.

    The result is within half a unit of the exact product, keeps the sign of x and is never farther from zero than x.
    """
    after: int = x - nearest(x * loss, 32)
    return after
