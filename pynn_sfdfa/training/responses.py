"""How a network has responded to samples, as far as a readout or a loss asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Responses"]


@dataclass(frozen=True, eq=False)
class Responses:
    """The output spikes of each sample.

    Attributes
    ----------
    counts : int32, shape (samples, n_out)
        Spikes of each output neuron.
    first_spikes : float32, shape (samples, n_out), or None
        Time of the first spike of each output neuron in ms from the start of the trial, infinite if it is silent; None
        if nobody has asked for it.
    spikes : tuple of int
        Spikes of each layer in all samples together.
    """

    counts: NDArray[np.int32]
    first_spikes: NDArray[np.float32] | None = None
    spikes: tuple[int, ...] = ()
