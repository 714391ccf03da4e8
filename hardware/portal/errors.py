"""What can go wrong with the platform."""

from __future__ import annotations

__all__ = ["NoAnswerError", "PortalError", "RefusedError", "shown"]


class PortalError(RuntimeError):
    """The platform or a job cannot be used as asked; the message says why and what to do."""


class NoAnswerError(PortalError):
    """The platform did not answer (in time); asking again may help."""


class RefusedError(PortalError):
    """The platform refused a request: the token is not valid or has no right to it."""


def shown(text: str, most: int = 200) -> str:
    """Return text of others as any terminal can show it: in one line, without what it would obey, not too long."""
    line = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text[:most])
    return line if len(text) <= most else f"{line}..."
