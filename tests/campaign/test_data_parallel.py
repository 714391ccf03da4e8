"""One training on many workers: the same bits for any number of them, lost workers, and what is refused."""

from __future__ import annotations

import io
import os
import signal
from contextlib import contextmanager

import numpy as np
import pytest

pytest.importorskip("distributed", reason="run: pip install 'pynn-sfdfa[sweep]'")

from click.testing import CliRunner
from distributed import Client, KilledWorker, LocalCluster
from distributed.comm import CommClosedError
from small_nets import network, random_trains

from pynn_sfdfa.campaign import cluster, data_parallel
from pynn_sfdfa.campaign.errors import CampaignError, WorkersLostError
from pynn_sfdfa.cli import main
from pynn_sfdfa.event.batch import ShardedEngine
from pynn_sfdfa.rules import BP, DFA
from pynn_sfdfa.training.optimizers import Adam

SHARDS = 4


def trained(workers, after_batch=lambda batch: None, rule=None):
    """The state after some batches, the last of them of a single sample."""
    trains = random_trains(np.random.default_rng(0), 41, 8)
    made = {"rule": rule or BP(), "optimizer": Adam(0.01), "batch_size": 10, "seed": 1, "threads": 1}
    engine = ShardedEngine(network([8, 6, 2], seed=1), shards=SHARDS, workers=workers, **made)
    figures = []
    for batch, one in enumerate(engine.train(trains, np.arange(41), 0)):
        figures.append((one.samples, one.correct, one.loss, *map(sum, one.spikes)))
        after_batch(batch)
    return engine.state(), figures


def check_same(result, other):
    for name, array in other[0].items():
        np.testing.assert_array_equal(result[0][name], array, err_msg=name)
    assert result[1] == other[1]


@pytest.mark.slow
def test_workers_train_as_one_process_does_though_one_is_killed(monkeypatch):
    here, said = trained(None), io.StringIO()
    with data_parallel.on_this_machine(2, 1, said) as workers:
        with pytest.raises(CampaignError, match=r"takes a worker [\d.]+ ms .* get there and back.* cannot pay"):
            workers.begin({"network": network([8, 6, 2]), "rule": BP(), "shards": SHARDS, "threads": 1}).check(
                random_trains(np.random.default_rng(0), 10, 8)
            )
        monkeypatch.setattr(data_parallel, "PAYS_FROM", 0.0)
        workers.check(random_trains(np.random.default_rng(0), 10, 8))
        assert "2 workers should train" in said.getvalue()
        client = workers._client
        first = client.run(os.getpid)

        def kill(batch):
            if batch == 0:
                os.kill(min(first.values()), signal.SIGKILL)

        check_same(trained(workers.begin, kill), here)
        client.wait_for_workers(2, timeout=60)
        assert len({*client.run(os.getpid).values()} - {*first.values()}) == 1


@pytest.fixture
def scheduler():
    """A scheduler with a worker, in this process."""
    with LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None) as there:
        yield there


def test_workers_of_a_scheduler_train_and_foreign_versions_are_refused(scheduler, monkeypatch):
    with data_parallel.on_workers_of(scheduler.scheduler_address, 1, io.StringIO()) as workers:
        feedback = DFA(rho=0.0)
        check_same(trained(workers.begin, rule=feedback), trained(None, rule=feedback))
    ours, theirs = data_parallel._environment(), {**data_parallel._environment(), "numpy": "1.0"}
    answers = iter([ours, theirs])
    monkeypatch.setattr(data_parallel, "_environment", lambda: next(answers))
    with (
        pytest.raises(CampaignError, match=rf"has numpy 1.0, this is {ours['numpy']}; the same are needed"),
        data_parallel.on_workers_of(scheduler.scheduler_address, 1, io.StringIO()),
    ):
        pass


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (KilledWorker("it", None, ()), "cost several workers their lives"),
        (OSError("gone"), "not answer any more.*gone"),
    ],
)
def test_workers_that_are_lost_for_good_are_told(error, message):
    class Lost:
        def scheduler_info(self, n_workers):
            return {"workers": ["one"]}

        def gather(self, futures, direct):
            raise error

    with pytest.raises(WorkersLostError, match=message):
        data_parallel.Spread(Lost(), 1, io.StringIO())._wait([])


def test_a_scheduler_without_workers_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(data_parallel, "_PATIENCE", 0.1)
    with LocalCluster(n_workers=0, processes=False, dashboard_address=None) as there, Client(there) as client:
        spread = data_parallel.Spread(client, 1, io.StringIO())
        with pytest.raises(WorkersLostError, match="no workers any more"):
            spread._wait([client.submit(os.getpid)])


@pytest.mark.parametrize(
    ("workers", "shards", "tasks"), [(1, 16, 1), (2, 16, 2), (3, 16, 4), (16, 16, 16), (20, 16, 16), (4, 1, 1)]
)
def test_a_batch_is_shared_out_in_a_power_of_two(workers, shards, tasks):
    assert data_parallel._tasks(workers, shards) == tasks


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--workers", "1000"], "--workers 1000 is more than this machine's"),
        (["--workers", "1", "--scheduler", "tcp://127.0.0.1:1"], "leave out one of the two"),
        (["--scheduler", "tcp://127.0.0.1:1"], "No Dask scheduler answers"),
    ],
)
def test_workers_that_train_cannot_have(options, message, tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "TIMEOUT", "1s")
    result = CliRunner().invoke(main, ["train", "digits-conv", "--out", str(tmp_path / "run"), *options])
    assert result.exit_code == 2
    assert message in result.output
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("lost", ["begin", "check"])
def test_workers_that_are_lost_before_the_first_epoch(lost, tmp_path, monkeypatch):
    """There is no run yet that could be gone on with."""

    class Lost:
        def scheduler_info(self, n_workers):
            return {"workers": ["one"]}

        def register_plugin(self, plugin):
            if lost == "begin":
                raise CommClosedError("gone")

        def submit(self, function, *arguments, pure):
            raise WorkersLostError("The scheduler does not answer any more.")

    @contextmanager
    def here(workers, threads, stream):
        yield data_parallel.Spread(Lost(), threads, stream)

    monkeypatch.setattr(data_parallel, "on_this_machine", here)
    out = tmp_path / "run"
    result = CliRunner().invoke(main, ["train", "digits-conv", "--out", str(out), "--workers", "1"])
    assert result.exit_code == 1
    assert result.output.endswith("Nothing has been trained yet: give the command again.\n")
    assert not out.exists()
