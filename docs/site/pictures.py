"""Pictures of the site that are made when it is built: the gallery by its own code, the house from the imports."""

from __future__ import annotations

import contextlib
import re
import sys
from typing import TYPE_CHECKING

from layout import DOCS, ROOT

from pynn_sfdfa.plotting.style import COLOURS, GREY, INK, new_figure

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure

sys.path.insert(0, str(ROOT / "tests"))  # where it is said which room may import which
from package_sources import MODULES, ROOMS, imports, part

_BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def draw_gallery(folder: Path) -> None:
    """Run the code of the gallery, block by block, which leaves its pictures in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    names = {"__name__": "__main__"}
    with contextlib.chdir(folder):
        for code in _BLOCK.findall((DOCS / "gallery.md").read_text(encoding="utf-8")):
            exec(compile(code, "docs/gallery.md", "exec"), names)


def arrows() -> dict[str, set[str]]:
    """Return which rooms each room of the house imports."""
    found: dict[str, set[str]] = {room: set() for room in ROOMS}
    for module, file in MODULES.items():
        if part(module):
            imported = imports(file.read_text(encoding="utf-8"), for_types=True)
            found[part(module)] |= {part(name) for name in imported} - {part(module), ""}
    return found


def floors(below: dict[str, set[str]]) -> dict[str, int]:
    """Return on which floor each room stands: above all that it imports."""
    found: dict[str, int] = {}
    for room in reversed(ROOMS):
        found[room] = 1 + max((found[other] for other in below[room]), default=-1)
    return found


def house() -> Figure:
    """Draw the rooms on their floors, and an arrow for each pair of which one imports the other."""
    below = arrows()
    floor = floors(below)
    rows: dict[int, list[str]] = {}
    for room in ROOMS:
        rows.setdefault(floor[room], []).append(room)
    height = max(rows) + 1
    figure = new_figure(8.5, 0.75 * height)
    axes = figure.add_subplot()
    places = {room: ((k + 0.5) / len(row), level) for level, row in rows.items() for k, room in enumerate(row)}
    for room, others in below.items():
        for other in others:
            arrow = {"arrowstyle": "->", "color": GREY, "linewidth": 0.6, "shrinkA": 10, "shrinkB": 10}
            axes.annotate("", places[other], places[room], arrowprops=arrow)
    for room, (x, y) in places.items():
        box = {"boxstyle": "round,pad=0.4", "facecolor": "white", "edgecolor": COLOURS[0]}
        axes.text(x, y, room, ha="center", va="center", fontsize=9, color=INK, bbox=box)
    axes.set_xlim(0, 1)
    axes.set_ylim(-0.5, height - 0.5)
    axes.axis("off")
    return figure
