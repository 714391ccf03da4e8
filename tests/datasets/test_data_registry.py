"""Data sets by name, and what is at hand."""

from __future__ import annotations

import pytest

from pynn_sfdfa.datasets import DatasetError, available, load, names


def test_an_unknown_name_lists_the_valid_ones():
    with pytest.raises(DatasetError, match="no data set 'mnits'; valid names are digits, mnist, .*, npz:PATH"):
        load("mnits")
    assert names() == ("digits", "mnist", "fashion-mnist", "emnist47", "yin-yang", "npz:PATH")


@pytest.mark.parametrize("name", ["mnist", "emnist47"])
def test_a_data_folder_that_is_none_is_refused(name, tmp_path, monkeypatch):
    with pytest.raises(DatasetError, match=r"data \(--data\) must name a folder .*absent is not a folder"):
        load(name, tmp_path / "absent")
    monkeypatch.setenv("PYNN_SFDFA_DATA", str(tmp_path / "absent"))
    with pytest.raises(DatasetError, match=r"\$PYNN_SFDFA_DATA must name a folder .*absent is not a folder"):
        load(name)


def test_available_says_where_or_why_not(tiny, tmp_path, cache):
    tiny.write(tmp_path / "mnist")
    report = {entry.name: entry for entry in available(tmp_path)}
    assert [name for name, entry in report.items() if entry.found] == ["digits", "mnist", "yin-yang"]
    assert report["mnist"].where == str(tmp_path / "mnist")
    assert report["digits"].where.endswith("digits.csv.gz")
    assert report["yin-yang"].where == "generated"
    assert "downloaded on first use" in report["fashion-mnist"].where
    assert str(cache / "emnist47") in report["emnist47"].where


def test_available_names_only_the_files_that_are_missing(tiny, tmp_path):
    (tiny.write(tmp_path / "mnist") / "t10k-labels-idx1-ubyte.gz").unlink()
    entry = next(entry for entry in available(tmp_path) if entry.name == "mnist")
    assert not entry.found
    assert entry.where.startswith("t10k-labels-idx1-ubyte not found in ")


def test_available_reports_a_wrong_folder_and_goes_on(tmp_path):
    report = {entry.name: entry for entry in available(tmp_path / "absent")}
    assert report["digits"].found
    assert "is not a folder" in report["mnist"].where
