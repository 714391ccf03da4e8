"""The comparison with peers, on fakes; and the peers themselves where they are installed."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

from pynn_sfdfa import Dense, Input, Local, Network, SpikeTrains
from pynn_sfdfa.benchmark import task as tasks
from pynn_sfdfa.benchmark.peers import comparison, measure_peers
from pynn_sfdfa.benchmark.peers.on_torch import rasterise, weighted
from pynn_sfdfa.benchmark.tables import peers_table
from pynn_sfdfa.datasets import DatasetError
from pynn_sfdfa.training.losses import SpikeCount
from pynn_sfdfa.training.optimizers import Adam

SMALL = ("network.hidden_sizes=[20]", "training.batch_size=10", "network.output.v_thresh=-65.0")


@pytest.fixture
def task(no_mnist):
    return tasks.prepare(None, 120, 30, 1, SMALL)


class Knowing:
    """Takes 0.5 s a sample and answers 1, or the label of the samples it has learned."""

    def __init__(self):
        self.learned = []

    def learn(self, batch, epoch):
        self.learned.append(batch)
        return 0.5 * len(batch)

    def respond(self, batch):
        return np.ones(len(batch), np.int64), 0.25 * len(batch)


def test_peers_learn_the_same_batches_in_turn_and_are_reported(task):
    fake, given = Knowing(), []

    def make(network, optimizer, loss, threads, seed):
        given.append((network.sizes, optimizer, loss, threads, seed))
        return fake

    report = measure_peers(task, {"numpy": make})
    assert given == [((784, 20, 10), Adam(3e-3), SpikeCount(15.0, 3.0), 1, 1)]
    assert [len(batch) for batch in fake.learned] == [10] * 12
    np.testing.assert_array_equal(np.concatenate([batch.labels for batch in fake.learned]), task.train.labels)
    own, best, peer = (report["networks"][name] for name in ("pynn-sfdfa", "pynn-sfdfa, mnist-best", "numpy"))
    assert best["version"] == own["version"] and best["training_ms"] != own["training_ms"]
    assert peer["training_ms"] == {"median": 500.0, "low": 500.0, "high": 500.0}
    assert peer["inference_ms"]["median"] == 250.0
    assert peer["test_accuracy"] == (task.test.labels == 1).mean()
    assert own["training_ratio"] == {"median": 1.0, "low": 1.0, "high": 1.0}
    assert peer["training_ratio"]["low"] == pytest.approx(500.0 / own["training_ms"]["high"])
    assert peer["training_ratio"]["high"] == pytest.approx(500.0 / own["training_ms"]["low"])
    assert 0 <= own["test_accuracy"] <= 1
    table = peers_table(report)
    assert f"numpy {np.__version__}" in table
    assert "500.000" in table
    assert (
        "Not installed: snntorch, spikingjelly, norse. To compare with them: pip install 'pynn-sfdfa[peers]'" in table
    )


def test_other_data_are_drawn_without_order_and_learned_several_times(no_mnist):
    task, fake = tasks.prepare(None, 60, 30, 1, experiment="digits"), Knowing()
    assert (len(task.train), len(task.test), task.source) == (60, 30, "digits")
    assert len(set(task.train.labels.tolist())) == 10
    report = measure_peers(task, {"numpy": lambda *_: fake}, epochs=2)
    assert sum(map(len, fake.learned)) == 120 and report["task"]["epochs"] == 2
    assert list(report["networks"]) == ["pynn-sfdfa", "numpy"]
    assert "60 samples learned 2 times from scratch in turn" in peers_table(report)


def test_recordings_that_are_not_there_are_asked_for(no_mnist, tmp_path):
    with pytest.raises(DatasetError, match="fsdd"):
        tasks.prepare(tmp_path, 60, 30, 1, experiment="fsdd-hm2bp")


def test_absent_peers_are_left_out(monkeypatch):
    def absent(name):
        raise comparison.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(comparison.metadata, "version", absent)
    assert comparison.installed_peers() == {}


def test_present_peers_are_found(monkeypatch):
    monkeypatch.setattr(comparison.metadata, "version", lambda name: "1.0")
    assert list(comparison.installed_peers()) == ["snntorch", "spikingjelly", "norse"]


def test_rasters_have_one_step_per_two_milliseconds():
    samples = [(np.float32([0.0, 1.9, 4.0]), np.int32([0, 2, 1])), (np.float32([2.0, 10.0]), np.int32([0, 1]))]
    dense = rasterise(SpikeTrains.from_samples(samples, np.zeros(2, int), 3), 5)
    assert dense.shape == (5, 2, 3)
    assert sorted(map(tuple, np.argwhere(dense).tolist())) == [(0, 0, 0), (0, 0, 2), (1, 1, 0), (2, 0, 1)]
    assert set(np.unique(dense)) == {0.0, 1.0}


def peer_of(name, task):
    """Return the task's network as a peer has it; skip where it is not installed."""
    for package in (name, "torch"):
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"{package} is not installed; pip install 'pynn-sfdfa[peers]'")
    return comparison.installed_peers()[name](task.network(), task.optimizer, task.loss, 1, 1)


@pytest.mark.parametrize("name", ["snntorch", "spikingjelly", "norse"])
def test_a_peer_learns(no_mnist, name):
    task = tasks.prepare(None, 120, 30, 1, ["network.hidden_sizes=[100]"])
    peer = peer_of(name, task)
    assert all(peer.learn(task.train, 1) > 0 for _ in range(60))
    predictions, seconds = peer.respond(task.train)
    assert seconds > 0
    assert (predictions == task.train.labels).mean() > 0.5


@pytest.mark.parametrize("name", ["snntorch", "spikingjelly", "norse"])
def test_a_peer_has_the_convolutions_of_the_network(no_mnist, name):
    task = tasks.prepare(None, 4, 2, 1, experiment="mnist-conv")
    peer = peer_of(name, task)
    assert peer.learn(task.train, 1) > 0
    predictions, _ = peer.respond(task.test)
    assert predictions.shape == (2,)
    trained = sum(values.numel() for group in peer._optimizer.param_groups for values in group["params"])
    assert trained == 15 * 25 + 15 + 40 * 15 * 25 + 40 + 640 * 300 + 300 + 300 * 10 + 10


def test_what_a_peer_cannot_be_is_refused():
    pytest.importorskip("torch", reason="pip install 'pynn-sfdfa[peers]'")
    layer = Network([Input((1, 4, 4)), Local(2, 3), Dense(3)]).layers[0]
    with pytest.raises(ValueError, match=r"Layer 'hidden 1' \(Local .*: there is no such layer among the peers'"):
        weighted(layer)
