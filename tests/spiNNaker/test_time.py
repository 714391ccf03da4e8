"""Time steps and delays as sPyNNaker counts them, on a board where nothing runs."""

import warnings

import pytest


def test_steps_add_up_where_sPyNNaker_rounds_up(mapped):
    """From 0.7 to 0.8 ms is more than one step of 0.1 ms, in floating point."""
    mapped.setup(timestep=0.1)
    mapped.Population(2, mapped.SpikeSourceArray())
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)  # Python 3.12 and later have others, of what sPyNNaker calls
        assert [mapped.run(step) for step in (0.7, 0.1)] == pytest.approx([0.7, 0.8])


def test_between_two_steps_the_next_is_reached(mapped):
    mapped.setup(timestep=1.0)
    mapped.Population(2, mapped.SpikeSourceArray())
    with pytest.warns(UserWarning, match="2.5 ms lies between two steps of 1 ms; the simulation stops at 3 ms"):
        assert [mapped.run(2.5) for _ in range(2)] == [3.0, 5.0]
    mapped.reset()
    assert mapped.get_current_time() == 0.0 and mapped.run(2.0) == 2.0


@pytest.mark.parametrize("timestep", [1.1, 0.7, 0.3, 0.25, 0.007])
def test_a_timestep_is_taken_as_it_is(mapped, timestep):
    """1.1 ms is 1100.0000000000002 microseconds, in floating point."""
    mapped.setup(timestep=timestep, time_scale_factor=1000)
    assert mapped.get_time_step() == timestep == mapped.get_min_delay()
