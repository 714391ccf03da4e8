"""One file of HTML: the page's style and scripts from beside this module, and what it shows, as JSON."""

from __future__ import annotations

import html
import json
from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["render"]

_SCRIPTS = {
    "run": ("confusion.js", "raster.js", "samples.js", "weights.js", "page.js", "run.js"),
    "comparison": ("page.js", "comparison.js"),
    "board": ("raster.js", "chips.js", "page.js", "board.js"),
}
"""Of each kind of page, after those of all, in this order; they share one scope, and the last one draws the page."""
_OF_ALL = ("elements.js", "lines.js")


def render(title: str, content: Mapping[str, Any]) -> str:
    """Return a page that needs nothing but itself: a policy in its head forbids browsers to load anything.

    Parameters
    ----------
    title : str
    content : mapping
        Values of JSON; ``kind`` says which page it is: "run", "comparison" or "board".
    """
    folder = resources.files(__package__)
    script = "".join((folder / name).read_text(encoding="utf-8") for name in (*_OF_ALL, *_SCRIPTS[content["kind"]]))
    data = json.dumps(content, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    parts = {
        "TITLE": html.escape(title),
        "STYLE": (folder / "page.css").read_text(encoding="utf-8"),
        "DATA": data.replace("<", "\\u003c"),  # or a value could end the element
        "SCRIPT": f"(() => {{\n'use strict';\n{script}}})();\n",
    }
    page = (folder / "page.html").read_text(encoding="utf-8")
    pieces = page.split("@@")  # text and names of parts in turn
    return "".join(parts[piece] if number % 2 else piece for number, piece in enumerate(pieces))
