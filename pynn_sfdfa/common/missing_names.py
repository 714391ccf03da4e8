"""Names that PyNN has and a simulator lacks: what is there, and who has them."""

from __future__ import annotations

import ast
import importlib.util
from pathlib import Path

from pynn_sfdfa.common.simulators import SIMULATORS

__all__ = ["missing"]

_KINDS = {
    "Synapse": "synapse types",
    "Connector": "connectors",
    "CurrentSource": "current sources",
    "DCSource": "current sources",
    "ACSource": "current sources",
    "WeightDependence": "weight dependences",
}
"""What is called for, by how its name ends; else it may be a cell type."""


def _names(simulator: str) -> list[str]:
    """Return the public names of a back end, read from its source: it may not be installed, and need not be loaded."""
    spec = importlib.util.find_spec(f"pynn_sfdfa.{simulator}")
    if spec is None or spec.origin is None:
        return []
    for node in ast.parse(Path(spec.origin).read_text(encoding="utf-8")).body:
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
    names = [other.name for other in SIMULATORS if other.name != simulator]
    others = [f"pynn_sfdfa.{other}" for other in names if name in _names(other)]
    there = f"{_alike(simulator, name, cells)}; dir(pynn_sfdfa.{simulator}) lists everything."
    who = f" {name} is in {' and '.join(others)}." if others else ""
    return AttributeError(f"pynn_sfdfa.{simulator} has no {name}. {there}{who}", name=name)


def _alike(simulator: str, name: str, cells: list[str]) -> str:
    """Return which names a back end has of the kind that was asked for."""
    kind = next((kind for ending, kind in _KINDS.items() if name.endswith(ending)), "cell types")
    endings = tuple(ending for ending, of in _KINDS.items() if of == kind)
    there = cells if kind == "cell types" else [own for own in _names(simulator) if own.endswith(endings)]
    return f"Its {kind} are {', '.join(sorted(there))}" if there else f"It has no {kind}"
