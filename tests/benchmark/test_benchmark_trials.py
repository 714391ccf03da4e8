"""The commands that print the results of trials and of gradient alignment, on made-up runs."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from epoch_records import epoch_record
from sklearn.model_selection import train_test_split

from pynn_sfdfa.experiments import config

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def script(name):
    spec = importlib.util.spec_from_file_location(name, BENCHMARKS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def write_run(folder, experiment, rule, held_out=(), extra=None):
    folder.mkdir(parents=True)
    settings = config.load(experiment, [f"learning.rule={rule}"])
    (folder / "config.toml").write_text(config.dumps(settings, {}))
    records = [
        epoch_record(epoch, validation_accuracy=accuracy, extra=extra or {})
        for epoch, accuracy in enumerate(held_out, start=1)
    ]
    (folder / "metrics.jsonl").write_text("".join(json.dumps(asdict(record)) + "\n" for record in records))


def test_every_trial_is_an_experiment_that_can_be_run():
    ablation = script("ablation")
    names = [trial["name"] for trial in ablation.trials()]
    assert len(set(names)) == len(names) > 5
    for trial in ablation.trials():
        assert set(trial) - {"commit"} == {"name", "experiment", "hypothesis", "set"}
        if "commit" in trial:
            continue  # its outcome is kept, its settings are gone
        settings = config.load(trial["experiment"], ablation.overrides(trial))
        assert settings.data.validation == 0.1
        if settings.optimizer.decay is not None:
            assert settings.optimizer.decay.epochs == settings.training.epochs


def test_the_table_takes_the_last_epochs_of_what_was_run(tmp_path):
    ablation = script("ablation")
    write_run(tmp_path / "runs" / "mnist-cosine", "mnist", "sfdfa", [0.1, 0.2, 0.7, 0.8, 0.9])
    write_run(tmp_path / "runs" / "mnist-30-published", "mnist", "sfdfa")  # just begun
    text = ablation.write(tmp_path / "runs", tmp_path)
    (row,) = text.splitlines()[2:]
    assert row.startswith("| mnist-cosine | `optimizer.decay={")
    assert row.endswith("}` | 5 of 12 | 80.00 % | 90.00 % | 200 | 0.500 |")
    (kept,) = json.loads((tmp_path / "ablation.json").read_text())
    assert kept["held_out_accuracy_by_epoch"] == [0.1, 0.2, 0.7, 0.8, 0.9]
    assert text in (tmp_path / "ablation.md").read_text()
    assert ablation.write(tmp_path / "gone", tmp_path) == text


def test_an_outcome_is_dropped_when_its_trial_changes_something_else(tmp_path):
    ablation = script("ablation")
    write_run(tmp_path / "runs" / "mnist-cosine", "mnist", "sfdfa", [0.1])
    ablation.write(tmp_path / "runs", tmp_path)
    (kept,) = json.loads((tmp_path / "ablation.json").read_text())
    (tmp_path / "ablation.json").write_text(json.dumps([{**kept, "set": []}]))
    assert "mnist-cosine" not in ablation.write(tmp_path / "gone", tmp_path)


def test_a_trial_of_settings_that_are_gone_is_not_run(tmp_path, capsys):
    ablation = script("ablation")
    (name, *_) = [trial["name"] for trial in ablation.trials() if "commit" in trial]
    ablation.run(tmp_path, [name], [])
    assert f"{name}: its settings have been removed since; check out " in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


def test_gradient_alignment_of_runs_is_printed_again_from_what_was_kept(tmp_path, capsys):
    alignment = script("gradient_alignment")
    extra = {"gradient_angle_1": 60.0, "gradient_cosine_1": 0.5, "sign_agreement_1": 0.75}
    write_run(tmp_path / "run", "digits", "dfa", [0.5, 0.6], extra)
    alignment.main([tmp_path / "run"], tmp_path, tmp_path / "picture.png")
    first = capsys.readouterr().out
    assert first.splitlines()[2:] == [f"| digits, DFA | 1 | {epoch} | 60.0° | 0.500 | 75.0 % |" for epoch in (1, 2)]
    assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG")
    alignment.main([], tmp_path, tmp_path / "picture.png")
    assert capsys.readouterr().out == first == (tmp_path / "gradient_alignment.md").read_text()


def test_gradient_alignment_refuses_a_run_that_did_not_measure(tmp_path):
    write_run(tmp_path / "run", "digits", "dfa", [0.5])
    with pytest.raises(SystemExit, match="run was not trained with --set metrics.gradient_alignment=500; train it aga"):
        script("gradient_alignment").collect([tmp_path / "run"])


def test_every_trial_of_few_samples_is_an_experiment_and_the_table_has_those_that_were_run(tmp_path):
    few = script("few_samples")
    names = [trial["name"] for trial in few.trials()]
    assert len(set(names)) == len(names) > 5
    for trial in few.trials():
        assert set(trial) == {"name", "experiment", "hypothesis", "set"}
        assert config.load(trial["experiment"], trial["set"]).training.batch_size <= 50
    points = (1000, 2500, 5000, 10_000, 54_000)
    made_up = [
        {"samples": n, "batches": n // 50, "accuracy": n / 100_000, "gradient_cosine": 0.5, "alignment": [0.1]}
        for n in points
    ]
    results = {names[1]: {"1": made_up, "2": made_up}}
    lines = few.table(results).splitlines()
    assert len(lines) == 3
    assert lines[-1] == f"| {names[1]} | 2 | 1.0 % | 2.5 % | 5.0 % | 10.0 % | 54.0 % | 0.50 0.50 0.50 |"
    few.picture(results | {names[0]: {}, names[2]: {"2": made_up}}, tmp_path / "few.png")
    assert (tmp_path / "few.png").stat().st_size > 1000


def test_samples_that_are_not_learned_have_no_part_in_how_features_are_scaled():
    thresholds, values = script("thresholds"), np.random.default_rng(1).random((40, 3))
    labels = np.arange(40) % 2
    train, held_out = thresholds.samples(lambda return_X_y: (values, labels), seed=2)
    assert [len(train), len(held_out)] == [19, 9]
    others, tested = train_test_split(np.arange(40), test_size=0.3, random_state=2, stratify=labels)
    _, held = train_test_split(others, test_size=0.3, random_state=2, stratify=labels[others])
    moved = values.copy()
    moved[[*tested, *held]] *= 10.0
    again, _ = thresholds.samples(lambda return_X_y: (moved, labels), seed=2)
    np.testing.assert_array_equal(train.times, again.times)
