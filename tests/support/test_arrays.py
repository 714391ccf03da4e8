from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pynn_sfdfa.support.arrays import flat_rows


@given(rows=st.integers(1, 5), before=st.integers(0, 4), lanes=st.integers(1, 5), after=st.integers(0, 4))
def test_columns_as_flat_memory(rows, before, lanes, after):
    whole = np.random.default_rng(0).normal(size=(rows, before + lanes + after)).astype(np.float32)
    columns = whole[:, before : before + lanes]
    own = flat_rows(columns)
    flat, of_row, apart = own
    assert of_row == lanes
    np.testing.assert_array_equal(own.columns, columns)
    assert np.shares_memory(own.columns, whole)
    assert flat.flags.c_contiguous and np.shares_memory(flat, whole)
    assert flat.size == (rows - 1) * apart + lanes  # not a number beyond the last
    for row in range(rows):
        np.testing.assert_array_equal(flat[row * apart : row * apart + lanes], columns[row])
