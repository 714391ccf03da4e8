"""Errors, replay and changes of weights: C gives the same bits as the specification, and counts the same."""

from __future__ import annotations

import numpy as np
from c_kernels import narrow, structures
from hypothesis import given
from hypothesis import strategies as st
from states import INT32, SIZES, WORDS, constants, copied, few, replay_states, values
from toolchain import layouts

from pynn_sfdfa.hardware.arithmetic import Tally
from pynn_sfdfa.hardware.arithmetic.feedback import hidden_error, improve_feedback, output_error
from pynn_sfdfa.hardware.arithmetic.formats import INT32_LIMIT, SUM_LIMIT
from pynn_sfdfa.hardware.arithmetic.replay import begin_replay, change_row, replay_decay, replay_spike
from pynn_sfdfa.hardware.arithmetic.timed import begin_pull, pull_decay, pull_spike, spike_delta, timed_spike

GAINS = st.one_of(st.integers(0, 100), st.integers(0, INT32_LIMIT))


def counted(count, perturbation=0):
    return structures(layouts.NEURON, {"count": count, "perturbation": perturbation})


def assert_same_state(replay, state):
    for name in ("S1", "S2", "delta"):
        assert replay[name].tolist() == getattr(state, name).tolist(), name


@few
@given(data=st.data(), n=SIZES)
def test_output_error(kernels, data, n):
    kernels.clear()
    target, count = data.draw(values(INT32_LIMIT, n)), data.draw(values(INT32_LIMIT, n, low=0))
    error, expected = np.zeros(n, np.int32), Tally().counts
    kernels.call("sfdfa_output_error", narrow(target), counted(count), error, n, kernels.tally)
    assert error.tolist() == output_error(target, count, kernels.formats.constants(), expected).tolist()
    assert np.array_equal(kernels.counts(), expected[:2])


@few
@given(data=st.data(), n=SIZES, outputs=st.integers(1, 3), count_limit=st.sampled_from([3, 2**15]))
def test_hidden_error(kernels, data, n, outputs, count_limit):
    kernels.clear()
    most = 4096 << kernels.formats.error
    rho, r_target = data.draw(values(most, 2, low=0)).tolist()
    feedback = np.stack([data.draw(values(INT32_LIMIT, n)) for _ in range(outputs)])
    error, count = data.draw(values(INT32_LIMIT, outputs)), data.draw(values(count_limit, n, low=0))
    total, found, expected = np.zeros(n, np.int64), np.zeros(n, np.int32), Tally().counts
    for row, e in zip(feedback, error, strict=True):
        kernels.call("sfdfa_feed_back", narrow(row), int(e), total, n)
    kernels.call("sfdfa_hidden_error", total, counted(count), rho, r_target, found, n, kernels.tally)
    formats = kernels.formats.constants()
    assert found.tolist() == hidden_error(feedback, error, count, rho, r_target, formats, expected).tolist()
    assert np.array_equal(kernels.counts(), expected[:2])


@few
@given(data=st.data(), n=SIZES, directional=INT32, rate=st.integers(0, 2**31 - 1))
def test_improve_feedback(kernels, data, n, directional, rate):
    kernels.clear()
    row, v = data.draw(values(INT32_LIMIT, n)), data.draw(values(INT32_LIMIT, n))
    count, found, expected = data.draw(values(1, n, low=0)), narrow(row), Tally().counts
    kernels.call("sfdfa_improve_feedback", found, counted(count, v), directional, rate, n, kernels.tally)
    feedback = row[np.newaxis].copy()
    improve_feedback(feedback, v, np.array([directional]), count, rate, kernels.formats.constants(), expected)
    assert found.tolist() == feedback[0].tolist()
    assert np.array_equal(kernels.counts(), expected[:2])


@few
@given(data=st.data(), n=SIZES, gain=GAINS)
def test_replay_begin(kernels, data, n, gain):
    kernels.clear()
    error, expected = data.draw(values(INT32_LIMIT, n)), Tally().counts
    replay = np.ones(n, layouts.REPLAY)
    kernels.call("sfdfa_replay_begin", replay, narrow(error), gain, n, kernels.tally)
    assert_same_state(replay, begin_replay(error, gain, kernels.formats.constants(), expected))
    assert np.array_equal(kernels.counts(), expected[:2])


@few
@given(data=st.data(), state=replay_states(), earlier=st.integers(0, 3), n=st.integers(0, 4))
def test_replay_spikes(kernels, data, state, earlier, n):
    """Spikes of the tick are taken back, from the last of the list; those of earlier ticks are left."""
    kernels.clear()
    replay, now = kernels.replay(state), 7
    unit = data.draw(values(state.S1.size - 1, earlier + n, low=0))
    factor = data.draw(values(INT32_LIMIT, earlier + n))
    columns = {"tick": [now - 1] * earlier + [now] * n, "neuron": unit, "factor": factor}
    spikes = structures(layouts.SPIKE, columns)
    assert kernels.call("sfdfa_replay_spikes", replay, spikes, spikes.size, now, kernels.tally) == earlier
    expected = Tally().counts
    for k in reversed(range(earlier, earlier + n)):
        replay_spike(state, unit[k], factor[k], kernels.formats.constants(), expected)
    assert_same_state(replay, state)
    assert np.array_equal(kernels.counts(), expected[:2])


@few
@given(state=replay_states(), layer=constants())
def test_replay_decay(kernels, state, layer):
    replay, change, n = kernels.replay(state), np.zeros(state.S1.size, np.int32), state.S1.size
    kernels.call("sfdfa_replay_decay", replay, kernels.constants(layer), change, n)
    state = copied(state)
    replay_decay(state, layer)
    assert_same_state(replay, state)
    assert change.tolist() == state.change.tolist()


@few
@given(data=st.data(), n=SIZES, word=WORDS)
def test_change_row(kernels, data, n, word):
    kernels.clear()
    formats = kernels.formats.constants()
    row, change = data.draw(values(formats.weight_limit, n)), data.draw(values(2 * SUM_LIMIT, n))
    found, expected = kernels.row(row), Tally().counts
    kernels.call("sfdfa_change_row", found, narrow(change), word, n, kernels.tally)
    change_row(row, change, word, formats, expected)
    assert found.tolist() == row.tolist()
    assert np.array_equal(kernels.counts(), expected[:2])


@few
@given(data=st.data(), n=SIZES)
def test_pull_begin(kernels, data, n):
    kernels.clear()
    error, expected = data.draw(values(INT32_LIMIT, n)), Tally().counts
    outputs = np.ones(n, layouts.REPLAY)
    kernels.call("sfdfa_pull_begin", outputs, narrow(error), n, kernels.tally)
    assert_same_state(outputs, begin_pull(error, expected))
    assert np.array_equal(kernels.counts(), expected[:2])


@few
@given(data=st.data(), state=replay_states(), layer=constants(), earlier=st.integers(0, 3), n=st.integers(0, 4))
def test_output_walked_backwards(kernels, data, state, layer, earlier, n):
    """Spikes of the tick are taken back, from the last of the list, then the tick."""
    kernels.clear()
    outputs, now, size = kernels.replay(state), 7, state.S1.size
    unit = data.draw(values(size - 1, earlier + n, low=0))
    factor = data.draw(values(INT32_LIMIT, earlier + n))
    columns = {"tick": [now - 1] * earlier + [now] * n, "neuron": unit, "factor": factor}
    spikes, pull = structures(layouts.SPIKE, columns), np.zeros(size, np.int32)
    assert kernels.call("sfdfa_pull_spikes", outputs, spikes, spikes.size, now, kernels.tally) == earlier
    kernels.call("sfdfa_pull_decay", outputs, kernels.constants(layer), pull, size, kernels.tally)
    state, expected = copied(state), Tally().counts
    for k in reversed(range(earlier, earlier + n)):
        pull_spike(state, unit[k], factor[k], kernels.formats.constants(), expected)
    pull_decay(state, layer, expected)
    assert_same_state(outputs, state)
    assert pull.tolist() == state.change.tolist()
    assert np.array_equal(kernels.counts(), expected[:2])


@few
@given(data=st.data(), state=replay_states(), outputs=st.integers(1, 3), n=st.integers(0, 4), gain=GAINS)
def test_timed_spikes(kernels, data, state, outputs, n, gain):
    kernels.clear()
    replay, now, size = kernels.replay(state), 7, state.S1.size
    unit, factor = data.draw(values(size - 1, n + 1, low=0)), data.draw(values(INT32_LIMIT, n + 1))
    spikes = structures(layouts.SPIKE, {"tick": [now - 1] + [now] * n, "neuron": unit, "factor": factor})
    feedback = np.stack([data.draw(values(INT32_LIMIT, size)) for _ in range(outputs)])
    pull = data.draw(values(INT32_LIMIT, outputs))
    of_output = narrow(feedback.ravel()), size, narrow(pull), outputs, gain
    assert kernels.call("sfdfa_timed_spikes", replay, spikes, n + 1, now, *of_output, kernels.tally) == 1
    formats, state, expected = kernels.formats.constants(), copied(state), Tally().counts
    for k in reversed(range(1, n + 1)):
        delta = spike_delta(feedback[:, unit[k]], pull, gain, formats, expected)
        timed_spike(state, unit[k], factor[k], delta, formats, expected)
    assert_same_state(replay, state)
    assert np.array_equal(kernels.counts(), expected[:2])
