"""Reference page of messages: what the package's errors say, read from the sources, so that a search finds them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from layout import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HEAD = """# Messages

What errors of the package say, by the module that says it; `...` stands for values and names. Messages name what is
valid and what to change; if that is not enough, see [troubleshooting](../troubleshooting.md).
"""
_FOLDERS = ("pynn_sfdfa", "models", "hardware")
_LEAST = 30
"""Characters of the shortest message that says something without what stands for `...`."""


def messages(source: str) -> Iterator[str]:
    """Yield what the exceptions that a source raises say, in its order."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args:
            said = " ".join(_text(node.exc.args[0]).split())
            if len(said.replace("...", "")) >= _LEAST:
                yield said


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _text(node.left) + _text(node.right)
    return "..."


def _modules() -> Iterator[tuple[str, Path]]:
    for folder in _FOLDERS:
        for file in sorted((ROOT / folder).rglob("*.py")):
            inside = ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            yield inside if folder == "pynn_sfdfa" else f"pynn_sfdfa.{inside}", file


def page() -> str:
    """Return the page."""
    text = HEAD
    for module, file in _modules():
        said = list(dict.fromkeys(messages(file.read_text(encoding="utf-8"))))
        if said:
            text += f"\n## `{module}`\n\n" + "".join(f"- {_plain(message)}\n" for message in said)
    return text


def _plain(message: str) -> str:
    """Return a message with what Markdown would take for its own escaped."""
    for mark in "\\`*_[]<>{}$#|":
        message = message.replace(mark, f"\\{mark}")
    return message
