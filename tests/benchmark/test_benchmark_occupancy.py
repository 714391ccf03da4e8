"""When threads are at work: the script that times what is shared out among them."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from pynn_sfdfa.event.batch.pool import Pool

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def occupancy(monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS)
    return runpy.run_path(str(BENCHMARKS / "occupancy.py"))


def test_threads_at_work_are_counted(occupancy):
    shared = occupancy["Shared"]("trials")
    shared.begin, shared.end = 0.0, 10.0
    shared.tasks += [(1.0, 4.0), (2.0, 3.0), (4.0, 6.0), (8.0, 9.0)]
    assert shared.at_work(2) == [4.0, 5.0, 1.0]


def test_what_pools_share_out_is_noted_while_it_is_asked_for(occupancy):
    done, run = [], Pool.run
    with occupancy["recorded"]() as found:
        Pool(1).run([lambda: done.append(1), lambda: done.append(2)], "lists")
    Pool(1).run([lambda: done.append(3)], "lists")
    (shared,) = found
    assert (shared.of, len(shared.tasks), done, Pool.run) == ("lists", 2, [1, 2, 3], run)
    assert shared.begin <= shared.tasks[0][0] <= shared.tasks[1][1] <= shared.end
    assert sum(shared.at_work(1)) == pytest.approx(shared.end - shared.begin)
