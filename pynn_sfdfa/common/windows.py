"""Windows along the two axes of an image: how many fit, and which rows and columns each of them sees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pynn_sfdfa.support.numbers import is_integer

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Pair", "along", "as_pair", "positions"]

Pair = tuple[int, int]
"""Vertical, horizontal."""

_AXES = ("vertical", "horizontal")


def as_pair(value: Any, least: int, what: str) -> Pair:
    """Return a whole number, or a pair (vertical, horizontal), as a pair; ValueError names ``what`` is not valid."""
    both = tuple(value) if isinstance(value, tuple | list) else (value, value)
    if len(both) != 2 or not all(is_integer(one, least) for one in both):
        raise ValueError(
            f"{what} = {value!r} is not valid; it must be an integer >= {least}, or a pair of them, (vertical, "
            "horizontal)."
        )
    return int(both[0]), int(both[1])


def positions(length: int, kernel: int, stride: int, padding: int, axis: int) -> int:
    """Return how many windows there are along an axis; ValueError if they do not fit it exactly."""
    padded = length + 2 * padding
    where = f"its {('height', 'width')[axis]} of {length}" + (f", {padded} with padding," if padding else "")
    if kernel > padded:
        raise ValueError(
            f"the {_AXES[axis]} kernel {kernel} is larger than {where}: choose a kernel of at most {padded}, or more "
            "padding."
        )
    if padding >= kernel:
        raise ValueError(
            f"the {_AXES[axis]} padding {padding} makes windows that hold nothing: choose one below {kernel}."
        )
    left = (padded - kernel) % stride
    if left:
        raise ValueError(
            f"windows of {kernel} at a {_AXES[axis]} stride of {stride} do not fit {where} exactly: {left} would be "
            f"left over. Choose a kernel of {kernel + left}, or a stride that divides {padded - kernel}."
        )
    return (padded - kernel) // stride + 1


def along(
    length: int, kernel: int, stride: int, padding: int, axis: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], int]:
    """Return along one axis where units are, the window that each meets, where in it, and the number of windows."""
    count = positions(length, kernel, stride, padding, axis)
    site, within = np.divmod(np.arange(count * kernel), kernel)
    at = site * stride + within - padding
    inside = (at >= 0) & (at < length)
    return at[inside], site[inside], within[inside], count
