"""Data sets by name, and what is at hand."""

from __future__ import annotations

import subprocess
import sys

import pytest

from pynn_sfdfa.datasets import DatasetError, available, load, names

OWN = ("npz:PATH", "sound:PATH", "events:PATH", "saccades:NAME")


def test_an_unknown_name_lists_the_valid_ones():
    with pytest.raises(
        DatasetError,
        match=f"no data set 'mnits'; valid names are digits, .*mnist, nmnist, parity, yin-yang, {', '.join(OWN)}",
    ):
        load("mnits")
    assert names() == ("digits", "emnist47", "fashion-mnist", "fsdd", "mnist", "nmnist", "parity", "yin-yang", *OWN)


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
    assert [name for name, entry in report.items() if entry.found] == ["digits", "mnist", "parity", "yin-yang"]
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


def in_a_new_process(program, *arguments):
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_names_are_listed_without_what_loading_needs():
    heavy = {"sklearn", "scipy", "numba", "pyNN", "urllib.request", "http.client"}
    program = f"import sys; from pynn_sfdfa.datasets import names; names(); print(*{heavy} & set(sys.modules))"
    assert in_a_new_process(program) == []


def test_a_file_in_the_folder_is_a_data_set_and_nothing_else_is_told_of_it(tmp_path):
    (tmp_path / "stripes.py").write_text(
        "from pynn_sfdfa.datasets.yin_yang import YinYang\n\n\nclass Stripes(YinYang):\n    name = 'stripes'\n"
    )
    program = (
        "import sys; from pynn_sfdfa import datasets; datasets.__path__.append(sys.argv[1]); "
        "print(*datasets.names()); print(datasets.load('stripes').name)"
    )
    assert in_a_new_process(program, str(tmp_path)) == [
        "digits", "emnist47", "fashion-mnist", "fsdd", "mnist", "nmnist", "parity", "stripes", "yin-yang", *OWN,
        "stripes",
    ]  # fmt: skip
