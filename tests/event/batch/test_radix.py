"""Sorting the spikes of a whole trial."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pynn_sfdfa.event.batch.radix import sort_keys

TIMES = st.lists(st.floats(0, 1e6, width=32, allow_subnormal=False), max_size=60)


@settings(deadline=None, derandomize=True, max_examples=25)
@given(TIMES)
def test_keys_are_sorted_by_time_and_equal_times_stay_in_order(times):
    bits = np.array(times, np.float32).view(np.uint32).astype(np.uint64)
    keys = bits << np.uint64(32) | np.arange(len(times), dtype=np.uint64)
    wanted = np.argsort(np.array(times, np.float32), kind="stable")
    sort_keys(np.uint64(len(times)), keys, np.empty_like(keys), np.empty(1 << 11, np.int32))
    np.testing.assert_array_equal(keys & np.uint64(0xFFFFFFFF), wanted)
