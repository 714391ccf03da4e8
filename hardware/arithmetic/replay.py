"""Learning at the end of a trial: reverse replay with the error folded in (docs/algorithm.md, sections 4 and 7).

Walking a trial backwards, S1 and S2 decay as A and B do. With delta = -eta e tau_m/c of a neuron and factor = c/drive
of its spike, ``gamma = factor (delta + S2)`` is -eta e times the gamma of that page; so S1 - S2 is the change of weight
itself, one addition a synapse and event.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pynn_sfdfa.hardware.arithmetic.decay import decayed
from pynn_sfdfa.hardware.arithmetic.formats import INT32_LIMIT, SUM_LIMIT
from pynn_sfdfa.hardware.arithmetic.random import next_word
from pynn_sfdfa.hardware.arithmetic.rounding import nearest, note_vanished, saturated, stochastic
from pynn_sfdfa.hardware.arithmetic.tally import CHANGE, WEIGHT
from pynn_sfdfa.support.jit import jit

if TYPE_CHECKING:
    from pynn_sfdfa.hardware.arithmetic.formats import FormatConstants, Formats, Integers
    from pynn_sfdfa.hardware.arithmetic.neuron import NeuronConstants

__all__ = [
    "ReplayState",
    "begin_replay",
    "change_row",
    "fixed_gain",
    "gain",
    "replay_decay",
    "replay_spike",
    "take_back",
]


class ReplayState(NamedTuple):
    """The neurons of a layer during the replay; arrays of shape (neurons,), all in the format of the change.

    Attributes
    ----------
    S1, S2 : Integers
        Accumulators that decay with tau_syn and tau_m.
    delta : Integers
        -eta e tau_m/c.
    change : Integers
        S1 - S2 at the beginning of the tick: the change of weight of an event that was taken up in it.
    """

    S1: Integers
    S2: Integers
    delta: Integers
    change: Integers


def gain(learning_rate: float, tau_m: float, threshold_current: float, formats: Formats) -> int:
    """Return ``eta tau_m/c``, nA per unit of error, in the format of the change.

    Raises
    ------
    ValueError
        If it does not fit.
    """
    factor = f": times tau_m/c = {tau_m / threshold_current:.4g} ms/nA it"
    return fixed_gain(learning_rate * tau_m / threshold_current, learning_rate, formats, factor, " nA")


def fixed_gain(value: float, learning_rate: float, formats: Formats, factor: str, unit: str = "") -> int:
    """Return the factor of errors that follows from a learning rate, in the format of the change.

    Parameters
    ----------
    value : float
        The factor.
    learning_rate : float
        nA^2/ms.
    formats : Formats
    factor : str
        What the learning rate is multiplied by, for the message.
    unit : str
        Of the factor.

    Raises
    ------
    ValueError
        If it does not fit.
    """
    fixed: int = round(value * 2**formats.change)
    if fixed > INT32_LIMIT or (fixed == 0 and learning_rate > 0):
        least, most = 2.0**-formats.change, 2.0 ** (31 - formats.change)
        raise ValueError(
            f"learning_rate = {learning_rate:g} nA^2/ms is not representable{factor} must lie between {least:.2g} and "
            f"{most:.4g}{unit}."
        )
    return fixed


@jit
def begin_replay(error: Integers, gain_: int, formats: FormatConstants, tally: Integers) -> ReplayState:
    """Return the state after the last tick of a trial: S1 = S2 = 0, and delta from the errors."""
    zero = np.zeros((4, error.size), np.int64)
    state = ReplayState(zero[0], zero[1], zero[2], zero[3])
    for i in range(error.size):
        delta = saturated(-nearest(error[i] * gain_, formats.error_fraction), SUM_LIMIT, tally, CHANGE)
        if gain_ != 0:
            note_vanished(error[i], delta, tally, CHANGE)
        state.delta[i] = delta
    return state


@jit
def take_back(
    state: ReplayState, i: int, factor: int, delta: int, formats: FormatConstants, tally: Integers, variable: int
) -> None:
    """Take back a spike of neuron i with such a delta; what does not fit is counted for that variable."""
    gamma = nearest(factor * (delta + state.S2[i]), formats.factor_fraction)
    gamma = saturated(gamma, SUM_LIMIT, tally, variable)
    state.S1[i] = saturated(state.S1[i] + gamma, SUM_LIMIT, tally, variable)
    state.S2[i] = saturated(state.S2[i] + gamma, SUM_LIMIT, tally, variable)


@jit
def replay_spike(state: ReplayState, i: int, factor: int, formats: FormatConstants, tally: Integers) -> None:
    """Take back a spike of neuron i."""
    take_back(state, i, factor, state.delta[i], formats, tally, CHANGE)


@jit
def replay_decay(state: ReplayState, constants: NeuronConstants) -> None:
    """Step back from the end of a tick to its beginning."""
    for i in range(state.S1.size):
        state.S1[i] = decayed(state.S1[i], constants.loss_syn)
        state.S2[i] = decayed(state.S2[i], constants.loss_m)
        state.change[i] = state.S1[i] - state.S2[i]


@jit
def change_row(row: Integers, change: Integers, word: int, formats: FormatConstants, tally: Integers) -> None:
    """Change the stored weights from one input, in place, by one of its events.

    Parameters
    ----------
    row, change : Integers, shape (neurons,)
    word : int
        The word before that of the first neuron, for stochastic rounding.
    """
    for i in range(row.size):
        if formats.stochastic:
            word = next_word(word)
            step = stochastic(change[i], formats.weight_shift, word)
        else:
            step = nearest(change[i], formats.weight_shift)
        note_vanished(change[i], step, tally, WEIGHT)
        row[i] = saturated(row[i] + step, formats.weight_limit, tally, WEIGHT)
