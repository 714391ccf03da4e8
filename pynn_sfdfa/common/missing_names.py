"""Names that PyNN has and a simulator lacks: what is there, and who has them."""

from __future__ import annotations

import ast
import importlib.util
from pathlib import Path

__all__ = ["missing"]

_SIMULATORS = ("event", "brian2", "spiNNaker")


def _names(simulator: str) -> list[str]:
    """Return the public names of a back end, read from its source: it may not be installed, and need not be loaded."""
    spec = importlib.util.find_spec(f"pynn_sfdfa.{simulator}")
    if spec is None or spec.origin is None:
        return []
    for node in ast.parse(Path(spec.origin).read_text()).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return list(ast.literal_eval(node.value))
    return []


def missing(simulator: str, name: str, cells: list[str]) -> AttributeError:
    """Return the error for a name that a back end does not have.

    Parameters
    ----------
    simulator : str
        Name of the back end.
    name : str
        What was asked for.
    cells : list of str
        The cell types that it has.
    """
    if name.startswith("__"):
        return AttributeError(f"module 'pynn_sfdfa.{simulator}' has no attribute {name!r}")
    others = [f"pynn_sfdfa.{other}" for other in _SIMULATORS if other != simulator and name in _names(other)]
    there = f"Its cell types are {', '.join(sorted(cells))}; dir(pynn_sfdfa.{simulator}) lists everything."
    who = f" {name} is in {' and '.join(others)}." if others else ""
    return AttributeError(f"pynn_sfdfa.{simulator} has no {name}. {there}{who}", name=name)
