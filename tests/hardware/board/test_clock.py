"""Waiting is virtual time, and it ends."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from pynn_sfdfa.hardware.board import BoardError
from pynn_sfdfa.hardware.board.clock import HostClock


class Machine:
    microseconds = 0.0

    def advance(self, microseconds):
        self.microseconds += microseconds


@pytest.fixture
def server():
    return SimpleNamespace(machine=Machine(), changes=0, collect=lambda: None)


def test_sleep_is_virtual_time(server):
    clock = HostClock(lambda: server, lambda: "core (0, 0, 3): SYNC0")
    clock.sleep(2.5)
    assert clock.time() == 2.5


def test_a_host_that_only_asks_is_stopped(server):
    clock = HostClock(lambda: server, lambda: "core (0, 0, 3): SYNC0")
    with pytest.raises(BoardError, match="in vain.*\ncore"):
        for _ in range(10_000):
            clock.sleep(0.1)
    assert 60 < clock.time() < 61


def test_a_host_that_acts_may_wait_on(server):
    clock = HostClock(lambda: server, lambda: "core (0, 0, 3): SYNC0")
    for _ in range(2000):
        server.changes += 1
        clock.sleep(0.1)
    assert clock.time() == pytest.approx(200.0)


def test_the_end_of_a_long_run_is_waited_for(server):
    clock = HostClock(lambda: server, lambda: "core (0, 0, 3): SYNC0")
    clock.sleep(3600.0)
    clock.sleep(3600.0)
    assert clock.time() == 7200.0
