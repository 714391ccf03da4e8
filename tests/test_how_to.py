"""Everything that the how-to pages tell people to do works; how commands are shortened is said in readme_commands."""

from __future__ import annotations

import re

import pytest
from readme_commands import ROOT, run

PAGES = {"report.md": ("runs/first/report.html", "comparison.html")}


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_a_page_runs(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    blocks = re.findall(r"^```bash\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert blocks
    for line in "".join(blocks).splitlines():
        run(line)
    for written in PAGES[page]:
        assert (tmp_path / written).stat().st_size > 0
