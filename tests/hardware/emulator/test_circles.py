"""Endless loops are proven to be endless; what only looks like one is left alone."""

from __future__ import annotations

import pytest

from pynn_sfdfa.hardware.emulator import CoreState
from pynn_sfdfa.hardware.emulator.faults import CoreFailed

READY = "reset: block r1\n mov r2, #5\n strb r2, [r1, #46]\n"
TIMER = "ldr r4, =0x21000000\n ldr r5, ={}\n str r5, [r4]\n mov r5, #0xe2\n str r5, [r4, #8]\n"
ENDLESS = {
    "on the spot": "b .",
    "a few instructions": "1: mov r0, #1\n add r0, r0, #2\n cmp r0, #4\n beq 2f\n b 1b\n2: b 1b",
    "a flag that nobody sets": "ldr r4, =0x60300000\n1: ldr r0, [r4]\n cmp r0, #0\n beq 1b",
    "a transfer that nobody started": "ldr r4, =0x40000000\n1: ldr r0, [r4, #0x14]\n tst r0, #0x400\n beq 1b",
    "interrupts on": "msr cpsr_c, #0x13\n mov r0, #0\n1: cmp r0, #0\n beq 1b",
}
GETTING_ON = {
    "counting": "1: add r0, r0, #1\n b 1b",
    "counting in memory": "ldr r4, =0x60300000\n1: ldr r0, [r4]\n add r0, r0, #1\n str r0, [r4]\n mov r0, #0\n b 1b",
    "until the clock says so": "ldr r4, =0xe5007f10\n1: ldr r0, [r4]\n cmp r0, #100\n blt 1b",
    "with a timer": TIMER.format(200000) + "1: b 1b",
    "asleep": "1: sleep\n b 1b",
}


def watch(machine):
    circles = machine.running()
    machine.advance(circles, 50_000)
    return circles.proven


@pytest.mark.parametrize("loop", ENDLESS.values(), ids=ENDLESS)
def test_an_endless_loop_is_proven_to_be_one(assemble, new_machine, loop):
    machine = new_machine(1, 1)
    machine.start(0, 0, [2], assemble(f"{READY}{loop}\n .ltorg"), app_id=30)
    before = machine.microseconds
    assert watch(machine) == [(0, 0, 2)]
    assert machine.microseconds - before <= 20_000


@pytest.mark.parametrize("loop", GETTING_ON.values(), ids=GETTING_ON)
def test_what_gets_on_with_something_is_no_endless_loop(assemble, new_machine, loop):
    machine = new_machine(1, 1)
    machine.start(0, 0, [2], assemble(f"{READY}{loop}\n .ltorg"), app_id=30)
    assert watch(machine) == []


def test_a_core_that_may_wait_for_another_one_is_in_no_endless_loop_while_that_gets_on(assemble, new_machine):
    machine = new_machine(1, 1)
    waiting, getting_on = ENDLESS["a flag that nobody sets"], GETTING_ON["counting"]
    machine.start(0, 0, [2, 3], assemble(f"{READY}{waiting}\n .ltorg"), app_id=30)
    machine.start(0, 0, [4], assemble(f"{READY}{getting_on}\n .ltorg"), app_id=31)
    assert watch(machine) == []
    machine.give_up(0, 0, 4, "enough")
    assert watch(machine) == [(0, 0, 2), (0, 0, 3)]


def test_a_core_that_is_given_up_stands_still_and_says_where(assemble, new_machine):
    machine = new_machine(1, 1)
    machine.start(0, 0, [2], assemble(f"{READY}{TIMER.format(1)} b .\n .ltorg"), app_id=30)
    assert machine.doing(0, 0, 2).startswith("runs at 0x")
    machine.give_up(0, 0, 2, f"it {machine.doing(0, 0, 2)}")
    executed = machine.instructions(0, 0, 2)
    machine.advance(microseconds=1e6)
    assert machine.instructions(0, 0, 2) == executed
    assert machine.core_state(0, 0, 2).state == CoreState.WATCHDOG
    assert machine.doing(0, 0, 2).startswith("stands still at 0x")
    with pytest.raises(
        CoreFailed, match=r"core 0, 0, 2 \(sark\) is in WATCHDOG: it runs at 0x.*instruction 0xeafffffe"
    ):
        machine.check()
    machine.start(0, 0, [2], assemble(f"{READY}1: sleep\n b 1b\n .ltorg"), app_id=30)
    assert machine.core_state(0, 0, 2).state == CoreState.READY
