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
    assert folder.open(settings("training.seed=7"), PROVENANCE, resume=False) is False
    written = tomllib.loads(folder.config.read_text())
    assert written["training"]["seed"] == 7
    assert written["provenance"] == PROVENANCE


def test_a_second_run_in_the_same_folder_is_refused(folder):
    folder.open(settings(), PROVENANCE, resume=False)
    with pytest.raises(RunFolderError, match="already holds a run: add --resume to go on with it, or name another"):
        folder.open(settings(), PROVENANCE, resume=False)


def test_a_folder_with_a_checkpoint_alone_is_not_overwritten(folder):
    folder.path.mkdir(parents=True)
    folder.last.touch()
    with pytest.raises(RunFolderError, match="already holds a run"):
        folder.open(settings(), PROVENANCE, resume=False)


def test_resume_needs_a_run(folder):
    with pytest.raises(RunFolderError, match="holds no run to resume: leave out --resume"):
        folder.open(settings(), PROVENANCE, resume=True)


def test_resume_says_whether_there_is_a_checkpoint_and_clears_what_a_kill_left(folder):
    folder.open(settings(), PROVENANCE, resume=False)
    (folder.path / ".last.safetensors.0123abcd.partial").touch()
    assert folder.open(settings(), PROVENANCE, resume=True) is False
    folder.last.touch()
    assert folder.open(settings(), PROVENANCE, resume=True) is True
    assert {path.name for path in folder.path.iterdir()} == {"config.toml", "last.safetensors"}


def test_resume_may_change_epochs_and_threads_and_records_it(folder):
    folder.open(settings(), PROVENANCE, resume=False)
    folder.open(settings("training.epochs=99", "training.threads=2"), PROVENANCE, resume=True)
    assert config.load(folder.config).training.epochs == 99


def test_resume_with_other_settings_names_them(folder):
    folder.open(settings(), PROVENANCE, resume=False)
    with pytest.raises(RunFolderError) as caught:
        folder.open(settings("training.seed=2", "rules.sfdfa.rho=0.7"), PROVENANCE, resume=True)
    message = str(caught.value)
    assert "\n  rules.sfdfa.rho: 0.1 -> 0.7\n  training.seed: 1 -> 2\n" in message
    assert f"pynn-sfdfa train {folder.config} --out {folder.path} --resume" in message
    assert config.load(folder.config).training.seed == 1


def test_a_file_in_the_way(folder, tmp_path):
    (tmp_path / "runs").write_text("not a folder")
    with pytest.raises(RunFolderError, match="is not a folder: name another one with --out"):
        folder.open(settings(), PROVENANCE, resume=False)


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
