"""The simulators that keep one contract, each set up as its tests need it."""

from __future__ import annotations

import importlib
import importlib.util
import logging
import shutil

import pytest

NAMES = ("event", "brian2", "spiNNaker")

TIMESTEP = 1.0


def load(name):
    """Import a back end, or skip the test where it is not installed."""
    if name == "brian2":
        brian2 = pytest.importorskip("brian2", reason="run: pip install 'pynn-sfdfa[brian2]'")
        brian2.prefs.codegen.target = "numpy"  # no compiler is needed, and small networks take no time to compile
        logging.getLogger("brian2").setLevel(logging.WARNING)  # pytest keeps every message
    if name == "spiNNaker":
        pytest.importorskip("spynnaker", reason="run: pip install 'pynn-sfdfa[spinnaker]'")
        pytest.importorskip("unicorn", reason="run: pip install 'pynn-sfdfa[spinnaker]'")
        if shutil.which("arm-none-eabi-gcc") is None:
            pytest.skip("arm-none-eabi-gcc is not installed; Debian: apt install gcc-arm-none-eabi")
    return importlib.import_module(f"pynn_sfdfa.{name}")


def set_up(sim, **options):
    """Call ``setup()``; SpiNNaker runs on the emulated board."""
    board = {"board": "emulated"} if sim.__name__.endswith("spiNNaker") else {}
    sim.setup(**{"timestep": TIMESTEP, **board, **options})
    return sim
