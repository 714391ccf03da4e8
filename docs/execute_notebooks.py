"""Run every notebook and store it with its outputs, without time stamps: .venv/bin/python docs/execute_notebooks.py."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import nbformat
from nbclient import NotebookClient

from pynn_sfdfa.support import files

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"


def executed(path: Path, changes: Mapping[str, str] = MappingProxyType({})) -> nbformat.NotebookNode:
    """Return a notebook run from its first cell to its last; an error in a cell raises CellExecutionError.

    ``changes`` are made to the text of its cells before; each must be found in it.
    """
    notebook = nbformat.read(path, as_version=4)
    for old, new in changes.items():
        (cell,) = [cell for cell in notebook.cells if old in cell.source]
        cell.source = cell.source.replace(old, new)
    client = NotebookClient(notebook, timeout=300, kernel_name="python3", record_timing=False)
    client.execute()
    # Which patch release ran it says nothing about the notebook.
    notebook.metadata["language_info"] = {"name": "python"}
    return notebook


def main() -> None:
    """Store all notebooks as they come out."""
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        files.write_text(path, nbformat.writes(executed(path)) + "\n")


if __name__ == "__main__":
    main()
