"""One run of a campaign: executed once, resumed, read back; damaged and foreign folders are named."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import shutil

import pytest
from campaign.small_runs import check_same, lines, run_here, spec
from click.testing import CliRunner

from pynn_sfdfa.campaign import runner
from pynn_sfdfa.campaign.errors import CampaignError
from pynn_sfdfa.campaign.finished_run import DamagedRunError, read
from pynn_sfdfa.campaign.spec import make_spec
from pynn_sfdfa.cli import main
from pynn_sfdfa.experiments.run_folder import RunFolder, RunFolderError


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A finished run of two epochs."""
    one = spec(tmp_path_factory.mktemp("runs") / "digits", epochs=2)
    assert run_here(one).error is None
    return one


@pytest.fixture
def damaged(finished, tmp_path):
    """A copy of the finished run, to be damaged."""
    for name in ("config.toml", "metrics.jsonl", "summary.json"):
        (tmp_path / name).write_bytes((finished.folder / name).read_bytes())
    return spec(tmp_path, epochs=2)


def test_a_spec_has_rule_and_seed(tmp_path):
    one = make_spec("digits", ["training.epochs=7"], rule="dfa", seed=4, folder=tmp_path / "x")
    assert (one.name, one.rule, one.seed, one.epochs) == ("x", "dfa", 4, 7)
    assert one.with_threads(2).training.threads == 2


def test_what_a_run_has_left_is_read_back(finished):
    run = read(finished)
    assert [record.epoch for record in run.records] == [1, 2]
    assert run.summary["best_test_accuracy"] == max(record.test_accuracy for record in run.records)
    assert run.chosen.test_accuracy == run.summary["best_test_accuracy"]
    assert run.seconds == pytest.approx(2 * run.summary["seconds_per_epoch"])
    assert "numpy" in run.provenance


def test_a_finished_run_is_left_alone(finished):
    before = {path.name: path.stat().st_mtime_ns for path in finished.folder.iterdir()}
    assert run_here(finished).error is None
    assert runner.run_all([finished], data=None, stream=io.StringIO()) == []
    assert {path.name: path.stat().st_mtime_ns for path in finished.folder.iterdir()} == before


def test_a_run_is_resumed_and_prolonged(finished, tmp_path):
    short = spec(tmp_path / "parts", epochs=1)
    assert read(short) is None
    run_here(short)
    longer = spec(tmp_path / "parts", epochs=2)
    assert read(longer) is None
    first = lines(tmp_path / "parts")[0]
    assert runner.run_all([longer], data=None, workers=1, stream=io.StringIO())[0].error is None
    assert lines(tmp_path / "parts")[0] == first
    check_same(tmp_path / "parts", finished.folder)


def test_a_folder_with_another_run_is_not_touched(finished):
    other = spec(finished.folder, "training.seed=2", epochs=2)
    with pytest.raises(RunFolderError, match=r"other settings:\n  training.seed: 1 -> 2"):
        read(other)
    with pytest.raises(RunFolderError, match="other settings"):
        runner.run_all([other], data=None, stream=io.StringIO())
    assert "other settings" in run_here(other).error


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("metrics.jsonl", '{"epoch": 2', '"epoch": 2', "metrics.jsonl, line 2 is not JSON"),
        ("metrics.jsonl", '"epoch": 2', '"epoch": 3', "metrics.jsonl, line 2 is of epoch 3"),
        ("metrics.jsonl", '"train_loss"', '"loss"', "metrics.jsonl, line 1: .*train_loss"),
        ("summary.json", '"epochs": 2', '"epochs": 3', "summary.json tells of 3 epochs, metrics.jsonl of 2"),
        ("summary.json", "{", "[", "summary.json is not JSON"),
        ("summary.json", '"threads": 1', '"threads": null', "summary.json tells of null threads"),
        ("metrics.jsonl", '"seconds": ', '"seconds": true, "x": ', "metrics.jsonl, line 1: seconds is true"),
        ("metrics.jsonl", '"alignment": [', '"alignment": ["x", ', r"metrics.jsonl, line 1: alignment is \[\"x\""),
        ("metrics.jsonl", '{"epoch": 1', "[" * 100_000, "metrics.jsonl, line 1 is not JSON"),
        ("metrics.jsonl", "{", "\udcff", "metrics.jsonl is not UTF-8 text"),
    ],
)
def test_a_damaged_file_is_named_with_the_way_out(damaged, name, old, new, message):
    path = damaged.folder / name
    path.write_text(path.read_text().replace(old, new, 1), errors="surrogateescape")
    with pytest.raises(DamagedRunError, match=rf"{message}.*remove {re.escape(str(damaged.folder))}"):
        read(damaged)


def test_of_a_damaged_log_whose_run_has_its_checkpoint_it_is_said_how_it_is_written_anew(finished, tmp_path):
    shutil.copytree(finished.folder, tmp_path / "run")
    run, log = spec(tmp_path / "run", epochs=2), tmp_path / "run" / "metrics.jsonl"
    whole = log.read_bytes()
    log.write_bytes(whole[:-9])
    with pytest.raises(DamagedRunError, match="metrics.jsonl, line 2 is not JSON .*writes it anew .*--resume$") as told:
        read(run)
    words = shlex.split(str(told.value).rpartition(": ")[2])
    assert CliRunner().invoke(main, words[1:], catch_exceptions=False).exit_code == 0
    assert log.read_bytes() == whole


@pytest.mark.parametrize(("lost", "message"), [("last", "copy .*best.safetensors in its place"), ("best", "remove .*")])
def test_a_run_that_has_lost_a_checkpoint_is_not_trained_anew_over_what_is_left(finished, tmp_path, lost, message):
    shutil.copytree(finished.folder, tmp_path / "run")
    (tmp_path / "run" / f"{lost}.safetensors").unlink()
    before = {path.name: path.read_bytes() for path in (tmp_path / "run").iterdir()}
    error = run_here(spec(tmp_path / "run", epochs=3)).error
    assert re.search(rf"{lost}.safetensors.*{message}", error)
    assert {path.name: path.read_bytes() for path in (tmp_path / "run").iterdir()} == before


def test_a_run_goes_on_from_its_best_epoch_if_the_checkpoint_of_that_is_copied(finished, tmp_path):
    shutil.copytree(finished.folder, tmp_path / "run")
    shutil.copy(tmp_path / "run" / "best.safetensors", tmp_path / "run" / "last.safetensors")
    (tmp_path / "run" / "summary.json").unlink()
    assert run_here(spec(tmp_path / "run", epochs=2)).error is None
    check_same(tmp_path / "run", finished.folder)


def test_a_missing_file_is_named(damaged):
    (damaged.folder / "metrics.jsonl").unlink()
    with pytest.raises(DamagedRunError, match="metrics.jsonl is missing; remove"):
        read(damaged)


def test_two_do_not_write_to_one_folder(damaged):
    longer = spec(damaged.folder, epochs=3)
    with RunFolder(damaged.folder).sole_writer():
        assert f"is being written to by process {os.getpid()} on " in run_here(damaged).error
        assert read(damaged) is not None  # who only reads may
        with pytest.raises(RunFolderError, match="is being written to by process"):
            runner.run_all([longer], data=None, stream=io.StringIO())
    assert run_here(damaged).error is None


def test_a_file_in_the_way(tmp_path):
    (tmp_path / "x").touch()
    assert "is not a folder" in run_here(spec(tmp_path / "x")).error


def test_a_run_that_cannot_learn_does_not_stop_the_others(tmp_path):
    silent = spec(tmp_path / "silent", "network.hidden.v_thresh=1000.0")
    good = spec(tmp_path / "good")
    stream = io.StringIO()
    outcomes = runner.run_all([silent, good], data=None, workers=1, stream=stream)
    assert [outcome.name for outcome in outcomes] == ["silent", "good"]
    assert "did not fire once" in outcomes[0].error
    assert outcomes[1].error is None
    assert "run 1 of 2: silent" in stream.getvalue()
    assert read(silent) is None
    assert read(good) is not None


def test_more_workers_than_cores_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(runner, "cores", lambda: 2)
    with pytest.raises(CampaignError, match="--workers 3 is more than this machine's 2 cores; choose 1 to 2"):
        runner.run_all([spec(tmp_path / "a")], data=None, workers=3, stream=io.StringIO())


@pytest.mark.parametrize(
    ("runs", "workers", "threads"), [(2, None, 2), (3, None, 1), (9, None, 1), (9, 2, 2), (9, 3, 1)]
)
def test_the_cores_are_divided_among_the_workers(tmp_path, monkeypatch, runs, workers, threads):
    cluster = pytest.importorskip("pynn_sfdfa.campaign.cluster")
    used = {}
    monkeypatch.setattr(runner, "cores", lambda: 4)
    monkeypatch.setattr(cluster, "local_cluster", lambda at_once: contextlib.nullcontext(used.update(workers=at_once)))
    monkeypatch.setattr(runner, "_run_side_by_side", lambda *arguments: used.update(threads=arguments[3]))
    specs = [spec(tmp_path / str(n)) for n in range(runs)]
    runner.run_all(specs, data=None, workers=workers, stream=io.StringIO())
    assert used == {"workers": workers or min(4, runs), "threads": threads}


def test_dask_is_needed_for_runs_side_by_side_only(tmp_path, monkeypatch):
    monkeypatch.setattr(runner, "cores", lambda: 2)
    monkeypatch.setattr(runner, "find_spec", lambda name: None)
    both = [spec(tmp_path / "a"), spec(tmp_path / "b")]
    for options in ({}, {"scheduler": "tcp://127.0.0.1:1"}):
        with pytest.raises(CampaignError, match=r"pynn-sfdfa\[sweep\].*--workers 1"):
            runner.run_all(both, data=None, stream=io.StringIO(), **options)
    assert not (tmp_path / "a").exists()


def test_workers_of_this_machine_and_a_scheduler_are_two_things(tmp_path):
    with pytest.raises(CampaignError, match="--workers is for this machine; .*: leave out one of the two"):
        runner.run_all(
            [spec(tmp_path / "a")], data=None, workers=1, scheduler="tcp://127.0.0.1:1", stream=io.StringIO()
        )


def test_data_that_are_not_there_are_named_before_anything_runs(tmp_path):
    one = spec(tmp_path / "a", "data.name=npz:nowhere.npz")
    with pytest.raises(runner.WRONG_USE, match=r"nowhere\.npz"):
        runner.run_all([one], data=None, stream=io.StringIO())
    assert not (tmp_path / "a").exists()
