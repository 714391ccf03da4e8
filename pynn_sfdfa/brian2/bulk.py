"""Connecting in bulk: what a connector adds is collected, then created and given its values at once.

pyNN.brian2 creates the synapses onto each neuron by a call of its own and sets their variables one by one. Nothing here
is about SFDFA.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from pyNN import errors

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Address", "Chunk", "as_matrix", "gather", "split"]

Chunk = tuple[np.ndarray, int, dict[str, Any]]
"""Presynaptic neurons, the postsynaptic neuron, and native parameters (numbers or arrays) of their synapses."""

_COMBINE: dict[str, Any] = {"last": None, "first": None, "sum": np.add, "min": np.minimum, "max": np.maximum}


@dataclass(frozen=True, eq=False)
class Address:
    """Synapses between one pair of whole populations.

    Attributes
    ----------
    source, target : int
        Positions of the populations among those that the projection connects.
    synapses : int64, shape (n,)
        Positions of the synapses within the projection.
    pre, post : int64, shape (n,)
        Indices of the neurons within the populations.
    """

    source: int
    target: int
    synapses: np.ndarray
    pre: np.ndarray
    post: np.ndarray


def gather(chunks: Sequence[Chunk]) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """Turn chunks into arrays, in order of presynaptic, then postsynaptic neuron.

    Returns
    -------
    pre, post : int64, shape (n,)
    values : dict of float64 arrays, shape (n,)
        In SI units.
    """
    sizes = [len(pre) for pre, _, _ in chunks]
    pre = np.concatenate([np.empty(0, np.int64), *(np.asarray(pre, np.int64) for pre, _, _ in chunks)])
    post = np.repeat(np.array([post for _, post, _ in chunks], np.int64), sizes)
    order = np.lexsort((post, pre))
    values = {}
    for name in chunks[0][2] if chunks else ():
        columns = [
            np.broadcast_to(np.asarray(given[name], float), size)
            for (_, _, given), size in zip(chunks, sizes, strict=True)
        ]
        values[name] = np.concatenate(columns)[order]
    return pre[order], post[order], values


def split(
    pre: np.ndarray, post: np.ndarray, sources: Sequence[np.ndarray], targets: Sequence[np.ndarray]
) -> Iterable[Address]:
    """Split synapses by the pair of populations they connect.

    Parameters
    ----------
    pre, post : int64, shape (n,)
        Indices within what the projection connects.
    sources, targets : sequence of int64 arrays
        For each population that it consists of, the indices of its neurons within the population.
    """
    first = 0
    for s, source in enumerate(sources):
        second = 0
        for t, target in enumerate(targets):
            i, j = pre - first, post - second
            synapses = np.flatnonzero((i >= 0) & (i < source.size) & (j >= 0) & (j < target.size))
            yield Address(s, t, synapses, source[i[synapses]], target[j[synapses]])
            second += target.size
        first += source.size


def as_matrix(
    values: np.ndarray, pre: np.ndarray, post: np.ndarray, shape: tuple[int, int], multiple_synapses: str
) -> np.ndarray:
    """Return values of synapses as a matrix (pre, post), NaN where there is no synapse.

    Raises
    ------
    pyNN.errors.InvalidParameterValueError
        If it is not said validly how several synapses share an element.
    """
    if multiple_synapses not in _COMBINE:
        raise errors.InvalidParameterValueError(
            f"multiple_synapses = {multiple_synapses!r} is not valid; choose one of {', '.join(_COMBINE)}."
        )
    matrix = np.full(shape, np.nan)
    order = np.arange(values.size)[::-1] if multiple_synapses == "first" else np.arange(values.size)
    order = np.ascontiguousarray(order)  # NumPy walks indices with a negative stride from their end
    matrix[pre[order], post[order]] = values[order]
    combine = _COMBINE[multiple_synapses]
    if combine is np.add:
        matrix[pre, post] = 0.0
    if combine is not None:
        combine.at(matrix, (pre, post), values)
    return matrix
