"""States, constants and weights anywhere in their ranges, mostly at the edges, for hypothesis."""

from __future__ import annotations

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from pynn_sfdfa.hardware.arithmetic import NeuronConstants
from pynn_sfdfa.hardware.arithmetic.formats import INT32_LIMIT, SUM_LIMIT
from pynn_sfdfa.hardware.arithmetic.neuron import NeuronState
from pynn_sfdfa.hardware.arithmetic.replay import ReplayState

few = settings(max_examples=25)
"""An example holds up to 24 neurons, and each test runs in four formats on two targets."""

SIZES = st.integers(1, 24)
WORDS = st.integers(0, 2**32 - 1)
INT32 = st.integers(-INT32_LIMIT, INT32_LIMIT)

_BYTES = 9  # of a value: one to choose how it is made, eight to make it from


def values(limit, size, low=None):
    """Arrays of integers in -limit..limit, or low..limit: a third on or next to a limit or zero, a third small.

    Drawn as bytes, which is a hundred times faster than one by one.
    """
    low = -limit if low is None else low
    edges = np.array(sorted({low, min(low + 1, limit), max(low, 0), max(limit - 1, low), limit}))

    def decoded(drawn):
        raw = np.frombuffer(drawn, np.uint8).reshape(size, _BYTES)
        kind, word = raw[:, 0] % 3, raw[:, 1:].copy().view(np.uint64)[:, 0] >> np.uint64(1)
        word = word.astype(np.int64)
        small = np.clip(word % 2001 - 1000, low, limit)
        return np.choose(kind, [edges[word % edges.size], small, low + word % (limit - low + 1)])

    return st.binary(min_size=_BYTES * size, max_size=_BYTES * size).map(decoded)


@st.composite
def constants(draw):
    return NeuronConstants(
        loss_syn=draw(st.integers(1, 2**31 - 1)),
        loss_m=draw(st.integers(1, 2**31 - 1)),
        threshold=draw(st.integers(2**8, SUM_LIMIT)),
        reach=draw(st.integers(2**8, INT32_LIMIT)),
        exact=draw(st.integers(0, 1)),
        max_spikes=draw(st.integers(1, 4)),
    )


@st.composite
def neuron_states(draw):
    """States at any moment, with B - A around zero in some."""
    n = draw(SIZES)
    return NeuronState(
        A=draw(values(SUM_LIMIT, n)),
        B=draw(values(SUM_LIMIT, n)),
        D=draw(values(INT32_LIMIT, n)),
        directional=draw(values(INT32_LIMIT, n)),
        count=draw(values(5, n, low=0)),
        total=draw(values(INT32_LIMIT, n)),
        graded=draw(values(2**60, n)),
    )


@st.composite
def replay_states(draw):
    n = draw(SIZES)
    arrays = [draw(values(SUM_LIMIT, n)) for _ in range(3)]
    return ReplayState(*arrays, np.zeros(n, np.int64))


def copied(state):
    return type(state)(*(array.copy() for array in state))
