"""Reference pages of the Python API: one for each public module, made from the names that it says are public."""

from __future__ import annotations

import importlib
import inspect
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

PUBLIC = {
    "pynn_sfdfa": "Networks, rules, training",
    "pynn_sfdfa.event": "Exact event-driven simulator",
    "pynn_sfdfa.brian2": "Brian2",
    "pynn_sfdfa.spiNNaker": "SpiNNaker",
    "pynn_sfdfa.datasets": "Data sets",
    "pynn_sfdfa.encoding": "Encoders",
    "pynn_sfdfa.encoding.spikes": "Spike trains",
    "pynn_sfdfa.network.cells": "Cells of networks",
    "pynn_sfdfa.network.connectivity": "Connectivity of networks",
    "pynn_sfdfa.rules": "Learning rules",
    "pynn_sfdfa.training.trainer": "Trainer",
    "pynn_sfdfa.training.callbacks": "Observers of training",
    "pynn_sfdfa.training.losses": "Losses",
    "pynn_sfdfa.training.optimizers": "Optimisers",
    "pynn_sfdfa.training.readouts": "Readouts",
    "pynn_sfdfa.training.checkpoint": "Checkpoints",
    "pynn_sfdfa.plotting": "Pictures",
    "pynn_sfdfa.models": "Equations",
    "pynn_sfdfa.hardware.board": "Emulated board",
    "pynn_sfdfa.hardware.emulator": "Emulated machine",
}
"""Modules for users, in the order of the reference, with the headings of their pages."""


def documented() -> dict[str, list[str]]:
    """Return the names that the page of each module documents, in their order.

    These are its public classes and functions that are this package's; each stands on the page of the first module that
    makes it public.
    """
    seen: set[int] = set()
    found: dict[str, list[str]] = {}
    for module in PUBLIC:
        ours = [(name, what) for name, what in public(module) if _is_ours(what) and id(what) not in seen]
        seen |= {id(what) for _, what in ours}
        found[module] = [name for name, _ in ours]
    return found


def public(module: str) -> list[tuple[str, Any]]:
    """Return the public names of a module, and what they name."""
    imported = importlib.import_module(module)
    return [(name, getattr(imported, name)) for name in imported.__all__]


def _is_ours(what: Any) -> bool:
    kind = inspect.isclass(what) or inspect.isroutine(what)
    return kind and str(getattr(what, "__module__", "")).startswith("pynn_sfdfa")


def pages() -> Iterator[tuple[str, str]]:
    """Yield the path of each page below the sources and its text, in reStructuredText as docstrings are."""
    names = documented()
    for module, heading in PUBLIC.items():
        yield f"reference/api/{module}.rst", page(module, heading, names)
    toctree = "".join(f"   {module}\n" for module in PUBLIC)
    yield "reference/api/index.rst", f"{_heading('Python')}\nMade from the docstrings.\n\n.. toctree::\n\n{toctree}"


def page(module: str, heading: str, names: dict[str, list[str]]) -> str:
    """Return the page of one module, given what the page of each documents."""
    text = f"{_heading(heading)}\n.. automodule:: {module}\n\n"
    objects = dict(public(module))
    for name in names[module]:
        members = "   :members:\n" if inspect.isclass(objects[name]) else ""
        directive = "autoclass" if members else "autofunction"
        text += f".. {directive}:: {module}.{name}\n{members}\n"
    others = [_elsewhere(name, what, names) for name, what in objects.items() if name not in names[module]]
    return text + (f"Also in ``{module}``: {', '.join(others)}.\n" if others else "")


def _elsewhere(name: str, what: Any, names: dict[str, list[str]]) -> str:
    """Return a name as it is written where something else than this page documents it."""
    home = next((module for module, ours in names.items() if name in ours and dict(public(module))[name] is what), None)
    return f"``{name}``" if home is None else f":py:obj:`{name} <{home}.{name}>`"


def _heading(text: str) -> str:
    return f"{text}\n{'=' * len(text)}\n"
