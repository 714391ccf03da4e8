"""Decay by ticks against exponentials."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pynn_sfdfa.hardware.arithmetic.decay import decayed, loss_per_tick

states = st.integers(-(2**30), 2**30)
losses = st.integers(1, 2**31 - 1)


@given(states, losses)
def test_one_tick_is_half_a_unit_off_at_most(x, loss):
    assert abs(decayed(x, loss) * 2**32 - x * (2**32 - loss)) <= 2**31


@given(states, losses)
def test_never_grows_nor_changes_sign(x, loss):
    after = decayed(x, loss)
    assert abs(after) <= abs(x)
    assert after * x >= 0


@given(states, states, losses)
def test_keeps_order(x, y, loss):
    low, high = sorted((x, y))
    assert decayed(low, loss) <= decayed(high, loss)


@given(st.floats(2.0, 500.0), st.sampled_from([0.1, 1.0]), st.integers(-(2**30), 2**30))
def test_many_ticks_stay_near_the_exponential(tau, timestep, x):
    """Half a unit a tick, each of which decays further: together at most 1/(2 (1 - exp(-dt/tau))) units."""
    loss = loss_per_tick(tau, timestep)
    value, bound = x, 0.5 / -math.expm1(-timestep / tau)
    for tick in range(1, 200):
        value = decayed(value, loss)
        exact = x * math.exp(-tick * timestep / tau)
        # The factor itself is rounded to 2^-32: a share of tick * 2^-33 of the value.
        assert abs(value - exact) <= bound + abs(x) * tick * 2.0**-33 + 1e-6


def test_too_coarse_a_step_is_refused():
    assert loss_per_tick(1.5, 1.0) < 2**31
    with pytest.raises(ValueError, match=r"timestep of 1 ms is too long for a time constant of 1 ms.*below 0\.693 ms"):
        loss_per_tick(1.0, 1.0)
