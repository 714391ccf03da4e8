"""Batches in shards: one order of the sum, and what cannot be shared out."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from small_nets import network, random_trains

from pynn_sfdfa.event.batch import BatchEngine, ShardedEngine
from pynn_sfdfa.experiments import config, run
from pynn_sfdfa.experiments.run_folder import RunFolder
from pynn_sfdfa.rules import BP, DFA, SFDFA
from pynn_sfdfa.training.boosting import Boosting
from pynn_sfdfa.training.optimizers import SGD, Adam
from pynn_sfdfa.training.shards import shard_bounds, total


def engine(shards=None, rule=None, **options):
    made = {"rule": rule or BP(), "optimizer": Adam(0.01), "batch_size": 10, "seed": 1, "threads": 1, **options}
    if shards is None:
        return BatchEngine(network([8, 6, 2], seed=1), **made)
    return ShardedEngine(network([8, 6, 2], seed=1), shards=shards, **made)


TRAINS = random_trains(np.random.default_rng(0), 23, 8)


def states(one, other):
    for each in (one, other):
        list(each.train(TRAINS, np.arange(23), 0))
    return one.state(), other.state()


def test_a_batch_in_one_shard_is_learned_bit_by_bit_as_without():
    sharded, plain = states(engine(1), engine())
    for name, array in plain.items():
        np.testing.assert_array_equal(sharded[name], array, err_msg=name)


@pytest.mark.parametrize("optimizer", [Adam(0.01), SGD(1e-3)])
def test_shards_add_up_to_the_gradient_of_the_batch(optimizer):
    sharded, plain = states(engine(4, optimizer=optimizer), engine(optimizer=optimizer))
    changed = engine().state()
    for name, array in plain.items():
        if name.startswith("weights"):
            assert (array != changed[name]).any()
            np.testing.assert_allclose(sharded[name], array, rtol=1e-4, atol=1e-6, err_msg=name)


def test_sums_are_pairs_of_pairs_and_of_any_parts_the_same():
    values = dict(enumerate(["a", "b", None, "d", None, None, "g", "h"]))

    class Text:
        def __init__(self, text):
            self.text = text

        def __iadd__(self, other):
            self.text = f"({self.text}{other.text})"
            return self

    def leaf(k):
        return None if values[k] is None else Text(values[k])

    assert total(8, leaf).text == "(((ab)d)(gh))"
    halves = [total(4, leaf), total(4, leaf, 4)]
    assert total(2, halves.__getitem__).text == "(((ab)d)(gh))"
    assert shard_bounds(10, 4) == [0, 2, 5, 7, 10]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rule": SFDFA()}, "sfdfa changes feedback weights by what it sees in the whole batch; bp, hm2bp and dfa do"),
        ({"rule": DFA(rho=1.0, r_target=1.0)}, "rules.dfa.rho = 1 regularises the mean rate over the whole batch; set"),
        ({"boosting": Boosting()}, "boosting makes a sample count by what came before"),
        ({"shards": 3}, "shards = 3 is not valid; it must be a power of 2"),
    ],
)
def test_what_cannot_be_shared_out_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        engine(**{"shards": 4, **options})


@pytest.mark.slow
def test_experiments_that_cannot_be_shared_out_are_refused(tmp_path):
    with pytest.raises(config.ConfigError, match=r"training.shards = 3 is not valid: must be a power of 2"):
        config.load("digits", ["training.shards=3"])
    folder = RunFolder(Path(tmp_path / "run"))
    for simulator, message in (("brian2", "brian2 learns one sample after the other"), ("event", "sfdfa changes feed")):
        with pytest.raises(config.ConfigError, match=message):
            run.train(
                config.load("digits", ["training.shards=4"]),
                folder,
                simulator=simulator,
                data=None,
                resume=False,
                stream=io.StringIO(),
            )
    assert not folder.path.exists()
