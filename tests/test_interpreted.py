"""Compiled kernels compute what their Python source says.

The interpreted run also raises IndexError where compiled code would read or write beside an array, and lets coverage
see the lines of the kernels, which it cannot in compiled code.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from both_ways import both_ways


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    # Python's numbers warn where the compiled ones wrap around (hashes) or become infinite, as both are meant to.
    return both_ways(Path(__file__).with_name("all_kernels.py"), tmp_path_factory.mktemp("kernels"), "ignore")


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
