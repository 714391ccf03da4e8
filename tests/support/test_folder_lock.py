"""The lock of a folder: for one at a time, who is named to the others, and freed by a crash."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from contextlib import ExitStack

import pytest

from pynn_sfdfa.support.folder_lock import FolderInUseError, FolderLock

HOLDER = """
import sys
from pathlib import Path
from pynn_sfdfa.support.folder_lock import FolderLock
with FolderLock(Path(sys.argv[1])).held():
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path):
    """Another process, which holds the lock of the test's folder."""
    words = [sys.executable, "-c", HOLDER, str(tmp_path), "--out", "x" * 300]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"held\n"
        yield process
        process.kill()


def test_a_process_that_holds_the_lock_is_named_and_a_kill_frees_it(tmp_path, holder):
    lock = FolderLock(tmp_path)
    who = rf"^process {holder.pid} on {os.uname().nodename} \(-c {tmp_path} --out x+\.\.\., since 20\d\d-.*:\d\d\)$"
    with pytest.raises(FolderInUseError, match=who):
        lock.check_free()
    with pytest.raises(FolderInUseError, match=who), lock.held():
        pass
    holder.kill()
    holder.wait()
    lock.check_free()
    with lock.held():
        assert (tmp_path / ".writer.json").exists()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("record", [b"", b"[]", b"{}", b'{"pid": "x"}', b"\xff", b"[" * 100_000, None])
def test_a_record_that_says_nothing_is_no_obstacle(tmp_path, holder, record):
    path = tmp_path / ".writer.json"
    path.unlink()
    if record is not None:
        path.write_bytes(record)
    with pytest.raises(FolderInUseError, match="^another process$"):
        FolderLock(tmp_path).check_free()


def test_who_holds_it_may_take_it_again(tmp_path):
    lock = FolderLock(tmp_path)
    with lock.held():
        with lock.held():
            lock.check_free()
        with pytest.raises(FolderInUseError, match=f"process {os.getpid()} on"):
            FolderLock(tmp_path).check_free()
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_looked_for_where_nothing_is(tmp_path):
    FolderLock(tmp_path / "nowhere").check_free()
    assert list(tmp_path.iterdir()) == []


def test_a_lock_file_that_was_removed_after_it_was_opened_is_not_the_lock(tmp_path, monkeypatch):
    """Between the opening of the file and its locking, the first holder ends and another one begins."""
    flock = fcntl.flock
    with ExitStack() as first, ExitStack() as second:
        first.enter_context(FolderLock(tmp_path).held())

        def meanwhile(file, operation):
            monkeypatch.setattr(fcntl, "flock", flock)
            first.close()
            second.enter_context(FolderLock(tmp_path).held())
            flock(file, operation)

        monkeypatch.setattr(fcntl, "flock", meanwhile)
        with pytest.raises(FolderInUseError), FolderLock(tmp_path).held():
            pass
        assert fcntl.flock is flock
    assert list(tmp_path.iterdir()) == []
