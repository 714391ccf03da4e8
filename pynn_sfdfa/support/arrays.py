"""Arrays that come from elsewhere, held against those that are expected, and arrays as kernels take them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

__all__ = ["FlatRows", "check_arrays", "flat_rows"]


class FlatRows(NamedTuple):
    """Neighbouring columns of a matrix as flat memory, from the first of them on to the last.

    Kernels that know that numbers of a row follow one another are several times as fast as those that do not.
    """

    numbers: NDArray[np.float32]
    lanes: int
    """Of each row."""
    apart: int
    """How far rows lie apart."""

    @property
    def columns(self) -> NDArray[np.float32]:
        """A view, shape (rows, lanes)."""
        shape = ((self.numbers.size - self.lanes) // self.apart + 1, self.lanes)
        return as_strided(self.numbers, shape, (self.apart * self.numbers.itemsize, self.numbers.itemsize))


def check_arrays(arrays: Mapping[str, NDArray[np.generic]], expected: Mapping[str, NDArray[np.generic]]) -> None:
    """Raise ValueError unless every expected array is there, with its shape and type."""
    for name, array in expected.items():
        if name not in arrays:
            raise ValueError(f"There is no {name}, only {', '.join(sorted(arrays))}.")
        if arrays[name].shape != array.shape or arrays[name].dtype != array.dtype:
            raise ValueError(
                f"{name} is {arrays[name].dtype} {arrays[name].shape}; this network needs {array.dtype} {array.shape}."
            )


def flat_rows(columns: NDArray[np.float32]) -> FlatRows:
    """Return the memory that some columns of a matrix lie in; a view.

    Parameters
    ----------
    columns : float32, shape (rows, columns)
        Neighbouring columns of an array in which the numbers of a row follow one another; at least one row.
    """
    rows, lanes = columns.shape
    apart = columns.strides[0] // columns.itemsize
    return FlatRows(as_strided(columns, ((rows - 1) * apart + lanes,), (columns.itemsize,)), lanes, apart)
