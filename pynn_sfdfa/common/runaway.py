"""Networks that spike so often that there is no end to their simulation."""

from __future__ import annotations

__all__ = ["RunawayError"]


class RunawayError(RuntimeError):
    """A neuron that has run away; the message says which, and what to change."""
