"""The arguments of ``setup()``, checked once for all simulators."""

from __future__ import annotations

import difflib
import math
from dataclasses import dataclass
from typing import Any

from pynn_sfdfa.common.numbers import number

__all__ = ["Setup", "checked_setup"]

_NAMES = ("timestep", "min_delay", "max_delay", "seed")
_MISSPELT = {"mindelay": "min_delay", "maxdelay": "max_delay", "dt": "timestep", "time_step": "timestep"}


@dataclass(frozen=True)
class Setup:
    """What ``setup()`` was given.

    Attributes
    ----------
    timestep : float
        ms.
    min_delay : float or None
        ms; None for "auto": the smallest delay that there is.
    max_delay : float
        ms; infinite for "auto".
    seed, first_trial : int
    """

    timestep: float
    min_delay: float | None
    max_delay: float
    seed: int
    first_trial: int = 0


def checked_setup(
    timestep: Any,
    min_delay: Any,
    max_delay: Any,
    seed: Any,
    extra: dict[str, Any],
    *,
    first_trial: Any = 0,
    seed_bits: int = 63,
) -> Setup:
    """Return the arguments of ``setup()`` as numbers.

    Parameters
    ----------
    timestep, min_delay, max_delay, seed, first_trial
        As ``setup()`` of each simulator has them; None is "auto" for a bound on delays.
    extra : dict
        Its other arguments, which are for other simulators.
    seed_bits : int
        How large a seed the simulator takes.

    Raises
    ------
    ValueError
        Names the argument, its value and what is valid.
    """
    for name in extra:
        called = _MISSPELT.get(name) or next(iter(difflib.get_close_matches(name, _NAMES, 1, 0.8)), None)
        if called is not None:
            raise ValueError(f"setup() has no argument {name!r}; it is called {called!r}.")
    step = number("timestep", timestep, "ms", minimum=0, exclusive=True)
    least = _bound("min_delay", min_delay)
    most = _bound("max_delay", max_delay)
    if least is not None and least < step:
        raise ValueError(
            f"min_delay = {least:g} ms is not valid; it must not be smaller than the timestep, {step:g} ms."
        )
    if least is not None and most is not None and least > most:
        raise ValueError(f"min_delay = {least:g} ms is not valid; it must not be greater than max_delay, {most:g} ms.")
    return Setup(
        step,
        least,
        math.inf if most is None else most,
        number("seed", seed, minimum=0, maximum=2**seed_bits - 1, integer=True),
        number("first_trial", first_trial, minimum=0, maximum=2**31 - 1, integer=True),
    )


def _bound(name: str, value: Any) -> float | None:
    """Return a bound on delays, None for "auto"."""
    if value is None or (isinstance(value, str) and value == "auto"):
        return None
    try:
        bound: float = number(name, value, "ms", minimum=0)
    except ValueError as error:
        raise ValueError(f"{str(error).removesuffix('.')}, or 'auto'.") from None
    return bound
