"""Errors at the end of a trial, and the forward estimate of the feedback weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pynn_sfdfa.hardware.arithmetic.formats import INT32_LIMIT
from pynn_sfdfa.hardware.arithmetic.rounding import nearest, note_vanished, saturated
from pynn_sfdfa.hardware.arithmetic.tally import ERROR, FEEDBACK
from pynn_sfdfa.support.jit import jit

if TYPE_CHECKING:
    from pynn_sfdfa.hardware.arithmetic.formats import FormatConstants, Integers

__all__ = ["MAX_OUTPUTS", "RATE_FRACTION", "hidden_error", "improve_feedback", "output_error"]

RATE_FRACTION = 31
"""Fraction bits of the learning rate of the feedback, at most ``1 - 2**-31``."""

MAX_OUTPUTS = 256
"""Output neurons whose errors can be projected without overflow of 64 bits."""


@jit
def output_error(target: Integers, count: Integers, formats: FormatConstants, tally: Integers) -> Integers:
    """Return ``e_o = target_o - n_o``; targets are in the format of the error."""
    error = np.empty_like(target)
    for o in range(target.size):
        error[o] = saturated(target[o] - (count[o] << formats.error_fraction), INT32_LIMIT, tally, ERROR)
    return error


@jit
def hidden_error(
    feedback: Integers,
    output_error: Integers,
    count: Integers,
    rho: int,
    r_target: int,
    formats: FormatConstants,
    tally: Integers,
) -> Integers:
    """Return ``e_i = sum_o Bfb[o, i] e_o + rho (r_target - n_i)``, shape (hidden,).

    Parameters
    ----------
    feedback : Integers, shape (outputs, hidden)
        Rounded down to the format of the error.
    output_error : Integers, shape (outputs,)
    count : Integers, shape (hidden,)
    rho, r_target : int
        In the format of the error.
    """
    error = np.empty_like(count)
    for i in range(count.size):
        total = rho * (r_target - (count[i] << formats.error_fraction))
        for o in range(output_error.size):
            total += (feedback[o, i] >> formats.feedback_shift) * output_error[o]
        error[i] = saturated(nearest(total, formats.error_fraction), INT32_LIMIT, tally, ERROR)
    return error


@jit
def improve_feedback(
    feedback: Integers,
    perturbation: Integers,
    directional: Integers,
    count: Integers,
    rate: int,
    formats: FormatConstants,
    tally: Integers,
) -> None:
    """Move ``Bfb[o, i]`` by ``eta_B (v_i d_o - Bfb[o, i])`` for the neurons i that fired, in place.

    Parameters
    ----------
    feedback : Integers, shape (outputs, hidden)
    perturbation, count : Integers, shape (hidden,)
    directional : Integers, shape (outputs,)
    rate : int
        eta_B with 31 fraction bits.
    """
    for o in range(directional.size):
        for i in range(count.size):
            if count[i] == 0 or rate == 0:
                continue
            difference = perturbation[i] * directional[o] - (feedback[o, i] << formats.product_shift)
            difference = saturated(nearest(difference, formats.grade_fraction), INT32_LIMIT, tally, FEEDBACK)
            step = nearest(difference * rate, formats.step_shift)
            note_vanished(difference, step, tally, FEEDBACK)
            feedback[o, i] = saturated(feedback[o, i] + step, INT32_LIMIT, tally, FEEDBACK)
