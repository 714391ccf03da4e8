"""What can be wrong with a campaign as a whole."""

from __future__ import annotations

__all__ = ["CampaignError", "WorkersLostError"]


class CampaignError(ValueError):
    """A campaign that cannot be run as it is asked for; the message says how it can."""


class WorkersLostError(RuntimeError):
    """Workers that cannot be had back in the middle of a training."""
