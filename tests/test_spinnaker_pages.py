"""Every block of the pages about SpiNNaker runs, without a board."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys

import pytest
from click.testing import CliRunner
from readme_commands import ROOT, run

PAGES = ("spinnaker", "spinnaker_learning")


def blocks(page, language):
    text = (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_python(page, tmp_path):
    codes = blocks(page, "python")
    assert codes
    for code in codes:
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "command", [line for page in PAGES for code in blocks(page, "bash") for line in code.splitlines()]
)
def test_commands(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run(command)


def test_the_estimates_are_those_of_the_command():
    sys.path.insert(0, str(ROOT / "benchmarks"))
    try:
        import spinnaker_estimate
    finally:
        sys.path.remove(str(ROOT / "benchmarks"))
    kept = spinnaker_estimate.RESULTS / "spinnaker_estimate.json"
    before = kept.read_text()
    printed = CliRunner().invoke(spinnaker_estimate.main).output
    assert printed in (ROOT / "docs" / "spinnaker.md").read_text(encoding="utf-8")
    assert kept.read_text() == before


def test_links_lead_somewhere():
    for page in PAGES:
        for link in re.findall(r"\]\(([^)]+)\)", (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")):
            assert link.startswith("https://") or (ROOT / "docs" / link).exists(), link


def test_the_table_of_parity_is_that_of_the_results():
    tasks = runpy.run_path(str(ROOT / "benchmarks" / "timed_tasks.py"))
    text = tasks["PAGE"].read_text(encoding="utf-8")
    kept = tasks["whole"](tasks["kept"]())
    assert {"event", "spiNNaker"} <= set(kept)
    assert tasks["written"](text, kept) == text
