"""How the neurons of a layer are laid out for SIMD: blocks of equal width, the last one padded.

A weight matrix becomes (n_pre, n_blocks, width), presynaptic-major, so that one arrival touches one contiguous row.
Padded neurons have zero weights and therefore never spike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["block_shape", "from_blocks", "to_blocks"]

_LANES = 8  # float32 values in one AVX2 register
_WIDEST = 200  # wide enough to amortise the start of a loop, narrow enough for the weights to stay in cache


def block_shape(n: int) -> tuple[int, int]:
    """Return (number of blocks, width) for n neurons; it depends on n alone, never on the number of threads."""
    blocks = -(-n // _WIDEST)
    width = -(-n // (blocks * _LANES)) * _LANES
    return blocks, width


def to_blocks(matrix: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return a copy of (..., n) as (..., n_blocks, width), padded with zeros."""
    n = matrix.shape[-1]
    blocks, width = block_shape(n)
    padded = np.zeros((*matrix.shape[:-1], blocks * width), np.float32)
    padded[..., :n] = matrix
    return padded.reshape(*matrix.shape[:-1], blocks, width)


def from_blocks(blocked: NDArray[np.float32], n: int) -> NDArray[np.float32]:
    """Return a copy of (..., n_blocks, width) as (..., n), without the padding."""
    flat = blocked.reshape(*blocked.shape[:-2], -1)
    return flat[..., :n].copy()
