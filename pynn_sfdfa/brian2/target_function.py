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

__all__ = ["target_function"]

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


def target_function(table: NDArray[np.float64], name: str) -> Any:
    """Return ``target_of(trial, neuron, neurons)``, which is 0 in the trial after the last.

    Parameters
    ----------
    table : float64, shape (neurons, trials)
    name : str
        Of the function in generated code; unique in a simulation.
    """
    values = np.append(table.T.ravel(), np.zeros(len(table)))

    def target_of(trial: Any, neuron: Any, neurons: Any) -> Any:
        return values[np.asarray(trial, int) * neurons + neuron]

    function = Function(target_of, arg_units=[1, 1, 1], return_unit=1, arg_names=["trial", "neuron", "neurons"])
    for target, code in (("cpp", _CPP), ("cython", _CYTHON)):
        function.implementations.add_implementation(
            target, code.replace("%NAME%", name), name=name, namespace={f"{name}_values": values}
        )
    return function
