"""``pynn-sfdfa benchmark``, and measurements of commands in processes of their own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from pynn_sfdfa.benchmark import machine, peers, processes, speed, task
from pynn_sfdfa.cli import main
from pynn_sfdfa.commands import benchmark


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A benchmark of hardly any work."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("PYNN_SFDFA_DATA", raising=False)
    prepare = task.prepare
    overrides = ("network.hidden_sizes=[20]", "training.batch_size=10", "network.output.v_thresh=-65.0")
    monkeypatch.setattr(
        task, "prepare", lambda data, _n, _m, threads, experiment="mnist": prepare(data, 60, 40, threads, overrides)
    )
    monkeypatch.setattr(benchmark, "WARM_UP_EPOCHS", 1)
    monkeypatch.setattr(speed, "MEMORY_LEVELS", {"L2": 2**16})
    monkeypatch.setattr(machine, "_PEAK_ROUNDS", 10)


def invoke(*arguments):
    return CliRunner().invoke(main, ["benchmark", *map(str, arguments)])


def test_table_and_json(small):
    result = invoke("--threads", 1, "--samples", 20, "--repetitions", 1)
    assert result.exit_code == 0, result.output
    assert "baseline training / training" in result.stdout
    assert "round 2 of 2" in result.stderr
    report = json.loads(invoke("--threads", 1, "--samples", 20, "--repetitions", 1, "--json").stdout)
    assert report["task"]["sizes"] == [784, 20, 10]


def test_peers(small, monkeypatch):
    monkeypatch.setattr(peers.comparison, "installed_peers", dict)
    result = invoke("--peers", "--threads", 1)
    assert result.exit_code == 0, result.output
    assert "Not installed: snntorch, spikingjelly" in result.stdout


def test_too_many_threads_are_wrong_use(small):
    result = invoke("--threads", 10_000)
    assert result.exit_code == 2
    assert "threads = 10000" in result.output


def test_one_measurement_at_a_time():
    result = invoke("--task", "mnist-conv")
    assert "--task mnist-conv is for the comparison with others; add --peers" in result.output
    result = invoke("--peers", "--memory")
    assert result.exit_code == 2
    assert "one at a time" in result.output


def test_start_up_times_help_and_warm_training(monkeypatch):
    calls = []
    monkeypatch.setattr(processes, "run_command", lambda *arguments: calls.append(arguments))
    result = invoke("--start-up", "--repetitions", 2, "--json")
    assert result.exit_code == 0, result.output
    assert [call[0] for call in calls] == ["--help"] * 3 + ["train"] * 3
    outs = [call[call.index("--out") + 1] for call in calls[3:]]
    assert len(set(outs)) == 3
    assert all(call[1:4] == ("digits", "--epochs", "1") for call in calls[3:])
    assert list(json.loads(result.stdout)["seconds"])[0] == "--help"


def test_memory_is_that_of_the_summary(monkeypatch, tmp_path):
    def run(*arguments):
        assert arguments[:4] == ("train", "mnist", "--epochs", "1")
        assert arguments[-2:] == ("--data", str(tmp_path))
        out = Path(arguments[arguments.index("--out") + 1])
        (out / "summary.json").write_text('{"peak_rss_mb": 432.1}')

    monkeypatch.setattr(processes, "run_command", run)
    result = invoke("--memory", "--data", tmp_path)
    assert result.exit_code == 0, result.output
    assert "432 MB" in result.stdout


def test_commands_run_in_their_own_process():
    assert "Usage" in processes.run_command("--help")
    with pytest.raises(processes.CommandFailed, match="nonsense") as caught:
        processes.run_command("nonsense")
    assert "status 2" in str(caught.value)
