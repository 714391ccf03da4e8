"""Runs side by side in worker processes: lost workers, Ctrl-C, and schedulers that are there already."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import types

import pytest

pytest.importorskip("distributed", reason="run: pip install 'pynn-sfdfa[sweep]'")

from campaign.small_runs import check_same, lines, run_here, spec
from distributed import KilledWorker, LocalCluster
from distributed.comm import CommClosedError

from pynn_sfdfa.campaign import cluster, runner
from pynn_sfdfa.campaign.errors import CampaignError
from pynn_sfdfa.campaign.finished_run import read
from pynn_sfdfa.support.files import WriteError

EPOCHS = 12


def wait_for(condition, seconds=120.0):
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, "it did not come about"
        time.sleep(0.02)


@pytest.mark.slow
def test_a_killed_worker_loses_no_finished_epoch(tmp_path):
    """The run goes on in another process, from its checkpoint, and ends with the weights of one that was left alone."""
    one = spec(tmp_path / "killed", epochs=EPOCHS)
    with cluster.local_cluster(1) as client:
        (first,) = client.run(os.getpid).values()
        future = cluster.submit(client, one, None, 1)
        wait_for(lambda: (one.folder / "metrics.jsonl").exists() and len(lines(one.folder)) >= 2)
        os.kill(first, signal.SIGKILL)
        before = lines(one.folder)
        assert len(before) < EPOCHS  # it was in the middle
        wait_for(future.done)
        assert cluster.outcome(one, future).error is None
        (second,) = client.run(os.getpid).values()
    assert second != first
    # The epoch that was under way may be repeated; all before it were not, for their times are the same.
    assert lines(one.folder)[: len(before) - 1] == before[:-1]
    assert read(one) is not None
    alone = spec(tmp_path / "alone", epochs=EPOCHS)
    assert run_here(alone).error is None
    check_same(one.folder, alone.folder)


@pytest.mark.slow
def test_ctrl_c_stops_the_command_which_says_how_to_go_on(tmp_path):
    (tmp_path / "sweep.toml").write_text(
        'experiment = "digits"\n[set]\nnetwork.hidden_sizes = [12]\ntraining.epochs = 100000\n'
        "[grid]\nrules.sfdfa.rho = [0.1, 0.2]\n"
    )
    command = ["sweep", "sweep.toml", "--workers", "2", "--out", "out"]
    program = "from pynn_sfdfa.campaign import runner; runner.cores = lambda: 2\n"
    program += "from pynn_sfdfa.cli import main; main()"
    words = [sys.executable, "-c", program, *command]
    process = subprocess.Popen(words, cwd=tmp_path, stdout=-1, stderr=-1, text=True, start_new_session=True)
    for line in process.stderr:
        if "  epoch " in line:
            os.killpg(process.pid, signal.SIGINT)  # as a terminal does: the workers get it, too
            break
    stdout, stderr = process.communicate(timeout=120)
    assert process.returncode == 130
    assert stdout == ""
    assert "Traceback" not in stderr
    assert f"Interrupted; finished epochs are kept. To go on: pynn-sfdfa {' '.join(command)}\n" in stderr
    wait_for(lambda: not has_members(process.pid), seconds=30.0)  # no worker goes on unseen


def test_two_campaigns_on_a_machine_do_not_get_in_each_others_way(recwarn):
    """The scheduler serves its state on a port; one of its own choice would be taken by the first of them."""
    with socket.socket() as taken:
        with contextlib.suppress(OSError):  # it is taken already
            taken.bind(("127.0.0.1", 8787))
            taken.listen()
        with cluster.local_cluster(1):
            pass
    assert [str(told.message) for told in recwarn if issubclass(told.category, UserWarning)] == []


def has_members(group):
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def scheduler():
    """A scheduler with one worker that takes one run at a time, both in this process."""
    with LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None) as there:
        yield there


@pytest.mark.slow
def test_an_existing_scheduler_is_used(tmp_path, scheduler):
    both = [spec(tmp_path / "good"), spec(tmp_path / "silent", "network.hidden.v_thresh=1000.0")]
    stream = io.StringIO()
    outcomes = runner.run_all(both, data=None, scheduler=scheduler.scheduler_address, stream=stream)
    assert outcomes[0].error is None
    assert "did not fire once" in outcomes[1].error
    assert read(both[0]).summary["threads"] == 1
    assert "good  finished, test " in stream.getvalue()
    assert "silent  failed: " in stream.getvalue()


def test_what_fails_on_a_worker_is_told(tmp_path, scheduler, monkeypatch):
    monkeypatch.setattr(cluster, "execute", lambda *_, **__: 1 / 0)  # the worker is in this process
    (outcome,) = runner.run_all(
        [spec(tmp_path / "a")], data=None, scheduler=scheduler.scheduler_address, stream=io.StringIO()
    )
    assert outcome.error == "ZeroDivisionError: division by zero"


@pytest.mark.parametrize(
    ("future", "message"),
    [
        (types.SimpleNamespace(status="error", exception=lambda: KilledWorker("a", None, 4)), "lost more than 3 times"),
        (types.SimpleNamespace(status="cancelled"), r"the scheduler gave it up \(cancelled\); give the command again"),
    ],
)
def test_runs_that_dask_gives_up_are_told(tmp_path, future, message):
    result = cluster.outcome(spec(tmp_path / "a"), future)
    assert result.name == "a"
    assert re.search(message, result.error)


def test_a_run_that_cannot_write_ends_the_campaign(tmp_path, scheduler, monkeypatch):
    def execute(*_, **__):
        raise WriteError(errno.ENOSPC, "No space left on device", "x/last.safetensors")

    monkeypatch.setattr(cluster, "execute", execute)  # the worker is in this process
    with pytest.raises(WriteError, match="x/last.safetensors cannot be written: No space left"):
        runner.run_all([spec(tmp_path / "a")], data=None, scheduler=scheduler.scheduler_address, stream=io.StringIO())


def connect(address):
    with cluster.existing_cluster(address):
        pass


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", bytes(1 << 16)])
def test_a_server_that_is_no_scheduler(answer):
    """Dask takes what it answers for sizes, and would have exabytes of memory."""

    def serve():
        connection, _ = server.accept()
        with connection:
            connection.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=serve, daemon=True).start()
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(CampaignError, match=f"^No Dask scheduler answers at {address} "):
            connect(address)


def test_a_server_that_says_nothing_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(cluster, "TIMEOUT", "0.2s")
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        pytest.raises(CampaignError, match=r"^No Dask scheduler answers at .* \(no word within 0.2s\)"),
    ):
        connect(f"tcp://127.0.0.1:{server.getsockname()[1]}")


def test_an_address_that_asks_for_a_certificate():
    with pytest.raises(CampaignError, match="^No Dask scheduler answers at tls://127.0.0.1:1 .*TLS"):
        connect("tls://127.0.0.1:1")


def test_workers_that_die_at_their_start_are_told_of(monkeypatch):
    """As when memory is short; Dask's own error says it in forty lines."""
    dying = [sys.executable, "-c", "raise SystemExit"]
    monkeypatch.setattr("multiprocessing.spawn.get_command_line", lambda **_: dying)
    with (
        pytest.raises(CampaignError, match=r"^The workers could not be started \(Nanny failed"),
        cluster.local_cluster(1),
    ):
        pass


def gone():
    raise CommClosedError("in <TCP>: Stream is closed")


def refused():
    """Raise what Dask does if the system gives it no more files: that comes last."""
    try:
        try:
            raise OSError(errno.EMFILE, "Too many open files")
        finally:
            raise AssertionError
    except AssertionError as error:
        raise RuntimeError("Nanny failed to start.") from error


@pytest.mark.parametrize(
    ("lose", "reason"),
    [
        (gone, "in <TCP>: Stream is closed"),
        (refused, r"\[Errno 24\] Too many open files"),
    ],
)
def test_why_workers_could_not_be_started(lose, reason, monkeypatch):
    monkeypatch.setattr(cluster.Client, "register_plugin", lambda *_: lose())
    expected = rf"^The workers could not be started \({reason}\), perhaps"
    with pytest.raises(CampaignError, match=expected), cluster.local_cluster(1):
        pass


@pytest.mark.parametrize(
    ("workers", "threads", "message"),
    [(1, 2, "takes 2 runs at a time in one process; start such with `dask worker"), (0, 1, "has no workers; start")],
)
def test_workers_that_cannot_be_used(workers, threads, message):
    options = {"n_workers": workers, "threads_per_worker": threads, "processes": False, "dashboard_address": None}
    with LocalCluster(**options) as there, pytest.raises(CampaignError, match=message):
        connect(there.scheduler_address)


def test_workers_with_another_version(scheduler, monkeypatch):
    monkeypatch.setattr(cluster, "_version", lambda: None)
    with pytest.raises(CampaignError, match=r"has no pynn-sfdfa, this is \S+; install the same there"):
        connect(scheduler.scheduler_address)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense://here"])
def test_a_scheduler_that_does_not_answer(address, monkeypatch):
    monkeypatch.setattr(cluster, "TIMEOUT", "1s")
    with pytest.raises(CampaignError, match=f"No Dask scheduler answers at {address}.*`dask scheduler`"):
        connect(address)
