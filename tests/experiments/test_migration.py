"""What earlier versions of the package have written is still read."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from safetensors import safe_open

from pynn_sfdfa.campaign.finished_run import read
from pynn_sfdfa.campaign.spec import RunSpec
from pynn_sfdfa.cli import main
from pynn_sfdfa.experiments import assembly, config
from pynn_sfdfa.experiments.config import ConfigError
from pynn_sfdfa.training import checkpoint, migration

OLD = Path(__file__).parent / "data" / "version_1.safetensors"
"""Written by version 1: an epoch of digits with three hidden neurons, a fifth of the training samples held out."""


def invoke(*arguments):
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output
    return result


@pytest.fixture
def old_run(tmp_path):
    """Return a folder as version 1 left it, as far as a run that goes on reads it."""
    folder = tmp_path / "old"
    folder.mkdir()
    shutil.copy(OLD, folder / "last.safetensors")
    settings, _ = assembly.from_checkpoint(OLD)
    text = config.dumps(settings, {"pynn-sfdfa": "0.1.0"})
    text = text.replace(f"version = {migration.VERSION}\n", "").replace("validation = 0.2", "held_out = 0.2")
    (folder / "config.toml").write_text(text)
    return folder


def test_a_checkpoint_of_version_1_is_evaluated():
    settings, saved = assembly.from_checkpoint(OLD)
    assert settings.data.validation == 0.2
    assert saved.metadata["records"][0]["validation_accuracy"] == pytest.approx(0.108, abs=1e-3)
    assert "Test accuracy 8.89 %" in invoke("evaluate", OLD).stdout
    assert config.load("digits", ["data.validation=0.2"]).data == settings.data


def test_a_run_of_version_1_goes_on_and_is_of_this_version_afterwards(old_run):
    invoke("train", old_run / "config.toml", "--set", "training.epochs=2", "--out", old_run, "--resume")
    lines = [json.loads(line) for line in (old_run / "metrics.jsonl").read_text().splitlines()]
    assert [line["epoch"] for line in lines] == [1, 2]
    assert all(0 < line["validation_accuracy"] < 1 for line in lines)
    assert checkpoint.load(old_run / "last.safetensors").metadata["version"] == migration.VERSION
    assert f"version = {migration.VERSION}\n" in (old_run / "config.toml").read_text()


def test_who_writes_an_old_name_is_told_the_new_one():
    with pytest.raises(ConfigError, match=r"^experiment digits: data.held_out was renamed data.validation\.$"):
        config.load("digits", ["data.held_out=0.1"])


def test_files_that_state_version_1_have_its_names(tmp_path):
    settings = config.load("digits", ["data.validation=0.1"])
    text = config.dumps(settings, {}).replace("validation", "held_out")
    for version, provenance in (("version = 1\n", ""), ("", '[provenance]\npython = "3.11"\n')):
        body = text.replace(f"version = {migration.VERSION}\n", version).split("[provenance]")[0]
        (tmp_path / "old.toml").write_text(body + provenance)
        assert config.differences(config.load(tmp_path / "old.toml"), settings) == []


@pytest.mark.parametrize("version", [0, migration.VERSION + 1, "2", 2.0, True, None, [2]])
def test_a_version_that_is_not_known_is_refused(version, tmp_path):
    metadata = json.dumps({"format": checkpoint.FORMAT, "version": version})
    (tmp_path / "x.safetensors").write_bytes(checkpoint.content({}, metadata))
    reason = rf"x\.{{}}.*: version = .* is not one that this pynn-sfdfa reads; it reads 1 to {migration.VERSION}, a "
    with pytest.raises(checkpoint.CheckpointError, match=reason.format("safetensors")):
        checkpoint.load(tmp_path / "x.safetensors")
    if version is not None:
        (tmp_path / "x.toml").write_text(f"version = {json.dumps(version)}\n")
        with pytest.raises(ConfigError, match=reason.format("toml")):
            config.load(tmp_path / "x.toml")


@pytest.mark.parametrize("damaged", [{"configuration": 3}, {"configuration": {"data": []}}, {"records": [3, "x"]}])
def test_what_is_no_description_of_version_1_stays_what_it_is(damaged):
    assert migration.checkpoint(damaged) == {**damaged, "version": migration.VERSION}


def test_a_finished_run_of_version_1_is_found_finished(tmp_path, old_run):
    """So that sweeps and tables need not run it again."""
    with safe_open(OLD, framework="np") as file:
        described = json.loads(file.metadata()["pynn_sfdfa"])
    (line,) = described["records"]
    assert "held_out_accuracy" in line
    folder = tmp_path / "run"
    folder.mkdir()
    shutil.copy(old_run / "config.toml", folder)
    (folder / "metrics.jsonl").write_text(json.dumps(line) + "\n")
    (folder / "summary.json").write_text(json.dumps({"epochs": 1, "threads": 1}))
    finished = read(RunSpec(assembly.from_checkpoint(OLD)[0], folder))
    assert finished.chosen.validation_accuracy == line["held_out_accuracy"]
