"""Blocks of neurons, arrivals and volleys: the bookkeeping around the kernels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_nets import network, random_trains

from pynn_sfdfa import SpikeTrains
from pynn_sfdfa.event.batch.arrive import arrive_inputs, arrive_volley
from pynn_sfdfa.event.batch.layout import block_shape, from_blocks, to_blocks
from pynn_sfdfa.event.batch.records import allocate_arrivals, allocate_spikes, allocate_volley
from pynn_sfdfa.event.batch.volley import merge_blocks
from pynn_sfdfa.event.batch.workspace import layer_constants

DETERMINISTIC = settings(deadline=None, derandomize=True, max_examples=30)


@DETERMINISTIC
@given(n=st.integers(1, 5000))
def test_blocks_hold_all_neurons_with_little_padding(n):
    blocks, width = block_shape(n)
    assert blocks * width >= n
    assert width % 8 == 0
    assert (blocks - 1) * width < n  # no block is all padding


@DETERMINISTIC
@given(n=st.integers(1, 900), seed=st.integers(0, 99))
def test_there_and_back(n, seed):
    matrix = np.random.default_rng(seed).normal(size=(3, n)).astype(np.float32)
    blocked = to_blocks(matrix)
    assert blocked.shape == (3, *block_shape(n))
    assert blocked.reshape(3, -1)[:, n:].sum() == 0
    np.testing.assert_array_equal(from_blocks(blocked, n), matrix)
    assert not np.shares_memory(from_blocks(blocked, n), blocked)


def arrivals_of(trains, net):
    """Per sample: groups as (time, window, [(unit, grade), ...]), and the decays."""
    out = allocate_arrivals(len(trains), max(1, int(np.diff(trains.offsets).max())))
    constants = layer_constants(net.layers[0], net)
    arrive_inputs(trains.times, trains.units, trains.offsets, np.arange(len(trains)), constants, out)
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
        groups = int(out.n_groups[k])
        np.testing.assert_array_equal(out.time[k, :groups], np.unique(times[kept]))
        starts = out.start[k, : groups + 1]
        np.testing.assert_array_equal(np.repeat(out.time[k, :groups], np.diff(starts)), times[kept])
        np.testing.assert_array_equal(out.unit[k, : starts[-1]], units[kept])
        assert not out.grade[k, : starts[-1]].any()
        ends = np.append(out.time[k, 1:groups], 90.0)[:groups]
        np.testing.assert_allclose(out.window[k, :groups], ends - out.time[k, :groups])
        for tau, decays in ((130.0, out.decay_syn), (130.0 * ratio, out.decay_m)):
            np.testing.assert_allclose(decays[k, :groups], np.exp(-out.window[k, :groups] / tau), rtol=1e-6)


def test_the_order_of_samples_is_the_one_asked_for():
    net = network([5, 2])
    trains = random_trains(np.random.default_rng(0), 4, 5, spikes=(3, 9))
    out = allocate_arrivals(2, 9)
    constants = layer_constants(net.layers[0], net)
    arrive_inputs(trains.times, trains.units, trains.offsets, np.array([3, 1]), constants, out)
    for row, k in enumerate((3, 1)):
        times, units = trains.sample(k)
        np.testing.assert_array_equal(out.unit[row, : units.size], units)
        np.testing.assert_array_equal(out.time[row, : out.n_groups[row]], np.unique(times))


@pytest.mark.parametrize("blocks", [1, 3])
def test_a_volley_is_in_order_of_time_then_neuron_and_travels_with_its_grades(blocks):
    rng = np.random.default_rng(2)
    net = network([5, 2], delay=1.0)
    _, width = block_shape(1)
    arrivals = allocate_arrivals(1, 4)
    arrivals.n_groups[0] = 4
    spikes = allocate_spikes(1, blocks, width, 10, 4)
    wanted = []
    counts = np.zeros((blocks, 4), int)
    for block in range(blocks):
        n = 0
        for group in range(4):
            counts[block, group] = rng.integers(0, 30)
            for _ in range(counts[block, group]):
                time, lane = 50.0 * group + float(rng.integers(0, 50)), int(rng.integers(0, width))
                spikes.time[0, block, n], spikes.lane[0, block, n], spikes.grade[0, block, n] = time, lane, n
                wanted.append((time, block * width + lane, float(n)))
                n += 1
            spikes.stop[0, block, group] = n
    volley = allocate_volley(1, 10 * width * blocks)
    merge_blocks(1, arrivals, spikes, volley)
    n = int(volley.n[0])
    found = list(zip(*(column[0, :n].tolist() for column in volley[1:]), strict=True))
    assert n > 30
    assert [spike[:2] for spike in found] == sorted(spike[:2] for spike in wanted)
    assert sorted(found) == sorted(wanted)

    out = allocate_arrivals(1, n)
    arrive_volley(1, volley, layer_constants(net.layers[0], net), out)
    kept = int(out.start[0, out.n_groups[0]])
    assert kept == sum(time + 1.0 <= net.trial_duration for time, _, _ in wanted)
    for column, source in ((out.unit, volley.unit), (out.grade, volley.grade)):
        np.testing.assert_array_equal(column[0, :kept], source[0, :kept])


def test_a_sample_without_spikes_has_no_groups():
    trains = SpikeTrains.from_samples([([], [])], np.zeros(1, int), 5)
    out, _ = arrivals_of(trains, network([5, 2]))
    assert out.n_groups[0] == 0
    assert out.start[0, 0] == 0


@pytest.mark.parametrize(("ratio", "closed"), [(2.0, True), (2.1, False)])
def test_the_constants_of_a_layer(ratio, closed):
    net = network([5, 2], c=0.25, tau_m=130.0 * ratio, gradient="exact", delay=2.0, max_spikes=7)
    constants = layer_constants(net.layers[0], net)
    assert constants.closed_form is closed
    assert constants.c == pytest.approx(0.25)
    assert constants.reach == pytest.approx(ratio - 1)
    assert (constants.exact, constants.delay, constants.max_spikes) == (1, 2.0, 7)
