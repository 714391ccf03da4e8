"""Compiled kernels compute what their Python source says.

The interpreted run also raises IndexError where compiled code would read or write beside an array, and lets coverage
see the lines of the kernels, which it cannot in compiled code.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest


def _run(folder, compiled):
    env = {**os.environ, "NUMBA_DISABLE_JIT": str(int(not compiled))}
    out = folder / f"compiled-{compiled}.npz"
    script = Path(__file__).with_name("all_kernels.py")
    # Python's numbers warn where the compiled ones wrap around (hashes) or become infinite, as both are meant to.
    command = [sys.executable, "-W", "ignore::RuntimeWarning", str(script), str(out)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return np.load(out)


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kernels")
    return _run(folder, compiled=True), _run(folder, compiled=False)


def test_compiled_and_interpreted_kernels_agree(results):
    compiled, interpreted = results
    assert compiled.files == interpreted.files
    for name in compiled.files:
        values, tolerance = compiled[name], 1e-12 if compiled[name].dtype == np.float64 else 3e-6
        if values.dtype.kind == "f":
            np.testing.assert_allclose(values, interpreted[name], rtol=tolerance, atol=tolerance, err_msg=name)
        else:
            np.testing.assert_array_equal(values, interpreted[name], err_msg=name)


def test_the_networks_did_something(results):
    for name, values in results[0].items():
        assert np.isfinite(values).all()
        assert values.any(), name
