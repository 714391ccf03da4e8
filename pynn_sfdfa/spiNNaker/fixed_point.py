"""From PyNN's units to the integers of the machine, with the specification's own conversions."""

from __future__ import annotations

import warnings
from dataclasses import fields
from typing import TYPE_CHECKING

import numpy as np

from pynn_sfdfa.hardware.arithmetic import Formats, from_fixed, neuron_constants, to_fixed
from pynn_sfdfa.hardware.arithmetic.feedback import RATE_FRACTION
from pynn_sfdfa.hardware.arithmetic.formats import INT32_LIMIT, SUM_LIMIT
from pynn_sfdfa.hardware.arithmetic.replay import gain
from pynn_sfdfa.hardware.arithmetic.timed import timed_gain
from pynn_sfdfa.hardware.capacity import MAX_SPIKES
from pynn_sfdfa.network.cells import LIF_SFDFA

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

__all__ = [
    "FORMATS",
    "MAX_SPIKES",
    "POTENTIAL_FRACTION",
    "cell_words",
    "from_machine",
    "initial_state",
    "learning_words",
    "timed_words",
    "to_machine",
]

FORMATS = Formats()
"""The formats with which the application is compiled."""

POTENTIAL_FRACTION = 15
"""Fraction bits of recorded potentials and currents."""

_KAPPA_FRACTION = 16


def _cell(parameters: Mapping[str, float]) -> LIF_SFDFA:
    return LIF_SFDFA(**{field.name: parameters[field.name] for field in fields(LIF_SFDFA)})


def cell_words(parameters: Mapping[str, float], exact: bool, timestep: float) -> dict[str, int]:
    """Return the constants of a population by their names in the configuration.

    Raises
    ------
    ValueError
        If one of them cannot be represented; the message names it.
    """
    cell = _cell(parameters)
    constants = neuron_constants(cell, timestep, "exact" if exact else "bounded", MAX_SPIKES, FORMATS)
    words = {
        name: int(getattr(constants, name))
        for name in ("loss_syn", "loss_m", "threshold", "reach", "exact", "max_spikes")
    }
    words["v_rest"] = _bounded("v_rest", cell.v_rest, POTENTIAL_FRACTION, "mV")
    words["kappa"] = _bounded("kappa = tau_m tau_syn/(cm (tau_m - tau_syn))", cell.kappa, _KAPPA_FRACTION, "mV/nA")
    for name in ("rho", "r_target"):
        words[name] = _bounded(name, parameters[name], FORMATS.error, "", 4096.0)
    for name in ("state", "input", "weight", "grade", "factor", "change", "error", "feedback"):
        words[f"format_{name}"] = int(getattr(FORMATS, name))
    return words | {"stochastic": int(FORMATS.stochastic)}


def learning_words(
    parameters: Mapping[str, float], learning_rate: float, feedback_learning_rate: float
) -> dict[str, int]:
    """Return what the learning rates become; ValueError if they cannot be represented."""
    if not 0 <= feedback_learning_rate <= 1:
        raise ValueError(
            f"SFDFAFeedback: learning_rate = {feedback_learning_rate:g} is not possible on SpiNNaker; choose 0 to 1."
        )
    cell = _cell(parameters)
    rate = int(to_fixed(feedback_learning_rate, RATE_FRACTION, INT32_LIMIT))
    return {"gain": gain(learning_rate, cell.tau_m, cell.threshold_current, FORMATS), "feedback_rate": rate}


def timed_words(
    parameters: Mapping[str, float], output: Mapping[str, float], learning_rate: float, timestep: float
) -> dict[str, int]:
    """Return what a hidden core needs to give its spikes errors, with the parameters of the output population.

    Raises
    ------
    ValueError
        If one of them cannot be represented.
    """
    cell, above = _cell(parameters), _cell(output)
    constants = neuron_constants(above, timestep, "bounded", MAX_SPIKES, FORMATS)
    rate, c = timed_gain(learning_rate, cell.tau_m, cell.threshold_current, above.threshold_current, FORMATS), constants
    return {
        "timed_gain": rate,
        "output_loss_syn": int(c.loss_syn),
        "output_loss_m": int(c.loss_m),
        "output_reach": int(c.reach),
    }


def _bounded(name: str, value: float, fraction: int, unit: str, limit: float = np.inf) -> int:
    limit = min(limit, INT32_LIMIT * 2.0**-fraction)
    if abs(value) > limit:
        raise ValueError(f"{name} = {value:g} {unit} is out of the machine's range of -{limit:g} to {limit:g} {unit}.")
    return int(to_fixed(value, fraction))


def to_machine(values: NDArray[np.float64], fraction: int, what: str, unit: str = "") -> NDArray[np.int32]:
    """Return values in a format, as int32; those out of range are limited, with a warning that counts them."""
    limit = INT32_LIMIT * 2.0**-fraction
    outside = int(np.count_nonzero(abs(values) > limit))
    if outside:
        warnings.warn(
            f"{outside} of {values.size} {what} lie outside the machine's range, +-{limit:g} {unit}, and were limited "
            f"to it; the largest is {abs(values).max():g} {unit}.",
            stacklevel=2,
        )
    return to_fixed(values, fraction).astype(np.int32)


def initial_state(
    v: NDArray[np.float64], i_syn: NDArray[np.float64], parameters: Mapping[str, float]
) -> NDArray[np.int32]:
    """Return A, then B, of every neuron for initial values in mV and nA."""
    cell = _cell(parameters)
    both = np.concatenate([i_syn, i_syn + (v - cell.v_rest) / cell.kappa])
    limit = SUM_LIMIT * 2.0**-FORMATS.state
    if (abs(both) > limit).any():
        raise ValueError(
            f"Initial values of v and i_syn need currents of up to {abs(both).max():g} nA; the machine's end at "
            f"{limit:g} nA."
        )
    return to_fixed(both, FORMATS.state).astype(np.int32)


def from_machine(words: NDArray[np.int32], fraction: int) -> NDArray[np.float64]:
    """Return the values of integers in a format."""
    return from_fixed(words, fraction)
