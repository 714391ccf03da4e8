"""Samples for which no output neuron spikes: they have no answer, and readouts take them for the first class."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["unanswered", "warn_of_unanswered"]

_NAMED = 5  # samples, of those that are silent


def unanswered(counts: NDArray[np.int32], first: Any = 0) -> str | None:
    """Return what to say of samples without output spikes: how many, and which; None if there are none.

    Parameters
    ----------
    counts : int32, shape (samples, n_out)
        Spikes of each output neuron.
    first
        The first class, for which readouts take them.
    """
    silent = np.flatnonzero(~counts.any(axis=1))
    if not silent.size:
        return None
    named = ", ".join(map(str, silent[:_NAMED])) + (", ..." if silent.size > _NAMED else "")
    which = "sample" if silent.size == 1 else "samples"
    return (
        f"{silent.size} of {len(counts)} samples ({100 * silent.size / len(counts):.3g} %) make no output neuron "
        f"spike, so class {first} is no answer to them: {which} {named}, counted from 0."
    )


def warn_of_unanswered(counts: NDArray[np.int32], first: Any = 0) -> None:
    """Warn whoever has called the caller, in the words of `unanswered`, if there are such samples.

    Parameters
    ----------
    counts, first
        As of `unanswered`.
    """
    reason = unanswered(counts, first)
    if reason is not None:
        warnings.warn(reason, stacklevel=3)
