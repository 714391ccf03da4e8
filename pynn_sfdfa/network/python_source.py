"""Words that somebody has given, in programs that are written."""

from __future__ import annotations

from pynn_sfdfa.support.wording import quoted

__all__ = ["between_quotes", "checked_title"]


def between_quotes(text: str) -> str:
    """Return a text as it stands between double quotes, one or three on a side, in Python."""
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n").replace("\r", r"\r")


def checked_title(title: str) -> str:
    """Return the title of a program as its first line has it; TypeError if it is no text."""
    if not isinstance(title, str):
        raise TypeError(f"title = {quoted(title)} is not valid; give a text, such as title='Digits, 64-100-10'.")
    return between_quotes(title)
