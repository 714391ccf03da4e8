"""Sorting spikes by time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pynn_sfdfa.event.batch.order import ROOM_TO_SORT, sort_by_time
from pynn_sfdfa.event.batch.radix import sort_keys
from pynn_sfdfa.event.batch.records import SPIKE
from pynn_sfdfa.support.jit import subroutine


@subroutine()
def sorted_by_time(spikes, spike0, first, last, order):
    sort_by_time(spikes, spike0, first, last, order)


TIMES = st.lists(st.floats(0, 1e6, width=32, allow_subnormal=False), max_size=60)


@settings(deadline=None, derandomize=True, max_examples=25)
@given(TIMES)
def test_keys_are_sorted_by_time_and_equal_times_stay_in_order(times):
    bits = np.array(times, np.float32).view(np.uint32).astype(np.uint64)
    keys = bits << np.uint64(32) | np.arange(len(times), dtype=np.uint64)
    wanted = np.argsort(np.array(times, np.float32), kind="stable")
    sort_keys(np.uint64(len(times)), keys, np.empty_like(keys), np.empty(1 << 11, np.int32))
    np.testing.assert_array_equal(keys & np.uint64(0xFFFFFFFF), wanted)


@pytest.mark.parametrize("n", [2047, 2048, 5000])
@pytest.mark.parametrize("lowest, highest", [(0.0, 1e6), (50.0, 51.0), (7.0, 7.0)])
def test_many_keys_are_sorted_too_however_close_their_times(n, lowest, highest):
    times = np.random.default_rng(n).uniform(lowest, highest, n).astype(np.float32)
    keys = times.view(np.uint32).astype(np.uint64) << np.uint64(32) | np.arange(n, dtype=np.uint64)
    sort_keys(np.uint64(n), keys, np.empty_like(keys), np.empty(1 << 11, np.int32))
    np.testing.assert_array_equal(keys & np.uint64(0xFFFFFFFF), np.argsort(times, kind="stable"))


@settings(deadline=None, derandomize=True, max_examples=25)
@given(st.integers(0, 400), st.integers(0, 1 << 31))
def test_the_spikes_of_a_window_are_sorted_by_time_and_equal_times_stay_in_order(n, seed):
    spikes = np.recarray(n + 5, SPIKE)
    spikes.time = np.random.default_rng(seed).integers(0, 300, n + 5) / 8  # some more than once
    order = np.empty(2 * (n + 3) + ROOM_TO_SORT, np.uint64)
    sorted_by_time(spikes, np.uint64(2), 3, 3 + n, order)
    np.testing.assert_array_equal(order[:n], 3 + np.argsort(spikes.time[5:], kind="stable"))
