"""The host does not wait for cores that will never do what it waits for."""

from __future__ import annotations

import pytest

pytest.importorskip("unicorn")

from pynn_sfdfa.hardware.board.clock import HostClock
from pynn_sfdfa.hardware.board.server import CommandServer
from pynn_sfdfa.hardware.board.watchdog import Watchdog
from pynn_sfdfa.hardware.emulator import CoreState
from pynn_sfdfa.hardware.emulator.machine import Machine

READY = "reset: block r1\n mov r2, #5\n strb r2, [r1, #46]\n"
LATER = (
    READY
    + """
        ldr     r4, =0x1f000000         @ wake when timer 1 is zero, after a second
        mov     r5, #1 << 4
        str     r5, [r4, #0x10]
        ldr     r4, =0x21000000
        ldr     r5, =200000000
        str     r5, [r4]
        mov     r5, #0xa3
        str     r5, [r4, #8]
        sleep
"""
)


class Board:
    """A host that waits for a program on core 2."""

    def __init__(self, program):
        self.server = CommandServer(Machine(1, 1))
        self.machine = self.server.machine
        self.clock = HostClock(lambda: self.server, lambda: "", Watchdog(lambda: self.server))
        self.server._start(0, 0, 30 << 24 | 1 << 2, program)

    def state(self):
        return self.machine.core_state(0, 0, 2).state

    def wait(self, seconds):
        """Ask for the state ten times a second, as spinnman does; return when it was one of an error."""
        while self.clock.time() < seconds and self.state() > CoreState.WATCHDOG:
            self.clock.sleep(0.1)
        return self.clock.time()


@pytest.mark.parametrize("program", ["b .", "1: add r0, r0, #1\n b 1b", "1: sleep\n b 1b"])
def test_a_program_that_does_not_initialise_is_given_up_after_a_tenth_of_a_second(assemble, program):
    board = Board(assemble(f"reset: {program}\n .ltorg"))
    assert board.wait(10) < 0.15
    assert board.state() == CoreState.WATCHDOG
    assert board.machine.faults[0].cause.startswith("it has not initialised within 100 ms: it ")


def test_an_endless_loop_is_given_up_as_soon_as_it_is_proven(assemble):
    board = Board(assemble(f"{READY} b .\n .ltorg"))
    assert board.wait(10) < 0.25
    assert board.machine.faults[0].cause == (
        "endless loop: it runs at 0x8c (instruction 0xeafffffe) and will never do anything else"
    )


def test_what_may_still_get_there_is_waited_for(assemble):
    for program in (f"{READY} 1: sleep\n b 1b\n .ltorg", f"{READY} 1: add r0, r0, #1\n b 1b\n .ltorg"):
        board = Board(assemble(program))
        assert board.wait(1) >= 1
        assert board.machine.faults == []


def test_a_long_wait_ends_when_a_core_dies_and_only_once(assemble):
    board = Board(assemble(LATER + " .word 0xe7f000f0\n .ltorg"))
    board.clock.sleep(1000.0)
    assert 1 < board.clock.time() < 1.1
    assert board.state() == CoreState.RUN_TIME_EXCEPTION
    board.clock.sleep(50.0)
    assert 51 < board.clock.time() < 51.1


def test_time_passes_as_without_a_watchdog(assemble):
    """To the cycle: what is looked at while time passes changes nothing."""
    board = Board(assemble(LATER + " b .\n .ltorg"))
    plain = Board(assemble(LATER + " b .\n .ltorg"))
    plain.clock = HostClock(lambda: plain.server, lambda: "")
    for seconds in (0.123456789, 0.5, 0.7):
        for each in (board, plain):
            each.clock.sleep(seconds)
        assert board.machine.microseconds == plain.machine.microseconds
        assert board.machine.instructions(0, 0, 2) == plain.machine.instructions(0, 0, 2)
