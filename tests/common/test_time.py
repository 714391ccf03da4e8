"""The rule by which time passes: the time asked for is kept, and a step is never passed over."""

import math
import warnings

import pytest
import quantities as pq
from hypothesis import given
from hypothesis import strategies as st

from pynn_sfdfa.common.clock import build_run, steps_to


class Clock:
    """A simulator that does nothing but advance."""

    def __init__(self, step):
        self.step, self.steps, self.time, self.asked, self.stops = step, 0, 0.0, 0.0, []

    @property
    def t(self):
        return self.steps * self.step if self.step else self.time

    def advance(self, stop):
        self.stops.append(stop)
        if self.step:
            assert math.isclose(stop / self.step, round(stop / self.step), rel_tol=1e-12, abs_tol=1e-12)
            self.steps = max(self.steps, round(stop / self.step))
        else:
            self.time = stop


def runs(step):
    clock = Clock(step)
    return clock, *build_run(clock)


@given(st.sampled_from([0.05, 0.1, 0.25, 1.0]), st.lists(st.floats(0.0, 20.0), min_size=1, max_size=30))
@pytest.mark.filterwarnings("ignore:.*lies between two steps")
def test_runs_add_up_to_the_first_step_at_or_after_the_time_asked_for(step, durations):
    clock, run, _ = runs(step)
    total = 0.0
    for duration in durations:
        total += duration
        time = run(duration)
        assert time >= total - 1e-8 * step
        assert time - total < step * (1 + 1e-8)
    once, run, _ = runs(step)
    run(total)
    assert once.steps == clock.steps


@given(st.integers(1, 100_000), st.sampled_from([0.01, 0.05, 0.1, 0.2, 0.3, 1.0]))
def test_a_multiple_of_the_step_is_at_that_step(steps, step):
    assert steps_to(steps * step, step) == steps
    total = 0.0
    for _ in range(min(steps, 1000)):
        total += step
    assert steps_to(total, step) == min(steps, 1000)


def test_ten_times_a_tenth_is_one():
    clock, run, _ = runs(1.0)
    with pytest.warns(UserWarning, match=r"0\.1 ms lies between two steps of 1 ms; the simulation stops at 1 ms"):
        run(0.1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # it stands there already
        for _ in range(9):
            run(0.1)
    assert clock.t == 1.0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert run(1.0) == 2.0


def test_halves_of_steps_are_not_lost():
    clock, run, _ = runs(1.0)
    with pytest.warns(UserWarning, match="between two steps"):
        assert [run(2.5) for _ in range(4)] == [3.0, 5.0, 8.0, 10.0]
    assert clock.stops == [3.0, 5.0, 8.0, 10.0]


def test_a_time_with_a_unit_is_kept_in_ms():
    clock, run, run_until = runs(1.0)
    with pytest.warns(UserWarning, match=r"2\.5 ms lies between two steps"):
        assert run_until(2500 * pq.us) == 3.0
    assert clock.asked == 2.5
    assert run(0.0025 * pq.s) == 5.0


def test_continuous_time_stops_where_it_is_asked_to():
    clock, run, run_until = runs(0.0)
    assert [run(2.5), run_until(2.75), run(0.0)] == [2.5, 2.75, 2.75]


def test_a_run_that_fails_has_not_been():
    clock, run, _ = runs(1.0)
    run(3.0)

    def fail(stop):
        raise RuntimeError

    clock.advance, advance = fail, clock.advance
    with pytest.raises(RuntimeError):
        run(5.0)
    clock.advance = advance
    assert run(1.0) == 4.0


def test_time_counts_from_zero_after_a_reset():
    clock, run, _ = runs(1.0)
    run(3.0)
    clock.steps = 0
    assert run(2.0) == 2.0


@pytest.mark.parametrize("step", [0.0, 1.0])
def test_the_past_does_not_come_back(step):
    _, run, run_until = runs(step)
    run(5.0)
    with pytest.raises(ValueError, match="time_point = 4 ms is in the past; the simulation is at 5 ms"):
        run_until(4.0)
    assert run_until(5.0) == 5.0


@pytest.mark.parametrize("step", [0.0, 0.5])
def test_callbacks_are_called_when_they_ask_to_be(step):
    _, run, _ = runs(step)
    seen = []

    def often(t):
        seen.append(t)
        return t + 1.5

    def once(t):
        return math.inf

    run(5.0, callbacks=[often, once])
    assert seen == [0.0, 1.5, 3.0, 4.5]


@pytest.mark.parametrize("answer", [None, math.nan, 0.0, -1.0, "soon"])
def test_a_callback_that_would_never_end_is_refused(answer):
    _, run, _ = runs(1.0)
    with pytest.raises(ValueError, match="A callback was called at 0 ms and returned .*later than now"):
        run(5.0, callbacks=[lambda t: answer])
