"""What messages of all parts share: how a value that somebody gave is repeated to them, and how long things take."""

from __future__ import annotations

from typing import Any

__all__ = ["format_duration", "quoted", "short"]

_MOST = 200


def short(text: str, most: int = _MOST) -> str:
    """Return a text as it is, or if it has more than ``most`` characters, its two ends and its length."""
    if len(text) <= most:
        return text
    kept = most // 3
    return f"{text[:kept]} … {text[-kept:]} ({len(text):,} characters)"


def quoted(value: Any) -> str:
    """Return a value as somebody would write it in Python, shortened: numbers and words of numpy like those of Python.

    Parameters
    ----------
    value
    """
    plain = value.tolist() if hasattr(value, "dtype") and hasattr(value, "tolist") else value
    return short(repr(plain))


def format_duration(seconds: float) -> str:
    """Return a duration as people say it: ``42 s``, ``3 min 05 s``, ``2 h 10 min``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
