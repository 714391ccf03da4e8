"""The neuron: what a tick does to A, B and D, and what a spike does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pynn_sfdfa.hardware.arithmetic.decay import decayed, loss_per_tick
from pynn_sfdfa.hardware.arithmetic.formats import SUM_LIMIT, to_fixed
from pynn_sfdfa.hardware.arithmetic.reciprocal import quotient
from pynn_sfdfa.hardware.arithmetic.rounding import nearest

if TYPE_CHECKING:
    from pynn_sfdfa.hardware.arithmetic.formats import Formats, Integers
    from pynn_sfdfa.hardware.arithmetic.tally import Tally
    from pynn_sfdfa.network import Layer

__all__ = ["NeuronConstants", "NeuronState", "fire", "neuron_constants", "rest", "spike_factor", "take_up", "tick"]

REACH_FRACTION = 16
"""Fraction bits of (tau_m - tau_syn)/tau_syn."""


@dataclass(frozen=True)
class NeuronConstants:
    """Constants of a layer, as integers.

    Attributes
    ----------
    loss_syn, loss_m : int
        1 - exp(-timestep/tau), 32 fraction bits.
    threshold : int
        c, in the format of the state.
    reach : int
        (tau_m - tau_syn)/tau_syn, 16 fraction bits; 2**16 where tau_m = 2 tau_syn.
    exact : int
        1 for the exact, 0 for the bounded form of the spike-time derivative.
    max_spikes : int
        A neuron that has fired as often in a trial fires no more.
    """

    loss_syn: int
    loss_m: int
    threshold: int
    reach: int
    exact: int
    max_spikes: int


@dataclass
class NeuronState:
    """State of the neurons of a layer during a trial; arrays of shape (..., neurons).

    Attributes
    ----------
    A, B : Integers
        The two decaying sums (nA).
    D : Integers
        Sum of weight times grade since the last spike.
    directional : Integers
        Sum of the grades of this trial's spikes.
    count : Integers
        Spikes in this trial.
    """

    A: Integers
    B: Integers
    D: Integers
    directional: Integers
    count: Integers


def neuron_constants(
    layer: Layer, timestep: float, gradient: str, max_spikes: int, formats: Formats
) -> NeuronConstants:
    """Return the constants of a layer for a timestep in ms.

    Raises
    ------
    ValueError
        If the time constants or the threshold cannot be represented.
    """
    threshold = int(to_fixed(layer.threshold_current, formats.state))
    if not 2**8 <= threshold <= SUM_LIMIT:
        raise ValueError(
            f"The threshold c = {layer.threshold_current:g} nA (v_thresh - v_rest, divided by kappa) is not "
            f"representable: with {formats.state} fraction bits it must lie between {2.0 ** (8 - formats.state):.2g} "
            f"and {SUM_LIMIT * 2.0**-formats.state:.4g} nA. Scale cm and the weights, or choose another Formats.state."
        )
    reach = round((layer.tau_m - layer.tau_syn) / layer.tau_syn * 2**REACH_FRACTION)
    if not 2**8 <= reach < 2**31:
        raise ValueError(
            f"tau_m = {layer.tau_m:g} ms and tau_syn = {layer.tau_syn:g} ms are too close or too far apart: "
            "(tau_m - tau_syn)/tau_syn must lie between 0.004 and 32767."
        )
    return NeuronConstants(
        loss_syn=loss_per_tick(layer.tau_syn, timestep),
        loss_m=loss_per_tick(layer.tau_m, timestep),
        threshold=threshold,
        reach=reach,
        exact=int(gradient == "exact"),
        max_spikes=max_spikes,
    )


def rest(shape: tuple[int, ...]) -> NeuronState:
    """Return the state at the beginning of a trial."""
    return NeuronState(*(np.zeros(shape, np.int64) for _ in range(5)))


def take_up(state: NeuronState, total: Integers, graded: Integers, formats: Formats, tally: Tally) -> None:
    """Step 1 of a tick: A, B and D take up what has arrived.

    Parameters
    ----------
    total : Integers
        Sum of the arrived weights, in the format of the input.
    graded : Integers
        Sum of weight times grade, 64 bits.
    """
    total = tally.saturate("input", total, formats.input_limit) << (formats.state - formats.input)
    state.A = tally.saturate("state", state.A + total, SUM_LIMIT)
    state.B = tally.saturate("state", state.B + total, SUM_LIMIT)
    state.D = tally.saturate("grade", state.D + nearest(graded, formats.input))


def tick(state: NeuronState, constants: NeuronConstants) -> Integers:
    """Steps 2 and 3: decay, then the spike test; return which neurons fire, as booleans."""
    state.A = decayed(state.A, constants.loss_syn)
    state.B = decayed(state.B, constants.loss_m)
    return (state.B - state.A >= constants.threshold) & (state.count < constants.max_spikes)


def spike_factor(A: Integers, constants: NeuronConstants, formats: Formats, tally: Tally) -> Integers:
    """Return ``c/drive``, which is f c/tau_m, of neurons that fire; 0 where the drive is not positive.

    ``drive = A (tau_m - tau_syn)/tau_syn``, less c in the exact form, with A at the end of the tick.
    """
    drive = tally.saturate(
        "factor", nearest(A * constants.reach, REACH_FRACTION) - constants.exact * constants.threshold
    )
    rising = drive > 0
    factor = quotient(constants.threshold, np.where(rising, drive, 1), formats.factor)
    return tally.saturate("factor", np.where(rising, factor, 0))


def fire(state: NeuronState, fired: Integers, perturbation: Integers, threshold: int, tally: Tally) -> Integers:
    """Step 4: reset the neurons at the index ``fired`` and return the grades of their spikes.

    Parameters
    ----------
    fired : index into the arrays of the state
    perturbation : Integers
        v of the same neurons, added to the grade of the first spike of a trial.
    """
    grade = tally.saturate("grade", state.D[fired] + np.where(state.count[fired] == 0, perturbation, 0))
    state.directional[fired] = tally.saturate("grade", state.directional[fired] + grade)
    state.D[fired] = 0
    state.B[fired] -= threshold
    state.count[fired] += 1
    return grade
