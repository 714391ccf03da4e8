"""How the neurons of a layer are laid out for SIMD: rows padded to whole registers, and blocks of neighbours.

A weight matrix is (n_pre, width), presynaptic-major, so that one arrival touches one contiguous row. Padded neurons
have zero weights and therefore never spike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["LANES", "block_width", "pad", "padded_width", "unpad"]

LANES = 8
"""float32 values in one AVX2 register."""

_WIDEST_BLOCK = 200  # a block's part of a gradient stays in cache, and there are blocks for every thread


def padded_width(n: int) -> int:
    """Return the length of a row for n neurons."""
    return -(-n // LANES) * LANES


def block_width(width: int) -> int:
    """Return the width of the blocks of a row; it depends on nothing else, never on the number of threads."""
    blocks = -(-width // _WIDEST_BLOCK)
    return padded_width(-(-width // blocks))


def pad(array: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return a copy of (..., n) as (..., width), padded with zeros."""
    n = array.shape[-1]
    padded = np.zeros((*array.shape[:-1], padded_width(n)), np.float32)
    padded[..., :n] = array
    return padded


def unpad(padded: NDArray[np.float32], n: int) -> NDArray[np.float32]:
    """Return a copy of (..., width) as (..., n), without the padding."""
    return padded[..., :n].copy()
