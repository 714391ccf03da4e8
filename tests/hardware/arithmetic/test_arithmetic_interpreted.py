"""The compiled kernels compute what their Python source says; the interpreted run also lets coverage see their lines.

Python's integers of 64 bits warn where they overflow, so it shows as well that none does.
"""

from pathlib import Path

import numpy as np
import pytest
from both_ways import both_ways

from pynn_sfdfa.hardware.arithmetic import VARIABLES

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    script, folder = Path(__file__).with_name("small_training.py"), tmp_path_factory.mktemp("arithmetic")
    return both_ways(script, folder, "error", [ROOT / "tests", ROOT / "benchmarks"])


def test_compiled_and_interpreted_kernels_agree_bit_for_bit(results):
    compiled, interpreted = results
    assert compiled.files == interpreted.files
    for name in compiled.files:
        if name.startswith("float"):
            np.testing.assert_allclose(compiled[name], interpreted[name], rtol=1e-12, err_msg=name)
        else:
            np.testing.assert_array_equal(compiled[name], interpreted[name], err_msg=name)


def test_something_happened(results):
    compiled, _ = results
    for name in ("as specified", "timed", "exact", "16 bits", "stochastic", "saturating", "float"):
        assert compiled[f"{name}: 0"].sum() > 20
    saturated = dict(zip(VARIABLES, compiled["saturating: 5"][0], strict=True))
    assert saturated["weight"] > 0
    assert not compiled["as specified: 5"][0].any()
    assert compiled["16 bits: 5"][1].any()
