"""The pages of the site as they lie in the repository, and where they are laid out for Sphinx.

What is in docs/ comes to the top; notebooks, examples and benchmarks keep their folders beside it. Links of a page are
those that hold in the repository, so that a page can be read there, too; here they are turned to where their targets
have gone, and a file that no page is comes along to be downloaded.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"

MADE = {DOCS / "house.svg"}
"""Pictures that are made when the site is built, beside what is in reference/ and gallery/."""

_LINK = re.compile(r"(\]\()([^)#\s]+)((?:#[^)\s]*)?\))")
_ELSEWHERE = ("https://", "http://", "mailto:")


class BrokenLinkError(ValueError):
    """A page links what is not there."""


def pages() -> list[Path]:
    """Return the pages of the repository: Markdown and notebooks."""
    written = [page for page in sorted(DOCS.rglob("*.md")) if page.name != "package.md"]
    kept = [ROOT / "benchmarks" / "README.md", *sorted((ROOT / "benchmarks" / "results").glob("*.md"))]
    return [*written, *kept, *sorted((ROOT / "notebooks").glob("*.ipynb"))]


def place(file: Path) -> Path:
    """Return where a file of the repository lies among Sphinx's sources."""
    inside = file.relative_to(ROOT)
    return Path(*inside.parts[1:]) if inside.parts[0] == "docs" else inside


def turned(text: str, page: Path) -> tuple[str, set[Path]]:
    """Return the text of a page with its links turned, and the files that it links.

    Raises
    ------
    BrokenLinkError
        If a link leads nowhere; names page and link.
    """
    linked = set()

    def turn(link: re.Match[str]) -> str:
        before, target, after = link.groups()
        if target.startswith(_ELSEWHERE) or _is_generated(target, page):
            return link[0]
        file = Path(os.path.normpath(page.parent / target))
        if not file.is_file():
            raise BrokenLinkError(f"{page.relative_to(ROOT)} links {target}, which is no file.")
        linked.add(file)
        return before + os.path.relpath(place(file), place(page).parent) + after

    return _LINK.sub(turn, text), linked


def _is_generated(target: str, page: Path) -> bool:
    """Whether a link leads to what is made from the code when the site is built; Sphinx checks that it is there."""
    file = Path(os.path.normpath(page.parent / target))
    return file in MADE or not {DOCS / "reference", DOCS / "gallery"}.isdisjoint(file.parents)


def lay_out(sources: Path) -> None:
    """Write all pages, and the files that they link, to a folder."""
    files = set(pages())
    for page in pages():
        text, linked = turned(_titled(page), page)
        _write(sources / place(page), text)
        files |= linked
    for file in files - set(pages()):
        target = sources / place(file)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)


def _titled(page: Path) -> str:
    """Return the text of a page; one that is nothing but tables, as commands print them, gets its name for a title."""
    text = page.read_text(encoding="utf-8")
    if page.suffix != ".md" or text.startswith("# "):
        return text
    return f"# {page.stem.replace('_', ' ')}\n\n{text}"


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def write_pages(sources: Path, made: Iterator[tuple[str, str]]) -> None:
    """Write pages that were made, each with its path below the sources."""
    for name, text in made:
        _write(sources / name, text)
