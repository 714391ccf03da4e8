"""``pynn-sfdfa`` on Brian2: options of the set-up, what a run records, checkpoints that go both ways."""

import json
import tomllib

import pytest
from click.testing import CliRunner

from pynn_sfdfa.cli import main
from pynn_sfdfa.commands.options import spelled
from pynn_sfdfa.experiments import assembly, config
from pynn_sfdfa.training import checkpoint

NUMPY = ("--simulator", "brian2", "--timestep", "1", "--target", "numpy")
SMALL = ("--set", "network.hidden_sizes=[10]", "--epochs", "1")


@pytest.fixture(scope="module", autouse=True)
def brian2():
    brian2 = pytest.importorskip("brian2", reason="run: pip install 'pynn-sfdfa[brian2]'")
    yield brian2
    brian2.prefs.codegen.target = "auto"


@pytest.fixture(scope="module", autouse=True)
def few_samples():
    """The first samples of digits, for a network of 10 hidden neurons."""
    whole = assembly.build

    def build(*arguments):
        network, data = whole(*arguments)
        few = {"train": data.train.select(range(20)), "test": data.test.select(range(10))}
        return network, assembly.Data(**few)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(assembly, "build", build)
        yield


def invoke(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments], catch_exceptions=False)


def wrong_use(*arguments):
    result = invoke(*arguments)
    assert result.exit_code == 2, result.output
    return result.stderr


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run of one epoch on Brian2."""
    out = tmp_path_factory.mktemp("runs") / "brian2"
    result = invoke("train", "digits-online", *SMALL, *NUMPY, "--out", out, "--json")
    assert result.exit_code == 0, result.output
    return out, result


@pytest.mark.slow
def test_a_run_records_how_brian2_was_set_up(run, brian2):
    written = tomllib.loads((run[0] / "config.toml").read_text())["provenance"]
    expected = {"simulator": "brian2", "timestep": 1.0, "target": "numpy", "standalone": False}
    assert expected.items() <= written.items()
    assert written["brian2"] == brian2.__version__
    assert json.loads(run[1].stdout)["threads"] == 1
    assert config.load(run[0] / "config.toml").settings() == config.load("digits-online", SMALL[1:2]).settings() | {
        "training": {"batch_size": 1, "epochs": 1, "seed": 1, "threads": 1}
    }


def test_progress_is_shown_within_a_stretch(run):
    lines = run[1].stderr.splitlines()
    assert any(line.startswith("epoch 1/1  loss ") for line in lines)


@pytest.mark.slow
def test_the_event_simulator_goes_on_with_the_run_and_brian2_with_that_again(run, tmp_path):
    out = tmp_path / "run"
    out.mkdir()
    for file in run[0].iterdir():
        (out / file.name).write_bytes(file.read_bytes())
    for epochs, options in ((2, ()), (3, NUMPY)):
        result = invoke("train", "digits-online", *SMALL[:2], "--epochs", epochs, *options, "--out", out, "--resume")
        assert result.exit_code == 0, result.output
    saved = checkpoint.load(out / "last.safetensors")
    assert [record["epoch"] for record in saved.metadata["records"]] == [1, 2, 3]
    assert saved["optimizer.step"] == [60]


def test_evaluate_on_both(run):
    figures = [
        json.loads(invoke("evaluate", run[0] / "last.safetensors", *options, "--json").stdout)
        for options in (NUMPY, ("--simulator", "event"))
    ]
    assert figures[0]["samples"] == figures[1]["samples"] == 10
    assert figures[0]["spikes_per_sample"] == pytest.approx(figures[1]["spikes_per_sample"], rel=0.1)
    assert abs(figures[0]["accuracy"] - figures[1]["accuracy"]) <= 0.15


def test_simulate_uses_the_timestep(run, tmp_path):
    result = invoke("simulate", run[0] / "last.safetensors", "--sample", 3, *NUMPY, "--out", tmp_path / "x.png")
    assert result.exit_code == 0, result.output
    rows = [line.split("│")[5:7] for line in result.stdout.splitlines() if "hidden 1" in line or "output " in line[:12]]
    times = [float(time) for row in rows for time in row if time.strip(" -")]
    assert times
    assert all(time.is_integer() for time in times)


@pytest.mark.parametrize(
    "arguments, message",
    [
        (("--timestep", "1"), "Simulator 'event' takes no --timestep: leave it out, or choose --simulator brian2"),
        (("--standalone",), "Simulator 'event' takes no --standalone"),
        ((*NUMPY, "--standalone"), "target = 'numpy' does not go with standalone"),
        (("--simulator", "brian2", "--timestep", "0.3"), "trial_duration = 40 ms is not a multiple of the timestep"),
        ((*NUMPY, "--set", "network.delay=1.5"), "delay of 1.5 ms, which is not a multiple of the timestep of 1 ms"),
        ((*NUMPY, "--set", "training.batch_size=20"), "batch_size = 20 is not possible inside Brian2"),
        (
            (*NUMPY, "--set", "metrics.gradient_alignment=10"),
            "metrics.gradient_alignment = 10: Training on brian2 cannot be compared with exact gradients: it has none. "
            "Choose the simulator event",
        ),
        ((*NUMPY, "--timestep", "0"), "'--timestep'"),
        (("--simulator", "brian2", "--target", "fortran"), "'--target'"),
    ],
)
def test_mistakes_leave_no_folder_behind(arguments, message, tmp_path):
    assert message in wrong_use("train", "digits-online", *SMALL, *arguments, "--out", tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_mistakes_when_evaluating_and_simulating(run, tmp_path):
    saved = run[0] / "last.safetensors"
    coarse = ("--simulator", "brian2", "--target", "numpy", "--timestep", "0.3")
    assert "is not a multiple of the timestep of 0.3 ms" in wrong_use("evaluate", saved, *coarse)
    assert "is not a multiple of the timestep of 0.3 ms" in wrong_use("simulate", saved, "--sample", 0, *coarse)


def test_options_as_a_command_gives_them():
    setup = {"timestep": 1.0, "target": "numpy", "standalone": True}
    assert spelled(setup) == ["--timestep", "1.0", "--target", "numpy", "--standalone"]


def test_ctrl_c_prints_the_command_that_goes_on(tmp_path, monkeypatch):
    from pynn_sfdfa.brian2 import simulator

    advance = simulator.advance

    def stop_halfway(stop, tell=None):
        import brian2

        def tell_and_stop(fraction):
            if fraction > 0:
                brian2.stop()
            tell(fraction)

        advance(stop, tell_and_stop)

    monkeypatch.setattr("pynn_sfdfa.brian2.reports.PERIOD", 0.0)
    monkeypatch.setattr(simulator, "advance", stop_halfway)
    out = tmp_path / "run"
    result = invoke("train", "digits-online", *SMALL, *NUMPY, "--out", out)
    assert result.exit_code == 130
    command = f"pynn-sfdfa train {out / 'config.toml'} --out {out} --simulator brian2 --timestep 1.0 --target numpy"
    assert f"Interrupted. To go on: {command} --resume\n" in result.stderr
    monkeypatch.undo()


def test_a_standalone_simulation_that_cannot_learn_by_the_rule_is_refused_before_anything_is_written(tmp_path):
    options = ("--simulator", "brian2", "--standalone", "--set", "rules.sfdfa.timed=true", "--out", tmp_path / "run")
    message = wrong_use("train", "digits-online", *SMALL, *options)
    assert "which a standalone simulation does not run. Leave standalone out, or timed." in message
    assert not (tmp_path / "run").exists()
