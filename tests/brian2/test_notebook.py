"""The notebook on traces runs; its own assertions hold Brian2 against the closed forms."""

import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_traces_in_brian2():
    pytest.importorskip("brian2")
    executed = runpy.run_path(str(ROOT / "docs" / "execute_notebooks.py"))["executed"]
    notebook = executed(ROOT / "notebooks" / "02_traces_in_brian2.ipynb")
    printed = "".join(
        output["text"]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if output.get("name") == "stdout"
    )
    assert "largest difference, relative" in printed
    assert "by hand" in printed
