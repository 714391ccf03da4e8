"""The table of differences between simulators and the page that prints it."""

import runpy
from pathlib import Path

from pynn_sfdfa.common.differences import DIFFERENCES
from pynn_sfdfa.common.simulators import SIMULATORS

DOCS = Path(__file__).parents[2] / "docs"


def test_the_page_prints_the_table_of_the_code():
    script = runpy.run_path(str(DOCS / "make_simulator_table.py"))
    text = (DOCS / "simulators.md").read_text()
    assert script["page"](text) == text
    assert all(f"| {row.what} |" in text for row in DIFFERENCES)


def test_every_back_end_has_a_column():
    assert all(getattr(row, simulator.name) for row in DIFFERENCES for simulator in SIMULATORS)
