"""With which delays LIF_SFDFA neurons may be connected on the machine."""

from __future__ import annotations

import warnings

from pyNN import errors

from pynn_sfdfa.common.wiring import delay_steps
from pynn_sfdfa.hardware.capacity import MAX_DELAY

__all__ = ["delay_in_ticks"]


def delay_in_ticks(delay: float, step: float, source: str, from_neurons: bool, label: str) -> int:
    """Return the ticks from the sending of a spike to its arrival.

    A neuron sends its spike at the end of the tick in which it crosses the threshold, a stimulus at its beginning: from
    a neuron the spike travels for one tick and the delay, from a stimulus for the delay.

    Parameters
    ----------
    delay, step : float
        ms.
    source : str
        Label of the population from which the spikes come.
    from_neurons : bool
        Whether it consists of LIF_SFDFA neurons.
    label : str
        Of the projection.

    Raises
    ------
    pyNN.errors.ConnectionError
        If the delay is no multiple of the step or out of range.
    """
    least, most = (0, MAX_DELAY - 1) if from_neurons else (1, MAX_DELAY)
    ticks = delay_steps(delay, step, label, least)
    if ticks == 0 and not from_neurons:
        warnings.warn(
            f"Projection '{label}': what '{source}' sends at a tick arrives at the next one; its delay of 0 ms was "
            f"taken for {step:g} ms.",
            stacklevel=2,
        )
        ticks = 1
    if not least <= ticks <= most:
        raise errors.ConnectionError(
            f"Projection '{label}' has a delay of {delay:g} ms; from '{source}' SpiNNaker's packets can take "
            f"{least * step:g} to {most * step:g} ms. Choose a delay in this range."
        )
    return ticks + from_neurons
