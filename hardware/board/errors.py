"""What can go wrong with an emulated board itself."""

from __future__ import annotations

__all__ = ["BoardError"]


class BoardError(RuntimeError):
    """The board is not to be had, or the host asked for something that it does not have."""
