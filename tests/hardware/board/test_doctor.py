from __future__ import annotations

import importlib.metadata

import pytest
from click.testing import CliRunner

from pynn_sfdfa.cli import main
from pynn_sfdfa.hardware.board import doctor


def findings():
    return {finding.name: finding for finding in doctor.examine()}


def test_what_is_here_is_found():
    assert findings()["sPyNNaker"].found == importlib.metadata.version("sPyNNaker")
    assert findings()["unicorn"].found == importlib.metadata.version("unicorn")


def test_another_version_counts_as_missing(monkeypatch):
    monkeypatch.setattr(doctor, "_version", lambda package, wanted=None: None if wanted else "2.1")
    assert findings()["sPyNNaker"].found is None


def test_spinn_dirs_must_be_that_of_the_tools(monkeypatch, tmp_path):
    monkeypatch.delenv("SPINN_DIRS", raising=False)
    assert findings()["SPINN_DIRS"].found is None
    monkeypatch.setenv("SPINN_DIRS", str(tmp_path))
    assert findings()["SPINN_DIRS"].found is None
    (tmp_path / "make").mkdir()
    (tmp_path / "make" / "local.mk").touch()
    assert findings()["SPINN_DIRS"].found == str(tmp_path)


def test_the_application_for_boards_is_built_by_the_user(monkeypatch, tmp_path):
    monkeypatch.setattr(doctor, "_C", tmp_path)
    assert findings()["lif_sfdfa.aplx"].found is None
    assert findings()["lif_sfdfa.aplx"].remedy == f"make -C {tmp_path}"
    (tmp_path / "binaries").mkdir()
    (tmp_path / "binaries" / "lif_sfdfa.aplx").touch()
    assert findings()["lif_sfdfa.aplx"].found is not None


@pytest.mark.parametrize("missing", [None, "unicorn"])
def test_the_command(monkeypatch, missing):
    real = importlib.metadata.version

    def version(package):
        if package == missing:
            raise importlib.metadata.PackageNotFoundError(package)
        return real(package)

    monkeypatch.setattr(importlib.metadata, "version", version)
    done = CliRunner().invoke(main, ["spinnaker", "doctor"])
    lines = done.output.splitlines()
    assert len(lines) == len(doctor.examine())
    assert any(line.startswith("ok       sPyNNaker (for any machine): ") for line in lines)
    if missing:
        assert any(line == "missing  unicorn (for the emulated board): pip install unicorn" for line in lines)
    assert done.exit_code == (1 if missing else 0)


@pytest.mark.parametrize(
    "words",
    [("--timestep", "1"), ("--neurons-per-core", "32"), ("--data", "."), ("--set", "learning.rule=dfa")],
)
def test_what_is_for_an_experiment_is_refused_without_one(words):
    done = CliRunner().invoke(main, ["spinnaker", "doctor", *words])
    assert done.exit_code == 2
    assert f"{words[0]} is for an experiment; name one, such as digits-online." in done.output
