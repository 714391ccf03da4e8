"""The modules of the package and what each imports, read from the sources without importing anything."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[1]

ROOMS = (
    "__main__", "cli", "commands", "campaign", "benchmark", "sklearn", "experiments", "plotting",
    "spiNNaker", "brian2", "event", "hardware", "training", "network", "rules", "datasets", "encoding",
    "common", "models", "support",
)  # fmt: skip
"""The house from its roof to its cellar: no room imports one that stands before it, not even for types."""

FOLDERS = {
    "pynn_sfdfa": ROOT / "pynn_sfdfa",
    "pynn_sfdfa.models": ROOT / "models",
    "pynn_sfdfa.hardware": ROOT / "hardware",
}
"""Where the package and the two parts of it that stand beside it lie."""


def _name(prefix, folder, file):
    return ".".join([prefix, *file.relative_to(folder).with_suffix("").parts]).removesuffix(".__init__")


MODULES = {
    _name(prefix, folder, file): file for prefix, folder in FOLDERS.items() for file in sorted(folder.rglob("*.py"))
}
"""File of each module by its import name."""

PACKAGES = {name for name, file in MODULES.items() if file.name == "__init__.py"}


def imports(source, only_at_once=False, for_types=False):
    """Return the modules of the package that a source imports.

    ``only_at_once`` leaves out imports within functions; ``for_types`` adds those that are for type checking only.
    """
    found = set()
    pending = list(ast.parse(source).body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name in MODULES}
        elif isinstance(node, ast.ImportFrom):
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= names & set(MODULES)
            if not names <= set(MODULES) and node.module in MODULES:
                found.add(node.module)
        elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            pending += node.body + node.orelse if for_types else node.orelse
        elif not (only_at_once and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)):
            pending += ast.iter_child_nodes(node)
    return found


def part(module):
    """Return the name of a module or subpackage directly below the package: ``event`` for pynn_sfdfa.event.batch."""
    return module.split(".")[1] if "." in module else ""
