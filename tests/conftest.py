"""What all tests may use; its being here also lets them import the helper modules beside it."""

from __future__ import annotations

import os
import signal

import pytest
from hypothesis import settings

from pynn_sfdfa import datasets
from pynn_sfdfa.encoding import latency

# The same examples every time, however slow the machine: a failure can be repeated, and none comes from the clock.
settings.register_profile("pynn-sfdfa", derandomize=True, deadline=None)
settings.load_profile("pynn-sfdfa")

# Processes of the test runner are told how wide a terminal is; what the command line prints would depend on it.
os.environ.pop("COLUMNS", None)


@pytest.fixture(autouse=True)
def ctrl_c_as_at_a_terminal():
    """A shell that starts the tests in the background makes them ignore it, and other tests leave handlers behind."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def digits():
    """scikit-learn's digits as input spikes: training and test samples."""
    loaded = datasets.load("digits", None)
    return tuple(latency(part.values, part.labels, maximum=16.0) for part in (loaded.train, loaded.test))
