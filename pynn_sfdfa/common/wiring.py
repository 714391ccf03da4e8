"""What may be connected with what, and with which delays."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from pyNN import errors

from pynn_sfdfa.common.cells import LIF_SFDFA
from pynn_sfdfa.common.synapses import SFDFAFeedback

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["check_bounds", "check_trial_durations", "check_wiring", "delay_steps", "one_delay"]


def check_wiring(
    label: str,
    synapse_type: Any,
    receptor_type: str,
    sources: Sequence[Any],
    targets: Sequence[Any],
    allowed: tuple[type, ...],
    simulator: str,
) -> None:
    """Check that type of synapse, receptor type, sources and targets of a projection onto LIF_SFDFA go together.

    Parameters
    ----------
    label : str
        Of the projection.
    synapse_type : SynapseType
    receptor_type : str
    sources, targets : sequence of Population
        Whole populations, each with ``label``, ``celltype``, and ``trial_duration`` if it is of LIF_SFDFA.
    allowed : tuple of type
        The types of synapse that lead there.
    simulator : str
        Name of the back end.

    Raises
    ------
    pyNN.errors.ConnectionError
        Says why the connection is not possible and what is.
    """
    kind = type(synapse_type).__name__
    if not isinstance(synapse_type, allowed):
        *names, last = (one.__name__ for one in allowed)
        raise errors.ConnectionError(
            f"Projection '{label}': {kind} does not lead to LIF_SFDFA neurons; choose one of {', '.join(names)} and "
            f"{last} of pynn_sfdfa.{simulator}."
        )
    is_feedback = isinstance(synapse_type, SFDFAFeedback)
    if is_feedback != (receptor_type == "error"):
        raise errors.ConnectionError(
            f"Projection '{label}': {kind} does not go with receptor_type = '{receptor_type}'. Feedback goes with "
            "'error', other types with 'input'; leave receptor_type out to have it chosen."
        )
    for target in targets:
        if not isinstance(target.celltype, LIF_SFDFA):
            raise errors.ConnectionError(
                f"Projection '{label}' leads to LIF_SFDFA neurons and to '{target.label}' "
                f"({type(target.celltype).__name__}); use one projection for each type of cell."
            )
        for source in sources:
            if isinstance(source.celltype, LIF_SFDFA):
                check_trial_durations(source.label, source.trial_duration, target.label, target.trial_duration)
            elif is_feedback:
                raise errors.ConnectionError(
                    f"Projection '{label}': SFDFAFeedback comes from an output population of LIF_SFDFA neurons, not "
                    f"from '{source.label}' ({type(source.celltype).__name__})."
                )


def check_trial_durations(source: str, of_source: float, target: str, of_target: float) -> None:
    """Raise ConnectionError unless populations that are connected have trials of one length (ms)."""
    if of_source != of_target:
        raise errors.ConnectionError(
            f"Populations '{source}' and '{target}' are connected, but have trial_duration = {of_source:g} ms and "
            f"{of_target:g} ms. Give all populations of a network the same trial_duration."
        )


def one_delay(delays: NDArray[np.float64], label: str, each: str = "projection") -> float:
    """Return the delay in ms that all synapses of a projection share, 0 if there are none.

    Parameters
    ----------
    delays : array
    label : str
        Of the projection.
    each : str
        What a simulator needs one of for each delay.

    Raises
    ------
    pyNN.errors.ConnectionError
        If they differ.
    """
    if not delays.size:
        return 0.0
    low, high = float(np.min(delays)), float(np.max(delays))
    if not high - low <= 1e-9 * max(high, 1e-3):
        raise errors.ConnectionError(
            f"Projection '{label}' has delays from {low:g} to {high:g} ms; here all synapses of a projection have one "
            f"delay. Use one {each} for each delay; pynn_sfdfa.brian2 and pynn_sfdfa.spiNNaker have one for each "
            "synapse onto cells of PyNN, such as IF_curr_exp."
        )
    return low


def check_bounds(delay: float, label: str, least: float, most: float) -> None:
    """Raise ConnectionError unless a delay (ms) lies within the bounds that ``setup()`` was given."""
    if not least * (1 - 1e-9) <= delay <= most * (1 + 1e-9):
        raise errors.ConnectionError(
            f"Projection '{label}' has a delay of {delay:g} ms; setup() allows {least:g} to {most:g} ms."
        )


def delay_steps(delay: float, step: float, label: str, least: int = 0) -> int:
    """Return a delay (ms) in time steps.

    Raises
    ------
    pyNN.errors.ConnectionError
        If it is no multiple of the step.
    """
    steps = round(delay / step)
    if not math.isclose(steps * step, delay, rel_tol=1e-6, abs_tol=1e-9 * step):
        near = sorted({max(least, math.floor(delay / step)), max(least, math.ceil(delay / step))})
        choices = " or ".join(f"{n * step:g}" for n in near)
        raise errors.ConnectionError(
            f"Projection '{label}' has a delay of {delay:g} ms, which is not a multiple of the timestep of {step:g} "
            f"ms. Choose {choices} ms, or a smaller timestep in setup()."
        )
    return steps
