"""Errors of hidden spikes: the output spikes of a trial walked backwards (docs/algorithm.md, section 8).

With ``factor = f c/tau_m`` of the output neurons, S1 and S2 here are c/tau_m times those of that page, in spikes as
errors are; so ``pull = (tau_m/tau_syn) S1 - S2`` takes the place of an output error, and 1/c is part of the gain.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pynn_sfdfa.hardware.arithmetic.decay import decayed
from pynn_sfdfa.hardware.arithmetic.formats import INT32_LIMIT, SUM_LIMIT
from pynn_sfdfa.hardware.arithmetic.replay import ReplayState, fixed_gain, take_back
from pynn_sfdfa.hardware.arithmetic.rounding import nearest, note_vanished, saturated
from pynn_sfdfa.hardware.arithmetic.tally import CHANGE, ERROR
from pynn_sfdfa.support.jit import jit

if TYPE_CHECKING:
    from pynn_sfdfa.hardware.arithmetic.formats import FormatConstants, Formats, Integers
    from pynn_sfdfa.hardware.arithmetic.neuron import NeuronConstants

__all__ = ["begin_pull", "pull_decay", "pull_spike", "spike_delta", "timed_gain", "timed_spike"]

_REACH = 16


def timed_gain(
    learning_rate: float, tau_m: float, threshold_current: float, output_threshold_current: float, formats: Formats
) -> int:
    """Return ``eta tau_m/c`` of the hidden layer over c of the output layer, in the format of the change.

    Raises
    ------
    ValueError
        If it does not fit.
    """
    factor = (
        f" with timed feedback: times tau_m/c = {tau_m / threshold_current:.4g} ms/nA and over c = "
        f"{output_threshold_current:.4g} nA of the output it"
    )
    value = learning_rate * tau_m / threshold_current / output_threshold_current
    return fixed_gain(value, learning_rate, formats, factor)


@jit
def begin_pull(error: Integers, tally: Integers) -> ReplayState:
    """Return the output neurons after the last tick of a trial: S1 = S2 = 0, and their errors as delta.

    All are in the format of the error; `ReplayState.change` is the pull.
    """
    zero = np.zeros((4, error.size), np.int64)
    state = ReplayState(zero[0], zero[1], zero[2], zero[3])
    for o in range(error.size):
        state.delta[o] = saturated(error[o], SUM_LIMIT, tally, ERROR)
    return state


@jit
def pull_spike(state: ReplayState, o: int, factor: int, formats: FormatConstants, tally: Integers) -> None:
    """Take back a spike of output neuron o."""
    take_back(state, o, factor, state.delta[o], formats, tally, ERROR)


@jit
def pull_decay(state: ReplayState, constants: NeuronConstants, tally: Integers) -> None:
    """Step back from the end of a tick to its beginning; the pull is that on what the tick took up."""
    for o in range(state.S1.size):
        state.S1[o] = decayed(state.S1[o], constants.loss_syn)
        state.S2[o] = decayed(state.S2[o], constants.loss_m)
        pull = state.S1[o] - state.S2[o] + nearest(state.S1[o] * constants.reach, _REACH)
        state.change[o] = saturated(pull, INT32_LIMIT, tally, ERROR)


@jit
def spike_delta(feedback: Integers, pull: Integers, gain_: int, formats: FormatConstants, tally: Integers) -> int:
    """Return what the output makes of a hidden spike: minus its error times the gain, in the format of the change.

    Parameters
    ----------
    feedback : Integers, shape (outputs,)
        Onto the neuron that spiked; rounded down to the format of the error.
    pull : Integers, shape (outputs,)
        At the tick that took the spike up.
    gain_ : int
        As `timed_gain` returns it.
    """
    total = 0
    for o in range(pull.size):
        total += (feedback[o] >> formats.feedback_shift) * pull[o]
    error = saturated(nearest(total, formats.error_fraction), INT32_LIMIT, tally, ERROR)
    delta: int = saturated(-nearest(error * gain_, formats.error_fraction), SUM_LIMIT, tally, CHANGE)
    if gain_ != 0:
        note_vanished(error, delta, tally, CHANGE)
    return delta


@jit
def timed_spike(state: ReplayState, i: int, factor: int, delta: int, formats: FormatConstants, tally: Integers) -> None:
    """Take back a spike of hidden neuron i that has a delta of its own beside that of its neuron."""
    both = saturated(state.delta[i] + delta, SUM_LIMIT, tally, CHANGE)
    take_back(state, i, factor, both, formats, tally, CHANGE)
