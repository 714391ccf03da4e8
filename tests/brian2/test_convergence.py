"""One trial on Brian2 and on the exact simulator: spikes, potentials, eligibilities, weights and feedback converge."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

import pynn_sfdfa.event as event

_PATH = Path(__file__).parents[2] / "benchmarks" / "brian2_convergence.py"
_SPEC = importlib.util.spec_from_file_location("brian2_convergence", _PATH)
convergence = importlib.util.module_from_spec(_SPEC)
sys.modules[_SPEC.name] = convergence  # dataclasses look their module up
_SPEC.loader.exec_module(convergence)

TIMESTEPS = (0.1, 0.05, 0.025)


@pytest.fixture(
    scope="module", params=[("bounded", False), ("bounded", True), ("exact", False), ("exact", True)], ids=str
)
def rows(request):
    brian2 = pytest.importorskip("brian2")
    import pynn_sfdfa.brian2 as sim

    exact = convergence.run_trial(event, 0.1, *request.param)
    assert sum(exact.counts) > 50
    trials = [convergence.run_trial(sim, dt, *request.param, target="numpy") for dt in TIMESTEPS]
    brian2.prefs.codegen.target = "auto"
    return [convergence.differences(trial, exact) for trial in trials]


@pytest.mark.slow
def test_spike_counts_are_equal(rows):
    assert [row["neurons with other count"] for row in rows] == [0, 0, 0]


@pytest.mark.parametrize("name", ["spike time (ms)", "v, mean (mV)", "E, relative", "weight change, relative"])
def test_errors_shrink_in_proportion_to_the_timestep(rows, name):
    errors = np.array([row[name] for row in rows])
    assert errors[0] > errors[1] > errors[2] > 0
    # Four times smaller for a timestep four times smaller, with room for one spike more or less fortunate on the grid.
    assert errors[0] / errors[2] > 3.5
    assert errors[2] < {"spike time (ms)": 0.1, "v, mean (mV)": 0.05}.get(name, 0.01)


def test_feedback_changes_agree_to_rounding(rows):
    assert max(row["feedback, relative"] for row in rows) < 1e-12
