from __future__ import annotations

import json
import os
import tomllib

import pytest
from epoch_records import epoch_record

from pynn_sfdfa.experiments import config
from pynn_sfdfa.experiments.run_folder import MetricsLog, RunFolder, RunFolderError
from pynn_sfdfa.support.files import WriteError
from pynn_sfdfa.training.callbacks import FitStart

PROVENANCE = {"simulator": "event"}


@pytest.fixture
def folder(tmp_path):
    return RunFolder(tmp_path / "runs" / "digits")


def settings(*overrides):
    return config.load("digits", overrides)


def begin(folder, experiment):
    """Write the settings, as a run does."""
    with folder.sole_writer():
        folder.open(experiment, PROVENANCE)


def test_a_new_run_makes_the_folder_and_writes_its_settings(folder):
    folder.check(settings(), resume=False)
    assert not folder.path.exists()
    begin(folder, settings("training.seed=7"))
    written = tomllib.loads(folder.config.read_text())
    assert written["training"]["seed"] == 7
    assert written["provenance"] == PROVENANCE


def test_a_second_run_in_the_same_folder_is_refused(folder):
    begin(folder, settings())
    with pytest.raises(RunFolderError, match="already holds a run: add --resume to go on with it, or name another"):
        folder.check(settings(), resume=False)


def test_a_folder_with_a_checkpoint_alone_is_not_overwritten(folder):
    folder.path.mkdir(parents=True)
    folder.last.touch()
    with pytest.raises(RunFolderError, match="already holds a run"):
        folder.check(settings(), resume=False)


def fail_in_the_first_epoch(folder):
    begin(folder, settings())
    folder.metrics.touch()


def test_a_run_that_failed_in_its_first_epoch_makes_way_for_another(folder):
    fail_in_the_first_epoch(folder)
    other = settings("training.seed=7")
    with pytest.raises(RunFolderError, match="or leave out --resume to begin a new run here, as this one has finished"):
        folder.check(other, resume=True)
    folder.check(other, resume=False)
    begin(folder, other)
    assert config.load(folder.config).training.seed == 7


@pytest.mark.parametrize("left", ["last.safetensors", "best.safetensors", "summary.json", "metrics.jsonl"])
def test_a_run_that_has_left_anything_makes_way_for_none(folder, left):
    fail_in_the_first_epoch(folder)
    (folder.path / left).write_text("something")
    with pytest.raises(RunFolderError, match="already holds a run"):
        folder.check(settings(), resume=False)
    with pytest.raises(RunFolderError, match="or start a new run with another --out"):
        folder.check(settings("training.seed=7"), resume=True)


def test_resume_needs_a_run(folder):
    with pytest.raises(RunFolderError, match="holds no run to resume: leave out --resume"):
        folder.check(settings(), resume=True)


def test_opening_clears_what_a_kill_left(folder):
    begin(folder, settings())
    (folder.path / ".last.safetensors.0123abcd.partial").touch()
    begin(folder, settings())
    assert list(folder.path.iterdir()) == [folder.config]


def test_resume_may_add_epochs_and_change_threads_and_metrics_and_records_it(folder):
    begin(folder, settings())
    longer = settings("training.epochs=99", "training.threads=2", "metrics.gradient_alignment=100")
    folder.check(longer, resume=True)
    begin(folder, longer)
    assert config.load(folder.config).training.epochs == 99


def test_resume_with_other_settings_names_them(folder):
    begin(folder, settings())
    with pytest.raises(RunFolderError) as caught:
        folder.check(settings("training.seed=2", "rules.sfdfa.rho=0.7"), resume=True)
    message = str(caught.value)
    assert "\n  rules.sfdfa.rho: 0.1 -> 0.7\n  training.seed: 1 -> 2\n" in message
    assert f"pynn-sfdfa train {folder.config} --out {folder.path} --resume" in message


def test_resume_with_fewer_epochs_is_refused(folder):
    begin(folder, settings("training.epochs=9"))
    with pytest.raises(RunFolderError, match="training.epochs: 9 -> 8"):
        folder.check(settings("training.epochs=8"), resume=True)


def test_a_file_in_the_way(folder, tmp_path):
    (tmp_path / "runs").write_text("not a folder")
    with pytest.raises(RunFolderError, match="is not a folder: name another one with --out"):
        begin(folder, settings())


def test_a_folder_in_which_nothing_was_written_is_removed_and_those_above_it(folder, tmp_path):
    with pytest.raises(ValueError, match="no"), folder.sole_writer():
        assert folder.path.is_dir()
        raise ValueError("no")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_made_leaves_none(folder, tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(WriteError, match=r"digits cannot be written: Permission denied; name a place"):
        begin(folder, settings())
    tmp_path.chmod(0o700)
    assert list(tmp_path.iterdir()) == []


def record(epoch, seconds=1.0):
    return epoch_record(epoch, spikes_per_sample=(10.0, 2.0), seconds=seconds)


def log(path, finished, epochs):
    """Log a run of which some epochs are finished already; those that follow take 2 s."""
    metrics = MetricsLog(path)
    metrics.on_fit_start(FitStart(epochs, len(finished) + 1, 10, 100, 20, 0, (64, 100, 10), finished))
    for epoch in range(len(finished) + 1, epochs + 1):
        metrics.on_epoch_end(record(epoch, 2.0))
    metrics.on_fit_end()
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_metrics_have_a_json_line_for_each_epoch(tmp_path):
    lines = log(tmp_path / "metrics.jsonl", (), 3)
    assert [line["epoch"] for line in lines] == [1, 2, 3]
    assert lines[0]["spikes_per_sample"] == [10.0, 2.0]
    assert lines[0]["test_accuracy"] == 0.8


@pytest.mark.parametrize("before", [b'{"epoch": 1}\n{"epoch": 2}\n{"epo', b"\xff\x00", b"[" * 100_000, None])
def test_metrics_of_a_resumed_run_have_every_epoch_once_whatever_the_file_holds(tmp_path, before):
    path = tmp_path / "metrics.jsonl"
    if before is not None:
        path.write_bytes(before)
    lines = log(path, tuple(record(epoch) for epoch in (1, 2, 3)), 6)
    assert [(line["epoch"], line["seconds"]) for line in lines] == [
        (1, 1.0), (2, 1.0), (3, 1.0), (4, 2.0), (5, 2.0), (6, 2.0),
    ]  # fmt: skip


def test_metrics_of_a_new_run_replace_old_ones(tmp_path):
    path = tmp_path / "metrics.jsonl"
    log(path, (), 5)
    assert [line["epoch"] for line in log(path, (), 2)] == [1, 2]
