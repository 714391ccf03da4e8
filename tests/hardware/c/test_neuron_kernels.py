"""Arrival, tick and spike: C gives the same bits as the specification, and counts the same."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from states import INT32, constants, copied, few, neuron_states, values
from toolchain import layouts

from pynn_sfdfa.hardware.arithmetic import Tally
from pynn_sfdfa.hardware.arithmetic.formats import INT32_LIMIT, SUM_LIMIT
from pynn_sfdfa.hardware.arithmetic.neuron import advance, arrive, fire, spike_factor, take_up


def assert_same_state(neurons, state):
    for name in ("A", "B", "D", "directional", "count"):
        assert neurons[name].tolist() == getattr(state, name).tolist(), name


@few
@given(data=st.data(), state=neuron_states(), grade=INT32)
def test_arrive(kernels, data, state, grade):
    n, formats = state.total.size, kernels.formats.constants()
    row = data.draw(values(formats.weight_limit, n))
    state = state._replace(total=data.draw(values(2**30 - 1, n)))  # sums fit: max_events sees to that
    state = state._replace(total=np.sign(state.total) * (np.abs(state.total) >> 1))
    total, graded = kernels.arrive(row, grade, copied(state))
    arrive(row, grade, state, formats)
    assert total.tolist() == state.total.astype(np.int32).tolist()
    assert graded.tolist() == state.graded.tolist()


@few
@given(state=neuron_states())
def test_take_up(kernels, state):
    kernels.clear()
    neurons, total, graded = kernels.take_up(copied(state))
    expected = Tally().counts
    take_up(state, kernels.formats.constants(), expected)
    assert_same_state(neurons, state)
    assert not total.any()
    assert not graded.any()
    assert np.array_equal(kernels.counts(), expected[:2])


@few
@given(state=neuron_states())
def test_take_up_where_no_event_has_a_grade(kernels, state):
    kernels.clear()
    neurons, total = kernels.neurons(state, 0), state.total.astype(np.int32)
    kernels.call("sfdfa_take_up", neurons, total, 0, neurons.size, kernels.tally)
    expected = Tally().counts
    state.graded[:] = 0
    take_up(state, kernels.formats.constants(), expected)
    assert_same_state(neurons, state)
    assert not total.any()
    assert np.array_equal(kernels.counts(), expected[:2])


@few
@given(data=st.data(), state=neuron_states(), layer=constants(), now=st.integers(0, 2**16 - 1))
def test_tick(kernels, data, state, layer, now):
    kernels.clear()
    perturbation = data.draw(values(INT32_LIMIT, state.A.size))
    neurons, spikes, grades = kernels.tick(copied(state), perturbation, layer, now)
    expected, formats, fired = Tally().counts, kernels.formats.constants(), np.empty(state.A.size, np.int64)
    n = advance(state, layer, fired)
    factors = [spike_factor(state.A[i], layer, formats, expected) for i in fired[:n]]
    expected_grades = [fire(state, i, perturbation[i], layer, expected) for i in fired[:n]]
    assert_same_state(neurons, state)
    assert spikes["neuron"].tolist() == fired[:n].tolist()
    assert spikes["tick"].tolist() == [now] * n
    assert spikes["factor"].tolist() == factors
    assert grades.tolist() == expected_grades
    assert np.array_equal(kernels.counts(), expected[:2])


@few
@given(layer=constants(), A=st.integers(-SUM_LIMIT, SUM_LIMIT))
def test_factor(kernels, layer, A):
    kernels.clear()
    found = kernels.call("sfdfa_factor", kernels.constants(layer), A, kernels.tally)
    expected = Tally().counts
    assert found == spike_factor(A, layer, kernels.formats.constants(), expected)
    assert np.array_equal(kernels.counts(), expected[:2])


def test_neurons_rest(kernels):
    neurons = np.ones(3, layouts.NEURON)
    kernels.call("sfdfa_rest", neurons, 2)
    assert neurons[:2].tobytes() == bytes(2 * layouts.NEURON.itemsize)
    assert neurons[2].tolist() == (1,) * 6
