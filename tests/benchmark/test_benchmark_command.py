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
    assert "Not installed: snntorch, spikingjelly, norse" in result.stdout


def test_too_many_threads_are_wrong_use(small):
    result = invoke("--threads", 10_000)
    assert result.exit_code == 2
    assert "threads = 10000" in result.output


def test_one_measurement_at_a_time():
    result = invoke("--peers", "--memory")
    assert result.exit_code == 2
    assert "--memory, --start-up, --peers and --curves are measurements of their own; give one at" in result.output


@pytest.mark.parametrize(
    ("given", "fitting"),
    [
        (
            ("--task", "mnist-conv"),
            "--task makes no difference here; leave it out, or measure what it is for (--peers).",
        ),
        (("--peers", "--seconds", 5), "--seconds makes no difference here"),
        (("--all", "--seconds", 5), "(--curves)"),
        (
            ("--peers", "--samples", 5),
            "--samples makes no difference here; leave it out, or measure what it is for (no ",
        ),
        (("--start-up", "--threads", 1), "(no other or --peers or --curves)"),
        (("--memory", "--repetitions", 1), "(--start-up or no other)"),
    ],
)
def test_options_that_make_no_difference_are_refused(given, fitting):
    result = invoke(*given)
    assert result.exit_code == 2
    assert fitting in " ".join(result.output.split())


@pytest.mark.parametrize("as_json", [True, False])
def test_curves_are_drawn_and_told(small, monkeypatch, tmp_path, as_json):
    monkeypatch.setattr(peers.learning, "installed_peers", dict)
    picture = tmp_path / "curves.png"
    given = ("--curves", picture, "--seconds", 0.2, "--samples", 10, "--threads", 1)
    result = invoke(*given, *(["--json"] if as_json else []))
    assert result.exit_code == 0, result.output
    assert picture.read_bytes().startswith(b"\x89PNG")
    if as_json:
        report = json.loads(result.stdout)
        assert list(report["systems"]) == ["SFDFA", "BP", "SFDFA best"]
        assert (report["task"]["seconds"], report["task"]["test_samples"]) == (0.2, 10)
        assert report["systems"]["SFDFA"]["curve"][-1]["seconds"] >= 0.2
    else:
        assert "seconds to" in result.stdout
        assert "Not installed: snntorch, spikingjelly, norse" in result.stdout


def test_a_picture_that_could_not_be_written_is_refused_before_anything_is_measured(tmp_path):
    result = invoke("--curves", tmp_path / "absent" / "curves.png")
    assert result.exit_code == 2
    assert "there is no folder" in result.output


def test_all_of_it_in_one_run(monkeypatch, tmp_path):
    done = []
    for name in ("_memory", "_start_up", "_speed", "_peers", "_curves"):
        monkeypatch.setattr(
            benchmark, name, lambda *_, name=name: (done.append(name), ({"of": name}, f"text of {name}"))[1]
        )
    report = json.loads(invoke("--all", "--json").stdout)
    assert report == {name: {"of": f"_{name.replace('-', '_')}"} for name in ("memory", "start-up", "speed", "peers")}
    result = invoke("--all", "--curves", tmp_path / "curves.png", "--seconds", 1)
    assert done[4:] == ["_memory", "_start_up", "_speed", "_peers", "_curves"]
    assert result.stdout.index("curves\n\ntext of _curves") > result.stdout.index("speed\n\ntext of _speed") > 0


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
    table = invoke("--start-up", "--repetitions", 1).stdout
    assert "of processor time" in table and "train digits --epochs 1, again" in table


def test_processor_time_of_a_command_is_that_of_its_process():
    seconds, spent = processes._measured("--help")
    assert 0.05 < spent < 4 * seconds


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
