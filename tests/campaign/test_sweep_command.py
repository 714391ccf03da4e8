"""``pynn-sfdfa sweep``, its table and its pictures."""

from __future__ import annotations

import csv
import errno

import pytest
from click.testing import CliRunner

from pynn_sfdfa import plotting
from pynn_sfdfa.campaign import runner
from pynn_sfdfa.campaign.sweep_table import Point, as_text
from pynn_sfdfa.cli import main
from pynn_sfdfa.support.files import WriteError
from pynn_sfdfa.support.interrupts import TerminatedError

SWEEP = """
experiment = "digits"
[set]
training.epochs = 1
data.validation = 0.1
network.hidden_sizes = [12]
[grid]
network.hidden.v_thresh = [-60.0, 1000.0]       # the second one is never reached
rules.sfdfa.rho = [0.1]
"""


def invoke(*arguments):
    return CliRunner().invoke(main, ["sweep", *map(str, arguments)], catch_exceptions=False)


def test_a_sweep_ends_with_a_table_and_a_picture(tmp_path):
    (tmp_path / "s.toml").write_text(SWEEP)
    options = [tmp_path / "s.toml", "--workers", "1", "--out", tmp_path / "out"]
    result = invoke(*options)
    assert result.exit_code == 0, result.output
    assert "1 of 2 runs finished, 1 failed." in result.stdout
    assert result.stdout.splitlines()[0].split() == [
        "network.hidden.v_thresh", "rules.sfdfa.rho", "seeds", "validation", "accuracy", "(%)",
    ]  # fmt: skip
    assert (tmp_path / "out" / "sweep.png").read_bytes().startswith(b"\x89PNG")
    with (tmp_path / "out" / "table.csv").open() as file:
        good, bad = csv.DictReader(file)
    assert (good["network.hidden.v_thresh"], good["seed"], good["epochs"], good["error"]) == ("-60.0", "1", "1", "")
    assert float(good["score"]) > 0
    assert float(good["chosen_test_accuracy"]) == float(good["best_test_accuracy"])
    assert (tmp_path / "out" / good["folder"] / "summary.json").exists()
    assert "did not fire once" in bad["error"]
    assert bad["score"] == ""

    again = invoke(*options)  # the finished run is left alone
    assert "run 1 of 1: " in again.stderr
    assert again.stdout == result.stdout


@pytest.mark.parametrize(
    ("method", "left", "told"),
    [
        ("random", "search.db", 'holds a search with method = "tpe"'),
        ("tpe", "0f69700e5a-seed1/config.toml", "holds a sweep of a grid or of random draws"),
    ],
)
def test_a_folder_with_runs_of_the_other_method_is_refused(method, left, told, tmp_path):
    ranges = "[random]\nrules.sfdfa.rho = { uniform = [0.0, 1.0] }\n"
    head = f'experiment = "digits"\nmethod = "{method}"\ndraws = 2\n[set]\ndata.validation = 0.1\n'
    (tmp_path / "s.toml").write_text(head + ranges)
    (tmp_path / "out" / left).parent.mkdir(parents=True)
    (tmp_path / "out" / left).touch()
    result = invoke(tmp_path / "s.toml", "--workers", "1", "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert f"{told}, and this has other runs; name another folder by --out" in result.stderr


def test_a_sweep_without_a_finished_run_is_a_failure(tmp_path):
    (tmp_path / "s.toml").write_text(SWEEP.replace("-60.0, ", ""))
    result = invoke(tmp_path / "s.toml", "--workers", "1", "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert "None of the 1 runs came to its end; the reasons are in" in result.stderr


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("", (), "experiment is missing"),
        (SWEEP.replace("v_thresh", "v_tresh"), (), "v_tresh is not a known key (did you mean v_thresh?)"),
        (SWEEP, ("--workers", "1000"), "--workers 1000 is more than this machine's"),
    ],
)
def test_mistakes_are_wrong_use_and_nothing_runs(tmp_path, text, options, message):
    (tmp_path / "s.toml").write_text(text)
    result = invoke(tmp_path / "s.toml", *options, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert message in result.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("error", "status", "what"),
    [
        (KeyboardInterrupt(), 130, "Interrupted; f"),
        (TerminatedError(), 143, "Terminated; f"),
        (WriteError(errno.EIO, "Input/output error", "x"), 1, "x cannot be written: Input/output error. F"),
    ],
)
def test_what_ends_a_sweep_is_told_with_the_way_to_go_on(tmp_path, monkeypatch, error, status, what):
    def run_all(*_, **__):
        raise error

    monkeypatch.setattr(runner, "run_all", run_all)
    (tmp_path / "s.toml").write_text(SWEEP)
    result = invoke(tmp_path / "s.toml", "--out", tmp_path / "out")
    assert result.exit_code == status
    again = f"pynn-sfdfa sweep {tmp_path / 's.toml'} --out {tmp_path / 'out'}"
    assert f"{what}inished epochs are kept. To go on: {again}\n" in result.stderr


def test_the_text_ranks_and_cuts():
    points = [Point({"a": 10 - n, "b": "dfa"}, (0.9 - n / 100, 0.8 - n / 100)) for n in range(12)]
    lines = as_text(points, ["a", "b"], "accuracy").splitlines()
    assert lines[1].split() == ["10", "dfa", "2", "85.00", "±", "7.07"]
    assert len(lines) == 12
    assert lines[-1] == "... and 2 more"


GRID = [{"a": a, "b": b} for a in (3.0, 1.0, 2.0) for b in ("x", "y")]


def test_a_grid_is_two_settings_that_fill_a_plane():
    assert plotting.is_grid(GRID)
    assert not plotting.is_grid([{"a": n, "b": -n} for n in range(3)])
    assert not plotting.is_grid([{"a": 1}])
    assert not plotting.is_grid([])


def test_a_heat_map_shows_each_score_where_it_belongs():
    figure = plotting.heat_map(GRID[:-1], [0.5, 0.6, 0.7, 0.8, 0.9], "accuracy", "title")
    axes, bar = figure.axes
    image = axes.images[0].get_array()
    assert [label.get_text() for label in axes.get_xticklabels()] == ["1", "2", "3"]
    assert image[0].tolist() == pytest.approx([70, 90, 50])
    assert image[1, :2].tolist()[0] == pytest.approx(80)
    assert image.mask[1, 1]  # the one that was left out
    assert len(axes.texts) == 5
    assert bar.get_ylabel() == "accuracy (%)"


def test_parallel_coordinates_have_a_line_a_point_with_the_best_on_top():
    points = [{"rate": 10.0 ** (-n / 4), "rule": "sfdfa" if n % 2 else "dfa", "size": [n]} for n in range(12)]
    scores = [0.5 + n / 100 for n in range(12)]
    axes = plotting.parallel_coordinates(points, scores, "accuracy", "title").axes[0]
    lines = [line for line in axes.lines if len(line.get_xdata()) == 3]
    assert len(lines) == 12
    heights = lines[-1].get_ydata()
    assert heights[0] == pytest.approx(0.0)  # the lowest rate has the best score; the axis is logarithmic
    assert lines[0].get_ydata()[0] == pytest.approx(1.0)
    assert lines[6].get_ydata()[0] == pytest.approx(5 / 11)
    assert {line.get_ydata()[1] for line in lines} == {0.0, 1.0}
    lowest = [line.get_color() for line in lines[:4]]
    assert len(set(lowest[:3])) == 1  # failures share a colour and leave the scale to the others
    assert lowest[3] != lowest[2]
