"""The tables of the page on arithmetic are those of the results that lie in the repository."""

import importlib.util
import json
from pathlib import Path

import pytest

_PATH = Path(__file__).parents[3] / "docs" / "make_arithmetic_tables.py"
_SPEC = importlib.util.spec_from_file_location("make_arithmetic_tables", _PATH)
tables = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(tables)


def test_the_page_shows_the_results():
    page = tables.PAGE.read_text(encoding="utf-8")
    assert tables.with_tables(page, json.loads(tables.RESULTS.read_text(encoding="utf-8"))) == page


def test_no_two_networks_are_called_the_same():
    lines = tables.cost(json.loads(tables.RESULTS.read_text(encoding="utf-8"))).splitlines()[2:]
    names = [line.split("|")[1].partition(":")[0].strip() for line in lines if "forward traces" in line]
    assert len(names) == len(set(names)) > 1


def test_accuracies_of_several_seeds_are_averaged():
    entries = [{"arithmetic": "float", "timestep": 1.0, "seed": seed, "accuracy": 0.9 + seed / 100} for seed in (1, 2)]
    entries.append({"arithmetic": "as specified", "timestep": 0.1, "seed": 1, "accuracy": 0.95})
    assert tables.training({"training": entries}).splitlines() == [
        "| fraction bits | 1 ms | 0.1 ms |",
        "| --- | ---: | ---: |",
        "| float | 91.5 % (91.0 to 92.0, 2 seeds) |  |",
        "| as specified |  | 95.0 % |",
    ]


def test_a_page_without_room_for_a_table_is_refused():
    with pytest.raises(ValueError, match="must have the line <!-- ranges: written by"):
        tables.with_tables("", {})
