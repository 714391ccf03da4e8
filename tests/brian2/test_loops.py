"""A recurrent network on brian2 comes the nearer to event, before chaos parts them, the shorter its time step."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

import pynn_sfdfa.event as event_sim

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.mark.slow
@pytest.mark.parametrize("cell", ["LIF_SFDFA", "IF_curr_exp"])
def test_first_spikes_are_nearer_the_exact_ones_the_shorter_the_step(sim, cell):
    script = runpy.run_path(str(BENCHMARKS / "loops_brian2.py"))
    small = {"cell": cell, "duration": 50.0, "n": 60, "inputs": 100}
    exact = script["simulate"](event_sim, **small, timestep=0.1)
    assert sum(map(len, exact)) > 25
    name = "error of a spike, median (ms)"
    errors = [
        script["early"](script["simulate"](sim, **small, timestep=dt, target="numpy"), exact)[name]
        for dt in (0.1, 0.025)
    ]
    assert errors[0] < 0.2 and errors[1] < errors[0] / 2.5
