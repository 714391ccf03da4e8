"""The command line as a whole: help, mistakes, exit statuses."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import warnings
from importlib import metadata

import click
import pytest
from click.testing import CliRunner

from pynn_sfdfa import cli
from pynn_sfdfa.cli import main
from pynn_sfdfa.experiments.config import experiment_names


def invoke(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_help_lists_every_command():
    result = invoke("--help")
    assert result.exit_code == 0
    for name in ("train", "evaluate", "simulate", "info"):
        assert f"\n  {name}" in result.output


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_has_help(name):
    result = invoke(name, "--help")
    assert result.exit_code == 0
    assert result.output.startswith("Usage: ")


def test_help_imports_nothing_heavy():
    """What `pynn-sfdfa --help` takes is what it imports."""
    heavy = {"numpy", "numba", "matplotlib", "pyNN", "neo", "scipy", "sklearn", "pydantic", "rich", "safetensors"}
    heavy |= {"importlib.metadata"}  # for --version alone
    code = (
        "import sys\nfrom pynn_sfdfa.cli import main\ntry:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        f"print(sorted({heavy!r} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_version():
    assert invoke("--version").output == f"pynn-sfdfa {metadata.version('pynn-sfdfa')}\n"


def test_unknown_commands_are_wrong_use():
    result = invoke("trian")
    assert result.exit_code == 2
    assert "No such command 'trian'" in result.output


def test_info_names_versions_simulators_experiments_and_data(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("PYNN_SFDFA_DATA", raising=False)
    result = invoke("info")
    assert result.exit_code == 0
    for text in (metadata.version("PyNN"), "event", "ready", "brian2", "pynn-sfdfa train mnist", "digits.csv.gz"):
        assert text in result.output
    assert f"absent: emnist47: emnist47.npz was not found in {tmp_path}" in result.output


def test_a_data_folder_that_does_not_exist(tmp_path):
    for arguments in (("info",), ("train", "digits")):
        result = invoke(*arguments, "--data", tmp_path / "nowhere")
        assert result.exit_code == 2
        assert "nowhere" in result.output


@pytest.fixture
def command_that_raises(monkeypatch):
    def install(error):
        @click.command()
        def command():
            raise error

        monkeypatch.setattr("pynn_sfdfa.commands.info.command", command)

    return install


def test_ctrl_c_has_status_130(command_that_raises):
    command_that_raises(KeyboardInterrupt())
    result = invoke("info")
    assert result.exit_code == 130
    assert result.stderr == "Interrupted.\n"


def test_warnings_are_sentences_but_those_to_developers_say_where_they_come_from(monkeypatch):
    told = []

    @click.command()
    def command():
        told.extend(warnings.formatwarning(kind("old"), kind, "file.py", 3) for kind in (UserWarning, FutureWarning))

    monkeypatch.setattr("pynn_sfdfa.commands.info.command", command)
    before = warnings.formatwarning
    assert invoke("info").exit_code == 0
    assert told[0] == "Warning: old\n"
    assert told[1].startswith("file.py:3: FutureWarning: old")
    assert warnings.formatwarning is before


def test_a_full_disk_is_a_failure_without_a_traceback(command_that_raises):
    command_that_raises(OSError(28, "No space left on device", "runs/x/config.toml"))
    result = invoke("info")
    assert result.exit_code == 1
    assert result.stderr == "Error: [Errno 28] No space left on device: 'runs/x/config.toml'\n"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            MemoryError("Unable to allocate 7 TiB"),
            "The memory does not suffice (Unable to allocate 7 TiB): make batches, ",
        ),
        (MemoryError(), "The memory does not suffice (it is full): make batches, "),
        (
            ImportError("libx.so: failed to map segment from shared object"),
            "The memory does not suffice even to start (libx.so: failed to map segment from shared object): free some.",
        ),
    ],
)
def test_memory_that_does_not_suffice_is_a_failure_without_a_traceback(error, told, command_that_raises):
    command_that_raises(error)
    result = invoke("info")
    assert result.exit_code == 1
    assert result.stderr.startswith(f"Error: {told}")


@pytest.mark.parametrize("most", [300_000_000, 500_000_000, 600_000_000])
def test_too_few_addresses_to_load_the_libraries_are_told_at_once(tmp_path, most):
    """OpenBLAS would ask for memory for ever while it is loaded, and heed neither Ctrl-C nor SIGTERM."""
    done = subprocess.run(
        [sys.executable, "-m", "pynn_sfdfa", "train", "digits", "--epochs", "1"],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (most, most)),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert f"may use {most // 1_000_000} MB of addresses (ulimit -v), and loading the libraries takes" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("train", "x" * 100_000),
        ("train", "digits", "--set", f"training.seed='{'x' * 100_000}'"),
        ("train", "digits", "--epochs", "9" * 100_000),
        ("train", "digits", f"--{'x' * 100_000}"),
        ("evaluate", "x" * 100_000),
        ("x" * 100_000,),
        (f"--{'x' * 100_000}",),
    ],
)
def test_long_words_are_not_repeated_whole(arguments):
    result = invoke(*arguments)
    assert result.exit_code in (1, 2)
    assert "xxx" in result.stderr or "999" in result.stderr
    assert len(result.stderr) < 2000


def test_settings_without_a_set_of_their_own_are_told_so():
    result = invoke("train", "digits", "--set", "training.seed=1", "training.epochs=2")
    assert result.exit_code == 2
    assert "extra argument (training.epochs=2). --set takes one setting; give it once for each." in result.stderr


PYTHON = [sys.executable, "-c", "from pynn_sfdfa.cli import main; main()"]


@pytest.mark.slow
def test_closed_standard_streams_are_not_taken_by_the_files_that_are_written(tmp_path):
    """``2>&-``: what would be printed goes nowhere, not into the first file that is opened."""
    words = ["train", "digits", "--set", "network.hidden_sizes=[5]", "--epochs", "1", "--threads", "1", "--out", "run"]
    done = subprocess.run(
        [*PYTHON, *words],
        preexec_fn=lambda: [os.close(number) for number in (0, 2)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == 0
    assert done.stdout.startswith("Best test accuracy")
    for file in (tmp_path / "run").glob("*.*"):
        assert b"epoch 1/1" not in file.read_bytes()
    wrong = subprocess.run([*PYTHON, "train", "digts"], preexec_fn=lambda: os.close(2), check=False)
    assert wrong.returncode == 2


def test_names_that_are_no_text_can_be_printed(tmp_path):
    words = [b"simulate", b"digits", b"--sample", b"0", b"--set", b"network.hidden_sizes=[5]", b"--out", b"\xff.png"]
    done = subprocess.run([*PYTHON, *words], cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith(b"Raster picture: \\udcff.png\n")
    assert [path.name for path in tmp_path.iterdir()] == ["\udcff.png"]


def test_a_closed_pipe_ends_quietly():
    done = subprocess.run(
        f"{sys.executable} -c 'from pynn_sfdfa.cli import main; main()' info | true",
        shell=True,
        check=False,
        capture_output=True,
        text=True,
    )
    assert "Traceback" not in done.stderr
    assert "Errno" not in done.stderr


def test_the_package_runs_as_a_module_and_says_its_version():
    import pynn_sfdfa

    done = subprocess.run([sys.executable, "-m", "pynn_sfdfa", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"pynn-sfdfa {pynn_sfdfa.__version__}\n"


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (["train", "digits", "--out", ""], "the name is empty; name a folder, or '.' for the present one"),
        (["sweep", "s.toml", "--out", ""], "the name is empty"),
        (["reproduce", "mnist", "--collect", "--out", ""], "the name is empty"),
        (["reproduce", "mnist", "--collect", "--results", ""], "the name is empty"),
        (["spinnaker", "run", "digits", "--board", "emulated", "--out", ""], "the name is empty"),
        (["portal", "fetch", "1", "--out", ""], "the name is empty"),
        (["simulate", "digits", "--sample", "0", "--out", ""], "the name is empty"),
        (
            ["simulate", "digits", "--sample", "0", "--out", "x/y.xyz"],
            "'x/y.xyz' is no name for a PNG picture; call it",
        ),
        (["export", "x.safetensors", "--format", "nir", "--out", "a.png"], "no name for a NIR graph; call it a.nir."),
    ],
)
def test_names_for_results_that_would_mislead_are_wrong_use(tmp_path, monkeypatch, command, message):
    monkeypatch.chdir(tmp_path)
    result = invoke(*command)
    assert result.exit_code == 2
    assert message in result.stderr
    assert not list(tmp_path.iterdir())


def test_sigterm_ends_any_command_with_its_own_status(monkeypatch):
    monkeypatch.setattr("pynn_sfdfa.experiments.report.versions", lambda: signal.raise_signal(signal.SIGTERM))
    result = invoke("info")
    assert result.exit_code == 143
    assert result.stderr == "Terminated.\n"


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", "<&- >&- 2>&-"])
def test_closed_standard_streams_are_no_obstacle_and_no_file_gets_their_number(tmp_path, closed):
    program = (
        "import os, sys\nfrom pynn_sfdfa.cli import main\n"
        "try:\n    main(['train', 'no-such-experiment'])\nexcept SystemExit as end:\n    status = end.code\n"
        "print('a word', file=sys.stderr)\n"
        "with open('x', 'w') as file:\n    print(status, file.fileno(), file=file)\n"
    )
    script = f'"$0" -c "$1" {closed}'
    done = subprocess.run(["sh", "-c", script, sys.executable, program], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0
    status, number = map(int, (tmp_path / "x").read_text().split())
    assert status == 2
    assert number > 2
    if "2>" not in closed:
        assert "There is no experiment 'no-such-experiment'" in done.stderr


def test_the_help_of_train_says_where_all_experiments_are_listed():
    assert "pynn-sfdfa info lists" in " ".join(invoke("train", "--help").output.split())
    listed = invoke("info").output
    assert all(f"pynn-sfdfa train {name}" in listed for name in experiment_names())
