"""The benchmark of a small network from end to end: what it reports, not how fast it is."""

from __future__ import annotations

import numpy as np
import pytest

from pynn_sfdfa import datasets
from pynn_sfdfa.benchmark import machine, speed
from pynn_sfdfa.benchmark import task as tasks
from pynn_sfdfa.benchmark.floor import Floor
from pynn_sfdfa.benchmark.synthetic import synthetic_images
from pynn_sfdfa.benchmark.tables import speed_table
from pynn_sfdfa.benchmark.work import count_groups
from pynn_sfdfa.encoding import latency

SMALL = ("network.hidden_sizes=[20]", "training.batch_size=10", "network.output.v_thresh=-65.0")


@pytest.fixture
def task(no_mnist):
    return tasks.prepare(None, 60, 40, 1, SMALL)


def test_synthetic_images_have_the_statistics_of_mnist():
    images = synthetic_images(300, seed=1)
    assert images.values.dtype == np.uint8
    assert images.values.shape == (300, 28, 28)
    lit = (images.values > 0).sum(axis=(1, 2))
    assert lit.mean() == pytest.approx(150.2, abs=10)
    assert lit.std() == pytest.approx(41.5, abs=8)
    assert images.values.max() == 255
    assert count_groups(latency(images.values, images.labels)) == pytest.approx(67, abs=10)
    assert set(images.labels) == set(range(10))


def test_synthetic_images_are_repeatable_and_classes_stay_across_seeds():
    first, again, other = (synthetic_images(500, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.values, again.values)
    assert (first.values[:10] != other.values[:10]).any()
    prototypes = np.stack([first.values[first.labels == k].mean(axis=0).ravel() for k in range(10)])
    guesses = np.corrcoef(np.vstack([prototypes, other.values.reshape(500, -1)]))[10:, :10].argmax(axis=1)
    assert (guesses == other.labels).mean() > 0.8


def test_without_mnist_synthetic_images_are_used_and_it_is_said(task):
    assert task.sizes == (784, 20, 10)
    assert (len(task.train), len(task.test)) == (60, 40)
    assert "synthetic" in task.source
    assert "was not found" in task.source


def test_mnist_is_used_where_it_is_found(monkeypatch):
    parts = [datasets.Samples(np.full((5, 28, 28), 10 * k, np.uint8), np.arange(5)) for k in (1, 2)]
    found = datasets.Dataset(name="mnist", train=parts[0], test=parts[1], n_classes=10, source="mnist: here")
    asked = []
    monkeypatch.setattr(datasets, "load", lambda *where, **how: asked.append((where, how)) or found)
    task = tasks.prepare("folder", 4, 3, None, SMALL)
    assert asked == [(("mnist", "folder"), {"download": False})]
    assert task.source == "MNIST"
    assert (len(task.train), len(task.test)) == (4, 3)
    assert task.train.times[0] > task.test.times[0]


def test_online_settings_differ_in_batch_and_optimiser_only(task):
    batched, online = task.batched.settings(), task.online.settings()
    assert (online["training"].pop("batch_size"), online.pop("optimizer")["name"]) == (1, "sgd")
    assert (batched["training"].pop("batch_size"), batched.pop("optimizer")["name"]) == (10, "adam")
    assert online == batched


def test_floor_runs_on_all_samples(task):
    floor = Floor(task.train, task.sizes, 130.0, 260.0, 10, 1)
    assert min(floor.forward(), floor.backward(), floor.adam()) > 0
    assert np.isfinite(floor._gradient).all()
    touched = floor._gradient.reshape(784, -1).any(axis=1)
    np.testing.assert_array_equal(touched, np.bincount(task.train.units, minlength=784) > 0)


def test_report(task, monkeypatch):
    monkeypatch.setattr(speed, "MEMORY_LEVELS", {"L2": 2**16})
    monkeypatch.setattr(machine, "_PEAK_ROUNDS", 10)
    monkeypatch.setattr(speed.os, "getloadavg", lambda: (3.0, 0.0, 0.0))
    told = []
    report = speed.measure_speed(task, samples=50, repetitions=2, warm_up_epochs=2, tell=told.append)
    assert len(told) == 1 + 3
    assert report["task"]["warm_up"]["spikes_per_sample"][0] > 0
    assert report["task"]["samples"] == 50
    for spread in (*report["ms_per_sample"].values(), *report["ratios"].values()):
        assert 0 < spread["low"] <= spread["median"] <= spread["high"]
    work = report["work_per_sample"]
    assert work["training"]["operations"] > work["inference"]["operations"] > 0
    fraction = report["fractions"]["training"]["L2_gb_per_s"]
    seconds = report["ms_per_sample"]["training"]["median"] / 1e3
    assert fraction == pytest.approx(work["training"]["bytes"] / seconds / 1e9 / report["limits"]["L2_gb_per_s"])
    table = speed_table(report)
    for text in ("Warning: The load average is 3.0", "784-20-10", "synthetic", "online / training", "L2 bandwidth"):
        assert text in table
