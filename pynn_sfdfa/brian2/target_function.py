"""Target spike counts of all trials as a function of Brian2's code.

Brian2's TimedArray does the same, but writes number of values and time step into the generated code, which would have
to be compiled again for every number of trials.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from brian2 import Function

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["TargetFunction"]

_CPP = """
static inline double %NAME%(double trial, double neuron, double neurons) {
    return _namespace%NAME%_values[(size_t)trial*(size_t)neurons + (size_t)neuron];
}
"""

_CYTHON = """
cdef double %NAME%(double trial, double neuron, double neurons):
    global _namespace%NAME%_values
    return _namespace%NAME%_values[<size_t>trial*<size_t>neurons + <size_t>neuron]
"""


class TargetFunction:
    """``target_of(trial, neuron, neurons)``, which is 0 in the trial after the last.

    One function serves as long as a simulation lasts, whatever its values: Brian2 keeps what it has made of each.

    Parameters
    ----------
    name : str
        Of the function in generated code; unique in a simulation.
    """

    def __init__(self, name: str) -> None:
        self._name = f"{name}_values"
        self._namespace: dict[str, NDArray[np.float64]] = {}
        self.function = Function(
            self._target_of, arg_units=[1, 1, 1], return_unit=1, arg_names=["trial", "neuron", "neurons"]
        )
        for target, code in (("cpp", _CPP), ("cython", _CYTHON)):
            self.function.implementations.add_implementation(
                target, code.replace("%NAME%", name), name=name, namespace=self._namespace
            )

    def _target_of(self, trial: Any, neuron: Any, neurons: Any) -> Any:
        return self._namespace[self._name][np.asarray(trial, int) * neurons + neuron]

    def set(self, table: NDArray[np.float64]) -> None:
        """Take up target spike counts, float64, shape (neurons, trials), from the next run on."""
        self._namespace[self._name] = np.append(table.T.ravel(), np.zeros(len(table)))
