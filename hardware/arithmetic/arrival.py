"""Arrival of spikes: sums of weights, and of weights times grades, that the next tick takes up.

Sums are exact, so the order in which packets arrive within a tick does not matter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pynn_sfdfa.hardware.arithmetic.rounding import shifted

if TYPE_CHECKING:
    from pynn_sfdfa.hardware.arithmetic.formats import Formats, Integers

__all__ = ["arrive", "arriving"]


def arriving(weights: Integers, formats: Formats) -> Integers:
    """Return stored weights in the format of the input, rounded down: u."""
    return shifted(weights, formats.weight - formats.input)


def arrive(row: Integers, grade: int, total: Integers, graded: Integers, formats: Formats) -> None:
    """Add one event, in place: ``total += u``, and if the spike has a grade ``graded += u * grade``.

    Parameters
    ----------
    row : Integers
        Stored weights from the neuron that spiked.
    grade : int
        The payload of the packet; 0 for a packet without one.
    total : Integers
        32 bits; the format of the input.
    graded : Integers
        64 bits; fraction bits of input and grade together.
    """
    u = arriving(row, formats)
    total += u
    if grade:
        graded += u * grade
