"""Everything the README tells people to do works, and its figures are those of the result files."""

from __future__ import annotations

import json
import re
import runpy
from pathlib import Path

import pytest
from readme_commands import ROOT, run

from pynn_sfdfa.common.simulators import SIMULATORS

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def blocks(language):
    return [code for name, code in BLOCKS if name == language]


def test_there_are_blocks_and_no_other_languages():
    assert README.count("```") == 2 * len(BLOCKS)
    assert {name for name, _ in BLOCKS} == {"bash"}


@pytest.mark.slow
def test_every_block_runs(tmp_path, monkeypatch):
    """In one folder and in their order, as a reader would; how commands are shortened is said in readme_commands."""
    monkeypatch.chdir(tmp_path)
    printed = [run(line) for code in blocks("bash") for line in code.splitlines() if line]
    for folder in ("demo", "digits-sfdfa-seed1"):
        assert json.loads((tmp_path / "runs" / folder / "summary.json").read_text())["epochs"] == 1
    assert any("Test accuracy" in text or "test accuracy" in text for text in printed)


def test_links_lead_somewhere():
    links = re.findall(r"\]\(([^)]+)\)", README)
    assert len(links) > 3
    for link in links:
        assert link.startswith("https://") or (ROOT / link).exists(), link


def test_simulators_without_a_back_end_are_said_to_be_missing():
    page = (ROOT / "docs" / "simulators.md").read_text(encoding="utf-8")
    (head,) = re.findall(r"^\| \| (`event`.*) \|$", page, re.MULTILINE)
    assert [name.strip(" `") for name in head.split("|")] == [simulator.name for simulator in SIMULATORS]
    (row,) = re.findall(r"^\| scripts with .*? \| (.*) \|$", page, re.MULTILINE)
    answers = [answer.strip() for answer in row.split("|")]
    there = [(ROOT / "pynn_sfdfa" / simulator.name / "__init__.py").exists() for simulator in SIMULATORS]
    assert answers == ["yes" if is_there else "not yet" for is_there in there]


@pytest.fixture(scope="module")
def tables():
    return runpy.run_path(str(ROOT / "docs" / "make_tables.py"))


def test_the_table_is_that_of_the_result_files(tables):
    assert tables["with_table"](README, tables["RESULTS"]) == README


def test_rows_of_the_table(tables, tmp_path):
    summary = {"best_test_accuracy": 0.98561, "epochs": 30}
    (tmp_path / "mnist-dfa-seed2.json").write_text(json.dumps(summary))
    for name in ("speed", "brian2_digits-200ms-seed1"):
        (tmp_path / f"{name}.json").write_text("{}")  # another kind of result
    best = {"mean": 0.987, "sd": 0.0004, "seeds": 2}
    entry = {"best": best, "published": best | {"mean": 0.9856}, "chosen_on_held_out": None, "runs": [{}, {}]}
    result = {"table": "mnist", "hidden_sizes": [800, 10], "rules": {"sfdfa": entry, "bp": entry | {"published": None}}}
    (tmp_path / "mnist.json").write_text(json.dumps(result))
    lines = tables["table"](tmp_path).splitlines()
    assert lines[2:] == [
        "| `pynn-sfdfa train mnist --set learning.rule=dfa --seed 2` | 800 | DFA | 1 | 98.56 % | - | - |",
        "| `pynn-sfdfa reproduce mnist` | 800-10 | SFDFA | 2 | 98.70 ± 0.04 % | 98.56 ± 0.04 % | - |",
        "|  |  | BP | 2 | 98.70 ± 0.04 % | - | - |",
    ]
    with pytest.raises(ValueError, match="EXPERIMENT-RULE-seedSEED"):
        tables["of_run"]("mnist-seed1", summary)


def test_the_picture_comes_from_a_run(tmp_path, monkeypatch):
    """The script that drew it, on a run of one epoch."""
    monkeypatch.chdir(tmp_path)
    run("pynn-sfdfa train digits --out runs/demo")
    pictures = runpy.run_path(str(ROOT / "docs" / "make_pictures.py"))
    pictures["main"](Path("runs/demo"), tmp_path / "digits.png", tmp_path)
    assert (tmp_path / "digits.png").read_bytes().startswith(b"\x89PNG")
    kept = json.loads((tmp_path / "digits-sfdfa-seed1.json").read_text())
    assert kept == json.loads(Path("runs/demo/summary.json").read_text())
