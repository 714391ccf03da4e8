"""Timing and counting, on times and samples that are known."""

from __future__ import annotations

import time

import numpy as np
import pytest

from pynn_sfdfa import SpikeTrains
from pynn_sfdfa.benchmark.machine import BandwidthRun, PeakRun, describe, load_warning
from pynn_sfdfa.benchmark.timing import Spread, alternate, clock, clock_of, processor_clock, ratio
from pynn_sfdfa.benchmark.work import Work, count_groups, inference_work, training_work


def test_spread():
    spread = Spread.of([3.0, 1.0, 8.0])
    assert spread == Spread(3.0, 1.0, 8.0)
    assert spread.scaled(2.0) == Spread(6.0, 2.0, 16.0)


def test_clock_counts_seconds():
    assert 0.02 <= clock(lambda: time.sleep(0.02)) < 10


def test_one_thread_is_timed_by_what_it_computes_and_not_by_what_it_waits():
    assert clock_of(1) is processor_clock
    assert clock_of(2) is clock
    assert processor_clock(lambda: time.sleep(0.5)) < 0.25
    assert processor_clock(lambda: sum(range(10**6))) > 0.001


def test_runs_alternate_and_the_first_round_does_not_count():
    calls = []

    def run(name):
        calls.append(name)
        return float(len(calls))

    told = []
    seconds = alternate({"a": lambda: run("a"), "b": lambda: run("b")}, 2, told.append)
    assert calls == ["a", "b", "a", "b", "a", "b"]
    assert seconds == {"a": [3.0, 5.0], "b": [4.0, 6.0]}
    assert told == [1, 2, 3]


def test_ratio_pairs_the_runs_of_a_round():
    assert ratio([10.0, 200.0, 30.0], [1.0, 10.0, 10.0]) == Spread(10.0, 3.0, 20.0)


def test_groups_are_different_times_within_a_sample():
    samples = [([1.0, 1.0, 2.0], [0, 1, 2]), ([], []), ([2.0], [0]), ([2.0, 2.0, 2.0, 5.0], [0, 1, 2, 3])]
    trains = SpikeTrains.from_samples([(np.float32(t), np.int32(u)) for t, u in samples], np.zeros(4, int), 4)
    assert count_groups(trains) == (2 + 0 + 1 + 2) / 4


def test_work_of_a_small_network():
    """3-2-1 neurons; 5 events in 4 groups arrive at the hidden layer, 6 spikes at the output."""
    forward = Work(2 * (8 * 4 + 1) + 1 * (8 * 6), 4 * (2 * 5 + 1 * 6))
    assert inference_work((2, 1), (5, 6), (4, 6)) == forward
    backward = Work(2 * (2 * 4 + 2 * 5) + 1 * (2 * 6 + 2 * 6), 8 * (2 * 5 + 1 * 6))
    rest = Work(2 * 6 + 12 * 8 / 4 + 4 * 2 * 1, 4 * 6 + 32 * 8 / 4)  # grades, Adam, feedback
    assert training_work((3, 2, 1), (5, 6), (4, 6), batch_size=4) == forward + backward + rest


@pytest.mark.parametrize(("load", "warns"), [(0.0, False), (0.4, False), (0.6, True), (7.0, True)])
def test_a_busy_machine_is_warned_of(load, warns):
    warning = load_warning(load)
    assert (warning is not None) == warns
    assert not warns or f"{load:.1f}" in warning


def test_machine_is_described():
    description = describe(2)
    assert description["threads"] == 2
    assert {"processor", "cores", "platform", "date", "python", "numba", "numpy", "pynn-sfdfa"} <= set(description)


def test_measures_of_the_machine_count_what_they_do():
    peak = PeakRun(1)
    assert peak() > 0
    assert peak.operations == 2 * 10_000 * 1024 * 8
    memory = BandwidthRun(1, 2**26)
    assert memory() > 0
    assert memory.bytes == 2 * 3 * 4 * 2**23  # two passes over two arrays of 2**23 elements, one of them written
