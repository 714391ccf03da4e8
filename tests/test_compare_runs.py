"""The picture that compares runs, and the figures that are kept of them."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

from click.testing import CliRunner

from pynn_sfdfa.cli import main

SCRIPT = Path(__file__).parent.parent / "docs" / "compare_runs.py"


def test_runs_are_drawn_and_their_figures_kept(tmp_path):
    folders = []
    for rule in ("sfdfa", "dfa"):
        folders.append(tmp_path / rule)
        small = ["--set", "network.hidden_sizes=[20]", "--set", f"learning.rule={rule}", "--epochs", "2"]
        result = CliRunner().invoke(main, ["train", "digits", "--out", str(folders[-1]), *small])
        assert result.exit_code == 0, result.output
    results = tmp_path / "results"
    results.mkdir()
    runpy.run_path(str(SCRIPT))["main"](tmp_path / "both.png", folders, results)
    assert (tmp_path / "both.png").read_bytes().startswith(b"\x89PNG")
    for rule, folder in zip(("sfdfa", "dfa"), folders, strict=True):
        kept = json.loads((results / f"digits-{rule}-seed1.json").read_text())
        assert kept == json.loads((folder / "summary.json").read_text())
        assert len((results / f"digits-{rule}-seed1.jsonl").read_text().splitlines()) == 2
