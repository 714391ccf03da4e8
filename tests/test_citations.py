"""The mathematics is cited by section, and what is cited is there."""

from __future__ import annotations

import re

from package_sources import MODULES, ROOT

PAGE = ROOT / "docs" / "algorithm.md"
SECTIONS = set(re.findall(r"^## (\d+)\. ", PAGE.read_text(), re.MULTILINE))
CITED = re.compile(r"(datasheet, )?\bsections? (\d+(?:(?:, | and )\d+)*)", re.IGNORECASE)

FILES = [*MODULES.values(), *sorted((ROOT / "hardware" / "c").rglob("*.[ch]")), *sorted((ROOT / "tests").rglob("*.py"))]


def cited(text):
    """Return the sections that a text names, but for those of the chip's datasheet."""
    return {number for other, numbers in CITED.findall(text) if not other for number in re.findall(r"\d+", numbers)}


def test_citations_are_found():
    assert cited("a (docs/algorithm.md, sections 2, 3 and 5), b (Section 9), c (datasheet, section 77)") == set("2359")


def test_every_section_that_is_cited_is_on_the_page_and_the_page_is_named():
    texts = {str(file.relative_to(ROOT)): re.sub(r"\s+#? *", " ", file.read_text()) for file in FILES}
    citing = {name: cited(text) for name, text in texts.items() if cited(text) and name != "tests/test_citations.py"}
    assert len(citing) > 20
    assert {name: sections - SECTIONS for name, sections in citing.items() if sections - SECTIONS} == {}
    assert [name for name in citing if "docs/algorithm.md" not in texts[name]] == []


def test_nothing_speaks_of_a_reference_that_is_not_named():
    package = [file for file in FILES if ROOT / "tests" not in file.parents]
    assert [str(file) for file in package if re.search(r"\bthe\s+reference\b", file.read_text())] == []


def test_every_file_that_the_page_names_is_there():
    named = re.findall(r"`([\w/]+\.py)`", PAGE.read_text())
    assert len(named) > 3
    assert [name for name in named if not any((ROOT / base / name).is_file() for base in ("", "pynn_sfdfa"))] == []
