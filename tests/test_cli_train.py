"""``pynn-sfdfa train``, ``evaluate`` and ``simulate`` on small networks."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from pynn_sfdfa.cli import main
from pynn_sfdfa.encoding.spikes import presented
from pynn_sfdfa.experiments import assembly, config
from pynn_sfdfa.training import checkpoint

SMALL = ("--set", "network.hidden_sizes=[20]", "--epochs", "2", "--threads", "1")
SUMMARY_KEYS = [
    "best_test_accuracy",
    "final_test_accuracy",
    "silent_outputs",
    "epochs",
    "compile_seconds",
    "seconds_per_epoch",
    "samples_per_second",
    "seed",
    "threads",
    "n_parameters",
    "peak_rss_mb",
]


def invoke(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments], catch_exceptions=False)


def wrong_use(*arguments):
    result = invoke(*arguments)
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    return result.stderr


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A finished run of two epochs, and what the command printed."""
    out = tmp_path_factory.mktemp("runs") / "digits"
    result = invoke("train", "digits", *SMALL, "--seed", "3", "--out", out, "--json")
    assert result.exit_code == 0, result.output
    return out, result


def test_train_writes_everything_it_promises(run):
    out, _ = run
    pictures = {"learning_curve.png", "confusion_matrix.png", "raster.png", "spike_counts.png", "alignment.png"}
    pictures.add("accuracy_over_time.png")
    data = {"config.toml", "metrics.jsonl", "summary.json", "report.html", "best.safetensors", "last.safetensors"}
    assert {path.name for path in out.iterdir()} == pictures | data
    for picture in pictures:
        assert (out / picture).read_bytes().startswith(b"\x89PNG")


def test_json_is_the_summary_and_alone_on_standard_output(run):
    out, result = run
    summary = json.loads(result.stdout)
    assert list(summary) == SUMMARY_KEYS
    assert summary == json.loads((out / "summary.json").read_text())
    assert summary["epochs"] == 2
    assert summary["seed"] == 3
    assert summary["threads"] == 1
    assert summary["n_parameters"] == 64 * 20 + 20 * 10
    assert 0 <= summary["final_test_accuracy"] <= summary["best_test_accuracy"] <= 1
    assert result.stderr.count("  test ") == 2


def test_summary_agrees_with_the_metrics(run):
    out, _ = run
    summary = json.loads((out / "summary.json").read_text())
    records = [json.loads(line) for line in (out / "metrics.jsonl").read_text().splitlines()]
    assert [record["epoch"] for record in records] == [1, 2]
    assert summary["best_test_accuracy"] == max(record["test_accuracy"] for record in records)
    assert summary["final_test_accuracy"] == records[-1]["test_accuracy"]
    assert summary["seconds_per_epoch"] == pytest.approx(sum(record["seconds"] for record in records) / 2)
    assert summary["compile_seconds"] == records[0]["compile_seconds"] > 0
    assert records[1]["compile_seconds"] == 0


def test_written_config_holds_every_override_and_what_wrote_it(run):
    out, _ = run
    written = tomllib.loads((out / "config.toml").read_text())
    assert written["training"] | {"epochs": 2, "seed": 3, "threads": 1} == written["training"]
    assert written["network"]["hidden_sizes"] == [20]
    assert {"python", "numpy", "pynn-sfdfa", "PyNN", "simulator"} <= set(written["provenance"])


def test_evaluate_finds_the_accuracy_that_training_reported(run):
    out, _ = run
    summary = json.loads((out / "summary.json").read_text())
    for name, accuracy in (("best", "best_test_accuracy"), ("last", "final_test_accuracy")):
        figures = json.loads(invoke("evaluate", out / f"{name}.safetensors", "--json").stdout)
        assert figures["accuracy"] == summary[accuracy]
        assert figures["samples"] == np.sum(figures["confusion"]) == 360
        assert np.trace(figures["confusion"]) == round(360 * figures["accuracy"])


def test_evaluate_prints_a_sentence(run):
    result = invoke("evaluate", run[0] / "best.safetensors")
    assert result.exit_code == 0
    assert result.stdout.startswith("Test accuracy ")
    assert " of 360 samples, loss " in result.stdout


GRID = 'encoding={name="poisson-grid", p_max=0.2, duration=50.0, step=1.0, maximum=16.0, seed=4294967294, redraw=true}'


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """A finished run on samples whose spikes are drawn anew in every epoch, a tenth of them held out."""
    out = tmp_path_factory.mktemp("runs") / "drawn"
    result = invoke("train", "digits", *SMALL, "--set", GRID, "--set", "data.validation=0.1", "--out", out)
    assert result.exit_code == 0, result.output
    return out


def test_the_first_of_several_draws_is_that_of_the_training(drawn):
    """Seeds go on from 0 after the largest."""
    once = json.loads(invoke("evaluate", drawn / "last.safetensors", "--json").stdout)
    record = json.loads((drawn / "metrics.jsonl").read_text().splitlines()[-1])
    assert (once["accuracy"], once["loss"]) == (record["test_accuracy"], record["test_loss"])
    several = json.loads(invoke("evaluate", drawn / "last.safetensors", "--draws", "3", "--json").stdout)
    assert [one["seed"] for one in several["draws"]] == [4294967294, 4294967295, 0]
    assert (several["draws"][0]["accuracy"], several["draws"][0]["loss"]) == (once["accuracy"], once["loss"])
    assert len({one["loss"] for one in several["draws"]}) == 3
    accuracies = [one["accuracy"] for one in several["draws"]]
    assert several["accuracy"] == pytest.approx(np.mean(accuracies))
    assert several["accuracy_sd"] == pytest.approx(np.std(accuracies, ddof=1))
    lines = invoke("evaluate", drawn / "last.safetensors", "--draws", "3").stdout.splitlines()
    assert lines[0] == f"seed 4294967294: {100 * accuracies[0]:.2f} %"
    said = f"{100 * np.mean(accuracies):.2f} +- {100 * np.std(accuracies, ddof=1):.2f} % (mean and SD of 3 draws)"
    assert lines[-1] == f"Test accuracy {said} of 360 samples."


def test_draws_of_what_is_not_drawn_are_refused(run):
    message = wrong_use("evaluate", run[0] / "best.safetensors", "--draws", "5")
    assert "The encoder latency of digits draws nothing" in message
    assert "leave --draws out. Encoders that draw are poisson, poisson-grid." in message


def test_simulate_shows_the_spikes_that_are_evaluated(drawn, tmp_path):
    """The first test sample, on PyNN's path: its input spikes are those of the encoder's presentation 0."""
    table = invoke("simulate", drawn / "last.safetensors", "--sample", "1", "--out", tmp_path / "raster.png").stdout
    settings, _ = assembly.from_checkpoint(drawn / "last.safetensors")
    _, samples = assembly.build(settings, None, io.StringIO(), "simulate")
    assert len(samples.train) + len(samples.validation) == 1437
    spikes = presented(samples.test, [1]).times.size
    assert re.search(rf"input +│ +64 │ +\d+ │ +{spikes} │", table)
    assert settings.encoding.build().redraw is True


def test_probabilities_over_one_are_refused(tmp_path):
    over = GRID.replace("p_max=0.2", "p_max=1.2")
    message = wrong_use("train", "digits", "--set", over, "--out", tmp_path / "run")
    assert "encoding.p_max = 1.2 is not valid: must be <= 1 (spikes a step of a pixel of maximum, a prob" in message
    message = wrong_use("train", "digits", "--set", GRID.replace("16.0", "15.0"), "--out", tmp_path / "run")
    assert "with the encoder poisson-grid: values to encode must lie in 0..15; sample" in message
    message = wrong_use("train", "digits", "--set", GRID.replace("50.0", "500.0"), "--out", tmp_path / "run")
    assert "network.trial_duration (200.0 ms) must exceed every spike time; the encoder poisson-grid makes" in message


def test_simulate_a_trained_network_agrees_with_the_batch_engine(run, tmp_path):
    """The exact simulator shows the spikes that the evaluation counts."""
    out, _ = run
    picture = tmp_path / "sample.png"
    result = invoke("simulate", out / "best.safetensors", "--sample", 7, "--out", picture)
    assert result.exit_code == 0, result.output
    assert picture.read_bytes().startswith(b"\x89PNG")
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in result.stdout.splitlines() if "│" in line]
    layers = {row[0]: row[1:] for row in rows if len(row) == 6}
    assert [layers[name][0] for name in ("input", "hidden 1", "output")] == ["64", "20", "10"]
    outputs = [row for row in rows if len(row) == 3]
    assert len(outputs) == 10
    assert sum(int(row[1]) for row in outputs) == int(layers["output"][2])
    assert [row[2] for row in outputs].count("label") == 1


def test_simulate_an_untrained_network(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = invoke("simulate", "digits", "--sample", 0, "--set", "network.hidden_sizes=[20, 15]")
    assert result.exit_code == 0, result.output
    assert "hidden 2" in result.stdout
    assert Path("digits-sample0.png").exists()


def test_simulate_refuses_samples_that_do_not_exist(tmp_path):
    message = wrong_use("simulate", "digits", "--sample", 360, "--out", tmp_path / "x.png")
    assert "--sample 360: digits has the test samples 0 to 359." in message
    assert not (tmp_path / "x.png").exists()


@pytest.mark.parametrize("name", ["x.xyz", "x.pdf", "x"])
def test_simulate_writes_no_png_under_another_name(name, tmp_path):
    message = wrong_use("simulate", "digits", "--sample", 0, "--out", tmp_path / name)
    assert f"{name}' is no name for a PNG picture; call it x.png." in message
    assert not list(tmp_path.iterdir())


def test_simulate_refuses_to_change_a_checkpoint(run):
    message = wrong_use("simulate", run[0] / "best.safetensors", "--sample", 0, "--set", "training.seed=1")
    assert "a checkpoint keeps the settings it was trained with" in message


def test_a_folder_with_a_run_is_not_overwritten(run):
    out, _ = run
    before = (out / "last.safetensors").read_bytes()
    assert "already holds a run: add --resume" in wrong_use("train", "digits", *SMALL, "--out", out)
    assert (out / "last.safetensors").read_bytes() == before


@pytest.mark.slow
def test_resuming_with_more_epochs_ends_where_an_uninterrupted_run_does(tmp_path):
    for name, epochs in (("whole", [3]), ("parts", [1, 3])):
        for part, last in enumerate(epochs):
            resume = ["--resume"] if part else []
            options = [*SMALL, "--epochs", last, "--out", tmp_path / name, *resume]
            assert invoke("train", "digits", *options).exit_code == 0
    whole, parts = (checkpoint.load(tmp_path / name / "last.safetensors") for name in ("whole", "parts"))
    for name, array in whole.arrays.items():
        np.testing.assert_array_equal(parts[name], array)
    lines = (tmp_path / "parts" / "metrics.jsonl").read_text().splitlines()
    assert [json.loads(line)["epoch"] for line in lines] == [1, 2, 3]


def test_resuming_with_other_settings_names_them(run):
    message = wrong_use("train", "digits", *SMALL, "--seed", "4", "--out", run[0], "--resume")
    assert "holds a run with other settings:\n  training.seed: 3 -> 4\n" in message


def test_fewer_epochs_than_before_are_refused(run):
    message = wrong_use("train", run[0] / "config.toml", "--epochs", "1", "--out", run[0], "--resume")
    assert "training.epochs: 2 -> 1" in message


def test_results_go_to_a_folder_named_after_the_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = invoke("train", "digits", *SMALL, "--epochs", "1", "--seed", "9", "--set", "learning.rule=dfa")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("Best test accuracy ")
    assert result.stdout.endswith("Results are in runs/digits-dfa-seed9.\n")
    assert Path("runs/digits-dfa-seed9/summary.json").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("digts",), "There is no experiment 'digts' (did you mean digits?). Choose one of digits, "),
        (("digits", "--set", "training.epoch=1"), "training.epoch is not a known key (did you mean epochs?)"),
        (("digits", "--simulator", "nest"), "There is no simulator 'nest'; choose one of event, brian2, spiNNaker."),
        (("digits", "--set", "data.name=mnits"), "there is no data set 'mnits'"),
        (("digits", "--set", "data.name=npz:nowhere.npz"), "nowhere.npz"),
        (("digits", "--threads", "0"), "'--threads'"),
        (("digits", "--epochs", "0"), "'--epochs'"),
        (("digits", "--set", "encoding.maximum=8"), "with the encoder latency: values to encode must lie in 0..8"),
        (("digits", "--set", 'encoding={name="none"}'), "holds values, which need an encoder"),
    ],
)
def test_mistakes_leave_no_folder_behind(arguments, message, tmp_path):
    out = tmp_path / "run"
    assert message in wrong_use("train", *arguments, "--out", out)
    assert not out.exists()


def test_ready_made_spikes_need_no_encoder(tmp_path):
    rng = np.random.default_rng(0)
    arrays = {}
    for split, n in (("train", 40), ("test", 20)):
        arrays |= {
            f"times_{split}": np.sort(rng.uniform(0, 50, (n, 30)), axis=1).ravel().astype(np.float32),
            f"units_{split}": rng.integers(0, 12, n * 30).astype(np.int32),
            f"offsets_{split}": np.arange(0, n * 30 + 1, 30),
            f"labels_{split}": np.arange(n) % 4,
        }
    np.savez(tmp_path / "spikes.npz", **arrays, n_units=12)
    options = ["digits", *SMALL, "--set", f"data.name=npz:{tmp_path / 'spikes.npz'}", "--out", tmp_path / "run"]
    assert "holds spikes, which the encoder latency cannot encode" in wrong_use("train", *options)
    result = invoke("train", *options, "--set", 'encoding={name="none"}', "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["n_parameters"] == 12 * 20 + 20 * 4


def test_spikes_after_the_end_of_the_trial_are_refused(tmp_path):
    spikes = {"times": [10.0, 250.0], "units": [0, 1], "offsets": [0, 1, 2], "labels": [0, 1]}
    early = spikes | {"times": [10.0, 20.0]}
    for split in ("train", "test"):
        arrays = {"train": early, "test": early, split: spikes}
        np.savez(
            tmp_path / f"{split}.npz",
            **{f"{field}_{part}": values for part, fields in arrays.items() for field, values in fields.items()},
        )
        options = ["--set", f"data.name=npz:{tmp_path / split}.npz", "--set", 'encoding={name="none"}']
        message = wrong_use("train", "digits", *SMALL, *options, "--out", tmp_path / "run")
        name = {"train": "training", "test": "test"}[split]
        assert f"{split}.npz, {name} samples: network.trial_duration (200.0 ms) must exceed every spike time" in message
        assert "sample 1 has a spike at 250.0 ms. Set network.trial_duration to more than that" in message
        assert not (tmp_path / "run").exists()


def test_the_folder_of_a_run_stands_for_its_best_checkpoint(run, tmp_path):
    for command in (["evaluate"], ["simulate", "--sample", "0", "--out", tmp_path / "sample.png"]):
        one, other = (invoke(command[0], path, *command[1:]) for path in (run[0], run[0] / "best.safetensors"))
        assert (one.exit_code, one.stdout) == (0, other.stdout)


def test_batches_that_are_never_full_are_told_of(tmp_path):
    options = ("--set", "training.batch_size=2000", "--epochs", "1", "--threads", "1", "--out", tmp_path / "run")
    told = invoke("train", "digits", *options).stderr
    assert "training.batch_size = 2,000 is more than the 1,437 training samples: weights change once an epoch." in told


@pytest.mark.parametrize(
    ("split", "name", "encoding"),
    [("train", "training", GRID), ("test", "test", None), ("validation", "validation", None)],
)
def test_samples_that_have_no_spikes_at_all_are_refused(tmp_path, split, name, encoding):
    values = {part: np.full((4, 9), float(part != split)) for part in ("train", "test", "validation")}
    arrays = {f"x_{part}": of_part for part, of_part in values.items()}
    np.savez(tmp_path / "own.npz", **arrays, **{f"y_{part}": [0, 1, 0, 1] for part in values})
    settings = [f"data.name=npz:{tmp_path / 'own.npz'}", *([encoding] if encoding else [])]
    options = [word for setting in settings for word in ("--set", setting)]
    message = wrong_use("train", "digits", *SMALL, *options, "--out", tmp_path / "run")
    encoder = "poisson-grid" if encoding else "latency"
    assert f"own.npz, {name} samples: none of 4 has a spike, by the encoder {encoder}. Change the values" in message
    assert not (tmp_path / "run").exists()


def test_output_neurons_that_have_fallen_silent_are_told_of(tmp_path):
    whole = ("train", "digits", "--epochs", "3", "--threads", "1", "--json")
    healthy = invoke(*whole, "--out", tmp_path / "healthy")
    assert json.loads(healthy.stdout)["silent_outputs"] == 0
    assert "of the output neurons fired" not in healthy.stderr
    silencing = ("--set", "rules.sfdfa.timed=true", "--set", "rules.sfdfa.rho=0.0")
    told = invoke(*whole, *silencing, "--out", tmp_path / "told")
    assert json.loads(told.stdout)["silent_outputs"] == pytest.approx(0.1)
    assert "10 % of the output neurons fired for no training sample of the last epoch" in told.stderr
    assert "They fell silent by learning: lower the learning rate first. What does not" in told.stderr


def test_a_network_that_cannot_learn_is_a_failure(tmp_path):
    result = invoke("train", "digits", *SMALL, "--set", "network.hidden.v_thresh=1000.0", "--out", tmp_path / "run")
    assert result.exit_code == 1
    assert "Hidden layer 1 (20 neurons) did not fire once" in result.stderr
    assert "lower v_thresh" in result.stderr
    assert result.stdout == ""


def test_a_network_that_runs_away_when_it_is_shown_a_sample_is_a_failure(tmp_path):
    wild = ("train", "digits", "--epochs", "1", "--set", "optimizer.learning_rate=1000.0")
    with pytest.warns(UserWarning, match="fires for no test sample after epoch 1"):
        result = invoke(*wild, "--out", tmp_path / "run")
    assert result.exit_code == 1
    assert "The network runs away after its best epoch, number 1. Neuron" in result.stderr
    for command in (
        ("simulate", tmp_path / "run", "--sample", "0", "--out", tmp_path / "shown.png"),
        ("report", tmp_path / "run"),
        ("compare", tmp_path / "run", "--samples", "1", "--on", "event"),
    ):
        shown = invoke(*command)
        assert (shown.exit_code, "spiked more than" in shown.stderr) == (1, True), shown.output


def test_the_summary_reports_the_threads_that_were_used(tmp_path):
    result = invoke("train", "digits", *SMALL, "--epochs", "1", "--threads", "2", "--out", tmp_path / "run", "--json")
    assert json.loads(result.stdout)["threads"] == 2


def test_bad_checkpoints_are_named(tmp_path, run):
    (tmp_path / "bad.safetensors").write_bytes(b"no checkpoint")
    assert "bad.safetensors" in wrong_use("evaluate", tmp_path / "bad.safetensors")
    assert "There is no checkpoint" in wrong_use("evaluate", tmp_path / "absent.safetensors")
    saved = checkpoint.load(run[0] / "best.safetensors")
    checkpoint.save(tmp_path / "nameless.safetensors", saved.arrays, saved.metadata | {"configuration": {}})
    message = wrong_use("evaluate", tmp_path / "nameless.safetensors")
    assert "does not say which experiment it belongs to" in message


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"configuration": "text"}, "does not say which experiment it belongs to"),
        ({"configuration": [1]}, "does not say which experiment it belongs to"),
        ({"configuration": {"name": 3, "encoding": {}}}, "name = 3 is not valid: must be a string"),
    ],
)
def test_checkpoints_whose_experiment_is_none(tmp_path, run, change, message):
    saved = checkpoint.load(run[0] / "best.safetensors")
    checkpoint.save(tmp_path / "x.safetensors", saved.arrays, saved.metadata | change)
    for command in (["evaluate"], ["simulate", "--sample", "0"], ["export", "--format", "nir"]):
        assert message in wrong_use(command[0], tmp_path / "x.safetensors", *command[1:])
    assert [path.name for path in tmp_path.iterdir()] == ["x.safetensors"]


@pytest.mark.parametrize("name", ["weights.0", "weights.1", "feedback.0"])
def test_checkpoints_whose_arrays_are_of_no_network(tmp_path, run, name):
    saved = checkpoint.load(run[0] / "best.safetensors")
    changes = (
        ({name: None}, f"does not fit the network: {name} is missing"),
        ({name: saved[name][:, :-1]}, "does not fit the network: "),
        ({name: np.full_like(saved[name], np.nan)}, f"{name}[0, 0] is nan"),
    )
    for change, message in changes:
        arrays = {key: array for key, array in {**saved.arrays, **change}.items() if array is not None}
        checkpoint.save(tmp_path / "x.safetensors", arrays, saved.metadata)
        for command in (["evaluate"], ["simulate", "--sample", "0"], ["export", "--format", "nir"]):
            assert message in wrong_use(command[0], tmp_path / "x.safetensors", *command[1:])


def test_a_checkpoint_of_another_network_does_not_fit(tmp_path, run):
    saved = checkpoint.load(run[0] / "best.safetensors")
    other = config.load("digits", ["network.hidden_sizes=[21]"]).settings()
    checkpoint.save(tmp_path / "x.safetensors", saved.arrays, saved.metadata | {"configuration": other})
    assert "x.safetensors does not fit the network: weights.0 is" in wrong_use("evaluate", tmp_path / "x.safetensors")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "status", "what"), [(signal.SIGINT, 130, "Interrupted"), (signal.SIGTERM, 143, "Terminated")]
)
def test_a_signal_saves_a_checkpoint_and_says_how_to_go_on(tmp_path, number, status, what):
    """A real process and a real signal: the command that it prints goes on as if nothing had happened.

    And before that, while the process is at work, no other one writes to its folder.
    """
    options = ["train", "digits", "--set", "network.hidden_sizes=[20]", "--threads", "1"]
    python = [sys.executable, "-c", "from pynn_sfdfa.cli import main; main()"]
    out = tmp_path / "run"
    process = subprocess.Popen(
        [*python, *options, "--epochs", "100000", "--out", str(out)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    for line in process.stderr:
        if "  test " in line:  # the first epoch is over
            break
    for resume in ([], ["--resume"]):
        message = wrong_use(*options, "--epochs", "100000", "--out", out, *resume)
        assert f"{out} is being written to by process {process.pid} on " in message
        assert f"(-c train digits --set 'network.hidden_sizes=[20]' --threads 1 --epochs 100000 --out {out}" in message
        assert ": wait for its end, or name another folder with --out." in message
    process.send_signal(number)
    stdout, stderr = process.communicate()
    assert process.returncode == status
    assert stdout == ""
    assert "Traceback" not in stderr
    prefix = f"{what}. To go on: pynn-sfdfa "
    command = next(line for line in stderr.splitlines() if line.startswith(prefix)).removeprefix(prefix)
    assert command == f"train {out / 'config.toml'} --out {out} --simulator event --resume"
    assert not list(out.glob(".*"))

    epochs = len(checkpoint.load(out / "last.safetensors").metadata["records"]) + 1
    settings = (out / "config.toml").read_text()
    (out / "config.toml").write_text(settings.replace("epochs = 100000", f"epochs = {epochs}"))
    assert invoke(*command.split()).exit_code == 0
    assert invoke(*options, "--epochs", epochs, "--out", tmp_path / "whole").exit_code == 0
    whole, resumed = (checkpoint.load(folder / "last.safetensors") for folder in (tmp_path / "whole", out))
    for name, array in whole.arrays.items():
        np.testing.assert_array_equal(resumed[name], array)


def test_until_its_folder_says_how_many_epochs_a_run_is_to_have_the_command_that_goes_on_does(tmp_path, run):
    out = tmp_path / "run"
    shutil.copytree(run[0], out)
    (out / ".writer.json").mkdir()  # in the way of what is written first
    result = invoke("train", "digits", *SMALL, "--seed", 3, "--epochs", 7, "--out", out, "--resume")
    assert result.exit_code == 1, result.stderr
    assert result.stderr.rstrip().endswith(
        f"train {out / 'config.toml'} --out {out} --simulator event --resume --epochs 7"
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_write_permission_is_a_failure(tmp_path):
    tmp_path.chmod(0o500)
    result = invoke("train", "digits", *SMALL, "--out", tmp_path / "run")
    assert result.exit_code == 1
    assert "Permission denied" in result.stderr
