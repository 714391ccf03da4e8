"""Events in bins of time and space."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from pynn_sfdfa.encoding.event_bins import EventBins
from pynn_sfdfa.encoding.events import Events
from pynn_sfdfa.encoding.saccades import position

SENSOR = (5, 7)


def of(*rows):
    return Events(*np.array(rows, np.int64).reshape(-1, 4).T)


@st.composite
def recordings(draw):
    rows = draw(st.lists(st.tuples(*(st.integers(0, n) for n in (6, 4, 1, 400_000))), max_size=30))
    return of(*sorted(rows, key=lambda row: row[3]))


@given(recordings(), st.integers(1, 4), st.booleans())
@settings(deadline=None, max_examples=60)
def test_each_bin_that_holds_an_event_is_one_spike(recording, block, merged):
    encoder = EventBins(bin=3.0, duration=250.0, block=block, merge_polarities=merged)
    height, width = -(-5 // block), -(-7 // block)
    expected = {
        (3.0 * (t // 3000 + 1), (0 if merged else p) * height * width + y // block * width + x // block)
        for x, y, p, t in zip(*(values.tolist() for values in recording), strict=True)
        if t < 250_000
    }
    if recording.time.size and not expected:
        with pytest.raises(ValueError, match=r"comes at \d+ us, .* takes those before 250000 us; subtract from t"):
            encoder.spikes(recording, SENSOR)
        return
    times, units = encoder.spikes(recording, SENSOR)
    assert list(zip(times.tolist(), units.tolist(), strict=True)) == sorted(expected)
    assert encoder.n_units_of(SENSOR) == height * width * (1 if merged else 2)
    assert times.max(initial=0.0) <= encoder.latest


def test_what_moves_with_the_saccades_stands_still_when_stabilised():
    time = np.arange(0, 315_000, 5000)
    moved = np.rint(position(time / 1000)).astype(int)
    recording = Events(10 + moved[:, 1], 12 + moved[:, 0], np.ones_like(time), time)
    units = EventBins(bin=1.0, stabilise=True).spikes(recording, (34, 34))[1]
    assert set(units) == {12 * 34 + 10}
    assert len(set(EventBins(bin=1.0).spikes(recording, (34, 34))[1])) > 10


def test_what_leaves_the_sensor_by_stabilising_is_left_out():
    recording = of((0, 0, 0, 0), (0, 0, 0, 100_000))  # by then the image is 7 rows further down
    assert_array_equal(EventBins(stabilise=True).spikes(recording, (34, 34))[1], [0])


def test_the_saccades_end_where_they_began():
    assert_array_equal(position([0.0, 105.0, 210.0, 315.0, 400.0]), [[0, 0], [7, 3.5], [0, 7], [0, 0], [0, 0]])
