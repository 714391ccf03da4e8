"""Live simulations keep to the wall clock, or do not."""

from __future__ import annotations

import math
import time

import pytest

from pynn_sfdfa.hardware.board import BoardError
from pynn_sfdfa.hardware.board.pace import Pace


@pytest.mark.parametrize(("factor", "least", "most"), [(1.0, 0.05, 60), (10.0, 0.005, 60), (math.inf, 0, 0.04)])
def test_virtual_time_is_held_back_to_the_pace(factor, least, most):
    began = time.monotonic()
    hold = Pace(factor, lambda: 1000.0).start(0.0)
    for now in range(0, 50_001, 1000):
        hold(float(now))
    assert least - 0.002 <= time.monotonic() - began <= most


def test_what_is_lost_by_a_standstill_is_not_made_up_for_in_a_race():
    hold = Pace(1.0, lambda: 1000.0).start(0.0)
    time.sleep(0.2)
    began = time.monotonic()
    hold(0.0)
    hold(100_000.0)
    assert time.monotonic() - began >= 0.07


@pytest.mark.parametrize("factor", [0.0, -1.0, math.nan])
def test_a_pace_that_is_none_is_refused(factor):
    with pytest.raises(BoardError, match="pace of"):
        Pace(factor, lambda: 1000.0)
