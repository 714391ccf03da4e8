"""What may be connected to LIF_SFDFA neurons on the machine, and with which delays."""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING, Any

from pyNN import errors

from pynn_sfdfa.spiNNaker.spynnaker_names import Population, SpynnakerDataView, is_static
from pynn_sfdfa.spiNNaker.synapses import SFDFAFeedback, SFDFASynapse
from pynn_sfdfa.spiNNaker.vertices import LIFVertex

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["MAX_DELAY", "check_wiring", "delay_in_ticks"]

MAX_DELAY = 14
"""Ticks from the sending of a packet to its arrival, at most: its key carries four bits of time."""


def check_wiring(pre: Any, post: Any, synapse_type: Any, receptor_type: str, label: str) -> None:
    """Raise ConnectionError unless populations, type of synapse and receptor type go together."""
    kind = type(synapse_type).__name__
    for end in (pre, post):
        if not isinstance(end, Population):
            raise errors.ConnectionError(
                f"Projection '{label}' connects a {type(end).__name__}; onto LIF_SFDFA, SpiNNaker connects whole "
                "populations. Use a connector that leaves synapses out, such as FromListConnector."
            )
    is_feedback = isinstance(synapse_type, SFDFAFeedback)
    if not (is_feedback or isinstance(synapse_type, SFDFASynapse) or is_static(synapse_type)):
        raise errors.ConnectionError(
            f"{kind} does not lead to LIF_SFDFA neurons; choose one of StaticSynapse, SFDFASynapse and SFDFAFeedback "
            "of pynn_sfdfa.spiNNaker."
        )
    if is_feedback != (receptor_type == "error"):
        raise errors.ConnectionError(
            f"Projection '{label}': {kind} does not go with receptor_type = '{receptor_type}'. SFDFAFeedback goes with "
            "'error', other types with 'input'; leave receptor_type out to have it chosen."
        )
    source, target = pre._vertex, post._vertex
    if not isinstance(source, LIFVertex):
        if is_feedback:
            raise errors.ConnectionError(
                f"Projection '{label}': SFDFAFeedback comes from an output population of LIF_SFDFA neurons, not from "
                f"'{pre.label}' ({type(pre.celltype).__name__})."
            )
    elif source.trial_ticks != target.trial_ticks:
        durations = [vertex.parameters["trial_duration"] for vertex in (source, target)]
        raise errors.ConnectionError(
            f"Projection '{label}' connects populations '{pre.label}' and '{post.label}' with trial_duration = "
            f"{durations[0]:g} ms and {durations[1]:g} ms. Give all populations of a network the same trial_duration."
        )
    others = target.feedback if is_feedback else target.forward
    if any(other.pre_vertex is source for other in others):
        raise errors.ConnectionError(
            f"'{pre.label}' is connected to '{post.label}' already; on SpiNNaker there is one projection between two "
            "populations. Give all synapses to one connector."
        )


def delay_in_ticks(delays: NDArray[Any], source: Any, label: str) -> int:
    """Return the ticks from the sending of a spike to its arrival: one delay for a projection.

    A neuron sends its spike at the end of the tick in which it crosses the threshold, a stimulus at its beginning: from
    a neuron the spike travels for one tick and the delay, from a stimulus for the delay.

    Raises
    ------
    pyNN.errors.ConnectionError
        If delays differ, are no multiple of the timestep or out of range.
    """
    dt = float(SpynnakerDataView.get_simulation_time_step_ms())
    low, high = float(delays.min()), float(delays.max())
    if high - low > 1e-9 * dt:
        raise errors.ConnectionError(
            f"Projection '{label}' has delays from {low:g} to {high:g} ms; onto LIF_SFDFA there is one delay for a "
            "projection. Use one population of sources for each delay."
        )
    ticks = round(low / dt)
    if not math.isclose(ticks * dt, low, rel_tol=1e-6, abs_tol=1e-9 * dt):
        raise errors.ConnectionError(
            f"Projection '{label}' has a delay of {low:g} ms, which is not a multiple of the timestep of {dt:g} ms. "
            f"Choose {max(1, ticks) * dt:g} ms, or a smaller timestep in setup()."
        )
    from_neurons = isinstance(source, LIFVertex)
    if ticks == 0 and not from_neurons:
        warnings.warn(
            f"Projection '{label}': what '{source.label}' sends at a tick arrives at the next one; its delay of 0 ms "
            f"was taken for {dt:g} ms.",
            stacklevel=2,
        )
        ticks = 1
    least, most = (0 if from_neurons else 1), MAX_DELAY - from_neurons
    if not least <= ticks <= most:
        raise errors.ConnectionError(
            f"Projection '{label}' has a delay of {low:g} ms; from '{source.label}' SpiNNaker's packets can take "
            f"{least * dt:g} to {most * dt:g} ms. Choose a delay in this range."
        )
    return ticks + from_neurons
