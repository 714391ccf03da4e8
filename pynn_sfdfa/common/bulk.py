"""Synapses as arrays: what a connector adds is collected, sorted, split by population, and read back as a matrix."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from pyNN import errors

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

__all__ = ["Address", "Chunk", "as_matrix", "gather", "split"]

Chunk = tuple[Any, int, dict[str, Any]]
"""Presynaptic neurons, the postsynaptic neuron, and parameters (numbers or arrays) of their synapses."""

_COMBINE: dict[str, Any] = {"last": None, "first": None, "sum": np.add, "min": np.minimum, "max": np.maximum}


@dataclass(frozen=True, eq=False)
class Address:
    """Synapses between one pair of whole populations.

    Attributes
    ----------
    synapses : int64, shape (n,)
        Positions of the synapses within the projection.
    pre, post : int64, shape (n,)
        Indices of the neurons within the populations.
    source, target : int
        Positions of the populations among those that the projection connects.
    """

    synapses: NDArray[np.int64]
    pre: NDArray[np.int64]
    post: NDArray[np.int64]
    source: int
    target: int


def gather(
    chunks: Sequence[Chunk], names: Iterable[str]
) -> tuple[NDArray[np.int64], NDArray[np.int64], dict[str, NDArray[np.float64]]]:
    """Turn chunks into arrays, in order of presynaptic, then postsynaptic neuron.

    Parameters
    ----------
    chunks : sequence of Chunk
    names : iterable of str
        Of the parameters.

    Returns
    -------
    pre, post : int64, shape (n,)
    values : dict of float64 arrays, shape (n,)
    """
    sizes = [len(pre) for pre, _, _ in chunks]
    pre = np.concatenate([np.empty(0, np.int64), *(np.asarray(pre, np.int64) for pre, _, _ in chunks)])
    post = np.repeat(np.array([post for _, post, _ in chunks], np.int64), sizes)
    order = np.lexsort((post, pre))
    values = {}
    for name in names:
        columns = [
            np.broadcast_to(np.asarray(given[name], float), size)
            for (_, _, given), size in zip(chunks, sizes, strict=True)
        ]
        values[name] = np.concatenate([np.empty(0), *columns])[order]
    return pre[order], post[order], values


def split(
    pre: NDArray[np.int64],
    post: NDArray[np.int64],
    sources: Sequence[NDArray[np.int64]],
    targets: Sequence[NDArray[np.int64]],
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
            yield Address(synapses, source[i[synapses]], target[j[synapses]], s, t)
            second += target.size
        first += source.size


def as_matrix(
    values: NDArray[np.float64],
    pre: NDArray[np.int64],
    post: NDArray[np.int64],
    shape: tuple[int, int],
    multiple_synapses: str,
) -> NDArray[np.float64]:
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
