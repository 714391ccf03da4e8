"""Training samples that are set aside: not learned, scored after each epoch, and what the best epoch is chosen by."""

from __future__ import annotations

import io
import json
import re

import numpy as np
import pytest
from click.testing import CliRunner
from epoch_records import epoch_record
from small_nets import network, random_trains

from pynn_sfdfa import Trainer
from pynn_sfdfa.cli import main
from pynn_sfdfa.experiments import assembly, config, report
from pynn_sfdfa.experiments.run_folder import RunFolder, RunFolderError
from pynn_sfdfa.training.trainer import History, checkpoint

SMALL = ["network.hidden_sizes=[20]", "training.epochs=2", "training.threads=1"]


def data(*overrides):
    _, samples = assembly.build(config.load("digits", [*SMALL, *overrides]), None, io.StringIO())
    return samples


def in_order(trains):
    return [tuple(np.concatenate(trains.sample(index))) for index in range(len(trains))]


def test_the_seed_decides_which_training_samples_are_set_aside():
    whole, parts, again = data(), data("data.validation=0.1"), data("data.validation=0.1")
    other = data("data.validation=0.1", "training.seed=2")
    assert whole.validation is None
    assert len(parts.validation) == round(0.1 * len(whole.train))
    assert sorted(in_order(parts.train) + in_order(parts.validation)) == sorted(in_order(whole.train))
    assert in_order(parts.validation) == in_order(again.validation) != in_order(other.validation)
    assert in_order(parts.test) == in_order(whole.test)


def test_validation_samples_of_the_data_set_itself_are_those(tmp_path):
    rng = np.random.default_rng(1)
    splits = {"train": 30, "test": 20, "validation": 10}
    arrays = {f"x_{split}": rng.uniform(0, 16, (n, 64)) for split, n in splits.items()}
    arrays |= {f"y_{split}": np.arange(n) % 10 for split, n in splits.items()}
    np.savez(tmp_path / "own.npz", **arrays)
    own = f"data.name=npz:{tmp_path}/own.npz"
    found = data(own)
    assert [len(part) for part in (found.train, found.test, found.validation)] == [30, 20, 10]
    encoder = config.load("digits").encoding.build()
    assert in_order(found.validation) == in_order(encoder(arrays["x_validation"], arrays["y_validation"]))
    share = data(own, "data.validation=0.1")  # goes before them
    assert [len(part) for part in (share.train, share.test, share.validation)] == [27, 20, 3]


def test_a_share_of_the_samples_of_yin_yang_can_be_held_out_too():
    yin_yang = config.load("yin-yang", ["data.validation=0.1"])
    held_out = assembly.build(yin_yang, None, io.StringIO())[1]
    assert len(held_out.validation) == len(held_out.train) / 9


def test_a_large_seed_can_split():
    assert len(data("data.validation=0.5", f"training.seed={2**63 - 1}").validation) > 0


@pytest.mark.parametrize("share", ["0.0001", "0.9999"])
def test_a_share_of_no_samples_is_refused(share):
    with pytest.raises(config.ConfigError, match=rf"data.validation = {share} of 1437 training samples leaves none"):
        data(f"data.validation={share}")


@pytest.mark.parametrize("share", ["1.0", "-0.1"])
def test_a_share_outside_its_range_is_refused(share):
    with pytest.raises(config.ConfigError, match=r"data.validation = .* \(share of the training samples"):
        config.load("digits", [f"data.validation={share}"])


def test_held_out_samples_change_nothing_but_the_choice():
    trains, test, held_out = (random_trains(np.random.default_rng(n), 30, 20) for n in range(3))
    nets = [network([20, 8, 2], c=0.2) for _ in range(2)]
    trainers = [Trainer(net, batch_size=5) for net in nets]
    (plain,) = trainers[0].fit(trains, test).records
    (record,) = trainers[1].fit(trains, test, validation=held_out).records
    np.testing.assert_array_equal(nets[0].weights[0], nets[1].weights[0])
    assert plain.validation_accuracy is None
    assert record.validation_accuracy == trainers[1].evaluate(held_out).accuracy
    assert record.test_accuracy == plain.test_accuracy


def record(epoch, test, held_out=None):
    return epoch_record(epoch, test_accuracy=test, validation_accuracy=held_out)


def test_the_best_epoch_is_the_first_with_the_best_validation_accuracy():
    records = [record(1, 0.5, 0.6), record(2, 0.7, 0.8), record(3, 0.9, 0.8)]
    assert History(records).best.epoch == 2
    summary = report.summary(records, seed=1, threads=1, n_parameters=1)
    assert (summary["chosen_epoch"], summary["chosen_test_accuracy"], summary["validation_accuracy"]) == (2, 0.7, 0.8)
    assert summary["best_test_accuracy"] == 0.9
    assert "chosen_epoch" not in report.summary([record(1, 0.5)], seed=1, threads=1, n_parameters=1)


def test_training_from_the_command_line(tmp_path):
    options = ["--seed", "3", "--out", str(tmp_path / "run"), "--set", "data.validation=0.2"]
    for override in SMALL:
        options += ["--set", override]
    result = CliRunner().invoke(main, ["train", "digits", *options])
    assert result.exit_code == 0, result.output
    assert len(re.findall(r"validation \d+\.\d\d %  test ", result.stderr)) == 2
    summary = json.loads((tmp_path / "run" / "summary.json").read_text())
    lines = [json.loads(line) for line in (tmp_path / "run" / "metrics.jsonl").read_text().splitlines()]
    chosen = max(lines, key=lambda line: line["validation_accuracy"])
    assert summary["chosen_epoch"] == chosen["epoch"]
    assert summary["chosen_test_accuracy"] == chosen["test_accuracy"]
    best = checkpoint.load(tmp_path / "run" / "best.safetensors")
    assert len(best.metadata["records"]) == chosen["epoch"]
    assert best.metadata["n_train"] == 1437 - 287
    with pytest.raises(RunFolderError, match=r"data.validation: 0.2 -> 0.0"):
        RunFolder(tmp_path / "run").check(config.load("digits", [*SMALL, "training.seed=3"]), resume=True)
