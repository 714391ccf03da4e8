"""Rows, blocks and arrivals: the bookkeeping around the kernels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernels import in_order, of_trial
from small_nets import network, random_trains

from pynn_sfdfa import SpikeTrains
from pynn_sfdfa.event.batch.arrive import Inputs, arrive_inputs, arrive_spikes
from pynn_sfdfa.event.batch.layout import LANES, block_width, pad, padded_width, part_of, unpad
from pynn_sfdfa.event.batch.order import ROOM_TO_SORT
from pynn_sfdfa.event.batch.records import allocate_trials
from pynn_sfdfa.event.batch.site_layout import layouts_of
from pynn_sfdfa.event.batch.workspace import layer_constants

DETERMINISTIC = settings(deadline=None, derandomize=True, max_examples=30)


@DETERMINISTIC
@given(n=st.integers(1, 5000))
def test_rows_and_blocks_are_whole_registers_with_little_padding(n):
    width = padded_width(n)
    assert width % LANES == 0
    assert n <= width < n + LANES
    block = block_width(width)
    assert block % LANES == 0
    assert LANES <= block <= 208
    assert (-(-width // block) - 1) * block < n  # no block is all padding


@DETERMINISTIC
@given(n=st.integers(1, 900), seed=st.integers(0, 99))
def test_there_and_back(n, seed):
    matrix = np.random.default_rng(seed).normal(size=(3, n)).astype(np.float32)
    padded = pad(matrix)
    assert padded.shape == (3, padded_width(n))
    assert not padded[:, n:].any()
    np.testing.assert_array_equal(unpad(padded, n), matrix)


@DETERMINISTIC
@given(n=st.integers(1, 900), seed=st.integers(0, 99))
def test_block_after_block_and_back(n, seed):
    layout, padded = layouts_of(network([3, n]))[0], pad(np.random.default_rng(seed).normal(size=(3, n)).astype("f4"))
    flat = layout.by_block(padded)
    np.testing.assert_array_equal(layout.by_row(flat), padded)
    start, first = flat.ctypes.data, 0
    for neurons in layout.blocks:
        own = part_of(flat, layout.width, neurons)
        assert own.flags.c_contiguous and own.ctypes.data == start and start % 64 == 0
        np.testing.assert_array_equal(own, padded[:, neurons])
        assert neurons.start == first
        start, first = start + own.nbytes, neurons.stop
    assert first == layout.width
    assert not np.shares_memory(unpad(padded, n), padded)


def arrivals_of(trains, net):
    """Per sample: groups as (time, window, [(unit, grade), ...]), and the decays."""
    out = allocate_trials(len(trains), max(1, int(np.diff(trains.offsets).max())), 1, 1)
    constants = layer_constants(net.layers[0], net)
    arrive_inputs(
        0, len(trains), Inputs(trains.times, trains.units, trains.offsets, np.arange(len(trains))), constants, out
    )
    return out, constants


@DETERMINISTIC
@given(seed=st.integers(0, 2**32 - 1), delay=st.sampled_from([0.0, 7.0]), ratio=st.sampled_from([2.0, 2.5]))
def test_arrivals_are_grouped_by_time_and_end_with_the_trial(seed, delay, ratio):
    net = network([5, 2], delay=delay, duration=90.0, tau_m=130.0 * ratio)
    trains = random_trains(np.random.default_rng(seed), 3, 5, spikes=(0, 12), grid=10.0)
    out, _ = arrivals_of(trains, net)
    for k in range(3):
        times, units = trains.sample(k)
        times = times + np.float32(delay)
        kept = times <= 90.0
        starts = of_trial(out, "groups", k).start[: out.places[k].n_groups + 1]
        groups, events = of_trial(out, "groups", k)[: out.places[k].n_groups], of_trial(out, "events", k)[: starts[-1]]
        np.testing.assert_array_equal(groups.time, np.unique(times[kept]))
        np.testing.assert_array_equal(np.repeat(groups.time, np.diff(starts)), times[kept])
        np.testing.assert_array_equal(events.unit, units[kept])
        assert not events.grade.any()
        ends = np.append(groups.time[1:], 90.0)[: groups.size]
        np.testing.assert_allclose(groups.window, ends - groups.time)
        for tau, decays in ((130.0, groups.decay_syn), (130.0 * ratio, groups.decay_m)):
            np.testing.assert_allclose(decays, np.exp(-groups.window / tau), rtol=1e-6)


def test_the_order_of_samples_is_the_one_asked_for():
    net = network([5, 2])
    trains = random_trains(np.random.default_rng(0), 4, 5, spikes=(3, 9))
    out = allocate_trials(2, 9, 1, 1)
    constants = layer_constants(net.layers[0], net)
    arrive_inputs(0, 2, Inputs(trains.times, trains.units, trains.offsets, np.array([3, 1])), constants, out)
    for row, k in enumerate((3, 1)):
        times, units = trains.sample(k)
        np.testing.assert_array_equal(of_trial(out, "events", row).unit[: units.size], units)
        np.testing.assert_array_equal(of_trial(out, "groups", row).time[: out.places[row].n_groups], np.unique(times))


@pytest.mark.parametrize("most", [1, 3, 400])
def test_spikes_arrive_in_order_of_time_then_neuron_with_their_grades(most):
    rng = np.random.default_rng(2)
    net = network([5, 2], delay=1.0)
    below = allocate_trials(1, 4, 48, 48 * 30)
    below.places[0].n_groups = 4
    wanted = []
    for group in range(4):
        for unit in np.sort(rng.integers(0, 48, rng.integers(0, most, endpoint=True))).tolist():  # neuron by neuron
            n = len(wanted)
            time = 50.0 * group + float(rng.integers(0, 50))
            below.spikes.time[n], below.spikes.unit[n], below.spikes.grade[n] = time, unit, n
            wanted.append((time + 1.0, unit, float(n)))
        below.groups.stop[group] = len(wanted)
    out = allocate_trials(1, 48 * 30, 1, 1)
    arrive_spikes(
        0, 1, below, layer_constants(net.layers[0], net), np.empty(2 * 48 * 30 + ROOM_TO_SORT, np.uint64), out
    )
    found = list(zip(*(column.tolist() for column in in_order(out, 0)), strict=True))
    assert len(found) > 0
    in_time = [spike for spike in wanted if spike[0] <= net.trial_duration]
    assert [spike[:2] for spike in found] == sorted(spike[:2] for spike in in_time)
    assert sorted(found) == sorted(in_time)


def test_a_sample_without_spikes_has_no_groups():
    trains = SpikeTrains.from_samples([([], [])], np.zeros(1, int), 5)
    out, _ = arrivals_of(trains, network([5, 2]))
    assert out.places[0].n_groups == 0
    assert out.groups.start[0] == 0


@pytest.mark.parametrize(("ratio", "closed"), [(2.0, True), (2.1, False)])
def test_the_constants_of_a_layer(ratio, closed):
    net = network([5, 2], c=0.25, tau_m=130.0 * ratio, gradient="exact", delay=2.0, max_spikes=7)
    constants = layer_constants(net.layers[0], net)
    assert constants.closed_form is closed
    assert constants.c == pytest.approx(0.25)
    assert constants.reach == pytest.approx(ratio - 1)
    assert (constants.exact, constants.delay, constants.max_spikes) == (1, 2.0, 7)
