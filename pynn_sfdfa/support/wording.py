"""What error messages of all parts share: how a value that somebody gave is repeated to them."""

from __future__ import annotations

__all__ = ["short"]

_MOST = 200


def short(text: str, most: int = _MOST) -> str:
    """Return a text as it is, or if it has more than ``most`` characters, its two ends and its length."""
    if len(text) <= most:
        return text
    kept = most // 3
    return f"{text[:kept]} … {text[-kept:]} ({len(text):,} characters)"
