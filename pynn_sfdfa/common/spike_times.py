"""The spike times of SpikeSourceArray: one reading of what a user gives, for all simulators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from pyNN import errors
from pyNN.parameters import Sequence

from pynn_sfdfa.common.numbers import plain
from pynn_sfdfa.support.numbers import is_number

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["check_spike_trains", "sequences"]


def sequences(name: str, value: Any, unit: str = "") -> Any:
    """Return what PyNN takes for a parameter that is a sequence of numbers for each neuron.

    Parameters
    ----------
    name : str
        For the message.
    value : anything
        A sequence of numbers is the same for all neurons; a sequence of sequences, or an array of two dimensions, has
        one for each neuron. What PyNN evaluates itself (functions, distributions) is returned as it is.
    unit : str
        Quantities are converted to it.

    Returns
    -------
    pyNN.parameters.Sequence, list of Sequence, or ``value`` itself

    Raises
    ------
    pyNN.errors.InvalidParameterValueError
        If the elements are partly numbers, partly sequences, or no numbers.
    """
    if isinstance(value, Sequence):
        return _sequence(name, value, unit)
    value = plain(name, value, unit)
    if is_number(value):
        return Sequence([float(value)])
    if isinstance(value, str):
        raise errors.InvalidParameterValueError(
            f"{name} = {value!r:.60} is not valid; give numbers, which are the same for all neurons, or one sequence "
            "of numbers for each neuron."
        )
    if not isinstance(value, list | tuple | np.ndarray):
        return value
    each = list(value)
    if all(is_number(element) for element in each):
        return Sequence(np.array(each, float))
    for neuron, element in enumerate(each):
        if is_number(element) or isinstance(element, str) or not np.iterable(getattr(element, "value", element)):
            raise errors.InvalidParameterValueError(
                f"{name} = {value!r:.60} is not valid: element {neuron} is {element!r:.20}. Give numbers, which are "
                "the same for all neurons, or one sequence of numbers for each neuron."
            )
    return [_sequence(f"{name} of neuron {neuron}", element, unit) for neuron, element in enumerate(each)]


def _sequence(name: str, value: Any, unit: str) -> Sequence:
    value = plain(name, getattr(value, "value", value), unit)
    try:
        numbers = np.asarray(value, float)
    except (TypeError, ValueError):
        numbers = np.empty((0, 0))
    if numbers.ndim != 1:
        raise errors.InvalidParameterValueError(f"{name} = {value!r:.60} is not valid; give a sequence of numbers.")
    return Sequence(numbers)


def check_spike_trains(trains: Any) -> list[NDArray[np.float64]]:
    """Return the spike times of each neuron.

    Parameters
    ----------
    trains : sequence of Sequence or array
        One for each neuron, in ms.

    Raises
    ------
    pyNN.errors.InvalidParameterValueError
        Names the neuron whose times are negative, not finite, or not in order of time.
    """
    checked = []
    for neuron, train in enumerate(trains):
        times = np.ravel(np.asarray(getattr(train, "value", train), float))
        wrong = np.flatnonzero(~(np.isfinite(times) & (times >= 0)))
        if wrong.size:
            raise errors.InvalidParameterValueError(
                f"SpikeSourceArray: spike_times of neuron {neuron} contains {times[wrong[0]]:g}; spike times must be "
                "finite numbers >= 0 ms."
            )
        early = np.flatnonzero(np.diff(times) < 0)
        if early.size:
            before, after = times[early[0] : early[0] + 2]
            raise errors.InvalidParameterValueError(
                f"SpikeSourceArray: spike_times of neuron {neuron} has {after:g} ms after {before:g} ms; spike times "
                "must be in order of time: sort them."
            )
        checked.append(times)
    return checked
