"""Ben's Spiker Algorithm, compiled (Schrauwen & Van Campenhout 2003)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from numba import float64, int64, uint8

from pynn_sfdfa.support.jit import kernel

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["bsa"]


@kernel(float64[:, ::1], float64[::1], float64, int64, uint8[:, ::1])
def bsa(
    signals: NDArray[np.float64], response: NDArray[np.float64], threshold: float, n: int, spikes: NDArray[np.uint8]
) -> None:
    """Find spikes whose responses add up to signals, step by step.

    A channel spikes where taking the response away leaves less of the signal, in the sum of magnitudes, than leaving it
    there does, by more than ``threshold``.

    Parameters
    ----------
    signals : float64, shape (channels, steps)
        What is left of them when it is done.
    response : float64, shape (taps,)
        What a spike stands for in the steps from its own on.
    n : int
        Steps in which there may be a spike, at most ``steps - taps``.
    spikes : uint8, shape (n, channels)
        All 0; receives 1 for each spike.
    """
    taps = response.size
    for channel in range(signals.shape[0]):
        signal = signals[channel]
        for step in range(n):
            with_spike, without = 0.0, 0.0
            for tap in range(taps):
                with_spike += abs(signal[step + tap] - response[tap])
                without += abs(signal[step + tap])
            if with_spike < without - threshold:
                spikes[step, channel] = 1
                for tap in range(taps):
                    signal[step + tap] -= response[tap]
