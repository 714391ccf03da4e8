"""What may be connected to LIF_SFDFA neurons, and with which delays."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pyNN import errors

from pynn_sfdfa.brian2 import simulator
from pynn_sfdfa.brian2.cells import LIF_SFDFA
from pynn_sfdfa.brian2.populations import parts
from pynn_sfdfa.brian2.synapses import SFDFAFeedback, SFDFASynapse, StaticSynapse

if TYPE_CHECKING:
    import numpy as np

    from pynn_sfdfa.brian2.populations import Population
    from pynn_sfdfa.brian2.projections import SFDFAProjection

__all__ = ["check_wiring", "delay_steps"]


def check_wiring(projection: SFDFAProjection) -> None:
    """Raise ConnectionError unless type of synapse, receptor type, sources and targets go together."""
    kind = type(projection.synapse_type).__name__
    if not isinstance(projection.synapse_type, StaticSynapse | SFDFASynapse | SFDFAFeedback):
        raise errors.ConnectionError(
            f"{kind} does not lead to LIF_SFDFA neurons; choose one of StaticSynapse, SFDFASynapse and "
            "SFDFAFeedback of pynn_sfdfa.brian2."
        )
    is_feedback = isinstance(projection.synapse_type, SFDFAFeedback)
    if is_feedback != (projection.receptor_type == "error"):
        raise errors.ConnectionError(
            f"Projection '{projection.label}': {kind} does not go with receptor_type = '{projection.receptor_type}'. "
            "SFDFAFeedback goes with 'error', other types with 'input'; leave receptor_type out to have it chosen."
        )
    for population, _ in parts(projection.post):
        if not isinstance(population.celltype, LIF_SFDFA):
            raise errors.ConnectionError(
                f"Projection '{projection.label}' leads to LIF_SFDFA neurons and to '{population.label}' "
                f"({type(population.celltype).__name__}); use one projection for each type of cell."
            )
        _check_sources(projection, population, is_feedback)


def _check_sources(projection: SFDFAProjection, target: Population, is_feedback: bool) -> None:
    for source, _ in parts(projection.pre):
        if not isinstance(source.celltype, LIF_SFDFA):
            if is_feedback:
                raise errors.ConnectionError(
                    f"Projection '{projection.label}': SFDFAFeedback comes from an output population of LIF_SFDFA "
                    f"neurons, not from '{source.label}' ({type(source.celltype).__name__})."
                )
        elif source.trial_duration != target.trial_duration:
            raise errors.ConnectionError(
                f"Projection '{projection.label}' connects populations '{source.label}' and '{target.label}' with "
                f"trial_duration = {source.trial_duration:g} ms and {target.trial_duration:g} ms. Give all "
                "populations of a network the same trial_duration."
            )


def delay_steps(delays: np.ndarray, label: str) -> int:
    """Return the delay shared by all synapses of a projection, in time steps.

    Raises
    ------
    pyNN.errors.ConnectionError
        If delays differ, are no multiple of the timestep or out of the bounds given to setup().
    """
    if not delays.size:
        return 0
    dt = float(simulator.state.dt)
    low, high = float(delays.min()), float(delays.max())
    if high - low > 1e-9 * dt:
        raise errors.ConnectionError(
            f"Projection '{label}' has delays from {low:g} to {high:g} ms; onto LIF_SFDFA there is one delay for a "
            "projection. Use one projection for each delay."
        )
    least, most = simulator.contents.min_delay, simulator.contents.max_delay
    if not least * (1 - 1e-9) <= low <= most * (1 + 1e-9):
        raise errors.ConnectionError(
            f"Projection '{label}' has a delay of {low:g} ms; setup() allows {least:g} to {most:g} ms."
        )
    steps = round(low / dt)
    if not math.isclose(steps * dt, low, rel_tol=1e-6, abs_tol=1e-9 * dt):
        raise errors.ConnectionError(
            f"Projection '{label}' has a delay of {low:g} ms, which is not a multiple of the timestep of {dt:g} ms. "
            f"Choose {steps * dt:g} or {(steps + (1 if low > steps * dt else -1)) * dt:g} ms, or a smaller timestep in "
            "setup()."
        )
    return steps
