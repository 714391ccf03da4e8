"""What the arrays of a checkpoint must be, whoever wrote them: types, dimensions, and numbers to compute with.

A checksum says that a file is as it was written, not that what was written is a network.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from pynn_sfdfa.support.limits import LARGEST_WEIGHT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

__all__ = ["check", "check_chain", "first_wrong"]

_SHAPES = {
    r"weights\.\d+": (np.float32, (2, 3)),
    r"feedback(_share)?\.\d+": (np.float32, (2,)),
    r"optimizer\.step": (np.int64, (1,)),
    r"optimizer\.[a-z]+\.\d+": (np.float32, (2, 3)),
    r"boosting\.weights": (np.float32, (1,)),
    r"boosting\.missed": (np.uint8, (1,)),
    r"tally\.spikes\.\d+": (np.int64, (1,)),
}
"""Type and numbers of dimensions by name; none of these is empty. Other arrays may be anything.

Weights have three dimensions where each site of a layer has a matrix of its own.
"""

_NOT_NEGATIVE = re.compile(
    r"boosting\.weights|feedback_share\.\d+|optimizer\.step|optimizer\.square\.\d+|tally\.spikes\.\d+"
)
_WEIGHTS = re.compile(r"(weights|feedback)\.")


def check(arrays: Mapping[str, NDArray[np.generic]]) -> None:
    """Check each array by itself.

    Raises
    ------
    ValueError
        If one has a wrong type or shape, or a number that is not finite or too large; names array and index.
    """
    for name, array in arrays.items():
        for pattern, (dtype, dimensions) in _SHAPES.items():
            wrong = array.dtype != dtype or array.ndim not in dimensions or array.size == 0
            if re.fullmatch(pattern, name) and wrong:
                allowed = "- or ".join(map(str, dimensions))
                raise ValueError(
                    f"{name} must be a {allowed}-dimensional array of {np.dtype(dtype)} that is not empty, not "
                    f"{array.dtype} of shape {array.shape}"
                )
        _check_numbers(name, array)


def check_chain(arrays: Mapping[str, NDArray[np.generic]], n_hidden: int) -> list[int]:
    """Check that the weights lead from layer to layer and the feedback back to each; return the neurons of each layer.

    Feedback comes from the output to all hidden layers, or to each from the one above it.

    Raises
    ------
    ValueError
        If an array is missing, one too many, or does not fit the others; names it.
    """
    names = [f"weights.{k}" for k in range(n_hidden + 1)] + [f"feedback.{k}" for k in range(n_hidden)]
    for name in names:
        if name not in arrays:
            raise ValueError(f"{name} is missing; there is {', '.join(sorted(arrays)) or 'no array'}")
    surplus = sorted(name for name in arrays if _WEIGHTS.match(name) and name not in names)
    if surplus:
        raise ValueError(f"{surplus[0]} is one too many for {n_hidden} hidden layers")
    sizes = [arrays["weights.0"].shape[0], *(arrays[f"weights.{k}"].shape[1] for k in range(n_hidden + 1))]
    expected = {f"weights.{k}": (sizes[k], sizes[k + 1]) for k in range(n_hidden + 1)}
    direct = {f"feedback.{k}": (sizes[-1], sizes[k + 1]) for k in range(n_hidden)}
    layer_wise = {f"feedback.{k}": (sizes[k + 2], sizes[k + 1]) for k in range(n_hidden)}
    expected |= layer_wise if all(arrays[name].shape == shape for name, shape in layer_wise.items()) else direct
    for name, shape in expected.items():
        if arrays[name].shape != shape:
            raise ValueError(f"{name} has the shape {arrays[name].shape}; beside the other arrays it must be {shape}")
    return sizes


def first_wrong(array: NDArray[np.floating]) -> tuple[int, ...] | None:
    """Return the index of the first weight that no simulator can compute with, or None."""
    # Two passes that keep nothing; an array that says which are wrong is only made if one is.
    if array.size == 0 or (array.min() >= -LARGEST_WEIGHT and array.max() <= LARGEST_WEIGHT):  # not so for NaN
        return None
    return tuple(int(i) for i in np.argwhere(~(np.abs(array) <= LARGEST_WEIGHT))[0])


def _check_numbers(name: str, array: NDArray[Any]) -> None:
    if _WEIGHTS.match(name) and array.dtype.kind == "f":
        at = first_wrong(array)
        if at is not None:
            raise ValueError(
                f"{_element(name, array, at)}; weights must be finite and of at most {LARGEST_WEIGHT:g} nA, beyond "
                "which single precision overflows"
            )
    elif array.dtype.kind == "f":
        wrong = ~np.isfinite(array)
        if wrong.any():
            raise ValueError(f"{_element(name, array, np.argwhere(wrong)[0])}; it must be finite")
    if _NOT_NEGATIVE.fullmatch(name) and array.min() < 0:
        lowest = tuple(int(i) for i in np.unravel_index(int(array.argmin()), array.shape))
        raise ValueError(f"{_element(name, array, lowest)}; it must not be negative")


def _element(name: str, array: NDArray[np.generic], at: tuple[int, ...]) -> str:
    return f"{name}[{', '.join(str(int(i)) for i in at)}] is {array[tuple(at)]:g}"
