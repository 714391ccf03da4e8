"""The parameters of SpikeSourcePoisson, checked once for all simulators."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from pyNN import errors

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["check_poisson"]


def check_poisson(parameters: Mapping[str, Any]) -> None:
    """Check evaluated parameters of SpikeSourcePoisson.

    Parameters
    ----------
    parameters : mapping
        ``rate`` in Hz, ``start`` and ``duration`` in ms, each a number or an array (n,); those missing are not checked.

    Raises
    ------
    pyNN.errors.InvalidParameterValueError
        Names the parameter, the neuron, the value and what is valid.
    """
    for name, least, most, valid in (
        ("rate", 0.0, math.inf, "a finite number >= 0 Hz"),
        ("start", -math.inf, math.inf, "a finite number of ms"),
        ("duration", 0.0, None, "a number >= 0 ms, which may be infinite"),
    ):
        values = np.ravel(np.asarray(parameters.get(name, ()), float))
        wrong = np.flatnonzero(~(values >= least) | (np.isinf(values) & (most is not None)))
        if wrong.size:
            raise errors.InvalidParameterValueError(
                f"SpikeSourcePoisson: {name} of neuron {wrong[0]} = {values[wrong[0]]:g} is not valid; it must "
                f"be {valid}."
            )
