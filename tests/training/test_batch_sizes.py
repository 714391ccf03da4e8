from __future__ import annotations

import numpy as np
import pytest
from small_nets import network, random_trains

import pynn_sfdfa.event as sim
from pynn_sfdfa import BP, Adam, Trainer
from pynn_sfdfa.experiments import config
from pynn_sfdfa.experiments.config import ConfigError
from pynn_sfdfa.training.batch_sizes import BatchSizes
from pynn_sfdfa.training.checkpoint import CheckpointError

SIZES = [3, 5, 7]


@pytest.fixture
def trains():
    return random_trains(np.random.default_rng(1), 23, 20, n_classes=3)


def trained(trains, *, epochs=4, **options):
    net = network([20, 9, 3], c=0.2, weights=(-0.4, 1.0), max_spikes=500)
    trainer = Trainer(net, seed=2, **options)
    trainer.fit(trains, epochs=epochs, resume="folder" in options and (options["folder"] / "last.safetensors").exists())
    return net.weights


def test_the_last_of_the_batch_sizes_is_that_of_all_epochs_that_follow():
    assert [BatchSizes.of(SIZES).at(epoch) for epoch in (1, 2, 3, 4, 30)] == [3, 5, 7, 7, 7]
    assert BatchSizes.of(4) == BatchSizes.of([4]) == BatchSizes((4,))
    assert BatchSizes.of(SIZES).within(4).plain == [3, 4, 4]
    assert BatchSizes.of(SIZES).within(3).plain == 3


@pytest.mark.parametrize("given", [0, [], [3, 0], [3, 2.5], "50", None, np.array([3, 5])])
def test_what_is_no_batch_size_is_refused(trains, given):
    with pytest.raises(ValueError, match=r"batch_size = .* is not valid; it must be an integer >= 1, or"):
        Trainer(network([20, 9, 3]), batch_size=given)


@pytest.mark.parametrize("shards", [None, 2])
def test_every_epoch_learns_in_batches_of_its_size(trains, shards):
    made = {"rule": BP(), "optimizer": Adam(), "seed": 2, "threads": 1}
    make, more = (sim.training_engine, {}) if shards is None else (sim.sharded_training_engine, {"shards": shards})
    net, order = network([20, 9, 3], c=0.2, weights=(-0.4, 1.0)), np.arange(len(trains))
    growing = make(net, batch_size=SIZES, **made, **more)
    state = growing.state()
    for epoch, size in enumerate([*SIZES, SIZES[-1]], start=1):
        alone = make(net, batch_size=size, **made, **more)
        alone.load_state(state)
        for engine in (growing, alone):
            list(engine.train(trains, order, (epoch - 1) * len(trains), epoch))
        state = growing.state()
        for ours, its in zip(growing.weights(), alone.weights(), strict=True):
            np.testing.assert_array_equal(ours, its)


def test_growing_batches_are_resumed_with_the_same_bits_and_refused_with_other_sizes(trains, tmp_path):
    whole = trained(trains, batch_size=SIZES)
    trained(trains, batch_size=SIZES, epochs=2, folder=tmp_path)
    with pytest.raises(CheckpointError, match=r"with batch_size = \[3, 5, 7\]; this training has \[3, 7\]"):
        trained(trains, batch_size=[3, 7], folder=tmp_path)
    for ours, its in zip(trained(trains, batch_size=SIZES, folder=tmp_path), whole, strict=True):
        np.testing.assert_array_equal(ours, its)
    assert any((ours != its).any() for ours, its in zip(whole, trained(trains, batch_size=7), strict=True))


def test_experiments_say_the_sizes_of_the_first_epochs():
    settings = config.load("digits", ["training.first_batch_sizes=[5, 10]"])
    assert settings.training.batch_sizes == BatchSizes((5, 10, 20))
    assert "first_batch_sizes" not in config.load("digits").settings()["training"]
    with pytest.raises(ConfigError, match=r"training.first_batch_sizes\[1\] = 0 is not valid: must be >= 1"):
        config.load("digits", ["training.first_batch_sizes=[5, 0]"])


def test_simulators_that_learn_trial_by_trial_refuse_batches_of_the_first_epochs():
    brian2 = pytest.importorskip("pynn_sfdfa.brian2")
    with pytest.raises(ValueError, match=r"batch_size = \[5, 1\] is not possible inside Brian2"):
        Trainer(network([20, 9, 3]), brian2, batch_size=[5, 1])
