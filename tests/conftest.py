"""What all tests may use; its being here also lets them import the helper modules beside it."""

from __future__ import annotations

import functools
import gc
import itertools
import os
import signal
import sys
import threading
from collections import Counter
from contextlib import contextmanager, nullcontext

import pytest
from hypothesis import settings
from numba.core import event

from pynn_sfdfa import datasets
from pynn_sfdfa.encoding import latency

# The same examples every time, however slow the machine: a failure can be repeated, and none comes from the clock.
settings.register_profile("pynn-sfdfa", derandomize=True, deadline=None)
settings.load_profile("pynn-sfdfa")

# Processes of the test runner are told how wide a terminal is; what the command line prints would depend on it.
os.environ.pop("COLUMNS", None)


# Coverage follows every call in Python, those within compilers and other libraries, too: what calls much takes two to
# four times as long. Not followed are slow tests, all but the first cases of a test (of each simulator, if they begin
# with one), all but the first examples of a property, and numba's compiler.
# (A worker measures twice, as a process that was started and as a worker, and pytest-cov's marker no_cover ends one of
# both.)

_FOLLOWED = 5  # cases, examples


@contextmanager
def _not_followed():
    tracer, of_threads = sys.gettrace(), threading.gettrace()
    sys.settrace(None)
    threading.settrace(None)
    try:
        yield
    finally:
        sys.settrace(tracer)
        threading.settrace(of_threads)


_CASE = pytest.StashKey[int]()
_FOLLOW = "COVERAGE_PROCESS_CONFIG"
"""From this, processes that are started learn what to measure."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    """Follow neither slow tests nor later cases, nor the processes that they or fixtures of theirs start."""
    if item.get_closest_marker("slow") is None and item.stash[_CASE] <= _FOLLOWED:
        return (yield)
    processes = os.environ.pop(_FOLLOW, None)
    try:
        with _not_followed():
            return (yield)
    finally:
        if processes is not None:
            os.environ[_FOLLOW] = processes


def pytest_collection_modifyitems(items):
    """Begin with the files that have slow tests: one that comes last leaves the other workers with nothing to do."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)
    cases = Counter()
    for item in items:
        name, _, parameters = item.nodeid.partition("[")
        kind = (name, parameters.partition("-")[0] if "-" in parameters else "")
        cases[kind] += 1
        item.stash[_CASE] = cases[kind]


def pytest_itemcollected(item):
    """Follow the first examples of a property."""
    property_ = getattr(getattr(item, "obj", None), "hypothesis", None)
    if property_ is not None and not hasattr(property_.inner_test, "examples"):
        property_.inner_test = _first_followed(property_.inner_test)


def _first_followed(test):
    @functools.wraps(test)
    def tested(*arguments, **named):
        with nullcontext() if next(tested.examples) < _FOLLOWED else _not_followed():
            return test(*arguments, **named)

    tested.examples = itertools.count()
    return tested


class _Compiler(event.Listener):
    def __init__(self):
        self.tracers = []

    def on_start(self, event):
        self.tracers.append(sys.gettrace())
        sys.settrace(None)

    def on_end(self, event):
        sys.settrace(self.tracers.pop())


event.register("numba:compile", _Compiler())


@pytest.fixture(scope="module", autouse=True)
def what_is_here_is_no_garbage():
    """Brian2 looks for garbage before each run, and would look through all that other files have left."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def ctrl_c_as_at_a_terminal():
    """A shell that starts the tests in the background makes them ignore it, and other tests leave handlers behind."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def digits():
    """scikit-learn's digits as input spikes: training and test samples."""
    loaded = datasets.load("digits", None)
    return tuple(latency(part.values, part.labels, maximum=16.0) for part in (loaded.train, loaded.test))
