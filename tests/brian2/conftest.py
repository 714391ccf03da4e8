"""Tests run Brian2's NumPy code: no compiler is needed, and small networks take no time to compile."""

import logging

import pytest


@pytest.fixture
def sim():
    brian2 = pytest.importorskip("brian2", reason="run: pip install 'pynn-sfdfa[brian2]'")
    brian2.prefs.codegen.target = "numpy"
    logging.getLogger("brian2").setLevel(logging.WARNING)  # pytest keeps every message
    import pynn_sfdfa.brian2 as simulator

    yield simulator
    brian2.prefs.codegen.target = "auto"
