"""How the neurons of a layer are laid out: rows of whole cache lines, and blocks of neighbours.

A weight matrix is (n_pre, width), presynaptic-major, so that one arrival touches one contiguous row. Rows and blocks
begin with a cache line, so that threads at work on neighbouring blocks do not take lines from each other. Padded
neurons have zero weights and therefore never spike.

What only the tasks of blocks read and write, gradients and the state of optimisers, lies block after block: a processor
that walks through a part of each row fetches what follows in the row, too, and so takes it from the one that works on
the next block.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["LANES", "aligned_zeros", "block_width", "blocks_of", "pad", "padded_width", "part_of", "unpad"]

LANES = 16
"""float32 values in a cache line; two AVX2 registers."""

_LINE = 64  # bytes

_WIDEST_BLOCK = 200  # a block's part of a gradient stays in cache, and there are blocks for every thread


def padded_width(n: int) -> int:
    """Return the length of a row for n neurons."""
    return -(-n // LANES) * LANES


def block_width(width: int) -> int:
    """Return the width of the blocks of a row; it depends on nothing else, never on the number of threads."""
    blocks = -(-width // _WIDEST_BLOCK)
    return padded_width(-(-width // blocks))


def blocks_of(width: int, block: int) -> list[slice]:
    """Return the columns of the blocks of a row."""
    return [slice(lowest, min(lowest + block, width)) for lowest in range(0, width, block)]


def part_of(by_block: NDArray[np.float32], width: int, neurons: slice) -> NDArray[np.float32]:
    """Return a block, shape (rows, neurons of the block), of what lies block after block; a view."""
    rows = by_block.size // width
    return by_block[rows * neurons.start : rows * neurons.stop].reshape(rows, -1)


def aligned_zeros(shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Return zeros that begin with a cache line."""
    size = int(np.prod(shape))
    memory = np.zeros(size + LANES, np.float32)
    first = -memory.ctypes.data % _LINE // memory.itemsize
    return memory[first : first + size].reshape(shape)


def pad(array: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return a copy of (..., n) as (..., width), padded with zeros."""
    n = array.shape[-1]
    padded = aligned_zeros((*array.shape[:-1], padded_width(n)))
    padded[..., :n] = array
    return padded


def unpad(padded: NDArray[np.float32], n: int) -> NDArray[np.float32]:
    """Return a copy of (..., width) as (..., n), without the padding."""
    return padded[..., :n].copy()
