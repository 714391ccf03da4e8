"""Accuracy over seconds of training: who learns what and for how long, and what is told of it."""

from __future__ import annotations

import runpy
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from pynn_sfdfa.benchmark import task as tasks
from pynn_sfdfa.benchmark.peers import learning, measure_learning
from pynn_sfdfa.benchmark.peers.learning import _OWN, marks, reached
from pynn_sfdfa.benchmark.peers.own import learned_by
from pynn_sfdfa.benchmark.tables import learning_table
from pynn_sfdfa.plotting import accuracy_over_seconds
from pynn_sfdfa.rules import BP, SFDFA
from pynn_sfdfa.training.passes import sample_order

SMALL = ("network.hidden_sizes=[20]", "training.batch_size=10", "network.output.v_thresh=-65.0")


@pytest.fixture
def task(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("PYNN_SFDFA_DATA", raising=False)
    return tasks.prepare(None, 60, 40, 1, SMALL)


class Slow:
    """Takes 0.5 s a sample, and knows every label once it has learned enough samples."""

    def __init__(self, enough):
        self.enough, self.learned, self.epochs = enough, [], []

    def learn(self, batch, epoch):
        self.learned.extend(batch.labels.tolist())
        self.epochs.append(epoch)
        return 0.5 * len(batch)

    def respond(self, batch):
        right = len(self.learned) >= self.enough
        return batch.labels if right else (batch.labels + 1) % 10, 99.0


@pytest.fixture
def measured(task, monkeypatch):
    """Return what measures with a fake peer, and with fakes in place of this package's own rules, which take long."""
    monkeypatch.setattr(learning, "Own", lambda task: Slow(0))
    return partial(_measured, task)


def _measured(task, enough, seconds, samples=40):
    """Return the report with one fake peer, and what of it was measured, after one that was warmed up."""
    made = []

    def make(network, optimizer, loss, threads, seed):
        assert network.sizes == task.sizes
        assert (optimizer, loss, threads, seed) == (task.optimizer, task.loss, 1, 1)
        made.append(Slow(enough))
        return made[-1]

    report = measure_learning(task, seconds, samples, {"numpy": make})
    warmed_up, fake = made
    assert len(warmed_up.learned) == 10
    return report, fake


def test_a_network_learns_for_the_given_seconds_and_is_tested_on_the_way(task, measured):
    report, fake = measured(enough=100, seconds=100.0)
    system = report["systems"]["numpy"]
    assert len(fake.learned) == 200
    expected = [task.train.labels[sample_order(60, 1, epoch)] for epoch in (1, 2, 3, 4)]
    np.testing.assert_array_equal(fake.learned, np.concatenate(expected)[:200])
    assert fake.epochs == [1] * 6 + [2] * 6 + [3] * 6 + [4] * 2
    assert [point["samples"] for point in system["curve"]] == [20, 30, 40, 50, 60, 70, 90, 110, 130, 160, 200]
    assert [point["seconds"] for point in system["curve"]][-1] == 100.0
    assert [point["test_accuracy"] for point in system["curve"]] == [0.0] * 7 + [1.0] * 4
    assert system["seconds_to"] == dict.fromkeys(("0.9", "0.95", "0.97", "0.98"), 55.0)


def test_what_is_not_reached_is_told_as_such(measured):
    report, _ = measured(enough=1000, seconds=10.0)
    assert report["systems"]["numpy"]["seconds_to"] == dict.fromkeys(("0.9", "0.95", "0.97", "0.98"), None)
    row = next(line for line in learning_table(report).splitlines() if line.startswith("numpy"))
    assert row.split()[-8:] == ["-", "-", "-", "-", "0.0", "%", "20", "500.000"]
    assert "-: not within 10 s" in learning_table(report)


def test_the_table_names_the_fastest_and_how_many_times_its_seconds_others_take(measured):
    report, _ = measured(enough=20, seconds=10.0)
    for name, taken in (("SFDFA", 4.0), ("BP", None), ("SFDFA best", None)):
        report["systems"][name]["seconds_to"] = dict.fromkeys(report["systems"][name]["seconds_to"]) | {"0.9": taken}
    rows = {line.split(",")[0]: line for line in learning_table(report).splitlines()}
    assert "4.0 (1.0x)" in rows["SFDFA"]
    assert "10.0 (2.5x)" in rows["numpy"] and "10.0 (1.0x)" in rows["numpy"]


def test_tests_are_of_as_many_samples_as_asked(measured):
    report, _ = measured(enough=0, seconds=5.0, samples=7)
    assert report["task"]["test_samples"] == 7
    assert report["systems"]["numpy"]["curve"][0]["test_accuracy"] == 1.0


def test_own_rules_learn_the_same_network_in_the_same_batches(task):
    own = {name: learned_by(task, *settings) for name, settings in _OWN.items()}
    assert {one.sizes for one in own.values()} == {(784, 20, 10)}
    assert {one.threads for one in own.values()} == {1}
    assert [type(one.batched.rule.build()) for one in own.values()] == [SFDFA, BP, SFDFA]
    assert own["SFDFA best"].batched.rule.build().timed
    sizes = [one.batched.training.batch_sizes.by_epoch for one in own.values()]
    assert sizes == [(10,), (10,), (5, 5, 10, 20, 10)]


def test_own_rules_learn(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    easy = tasks.prepare(
        None, 200, 100, 1, ["network.hidden_sizes=[50]", "training.batch_size=10", "network.output.v_thresh=-60.0"]
    )
    report = measure_learning(easy, 1.0, 100, {})
    assert all(one["curve"][-1]["test_accuracy"] > 0.5 for one in report["systems"].values())
    assert all(1.0 <= one["curve"][-1]["seconds"] < 30 for one in report["systems"].values())


def test_networks_are_tested_up_to_the_last_second():
    assert marks(80.0)[-1] == 80.0
    assert marks(80.0)[-2] == 64.0
    assert all(earlier < later for earlier, later in zip(marks(80.0), marks(80.0)[1:], strict=False))


def test_a_level_is_reached_at_the_first_test_that_shows_it():
    curve = [{"seconds": s, "test_accuracy": a} for s, a in [(1.0, 0.5), (2.0, 0.95), (3.0, 0.9), (4.0, 0.96)]]
    assert [reached(curve, level) for level in (0.5, 0.9, 0.95, 0.96, 0.97)] == [1.0, 2.0, 2.0, 4.0, None]


def test_the_picture_marks_where_levels_are_reached():
    figure = accuracy_over_seconds({"a": [(1.0, 0.85), (2.0, 0.96)], "b": [(3.0, 0.2)]}, (0.9, 0.98), "seconds", "T")
    axes = figure.axes[0]
    marked = [line for line in axes.lines if line.get_marker() == "o"]
    assert [line.get_xydata().tolist() for line in marked] == [[[2.0, 96.0]], []]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["a", "b"]
    assert axes.get_xscale() == "log" and axes.get_ylim() == (80.0, 100.0)


def test_seconds_are_written_out_in_the_picture():
    figure = accuracy_over_seconds({"a": [(5.0, 0.85), (60.0, 0.96)]}, (0.9,), "seconds", "T")
    figure.canvas.draw()
    axis = figure.axes[0].xaxis
    shown = [text.get_text() for text in [*axis.get_ticklabels(), *axis.get_ticklabels(minor=True)]]
    assert {"5", "10", "20", "50"} <= set(shown) and not [text for text in shown if "$" in text]


def test_a_picture_of_low_accuracies_shows_them():
    axes = accuracy_over_seconds({"a": [(1.0, 0.2), (2.0, 0.3)]}, (0.9,), "seconds", "T").axes[0]
    assert axes.get_ylim()[0] < 20.0


def test_the_picture_of_the_readme_is_drawn_from_the_results(tmp_path):
    script = runpy.run_path(str(Path(__file__).parents[2] / "docs" / "make_learning_time.py"))
    script["main"](picture=tmp_path / "x.png")
    assert (tmp_path / "x.png").read_bytes().startswith(b"\x89PNG")
