"""Learning at the end of a trial: reverse replay with the error folded in (sections 4 and 7 of the reference).

Walking a trial backwards, S1 and S2 decay as A and B do. With delta = -eta e tau_m/c of a neuron and factor = c/drive of
its spike, ``gamma = factor (delta + S2)`` is -eta e times the gamma of section 4; so S1 - S2 is the change of weight
itself, one addition a synapse and event.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pynn_sfdfa.hardware.arithmetic.decay import decayed
from pynn_sfdfa.hardware.arithmetic.formats import INT32_LIMIT, SUM_LIMIT
from pynn_sfdfa.hardware.arithmetic.rounding import nearest, stochastic

if TYPE_CHECKING:
    from pynn_sfdfa.hardware.arithmetic.formats import Formats, Integers
    from pynn_sfdfa.hardware.arithmetic.neuron import NeuronConstants
    from pynn_sfdfa.hardware.arithmetic.tally import Tally

__all__ = ["ReplayState", "begin", "change_row", "gain", "replay_decay", "replay_spikes"]


@dataclass
class ReplayState:
    """S1, S2 and delta of each neuron of a layer, shape (neurons,); all in the format of the change."""

    S1: Integers
    S2: Integers
    delta: Integers


def gain(learning_rate: float, tau_m: float, threshold_current: float, formats: Formats) -> int:
    """Return ``eta tau_m/c``, nA per unit of error, in the format of the change.

    Raises
    ------
    ValueError
        If it does not fit.
    """
    value = learning_rate * tau_m / threshold_current
    fixed = round(value * 2**formats.change)
    if fixed > INT32_LIMIT or (fixed == 0 and learning_rate > 0):
        raise ValueError(
            f"learning_rate = {learning_rate:g} nA^2/ms is not representable: times tau_m/c = "
            f"{tau_m / threshold_current:.4g} ms/nA it must lie between {2.0**-formats.change:.2g} and "
            f"{2.0 ** (31 - formats.change):.4g} nA."
        )
    return fixed


def begin(error: Integers, gain_: int, formats: Formats, tally: Tally) -> ReplayState:
    """Return the state after the last tick of a trial: S1 = S2 = 0 and delta from the errors."""
    delta = tally.saturate("change", -nearest(error * gain_, formats.error), SUM_LIMIT)
    if gain_:
        tally.note_vanished("change", error, delta)
    return ReplayState(np.zeros_like(error), np.zeros_like(error), delta)


def replay_spikes(state: ReplayState, fired: Integers, factor: Integers, formats: Formats, tally: Tally) -> None:
    """Take back the spikes of a tick: the neurons at index ``fired``, with their factors."""
    gamma = nearest(factor * (state.delta[fired] + state.S2[fired]), formats.factor)
    gamma = tally.saturate("change", gamma, SUM_LIMIT)
    state.S1[fired] = tally.saturate("change", state.S1[fired] + gamma, SUM_LIMIT)
    state.S2[fired] = tally.saturate("change", state.S2[fired] + gamma, SUM_LIMIT)


def replay_decay(state: ReplayState, constants: NeuronConstants) -> Integers:
    """Step back to the beginning of the tick; return ``S1 - S2``, the change of weight for events that arrived there."""
    state.S1 = decayed(state.S1, constants.loss_syn)
    state.S2 = decayed(state.S2, constants.loss_m)
    return state.S1 - state.S2


def change_row(row: Integers, change: Integers, words: Integers | None, formats: Formats, tally: Tally) -> Integers:
    """Return the weights from one input after one of its events.

    Parameters
    ----------
    row : Integers
        Stored weights.
    change : Integers
        S1 - S2.
    words : Integers, optional
        Random words for stochastic rounding; without them changes are rounded to the nearest.
    """
    bits = formats.change - formats.weight
    step = nearest(change, bits) if words is None or bits == 0 else stochastic(change, bits, words)
    tally.note_vanished("weight", change, step)
    return tally.saturate("weight", row + step, formats.weight_limit)
