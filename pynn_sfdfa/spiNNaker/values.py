"""The parameters of a vertex as users give them, for vertices that keep them on the host."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pynn_sfdfa.spiNNaker.spynnaker_names import ParameterHolder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

__all__ = ["Values", "neurons"]


def neurons(selector: Any, n: int) -> NDArray[np.int64]:
    """Return the indices that a selector of sPyNNaker means."""
    return np.arange(n) if selector is None else np.atleast_1d(np.arange(n)[selector])


class Values:
    """Mixed into a vertex: its parameters, one value for each neuron.

    Attributes
    ----------
    values : dict of str to array, shape (n,)
        In PyNN's units; of type object where a value is a sequence.
    records_all : bool
        Whether all neurons are recorded if any are, as sPyNNaker does with its sources.
    """

    records_all = False

    values: dict[str, NDArray[Any]]

    def changed(self, changes: Mapping[str, Any], indices: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
        """Return the values as they are with other values, shape (n_indices,), for some neurons."""
        values = {name: array.copy() for name, array in self.values.items()}
        for name, value in changes.items():
            values[name][indices] = value
        return values

    def set_values(self, changes: Mapping[str, Any], indices: NDArray[np.int64]) -> None:
        """Change parameters of some neurons, having checked them all."""
        raise NotImplementedError

    def check(self, stop: float) -> None:
        """Check before a run to ``stop`` (ms) that it can be simulated to there."""

    # As sPyNNaker asks for them, to describe a population.

    def get_parameters(self) -> list[str]:
        """Return the names of the parameters."""
        return list(self.values)

    def get_parameter_values(self, names: Any, selector: Any = None) -> ParameterHolder:
        """Return parameters of some neurons."""

        def chosen(name: str, selector: Any) -> list[Any]:
            return list(self.values[name][neurons(selector, len(self.values[name]))])

        return ParameterHolder(names, chosen, selector)
