"""Machine code on disk: that of other types is never run, whatever happens to the files or to who writes them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numba
import pytest

from pynn_sfdfa.support.jit import folders, jit

SCRIPT = """
import sys
sys.path.insert(0, sys.argv[1])
from doubling import double
for value in (3, 0.25, 2j):
    print(double(value), "loaded" if double.stats.cache_hits else "compiled", flush=True)
"""

MODULE = """
from pynn_sfdfa.support.jit import jit

@jit
def double(x):
    return x + x
"""


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """A cache of the test's own, for functions that are made in it."""
    folders.cache_folder.cache_clear()
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path / "cache"))
    yield tmp_path / "cache"
    folders.cache_folder.cache_clear()


def double():
    """Return a function as another process would have it: nothing compiled, but what lies on disk."""
    return jit(_double)


def _double(x):
    return x + x


def code(cache):
    return sorted(cache.rglob("*.kernel"))


def test_each_signature_has_a_file_of_its_own(cache):
    function = double()
    assert (function(3), function(0.25)) == (6, 0.5)
    assert len(code(cache)) == 2
    again = double()
    assert (again(0.25), again(3)) == (0.5, 6)
    assert sum(again.stats.cache_hits.values()) == 2
    assert len(code(cache)) == 2


def test_code_of_other_types_is_not_run(cache):
    """Numba's own cache runs it: two processes, or one that is killed, can leave an index that names the wrong file."""
    function = double()
    function(3), function(0.25)
    one, other = code(cache)
    content = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(content)
    again = double()
    assert (again(3), again(0.25)) == (6, 0.5)
    assert not again.stats.cache_hits


@pytest.mark.parametrize("damage", [lambda c: b"", lambda c: c[:40], lambda c: c[:-1], lambda c: c[:-9] + b"123456789"])
def test_damaged_code_is_compiled_anew(cache, damage):
    double()(3)
    (file,) = code(cache)
    whole = file.read_bytes()
    file.write_bytes(damage(whole))
    again = double()
    assert again(3) == 6
    assert not again.stats.cache_hits
    third = double()
    assert third(3) == 6
    assert third.stats.cache_hits


def process(folder):
    (folder / "doubling.py").write_text(MODULE)
    env = {**os.environ, "NUMBA_CACHE_DIR": str(folder / "cache")}
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(folder)], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def lines(running):
    out, err = running.communicate()
    assert running.returncode == 0, err
    return out.splitlines()


def test_processes_that_compile_at_once_do_not_disturb_each_other(tmp_path):
    for running in [process(tmp_path) for _ in range(3)]:
        assert [line.split()[0] for line in lines(running)] == ["6", "0.5", "4j"]
    assert lines(process(tmp_path)) == ["6 loaded", "0.5 loaded", "4j loaded"]
    assert len(code(tmp_path / "cache")) == 3


def test_a_process_that_is_killed_while_it_compiles_leaves_nothing_that_harms(tmp_path):
    running = process(tmp_path)
    while not code(tmp_path / "cache") and running.poll() is None:
        time.sleep(0.001)
    running.send_signal(signal.SIGKILL)
    running.communicate()
    assert [line.split()[0] for line in lines(process(tmp_path))] == ["6", "0.5", "4j"]
    assert lines(process(tmp_path)) == ["6 loaded", "0.5 loaded", "4j loaded"]
    assert Path(tmp_path / "cache").is_dir()


SLICING = """
from pynn_sfdfa.support.jit import jit

@jit
def tail(x):
    return x[1:]
"""

SLICED = """
import sys
sys.path.insert(0, sys.argv[1])
import numpy as np
from numba.core.registry import cpu_target
from slicing import tail
print(tail(np.ones(3)), "loaded" if tail.stats.cache_hits else "compiled", end=" ")
print("prepared" if cpu_target.target_context._registries else "as it was", tail(np.arange(3, dtype=sys.argv[2])))
"""


def test_what_is_loaded_does_not_wait_until_numba_could_compile(tmp_path):
    """That takes longer than to load the kernels of a training. What comes next can still be compiled."""
    (tmp_path / "slicing.py").write_text(SLICING)
    env = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "cache")}

    def said(dtype):
        call = [sys.executable, "-c", SLICED, str(tmp_path), dtype]
        return subprocess.run(call, env=env, capture_output=True, text=True, check=True).stdout

    assert said("int32") == "[1. 1.] compiled prepared [1 2]\n"
    assert said("int16") == "[1. 1.] loaded as it was [1 2]\n"


CALLED_BACK = """
import sys
from ctypes import CFUNCTYPE, c_double
from numba import types
from pynn_sfdfa.support.jit import callback, jit

sys.path.insert(0, sys.argv[1])
from doubling import double


def made(sign):
    @callback(types.float64(types.float64))
    def twice(x):
        return double(x) if sign > 0 else -double(x)

    return twice


for made_for in (1, -1):
    function = made(made_for)
    called = CFUNCTYPE(c_double, c_double)(function.address)(1.5)
    print(called, "loaded" if function.cache_hits else "compiled")
"""


def test_what_libraries_call_is_kept_too(tmp_path):
    """Numba compiles it anew in each process if it encloses a compiled function; numbers it encloses are told apart."""
    (tmp_path / "doubling.py").write_text(MODULE)
    script = tmp_path / "script.py"
    script.write_text(CALLED_BACK)
    env = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    for state in ("compiled", "loaded"):
        call = [sys.executable, str(script), str(tmp_path)]
        out = subprocess.run(call, env=env, capture_output=True, text=True, check=True).stdout
        assert out.splitlines() == [f"3.0 {state}", f"-3.0 {state}"]
