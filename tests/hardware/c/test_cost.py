"""The table of instructions: the page shows what was measured, and the kernels still cost about that."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import pytest
from c_kernels import require_cross_compiler
from toolchain.processors import ARM968, CORTEX_M4F

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def benchmark():
    return runpy.run_path(str(ROOT / "benchmarks" / "spinnaker_cost.py"))


@pytest.fixture(scope="module")
def result(benchmark):
    return json.loads(benchmark["RESULT"].read_text())


def test_page_shows_the_result(benchmark, result):
    text = benchmark["PAGE"].read_text()
    assert benchmark["written"](text, result) == text


def test_kernels_cost_what_the_table_says(benchmark, result):
    """Within a quarter: another version of the compiler may find other instructions."""
    require_cross_compiler()
    for processor, kernels in ((ARM968, "kernels"), (CORTEX_M4F, "kernels of SpiNNaker2")):
        for now, before in zip(benchmark["measured"](processor), result[kernels], strict=True):
            assert now["kernel"] == before["kernel"]
            assert now["each"] == pytest.approx(before["each"], rel=0.25), now["kernel"]
    in_float32 = result["kernels of SpiNNaker2 in float32"]
    for now, before in zip(benchmark["measured_in_float32"](), in_float32, strict=True):
        assert now["kernel"] == before["kernel"]
        assert now["each"] == pytest.approx(before["each"], rel=0.25), now["kernel"]


def test_estimates_follow_from_the_counts(benchmark, result):
    assert benchmark["estimated"](result["kernels"]) == result["estimates"]


def test_more_events_leave_time_for_fewer_neurons(result):
    neurons = list(result["estimates"]["keeps_up"].values())
    assert neurons == sorted(neurons, reverse=True)
    assert len(set(neurons)) == len(neurons)
