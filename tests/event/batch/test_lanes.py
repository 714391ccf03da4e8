"""What kernels do with sixteen numbers at once, against what Python does."""

from __future__ import annotations

import numba
import numpy as np
import pytest

from pynn_sfdfa.event.batch import lanes


@pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="there is nothing but Python's then")
@pytest.mark.parametrize("at_a_time", [8, 16])
def test_bits_of_a_comparison_are_the_same_on_processors_of_any_kind(monkeypatch, at_a_time):
    monkeypatch.setattr(lanes, "_lanes_of_flags", lambda _: at_a_time)

    @numba.njit
    def compiled(row, limit):
        return lanes.at_least(lanes.load(row, 0), limit)

    rng = np.random.default_rng(at_a_time)
    for _ in range(200):
        row = rng.choice(np.array([-1.0, 0.0, 0.5, 1.0, 2.0, np.inf, np.nan], np.float32), 16)
        expected = sum(1 << k for k in range(16) if row[k] >= 0.5)
        assert compiled(row, np.float32(0.5)) == expected
