"""Tables on terminals that are too narrow for them."""

from __future__ import annotations

import shutil
import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["fitting", "hanging", "width"]

_UNLIMITED = 1_000_000


def width() -> int:
    """Return the columns of the terminal, or of $COLUMNS; there is no limit where output goes to a file or a pipe."""
    return shutil.get_terminal_size((_UNLIMITED, 24)).columns


def fitting(table: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table as it is if it fits the terminal, else as a block of lines for each row.

    Parameters
    ----------
    table : str
    headings : sequence of str
        Of its columns.
    rows : sequence of sequence of str
        The first cell of each is what the row is of.
    """
    if max(map(len, table.splitlines()), default=0) <= width():
        return table
    blocks = []
    for first, *cells in rows:
        lines = [f"  {heading}: {cell}" for heading, cell in zip(headings[1:], cells, strict=True) if cell]
        blocks.append("\n".join(textwrap.fill(line, width(), subsequent_indent="    ") for line in [first, *lines]))
    return "\n".join(blocks)


def hanging(name: str, text: str, indent: int) -> str:
    """Return a name and what is said of it, from a column on; on a narrow terminal below the name."""
    line = f"  {name:{indent}}  {text}"
    if len(line) <= width():
        return line
    return f"  {name}\n" + textwrap.fill(
        text,
        width(),
        initial_indent="    ",
        subsequent_indent="    ",
        break_on_hyphens=False,
        break_long_words=False,  # of paths
    )
