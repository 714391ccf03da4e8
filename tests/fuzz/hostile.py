"""What is put into inputs to make them hostile."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

TEXTS = (
    "",
    " ",
    "\x00",
    "\n",
    "'",
    '"',
    "#",
    "=",
    "[]",
    "../..",
    "~",
    "%s",
    "{0}",
    "\ud800",
    "\u202e",
    "é" * 300,
    "a" * 100_000,
)
"""Strings; one is no valid Unicode, and one is long."""

VALUES = (
    "0", "-1", "1", "2.5", "nan", "inf", "-inf", "1e-320", "1e308", "-1e308", "3e38", "1e9", "true", "''", "'x'", "[]",
    "[[]]", "{}", "[nan]", "[1, 2, 3]", "1979-05-27", "07:32:00", "1979-05-27T07:32:00Z", "0x7fffffffffffffff",
    "9223372036854775808", "1000000000", "1180591620717411303424", "-1180591620717411303424", "9" * 5000, "[" * 50_000,
    "{a=" * 3000, "[" * 3000 + "]" * 3000, "'" + "x" * 100_000 + "'", "'\x00'", "\"\\ud800\"", "'''", "5\nx = 3",
    "5 # ]", "1_0", "1__0", "+1", "01", "[1000000000]", "[100, 1000000000]", "[1e308, -1e308]", "[-1e308, 1e308]",
    "[0, 1]", "[0.0, 1e30]",
)  # fmt: skip
"""What may stand after ``=`` in TOML, valid or not."""

NUMBERS = (0, 1, -1, 2, 255, 2**31 - 1, 2**31, 2**32, 2**63 - 1, -(2**63), 10**9, 10**18)
"""Whole numbers at the ends of ranges."""


def spoilt(rng: random.Random, content: bytes) -> tuple[str, bytes]:
    """Return how a file was damaged, and what is left of it."""
    at = rng.randrange(len(content) + 1)
    to = min(len(content), at + rng.choice([1, 2, 8, 100, 5000]))
    how = rng.choice(["cut", "flipped", "removed", "doubled", "zeroed", "random", "goes on", "empty"])
    changed = bytearray(content)
    if how == "cut":
        del changed[at:]
    elif how == "flipped" and changed:
        for _ in range(rng.choice([1, 1, 1, 5, 50])):
            changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    elif how == "removed":
        del changed[at:to]
    elif how == "doubled":
        changed[at:at] = content[at:to]
    elif how == "zeroed":
        changed[at:to] = bytes(to - at)
    elif how == "random":
        changed[at:to] = rng.randbytes(to - at)
    elif how == "goes on":
        changed += rng.randbytes(rng.choice([1, 64, 5000]))
    elif how == "empty":
        changed.clear()
    return f"{how} at {at}", bytes(changed)
