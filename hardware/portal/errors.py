"""What can go wrong with the platform."""

from __future__ import annotations

__all__ = ["NoAnswerError", "PortalError", "RefusedError"]


class PortalError(RuntimeError):
    """The platform or a job cannot be used as asked; the message says why and what to do."""


class NoAnswerError(PortalError):
    """The platform did not answer (in time); asking again may help."""


class RefusedError(PortalError):
    """The platform refused a request: the token is not valid or has no right to it."""
