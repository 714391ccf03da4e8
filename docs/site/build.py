"""Build the site: ``make docs``, or python docs/site/build.py FOLDER."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import api
import command_line
import experiment_keys
import file_formats
import layout
import messages
import pictures
import what_runs_where
from sphinx.cmd.build import build_main

HERE = Path(__file__).parent
MADE = (command_line, experiment_keys, file_formats, messages, what_runs_where)
"""Modules that make one page of the reference each."""


def prepare(sources: Path) -> None:
    """Lay out the pages that are written and those that are made from the code."""
    shutil.rmtree(sources, ignore_errors=True)
    layout.lay_out(sources)
    layout.write_pages(sources, api.pages())
    layout.write_pages(sources, ((f"reference/{module.__name__}.md", module.page()) for module in MADE))
    pictures.draw_gallery(sources / "gallery")
    pictures.house().savefig(sources / "house.svg")


def main(folder: Path) -> int:
    """Build the site in ``folder/html``; return an exit status. A warning is an error."""
    prepare(folder / "sources")
    options = ["-b", "html", "-c", HERE, "-d", folder / "doctrees", "-E", "-W", "--keep-going", "-q"]
    return build_main([str(word) for word in (*options, folder / "sources", folder / "html")])


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else layout.ROOT / "build" / "docs")))
