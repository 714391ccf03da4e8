from __future__ import annotations

import json
import tomllib

import pytest

from pynn_sfdfa import config
from pynn_sfdfa.callbacks import EpochRecord, FitStart
from pynn_sfdfa.run_folder import MetricsLog, RunFolder, RunFolderError

PROVENANCE = {"simulator": "event"}


@pytest.fixture
def folder(tmp_path):
    return RunFolder(tmp_path / "runs" / "digits")


def settings(*overrides):
    return config.load("digits", overrides)


def test_a_new_run_makes_the_folder_and_writes_its_settings(folder):
    folder.check(settings(), resume=False)
    assert not folder.path.exists()
    folder.open(settings("training.seed=7"), PROVENANCE)
    written = tomllib.loads(folder.config.read_text())
    assert written["training"]["seed"] == 7
    assert written["provenance"] == PROVENANCE


def test_a_second_run_in_the_same_folder_is_refused(folder):
    folder.open(settings(), PROVENANCE)
    with pytest.raises(RunFolderError, match="already holds a run: add --resume to go on with it, or name another"):
        folder.check(settings(), resume=False)


def test_a_folder_with_a_checkpoint_alone_is_not_overwritten(folder):
    folder.path.mkdir(parents=True)
    folder.last.touch()
    with pytest.raises(RunFolderError, match="already holds a run"):
        folder.check(settings(), resume=False)


def test_resume_needs_a_run(folder):
    with pytest.raises(RunFolderError, match="holds no run to resume: leave out --resume"):
        folder.check(settings(), resume=True)


def test_opening_clears_what_a_kill_left(folder):
    folder.open(settings(), PROVENANCE)
    (folder.path / ".last.safetensors.0123abcd.partial").touch()
    folder.open(settings(), PROVENANCE)
    assert list(folder.path.iterdir()) == [folder.config]


def test_resume_may_add_epochs_and_change_threads_and_metrics_and_records_it(folder):
    folder.open(settings(), PROVENANCE)
    longer = settings("training.epochs=99", "training.threads=2", "metrics.gradient_alignment=100")
    folder.check(longer, resume=True)
    folder.open(longer, PROVENANCE)
    assert config.load(folder.config).training.epochs == 99


def test_resume_with_other_settings_names_them(folder):
    folder.open(settings(), PROVENANCE)
    with pytest.raises(RunFolderError) as caught:
        folder.check(settings("training.seed=2", "rules.sfdfa.rho=0.7"), resume=True)
    message = str(caught.value)
    assert "\n  rules.sfdfa.rho: 0.1 -> 0.7\n  training.seed: 1 -> 2\n" in message
    assert f"pynn-sfdfa train {folder.config} --out {folder.path} --resume" in message


def test_resume_with_fewer_epochs_is_refused(folder):
    folder.open(settings("training.epochs=9"), PROVENANCE)
    with pytest.raises(RunFolderError, match="training.epochs: 9 -> 8"):
        folder.check(settings("training.epochs=8"), resume=True)


def test_a_file_in_the_way(folder, tmp_path):
    (tmp_path / "runs").write_text("not a folder")
    with pytest.raises(RunFolderError, match="is not a folder: name another one with --out"):
        folder.open(settings(), PROVENANCE)


def record(epoch, seconds=1.0):
    return EpochRecord(epoch, 1.0, 0.9, 0.8, 1.0, (10.0, 2.0), (0.0, 0.0), (0.5,), seconds, 100.0)


def log(path, first_epoch, epochs, seconds=1.0):
    metrics = MetricsLog(path)
    metrics.on_fit_start(FitStart(epochs, first_epoch, 10, 100, 20, (64, 100, 10)))
    for epoch in range(first_epoch, epochs + 1):
        metrics.on_epoch_end(record(epoch, seconds))
    metrics.on_fit_end()
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_metrics_have_a_json_line_for_each_epoch(tmp_path):
    lines = log(tmp_path / "metrics.jsonl", 1, 3)
    assert [line["epoch"] for line in lines] == [1, 2, 3]
    assert lines[0]["spikes_per_sample"] == [10.0, 2.0]
    assert lines[0]["test_accuracy"] == 0.8


def test_metrics_of_a_resumed_run_have_every_epoch_once(tmp_path):
    path = tmp_path / "metrics.jsonl"
    log(path, 1, 5)
    lines = log(path, 4, 6, seconds=2.0)
    assert [(line["epoch"], line["seconds"]) for line in lines] == [
        (1, 1.0), (2, 1.0), (3, 1.0), (4, 2.0), (5, 2.0), (6, 2.0),
    ]  # fmt: skip


def test_metrics_of_a_new_run_replace_old_ones(tmp_path):
    path = tmp_path / "metrics.jsonl"
    log(path, 1, 5)
    assert [line["epoch"] for line in log(path, 1, 2)] == [1, 2]
