"""The notebook on the emulated board runs, and prints what is stored: virtual time makes all of it repeatable."""

import runpy
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[3]


def printed(notebook):
    """What each cell has printed; how many messages of the kernel it came in depends on the clock."""
    cells = [
        [output for output in cell.get("outputs", []) if output.get("name") == "stdout"] for cell in notebook.cells
    ]
    return ["".join(output["text"] for output in cell) for cell in cells]


@pytest.mark.slow
def test_spinnaker_without_a_board():
    pytest.importorskip("spynnaker")
    pytest.importorskip("unicorn")
    path = ROOT / "notebooks" / "03_spinnaker_without_a_board.ipynb"
    executed = runpy.run_path(str(ROOT / "docs" / "execute_notebooks.py"))["executed"]
    fresh, stored = printed(executed(path)), printed(nbformat.read(path, as_version=4))
    assert fresh == stored
    assert any("all spike times are equal" in text for text in fresh)
