"""Compiling before a training: in several processes, told of, once; whatever happens to those processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pynn_sfdfa.support.jit import precompilation

SCRIPT = """
import sys, threading
from pynn_sfdfa.support.jit import precompilation, compile_ahead
from pynn_sfdfa.training.losses._count_error import count_error
from pynn_sfdfa.training.optimizers._adam import adam
from pynn_sfdfa.rules._rate_error import rate_error
from pynn_sfdfa.rules.parts._project import project
from pynn_sfdfa.rules.parts._estimate import estimate

reports, taken, compile_here, give = [], threading.Event(), precompilation._compile_here, precompilation._Worker.compile

def report(done, total):
    reports.append((done, total))

def give_and_tell(worker, kernel):
    taken.set()
    return give(worker, kernel)

def compile_when_another_has_one(kernel):
    assert taken.wait(120)
    return compile_here(kernel)

def ahead_of(*kernels, processes=2):
    del reports[:]
    compile_ahead(kernels, processes, report)
    hits = [sum(kernel.stats.cache_hits.values()) for kernel in kernels]
    assert [list(kernel.overloads) for kernel in kernels] == [[kernel.declared] for kernel in kernels]
    print(reports, hits)

precompilation._Worker.compile, precompilation._compile_here = give_and_tell, compile_when_another_has_one
ahead_of(rate_error, count_error)
taken.clear()
precompilation._WORKER = "import sys; print('ready', flush=True); sys.stdin.readline()"
ahead_of(adam, project)
precompilation._compile_here = compile_here
sys.executable = "/no/such/python"
ahead_of(estimate, processes=3)
ahead_of(estimate, processes=3)
"""


def test_kernels_are_compiled_once_by_whichever_process_there_is(tmp_path):
    """By another process and this one; by this one alone if the other dies, or there can be none."""
    env = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    printed = []
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", SCRIPT], env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        printed.append(done.stdout.splitlines())
    two, one = "[(0, 2), (1, 2), (2, 2)]", "[(0, 1), (1, 1)]"
    assert printed[0] == [f"{two} [0, 1]", f"{two} [0, 0]", f"{one} [0]", "[] [0]"]
    assert printed[1] == ["[] [1, 1]", "[] [1, 1]", "[] [1]", "[] [1]"]


def test_an_error_of_the_report_ends_it(tmp_path, monkeypatch):
    class Kernel:
        declared, overloads, _cache = (), (), None
        stats = type("Stats", (), {"cache_path": None})

        def compile(self, signature):
            raise AssertionError("nothing was to be compiled after the error")

    def fail(done, total):
        raise OSError("broken stream")

    with pytest.raises(OSError, match="broken stream"):
        precompilation._compile_all([Kernel(), Kernel()], 2, fail)


def _processes_with(text):
    """Return the processes whose environment has this text."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if text.encode() in (folder / "environ").read_bytes():
                found.append(int(folder.name))
        except OSError:
            pass
    return found


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="processes are found through /proc")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupt_while_compiling_leaves_no_process_and_a_run_to_go_on_with(tmp_path, number):
    env = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    out = tmp_path / "out"
    command = [sys.executable, "-m", "pynn_sfdfa", "train", "digits", "--epochs", "1", "--threads", "2"]
    command += ["--set", "network.hidden_sizes=[8]", "--out", str(out)]
    running = subprocess.Popen(command, env=env, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    first = running.stderr.readline()
    assert first.startswith("compiling 13 kernels (once")
    time.sleep(0.5)  # in the middle of it
    running.send_signal(number)
    _, rest = running.communicate(timeout=120)
    assert "epoch" not in rest
    if number == signal.SIGINT:
        assert running.returncode == 130
        assert "To go on: pynn-sfdfa train" in rest
        assert "Traceback" not in rest and "Exception" not in rest
        assert not _processes_with(str(tmp_path))
    deadline = time.monotonic() + 60
    while _processes_with(str(tmp_path)) and time.monotonic() < deadline:
        time.sleep(0.05)  # the others end with the kernel that they are at
    assert not _processes_with(str(tmp_path))
