"""What commands print fits terminals of 40 columns."""

from __future__ import annotations

import pytest

from pynn_sfdfa.cli import main
from pynn_sfdfa.commands.narrow import fitting, hanging


@pytest.fixture
def narrow(monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")


def test_a_table_that_is_too_wide_becomes_a_block_for_each_row(monkeypatch):
    table, headings, rows = "x" * 41, ["layer", "neurons", "spikes"], [["input", "64", ""], ["output", "10", "3"]]
    assert fitting(table, headings, rows) == table
    monkeypatch.setenv("COLUMNS", "41")
    assert fitting(table, headings, rows) == table
    monkeypatch.setenv("COLUMNS", "40")
    assert fitting(table, headings, rows) == "input\n  neurons: 64\noutput\n  neurons: 10\n  spikes: 3"


def test_long_text_hangs_below_its_name_where_the_line_is_too_short(narrow):
    assert hanging("digits", "ready", 12) == "  digits        ready"
    assert hanging("digits", "not ready " * 6, 12).splitlines()[0] == "  digits"
    assert all(len(line) <= 40 for line in hanging("digits", "not ready " * 6, 12).splitlines())


def test_simulate_and_info_fit_a_narrow_terminal(narrow, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for words in (["simulate", "digits", "--sample", "0", "--out", "a.png"], ["info"]):
        main(words, standalone_mode=False)
        printed = capsys.readouterr().out
        assert "\u2026" not in printed  # nothing is cut
        assert all(len(line.rstrip()) <= 40 or "/" in line for line in printed.splitlines())  # paths stay in one piece
