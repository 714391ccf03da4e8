"""Errors at the end of a trial, and the forward estimate of the feedback weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pynn_sfdfa.hardware.arithmetic.rounding import nearest, shifted

if TYPE_CHECKING:
    from pynn_sfdfa.hardware.arithmetic.formats import Formats, Integers
    from pynn_sfdfa.hardware.arithmetic.tally import Tally

__all__ = ["RATE_FRACTION", "hidden_error", "improved_feedback", "output_error"]

RATE_FRACTION = 31
"""Fraction bits of the learning rate of the feedback, at most ``1 - 2**-31``."""


def output_error(target: Integers, count: Integers, formats: Formats, tally: Tally) -> Integers:
    """Return ``e_o = target_o - n_o``; targets are in the format of the error."""
    return tally.saturate("error", target - (count << formats.error))


def hidden_error(
    feedback: Integers,
    output_error: Integers,
    count: Integers,
    rho: int,
    r_target: int,
    formats: Formats,
    tally: Tally,
) -> Integers:
    """Return ``e_i = sum_o Bfb[o, i] e_o + rho (r_target - n_i)``, shape (hidden,).

    Parameters
    ----------
    feedback : Integers, shape (outputs, hidden)
        Rounded down to the format of the error, so that 512 products can be summed in 64 bits.
    output_error : Integers, shape (outputs,)
    count : Integers, shape (hidden,)
    rho, r_target : int
        In the format of the error.
    """
    total = (shifted(feedback, formats.feedback - formats.error) * output_error[:, np.newaxis]).sum(axis=0)
    total += rho * (r_target - (count << formats.error))
    return tally.saturate("error", nearest(total, formats.error))


def improved_feedback(
    feedback: Integers,
    perturbation: Integers,
    directional: Integers,
    count: Integers,
    rate: int,
    formats: Formats,
    tally: Tally,
) -> Integers:
    """Return ``Bfb[o, i] + eta_B (v_i d_o - Bfb[o, i])`` for the neurons i that fired, shape (outputs, hidden).

    Parameters
    ----------
    rate : int
        eta_B with 31 fraction bits.
    """
    product = perturbation * directional[:, np.newaxis]
    difference = product - shifted(feedback, formats.feedback - 2 * formats.grade)
    difference = tally.saturate("feedback", nearest(difference, formats.grade))
    step = nearest(difference * rate, RATE_FRACTION + formats.grade - formats.feedback)
    fired = count > 0
    if rate:
        tally.note_vanished("feedback", difference * fired, step)
    return tally.saturate("feedback", feedback + np.where(fired, step, 0))
