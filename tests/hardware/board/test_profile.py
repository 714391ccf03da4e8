from __future__ import annotations

from types import SimpleNamespace

import pytest

from pynn_sfdfa.hardware.board.profile import Profile
from pynn_sfdfa.hardware.emulator import CoreState


class Machine:
    """Two cores whose instructions and states a test sets."""

    def __init__(self):
        self.microseconds = 0.0
        self.executed = {(0, 0, 1): 0, (0, 0, 2): 0}
        self.state = CoreState.RUNNING

    def cores(self):
        return list(self.executed)

    def instructions(self, *core):
        return self.executed[core]

    def core_state(self, *_core):
        return SimpleNamespace(state=self.state, app_name="program")

    def work(self, microseconds, *executed):
        self.microseconds += microseconds
        for core, more in zip(self.executed, executed, strict=True):
            self.executed[core] += more


@pytest.fixture
def machine():
    return Machine()


@pytest.fixture
def profile(machine):
    return Profile(lambda: SimpleNamespace(machine=machine, programs={(0, 0, 2): "b.aplx"}))


def test_the_busiest_tick_counts_and_looks_within_one_do_not(machine, profile):
    machine.work(1000, 5, 5)
    profile.look(1000.0)
    for busy in (100_000, 150_000, 20_000):
        machine.work(500, busy, 0)
        profile.look(1000.0)
        machine.work(500, 0, 1_000)
        profile.look(1000.0)
    load = profile.loads[0, 0, 1]
    assert (load.ticks, load.instructions, load.peak) == (3, 270_000, 150_000)
    report = profile.report()
    assert "90,000    150,000    75.0%  program  would be late" in report
    assert "1,000      1,000     0.5%  b.aplx\n" in report
    assert "1 would miss real time: (0, 0, 1)" in report


def test_a_core_that_never_sleeps_may_only_wait(machine, profile):
    for _ in range(3):
        machine.work(100, 20_000, 10)
        profile.look(100.0)
    assert "program  never sleeps: too much to do, or it waits in a loop" in profile.report()


def test_cores_that_do_not_run_are_not_counted(machine, profile):
    machine.state = CoreState.PAUSED
    for _ in range(3):
        machine.work(1000, 9, 9)
        profile.look(1000.0)
    assert profile.report() == "No core was seen running for two ticks."


def test_the_cores_of_another_machine_are_others():
    first, second = Machine(), Machine()
    playing = [first]
    profile = Profile(lambda: SimpleNamespace(machine=playing[0], programs={(0, 0, 1): "a.aplx"}))
    for machine, busy in ((first, 150_000), (second, 3_000)):
        playing[0] = machine
        for _ in range(3):
            machine.work(1000, busy, 10)
            profile.look(1000.0)
    assert (profile.loads[0, 0, 1].ticks, profile.loads[0, 0, 1].peak) == (2, 3_000)
    assert "none would miss real time" in profile.report()
