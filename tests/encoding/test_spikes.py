"""Ragged spike trains: what they accept, and that selecting and splitting lose nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from pynn_sfdfa.encoding.spikes import SpikeTrains, split

N_UNITS = 5


def trains_of(samples: list[list[tuple[float, int]]]) -> SpikeTrains:
    pairs = [([t for t, _ in sample], np.array([u for _, u in sample], int)) for sample in samples]
    return SpikeTrains.from_samples(pairs, np.arange(len(samples)), N_UNITS)


spike = st.tuples(st.floats(0, 99, width=32), st.integers(0, N_UNITS - 1))
spike_lists = st.lists(st.lists(spike, max_size=6), max_size=8)


def valid() -> dict[str, object]:
    return {
        "times": [1.0, 2.0, 0.5],
        "units": [0, 4, 1],
        "offsets": [0, 2, 2, 3],
        "labels": [7, 8, 9],
        "n_units": N_UNITS,
    }


@given(spike_lists)
def test_samples_come_back_sorted_by_time_and_otherwise_in_the_given_order(samples):
    trains = trains_of(samples)
    assert len(trains) == len(samples)
    for index, sample in enumerate(samples):
        times, units = trains.sample(index)
        expected = sorted(sample, key=lambda pair: pair[0])  # Python's sort is stable
        assert list(zip(times.tolist(), units.tolist(), strict=True)) == expected


@given(spike_lists, st.data())
def test_select_takes_samples_in_the_given_order_with_repeats(samples, data):
    trains = trains_of(samples)
    indices = data.draw(st.lists(st.integers(0, len(samples) - 1), max_size=10) if samples else st.just([]))
    chosen = trains.select(indices)
    assert_array_equal(chosen.labels, indices)
    for place, index in enumerate(indices):
        for found, expected in zip(chosen.sample(place), trains.sample(index), strict=True):
            assert_array_equal(found, expected)


@given(spike_lists)
def test_spike_times_lay_the_samples_one_after_another(samples):
    absolute = trains_of(samples).spike_times(100.0)
    expected = sorted(
        (unit, float(np.float32(time)) + 100.0 * index) for index, sample in enumerate(samples) for time, unit in sample
    )
    assert [(unit, time) for unit, times in enumerate(absolute) for time in times.tolist()] == expected
    assert len(absolute) == N_UNITS


@given(n=st.integers(2, 40), fraction=st.floats(0.05, 0.95), seed=st.integers(0, 2**32 - 1))
def test_split_is_a_seeded_partition_in_the_original_order(n, fraction, seed):
    trains = trains_of([[(float(index), index % N_UNITS)] for index in range(n)])
    n_held_out = round(fraction * n)
    if n_held_out in (0, n):
        with pytest.raises(ValueError, match="samples on both sides"):
            split(trains, fraction, seed)
        return
    train, held_out = split(trains, fraction, seed)
    assert len(held_out) == n_held_out
    assert sorted([*train.labels, *held_out.labels]) == list(range(n))
    for part in (train, held_out):
        assert_array_equal(part.times, part.labels)
        assert (np.diff(part.labels) > 0).all()
    assert_array_equal(split(trains, fraction, seed)[1].labels, held_out.labels)


def test_split_depends_on_the_seed():
    trains = trains_of([[]] * 50)
    assert split(trains, 0.5, 1)[0].labels.tolist() != split(trains, 0.5, 2)[0].labels.tolist()


@pytest.mark.parametrize("fraction", [0.0, 1.0, -0.1, 1.5, float("nan")])
def test_split_refuses_fractions_that_leave_a_side_empty(fraction):
    with pytest.raises(ValueError, match="fraction must lie between 0 and 1"):
        split(trains_of([[]] * 10), fraction, 0)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("times", [[1.0, 2.0, 0.5]], "times must be one-dimensional"),
        ("times", ["1", "2", "3"], "times must be real numbers"),
        ("times", [1.0, np.nan, 0.5], "finite and >= 0 ms; sample 0 has nan"),
        ("times", [1.0, 2.0, -0.5], "finite and >= 0 ms; sample 2 has -0.5"),
        ("times", [1.0, 2.0, 1e39], "finite and >= 0 ms; sample 2 has inf"),
        ("times", [2.0, 1.0, 0.5], "sorted within a sample; sample 0 is not"),
        ("times", [1.0, 2.0], "offsets must rise from 0 to the number of spikes"),
        ("units", [0.0, 4.0, 1.0], "units must be integers, not float64"),
        ("units", [0, 5, 1], r"units must lie in 0\.\.4; sample 0 has 5"),
        ("units", [0, 4, -1], r"units must lie in 0\.\.4; sample 2 has -1"),
        ("units", [0, 4, 2**32], "units must fit int32, but 4294967296 occurs"),
        ("units", [0, 4], r"units \(2\) and times \(3\)"),
        ("offsets", [0, 3], r"one element more than there are labels \(3\), not 2"),
        ("offsets", [0, 2, 1, 3], "offsets must rise"),
        ("offsets", [1, 2, 2, 3], "offsets must rise"),
        ("labels", [0, 1, -2], "labels must be >= 0; sample 2 has -2"),
        ("labels", [0.0, 1.0, 2.0], "labels must be integers"),
        ("labels", np.array([0, 1, 2**64 - 1], np.uint64), "labels must fit int64"),
        ("n_units", 0, "n_units must be an integer >= 1, not 0"),
        ("n_units", 5.0, "n_units must be an integer >= 1, not 5.0"),
        ("n_units", True, "n_units must be an integer >= 1, not True"),
    ],
)
def test_bad_fields_are_refused_by_name(field, value, message):
    SpikeTrains(**valid())
    with pytest.raises(ValueError, match=message):
        SpikeTrains(**{**valid(), field: value})


def test_times_may_fall_from_one_sample_to_the_next_around_empty_samples():
    trains = SpikeTrains([5.0, 1.0], [0, 0], [0, 0, 1, 1, 2, 2], [0, 1, 2, 3, 4], 1)
    assert [trains.sample(index)[0].tolist() for index in range(5)] == [[], [5.0], [], [1.0], []]


def test_fields_have_their_types():
    trains = SpikeTrains(**valid())
    types = [array.dtype for array in (trains.times, trains.units, trains.offsets, trains.labels)]
    assert types == [np.float32, np.int32, np.int64, np.int64]


@pytest.mark.parametrize("index", [-1, 3])
def test_samples_that_do_not_exist_are_refused(index):
    trains = SpikeTrains(**valid())
    with pytest.raises(IndexError, match=rf"sample {index} does not exist; there are samples 0\.\.2"):
        trains.sample(index)
    with pytest.raises(IndexError, match=rf"sample {index} does not exist"):
        trains.select([0, index])


@pytest.mark.parametrize("indices", [[True, False, True], [0.5], [[0, 1]], 1])
def test_select_takes_nothing_but_a_list_of_integers(indices):
    with pytest.raises(ValueError, match="indices must be a list of integers"):
        SpikeTrains(**valid()).select(indices)


@pytest.mark.parametrize(
    ("sample", "labels", "message"),
    [
        (([1.0, 2.0], [0]), [0], "sample 0 has 2 times but 1 units"),
        (([1.0], [0, 1]), [0], "sample 0 has 1 times but 2 units"),
        (([1.0], [0.7]), [0], "units must be integers"),
        (([1.0], [0]), [0.7], "labels must be integers"),
        (([1.0], [0]), [0, 1], r"there are labels \(2\)"),
    ],
)
def test_from_samples_refuses_what_it_would_have_to_guess(sample, labels, message):
    with pytest.raises(ValueError, match=message):
        SpikeTrains.from_samples([sample], labels, N_UNITS)


@pytest.mark.parametrize("duration", [0.0, -1.0, float("inf"), float("nan")])
def test_spike_times_need_a_duration(duration):
    with pytest.raises(ValueError, match="trial_duration must be a finite number of ms > 0"):
        SpikeTrains(**valid()).spike_times(duration)


def test_spike_times_do_not_run_into_the_next_trial():
    with pytest.raises(ValueError, match="must exceed every spike time; sample 0 has a spike at 2.0 ms"):
        SpikeTrains(**valid()).spike_times(2.0)


def test_spikes_after_the_end_of_a_trial_are_named():
    trains = trains_of([[(1.0, 0)], [], [(2.0, 3), (7.5, 1)]])
    trains.check_within(7.6)
    for duration in (7.5, 3.0):
        with pytest.raises(ValueError, match=rf"trial_duration \({duration} ms\) .*; sample 2 has a spike at 7.5 ms"):
            trains.check_within(duration)
    with pytest.raises(ValueError, match="trial_duration must be a finite number of ms > 0, not nan"):
        trains.check_within(float("nan"))
