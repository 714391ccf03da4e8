"""Every notebook runs from its first cell to its last, and shows what it prints."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import nbformat
import pytest

from pynn_sfdfa import datasets

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


executed = runpy.run_path(str(ROOT / "docs" / "execute_notebooks.py"))["executed"]


def printed(cell):
    return "".join(output["text"] for output in cell.get("outputs", []) if output["output_type"] == "stream")


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def before(notebook, heading):
    """The cells above a heading."""
    index = next(i for i, cell in enumerate(notebook.cells) if cell.source.startswith(heading))
    return notebook.cells[:index]


@pytest.mark.slow
def test_getting_started():
    """Runs anew. Its own assertions hold formulas against the simulator; what it prints there is what is stored."""
    path = ROOT / "notebooks" / "01_getting_started.ipynb"
    fresh, stored = executed(path), nbformat.read(path, as_version=4)
    # Training in float32 may differ from machine to machine in its last digits, the simulator in float64 does not.
    exact = [[printed(cell) for cell in before(book, "## 3. Handwritten digits")] for book in (fresh, stored)]
    assert exact[0] == exact[1]
    assert any("change in simulator" in text for text in exact[0])
    everything = "".join(printed(cell) for cell in code_cells(fresh))
    accuracy = float(re.search(r"best test accuracy ([\d.]+)%", everything)[1])
    assert accuracy >= 94.0
    counts = re.findall(r"output spikes in .*: +(\[.*\])", everything)
    assert len(counts) == 2 and counts[0] == counts[1]


@pytest.mark.slow
def test_stock_neurons():
    """Runs anew, on the simulators that are installed. Its own assertions hold S-PSP against potentials and counts.

    Fewer samples are shown, and Brian2 is asked for code that no compiler has to see first: that takes two minutes.
    """
    folder = "folder = tempfile.TemporaryDirectory()"
    preferred = """Path(folder.name, "brian_preferences").write_text("codegen.target = 'numpy'")"""
    changes = {'"--samples", "40"': '"--samples", "10"', folder: f"{folder}\n{preferred}"}
    notebook = executed(ROOT / "notebooks" / "04_stock_neurons.ipynb", changes)
    everything = "".join(map(printed, code_cells(notebook)))
    assert float(re.search(r"Best test accuracy ([\d.]+) %", everything)[1]) >= 94.0
    answers = re.findall(r"^(\w+), steps of .*: ([\d.]+) % of (\d+) samples$", everything, re.MULTILINE)
    assert "brian2" in [name for name, _, _ in answers]
    exact = float(re.search(r"([\d.]+) % right in continuous time", everything)[1])
    assert all(abs(float(accuracy) - exact) <= (0.0 if name == "nest" else 10.0) for name, accuracy, _ in answers)


@pytest.mark.slow
def test_spoken_digits():
    """Runs anew where the recordings are at hand."""
    pytest.importorskip("lyon")
    try:
        datasets.load("fsdd")
    except datasets.DatasetError as error:
        pytest.skip(str(error))
    everything = "".join(printed(cell) for cell in code_cells(executed(ROOT / "notebooks" / "05_spoken_digits.ipynb")))
    accuracies = re.findall(r"epoch \d: [\d.]+ % of training, ([\d.]+) % of test samples", everything)
    assert len(accuracies) == 4
    assert float(accuracies[-1]) >= 80.0
    early, late = re.search(r"(\d+) % are right after 150 ms, (\d+) % at the end", everything).groups()
    assert int(early) < int(late)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_are_stored_executed_and_small(path):
    cells = code_cells(nbformat.read(path, as_version=4))
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell.outputs]
    assert any("image/png" in output.get("data", {}) for output in outputs)
    assert not [output for output in outputs if output.output_type == "error" or output.get("name") == "stderr"]
    assert path.stat().st_size < 400_000


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_name_no_folder_of_a_machine(path):
    cells = nbformat.read(path, as_version=4).cells
    text = "\n".join([cell.source for cell in cells] + [printed(cell) for cell in cells])
    assert not re.search(r"/(home|root|Users|tmp|usr)/", text)
