"""The neuron: what a tick does to A, B and D, and what a spike does."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pynn_sfdfa.hardware.arithmetic.decay import decayed, loss_per_tick
from pynn_sfdfa.hardware.arithmetic.formats import INT32_LIMIT, SUM_LIMIT, to_fixed
from pynn_sfdfa.hardware.arithmetic.reciprocal import quotient
from pynn_sfdfa.hardware.arithmetic.rounding import nearest, saturated, shifted
from pynn_sfdfa.hardware.arithmetic.tally import FACTOR, GRADE, INPUT, STATE
from pynn_sfdfa.support.jit import jit

if TYPE_CHECKING:
    from pynn_sfdfa.hardware.arithmetic.formats import FormatConstants, Formats, Integers
    from pynn_sfdfa.network.cells import Cell

__all__ = [
    "NeuronConstants",
    "NeuronState",
    "advance",
    "arrive",
    "at_rest",
    "fire",
    "neuron_constants",
    "spike_factor",
    "take_up",
]

_REACH = 16
"""Fraction bits of (tau_m - tau_syn)/tau_syn."""


class NeuronConstants(NamedTuple):
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


class NeuronState(NamedTuple):
    """State of the neurons of a layer during a trial; arrays of shape (neurons,).

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
    total : Integers
        Sum of the weights that arrived for the coming tick, in the format of the input.
    graded : Integers
        Sum of weight times grade of the same events; 64 bits.
    """

    A: Integers
    B: Integers
    D: Integers
    directional: Integers
    count: Integers  # type: ignore[assignment]  # hides the method of tuples, which a record does not need
    total: Integers
    graded: Integers


def neuron_constants(cell: Cell, timestep: float, gradient: str, max_spikes: int, formats: Formats) -> NeuronConstants:
    """Return the constants of a cell for a timestep in ms.

    Raises
    ------
    ValueError
        If the time constants or the threshold cannot be represented.
    """
    threshold = int(to_fixed(cell.threshold_current, formats.state))
    if not 2**4 <= threshold <= SUM_LIMIT:
        raise ValueError(
            f"The threshold c = {cell.threshold_current:g} nA (v_thresh - v_rest, divided by kappa) is not "
            f"representable: with {formats.state} fraction bits it must lie between {2.0 ** (4 - formats.state):.2g} "
            f"and {SUM_LIMIT * 2.0**-formats.state:.4g} nA. Scale cm and the weights, or choose another Formats.state."
        )
    reach = round((cell.tau_m - cell.tau_syn) / cell.tau_syn * 2**_REACH)
    if not 2**8 <= reach <= INT32_LIMIT:
        raise ValueError(
            f"tau_m = {cell.tau_m:g} ms and tau_syn = {cell.tau_syn:g} ms are too close or too far apart: "
            "(tau_m - tau_syn)/tau_syn must lie between 0.004 and 32767."
        )
    return NeuronConstants(
        loss_syn=loss_per_tick(cell.tau_syn, timestep),
        loss_m=loss_per_tick(cell.tau_m, timestep),
        threshold=threshold,
        reach=reach,
        exact=int(gradient == "exact"),
        max_spikes=max_spikes,
    )


@jit
def at_rest(n: int) -> NeuronState:
    """Return the state of n neurons at the beginning of a trial."""
    zero = np.zeros((7, n), np.int64)
    return NeuronState(zero[0], zero[1], zero[2], zero[3], zero[4], zero[5], zero[6])


@jit
def arrive(row: Integers, grade: int, state: NeuronState, formats: FormatConstants) -> None:
    """Add one event to the sums that the coming tick takes up: ``total += u``, ``graded += u * grade``.

    Parameters
    ----------
    row : Integers
        Stored weights from the neuron that spiked.
    grade : int
        The payload of the packet; 0 for a packet without one.
    """
    for i in range(row.size):
        u = shifted(row[i], formats.arrival_shift)
        state.total[i] += u
        state.graded[i] += u * grade


@jit
def take_up(state: NeuronState, formats: FormatConstants, tally: Integers) -> None:
    """Step 1 of a tick: A, B and D take up what has arrived."""
    for i in range(state.A.size):
        total = saturated(state.total[i], formats.input_limit, tally, INPUT) << formats.state_shift
        state.A[i] = saturated(state.A[i] + total, SUM_LIMIT, tally, STATE)
        state.B[i] = saturated(state.B[i] + total, SUM_LIMIT, tally, STATE)
        graded = nearest(state.graded[i], formats.graded_shift)
        state.D[i] = saturated(state.D[i] + graded, INT32_LIMIT, tally, GRADE)
        state.total[i] = 0
        state.graded[i] = 0


@jit
def advance(state: NeuronState, constants: NeuronConstants, fired: Integers) -> int:
    """Steps 2 and 3: decay, then the spike test; write the neurons that fire to ``fired`` and return how many."""
    n = 0
    for i in range(state.A.size):
        state.A[i] = decayed(state.A[i], constants.loss_syn)
        state.B[i] = decayed(state.B[i], constants.loss_m)
        if state.B[i] - state.A[i] >= constants.threshold and state.count[i] < constants.max_spikes:
            fired[n] = i
            n += 1
    return n


@jit
def spike_factor(A: int, constants: NeuronConstants, formats: FormatConstants, tally: Integers) -> int:
    """Return ``c/drive``, which is f c/tau_m, of a neuron that fires; 0 where the drive is not positive.

    ``drive = A (tau_m - tau_syn)/tau_syn``, less c in the exact form, with A at the end of the tick.
    """
    drive: int = nearest(A * constants.reach, _REACH) - constants.exact * constants.threshold
    drive = saturated(drive, INT32_LIMIT, tally, STATE)
    if drive <= 0:
        return 0
    raw = quotient(constants.threshold, drive, formats.factor_fraction)
    factor: int = saturated(raw, INT32_LIMIT, tally, FACTOR)
    return factor


@jit
def fire(state: NeuronState, i: int, perturbation: int, constants: NeuronConstants, tally: Integers) -> int:
    """Step 4: reset neuron i, whose perturbation is v, and return the grade of its spike."""
    grade: int = state.D[i] + (perturbation if state.count[i] == 0 else 0)
    grade = saturated(grade, INT32_LIMIT, tally, GRADE)
    state.directional[i] = saturated(state.directional[i] + grade, INT32_LIMIT, tally, GRADE)
    state.D[i] = 0
    state.B[i] -= constants.threshold
    state.count[i] += 1
    return grade
