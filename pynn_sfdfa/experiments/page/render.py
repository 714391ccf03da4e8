"""One file of HTML: the page's style and scripts from beside this module, and what it shows, as JSON."""

from __future__ import annotations

import html
import json
from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["render"]

_SCRIPTS = ("elements.js", "lines.js", "confusion.js", "raster.js", "weights.js", "page.js")
"""In this order; they share one scope."""


def render(title: str, content: Mapping[str, Any]) -> str:
    """Return a page that needs nothing but itself: a policy in its head forbids browsers to load anything.

    Parameters
    ----------
    title : str
    content : mapping
        Values of JSON; ``kind`` says which page it is: "run" or "comparison".
    """
    folder = resources.files(__package__)
    script = "".join((folder / name).read_text(encoding="utf-8") for name in _SCRIPTS)
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
