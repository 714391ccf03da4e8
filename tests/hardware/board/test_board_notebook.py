"""The notebook on the emulated board runs, and prints what is stored: virtual time makes all of it repeatable."""

import runpy
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[3]


def printed(notebook):
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return [output["text"] for output in outputs if output.get("name") == "stdout"]


@pytest.mark.slow
def test_spinnaker_without_a_board():
    pytest.importorskip("spynnaker")
    pytest.importorskip("unicorn")
    path = ROOT / "notebooks" / "03_spinnaker_without_a_board.ipynb"
    executed = runpy.run_path(str(ROOT / "docs" / "execute_notebooks.py"))["executed"]
    fresh, stored = printed(executed(path)), printed(nbformat.read(path, as_version=4))
    assert fresh == stored
    assert any("all spike times are equal" in text for text in fresh)
