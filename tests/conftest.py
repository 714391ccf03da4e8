"""What all tests may use; its being here also lets them import the helper modules beside it."""

from __future__ import annotations

import functools
import itertools
import os
import signal
import sys
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
# four times as long. Not followed are slow tests, all but the first examples of a property, and numba's compiler. (A
# worker measures twice, as a process that was started and as a worker, and pytest-cov's marker no_cover ends one of both.)

_FOLLOWED_EXAMPLES = 5


@contextmanager
def _not_followed():
    tracer = sys.gettrace()
    sys.settrace(None)
    try:
        yield
    finally:
        sys.settrace(tracer)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    """Follow no slow test."""
    if item.get_closest_marker("slow") is None:
        return (yield)
    with _not_followed():
        return (yield)


def pytest_itemcollected(item):
    """Follow the first examples of a property."""
    property_ = getattr(getattr(item, "obj", None), "hypothesis", None)
    if property_ is not None and not hasattr(property_.inner_test, "examples"):
        property_.inner_test = _first_followed(property_.inner_test)


def _first_followed(test):
    @functools.wraps(test)
    def tested(*arguments, **named):
        with nullcontext() if next(tested.examples) < _FOLLOWED_EXAMPLES else _not_followed():
            return test(*arguments, **named)

    tested.examples = itertools.count()
    return tested


@pytest.fixture(autouse=True)
def processes_of_slow_tests_are_not_followed(request, monkeypatch):
    """They learn from their environment what to measure."""
    if request.node.get_closest_marker("slow"):
        monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)


class _Compiler(event.Listener):
    def __init__(self):
        self.tracers = []

    def on_start(self, event):
        self.tracers.append(sys.gettrace())
        sys.settrace(None)

    def on_end(self, event):
        sys.settrace(self.tracers.pop())


event.register("numba:compile", _Compiler())


@pytest.fixture(autouse=True)
def ctrl_c_as_at_a_terminal():
    """A shell that starts the tests in the background makes them ignore it, and other tests leave handlers behind."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def digits():
    """scikit-learn's digits as input spikes: training and test samples."""
    loaded = datasets.load("digits", None)
    return tuple(latency(part.values, part.labels, maximum=16.0) for part in (loaded.train, loaded.test))
