"""Arrays that come from elsewhere, such as a checkpoint, held against those that are expected."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

__all__ = ["check_arrays"]


def check_arrays(arrays: Mapping[str, NDArray[np.generic]], expected: Mapping[str, NDArray[np.generic]]) -> None:
    """Raise ValueError unless every expected array is there, with its shape and type."""
    for name, array in expected.items():
        if name not in arrays:
            raise ValueError(f"There is no {name}, only {', '.join(sorted(arrays))}.")
        if arrays[name].shape != array.shape or arrays[name].dtype != array.dtype:
            raise ValueError(
                f"{name} is {arrays[name].dtype} {arrays[name].shape}; this network needs {array.dtype} {array.shape}."
            )
