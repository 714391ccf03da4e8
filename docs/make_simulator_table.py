"""Write the table of docs/simulators.md from pynn_sfdfa/common/differences.py.

python docs/make_simulator_table.py
"""

from __future__ import annotations

from pathlib import Path

from pynn_sfdfa.common.differences import DIFFERENCES
from pynn_sfdfa.common.simulators import SIMULATORS
from pynn_sfdfa.support.files import write_text

PAGE = Path(__file__).parent / "simulators.md"
START, END = "<!-- differences -->\n", "<!-- end -->"


def table() -> str:
    """Return the differences as a table, a simulator a column."""
    names = [simulator.name for simulator in SIMULATORS]
    rows = [("", *(f"`{name}`" for name in names)), ("---",) * (1 + len(names))]
    rows += [(row.what, *(getattr(row, name) for name in names)) for row in DIFFERENCES]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in rows)


def page(text: str) -> str:
    """Return the text of the page with its table renewed."""
    before, rest = text.split(START)
    return before + START + table() + END + rest.split(END, 1)[1]


if __name__ == "__main__":
    write_text(PAGE, page(PAGE.read_text()))
