from __future__ import annotations

import re
import struct
import subprocess
import sys
import time

import pytest
from programs import SLEEP, timer_to_tick

from pynn_sfdfa.hardware.emulator import CoreState, RunTimeError, native, registers
from pynn_sfdfa.hardware.emulator.faults import CoreFailed, UnmodelledRegister
from pynn_sfdfa.hardware.emulator.processor import Processor

COUNTING = """
reset:  ldr     r4, =0x21000000         @ timer 1 counts down from the top
        mvn     r5, #0
        str     r5, [r4]
        mov     r5, #0x82
        str     r5, [r4, #8]
        mov     r6, #1000
        ldr     r7, [r4, #4]
        {loop}
        ldr     r8, [r4, #4]
        sub     r7, r7, r8
        block   r1
        str     r7, [r1, #112]
1:      sleep
        b       1b
        .ltorg
"""
ARM_LOOP = "2: subs r6, r6, #1\n bne 2b"
THUMB_LOOP = "adr r9, 2f + 1\n bx r9\n .thumb\n2: subs r6, r6, #1\n bne 2b\n bx pc\n nop\n .arm"


@pytest.mark.parametrize("loop", [ARM_LOOP, THUMB_LOOP], ids=["arm", "thumb"])
def test_an_instruction_takes_a_cycle(assemble, new_machine, loop):
    machine = new_machine(1, 1)
    machine.start(0, 0, [1], assemble(COUNTING.format(loop=loop)), app_id=30)
    assert 2000 <= machine.core_state(0, 0, 1).user[0] <= 2020


@pytest.mark.parametrize(
    ("instruction", "error", "offset", "cause"),
    [
        (".word 0xe7f000f0", RunTimeError.UNDEFINED_INSTRUCTION, 4, "undefined instruction, at"),
        ("swi 0", RunTimeError.SUPERVISOR_CALL, 4, "supervisor call, at"),
        (
            "ldr r0, [r3]",
            RunTimeError.DATA_ABORT,
            8,
            "access to an address where nothing is, at 0x90 (instruction 0xe5930000 reads 4 bytes at 0x50000000)",
        ),
        (
            "strb r0, [r3]",
            RunTimeError.DATA_ABORT,
            8,
            "access to an address where nothing is, at 0x90 (instruction 0xe5c30000 writes 1 byte at 0x50000000)",
        ),
        ("bkpt 0", RunTimeError.PREFETCH_ABORT, 4, "fetch of an instruction from where none is, at"),
        (
            "bx r3",
            RunTimeError.PREFETCH_ABORT,
            None,
            "fetch of an instruction from where none is, at 0x50000000, after 0x90 (instruction 0xe12fff13)",
        ),
    ],
)
def test_what_a_processor_cannot_do_is_an_exception(assemble, new_machine, instruction, error, offset, cause):
    program = f"""
reset:  ldr     r3, =0x50000000
        block   r1
        adr     r4, 1f
        str     r4, [r1, #112]
1:      {instruction}
        b       .
        .ltorg
"""
    machine = new_machine(1, 1)
    machine.start(0, 0, [2], assemble(program), app_id=30)
    (fault,) = machine.faults
    assert (fault.x, fault.y, fault.p, fault.state) == (0, 0, 2, CoreState.RUN_TIME_EXCEPTION)
    assert fault.error == error
    assert cause in fault.cause
    at = machine.core_state(0, 0, 2).user[0]
    assert fault.link_register == (at + offset if offset is not None else 0x50000004)
    with pytest.raises(CoreFailed, match=f"core 0, 0, 2 .* is in RUN_TIME_EXCEPTION with {error.name}"):
        machine.check()


TICKING = (
    """
reset:  msr     cpsr_c, #0xd2           @ a stack for interrupts
        ldr     sp, =0x401000
        msr     cpsr_c, #0xd3
"""
    + timer_to_tick("r4", "r5")
    + """
        ldr     r4, =0x21000000         @ once a millisecond
        ldr     r5, =200000
        str     r5, [r4]
        mov     r5, #0xe2
        str     r5, [r4, #8]
        block   r6
        msr     cpsr_c, #0x53           @ interrupts on
1:      {wait}
        b       1b
tick:   push    {{r0, r1}}
        ldr     r0, [r6, #112]
        add     r0, r0, #1
        str     r0, [r6, #112]
        ldr     r1, =0x21000000
        str     r1, [r1, #0xc]
        ldr     r1, =0x1f000000
        str     r1, [r1, #0x30]
        pop     {{r0, r1}}
        subs    pc, lr, #4
        .ltorg
"""
)


@pytest.mark.parametrize("wait", ["sleep", "nop"], ids=["asleep", "busy"])
def test_timer_interrupts_a_core_that_sleeps_or_works(assemble, new_machine, wait):
    machine = new_machine(1, 1)
    machine.start(0, 0, [1], assemble(TICKING.format(wait=wait)), app_id=30)
    before = machine.core_state(0, 0, 1).user[0]
    assert machine.advance(microseconds=20_000) is False
    assert machine.core_state(0, 0, 1).user[0] - before == 20


def test_register_that_is_not_modelled_stops_the_run(assemble, new_machine):
    machine = new_machine(1, 1)
    with pytest.raises(UnmodelledRegister, match="read of register 0x104 of the DMA controller"):
        machine.start(0, 0, [1], assemble("reset: ldr r4, =0x40000104\n ldr r5, [r4]\n b .\n .ltorg"), app_id=30)


COPYING = """
        .macro  transfer description    @ and look until it has ended
        ldr     r5, =0x60300000
        str     r5, [r4, #4]
        ldr     r5, =0x401000
        str     r5, [r4, #8]
        ldr     r5, =\\description
        str     r5, [r4, #0xc]
1:      ldr     r5, [r4, #0x14]
        tst     r5, #0x400
        beq     1b
        mov     r5, #8
        str     r5, [r4, #0x10]
        .endm
reset:  ldr     r4, =0x40000000
        transfer 64                     @ from SDRAM
        ldr     r6, =0x401000
        ldr     r5, [r6]
        add     r5, r5, #1
        str     r5, [r6]
        transfer 0x80040                @ and back
1:      sleep
        b       1b
        .ltorg
"""


def test_dma_carries_between_sdram_and_a_core(assemble, new_machine):
    machine = new_machine(1, 1)
    machine.write(0, 0, 0x60300000, bytes(range(1, 65)))
    machine.start(0, 0, [1], assemble(COPYING), app_id=30)
    assert machine.read(0, 0, 0x401000, 64, p=1) == bytes((2, *range(2, 65)))
    assert machine.read(0, 0, 0x60300000, 64) == bytes((2, *range(2, 65)))


WILD = "ldr r3, =0x50000000\n"


@pytest.mark.parametrize(
    ("program", "error", "cause"),
    [
        (WILD + "str r0, [r3]", RunTimeError.DATA_ABORT, "at 0x4 .* writes 4 bytes at 0x50000000.*, fetch of"),
        (WILD + "bx r3", RunTimeError.PREFETCH_ABORT, "at 0x50000000, after 0x4 .*; then, instead of handling that, "),
        ("nop\n.word 0xe7f000f0", RunTimeError.UNDEFINED_INSTRUCTION, "^undefined instruction, at 0x4 [^;]*$"),
    ],
)
def test_a_program_without_a_handler_dies_at_its_first_exception(assemble, new_machine, program, error, cause):
    """There it would go on with whatever stands at the vectors, for ever; here it is halted, as if SARK had done so."""
    machine = new_machine(1, 1)
    machine.start(0, 0, [2], assemble(f"reset: {program}\n .ltorg", vectors=False), app_id=30)
    executed = machine.instructions(0, 0, 2)
    machine.advance(microseconds=1e6)
    (fault,) = machine.faults
    assert (fault.state, fault.error) == (CoreState.RUN_TIME_EXCEPTION, error)
    assert re.search(cause, fault.cause)
    assert "(a program that had not initialised)" in str(fault)
    assert machine.core_state(0, 0, 2).state == CoreState.RUN_TIME_EXCEPTION
    assert machine.core_state(0, 0, 2).registers[3] in (0, 0x50000000)
    assert machine.instructions(0, 0, 2) == executed < 20_000


def test_exceptions_without_end_are_the_end(assemble, new_machine):
    """A handler that returns to the instruction that failed."""
    program = "b reset\n nop\n nop\n nop\n subs pc, lr, #8\nreset: ldr r3, =0x50000000\n ldr r0, [r3]\n .ltorg"
    machine = new_machine(1, 1)
    machine.start(0, 0, [2], assemble(program, vectors=False), app_id=30)
    (fault,) = machine.faults
    assert fault.error == RunTimeError.DATA_ABORT
    assert re.search("at 0x18 .*, after 1000 other exceptions without end", fault.cause)


def test_memory_management_that_an_arm968_does_not_have_cannot_be_switched_on(assemble, new_machine):
    machine = new_machine(1, 1)
    program = "reset: mov r0, #1\n mcr p15, 0, r0, c1, c0, 0\n nop\n block r4\n str r0, [r4, #112]\n b ."
    machine.start(0, 0, [2], assemble(program), app_id=30)
    machine.advance(microseconds=100)
    assert machine.core_state(0, 0, 2).user[0] == 1
    assert machine.faults == []


def test_code_that_a_program_writes_runs_and_runs_as_it_is_when_it_is_written_again(assemble, new_machine):
    """In DTCM, where stores need not look for code until some has been fetched from there."""
    machine = new_machine(1, 1)
    program = """
reset:  ldr     r4, =0x408000
        ldr     r0, =0xe3a05007         @ mov r5, #7
        ldr     r1, =0xe12fff1e         @ bx lr
        str     r0, [r4]
        str     r1, [r4, #4]
        blx     r4
        mov     r6, r5
        add     r0, r0, #2
        str     r0, [r4]
        blx     r4
        block   r1
        str     r5, [r1, #112]
        str     r6, [r1, #116]
"""
    machine.start(0, 0, [2], assemble(program + SLEEP), app_id=30)
    assert machine.core_state(0, 0, 2).user[:2] == (9, 7)


@pytest.mark.parametrize("target", [0x60000000, 0x67FFFFF0, 0x62000001, 0x408000])
def test_a_jump_to_where_nothing_but_zeros_is_ends_at_once(assemble, new_machine, target):
    machine = new_machine(1, 1)
    machine.start(0, 0, [2], assemble(f"reset: ldr r3, ={target}\n bx r3\n .ltorg"), app_id=30)
    (fault,) = machine.faults
    assert f"jump to {target & ~1:#x}, where nothing but zeros is, after 0x" in fault.cause
    assert machine.instructions(0, 0, 2) == 3


def test_code_in_sdram_runs(assemble, new_machine):
    machine = new_machine(1, 1)
    machine.write(0, 0, 0x62000000, struct.pack("<3I", 0xE3A05007, 0xE5845070, 0xE12FFF1E))  # r5 = 7; [r4 + 112] = r5
    machine.start(0, 0, [2], assemble("reset: block r4\n ldr r3, =0x62000000\n blx r3\n b .\n .ltorg"), app_id=30)
    assert machine.core_state(0, 0, 2).user[0] == 7
    assert machine.faults == []


@pytest.mark.parametrize("loop", ["1: b 1b", "1: bne 1b", "adr r9, 1f + 1\n bx r9\n .thumb\n1: b 1b\n .arm"])
def test_an_instruction_that_branches_to_itself_counts_as_often_as_it_is_executed(assemble, new_machine, loop):
    """It is not really executed so often."""
    machine = new_machine(1, 1)
    program = assemble(
        TICKING.replace("{wait}", "")
        .replace("{{", "{")
        .replace("}}", "}")
        .replace("1: \n        b       1b", f"movs r9, #1\n{loop}")
    )
    machine.start(0, 0, [1], program, app_id=30)
    started = machine.instructions(0, 0, 1), machine.core_state(0, 0, 1).user[0]
    assert started[0] >= 10_000 * 200
    machine.advance(microseconds=20_000)
    assert machine.core_state(0, 0, 1).user[0] - started[1] == 20  # interrupts come as before
    assert 20_000 * 200 <= machine.instructions(0, 0, 1) - started[0] <= 20_000 * 200 + 20_000


def test_what_a_device_refuses_is_a_fault_of_the_core(assemble, new_machine):
    machine = new_machine(1, 1)
    with pytest.raises(UnmodelledRegister, match="core 0, 0, 1 .*register 0x104 .*in the instructions from 0x0 to 0x"):
        machine.start(0, 0, [1], assemble("reset: ldr r4, =0x40000104\n ldr r5, [r4]\n b .\n .ltorg", False), app_id=30)
    (fault,) = machine.faults
    assert fault.state == CoreState.WATCHDOG


def test_a_core_that_has_died_soon_stands_still(assemble, new_machine):
    """A wait for interrupts that are there but masked never waits."""
    machine = new_machine(1, 1)
    program = TICKING.replace("msr     cpsr_c, #0x53           @ interrupts on", ".word 0xe7f000f0").format(wait="nop")
    machine.start(0, 0, [1], assemble(program), app_id=30)
    machine.advance(microseconds=5000)
    executed = machine.instructions(0, 0, 1)
    machine.advance(microseconds=1e6)
    assert [fault.error for fault in machine.faults] == [RunTimeError.UNDEFINED_INSTRUCTION]
    assert machine.instructions(0, 0, 1) == executed


VAIN = """
reset:  ldr     r4, =0x1f000000         @ an interrupt that is there, but masked
        mov     r5, #2
        str     r5, [r4, #0x10]
        str     r5, [r4, #0x18]
        movs    r6, #1
        {}
1:      sleep
        {} 1b
        .ltorg
"""


@pytest.mark.parametrize("before", ["", "nop"])
def test_a_wait_in_vain_is_passed_over_as_if_it_had_been_executed(assemble, new_machine, before):
    """The same with a condition, which always holds, is really executed: at all times both are at the same place."""
    passed_over, executed = new_machine(1, 1), new_machine(1, 1)
    for machine, branch in ((passed_over, "b"), (executed, "bne")):
        machine.start(0, 0, [1], assemble(VAIN.format(before, branch)), app_id=30)
    for microseconds in (1, 7.3, 50, 133.337, 20.005):
        for machine in (passed_over, executed):
            machine.advance(microseconds=microseconds)
        assert passed_over.instructions(0, 0, 1) == executed.instructions(0, 0, 1)
        assert passed_over.doing(0, 0, 1)[:13] == executed.doing(0, 0, 1)[:13]


def test_a_wait_in_vain_does_not_take_for_ever(assemble, new_machine):
    machine = new_machine(1, 1)
    machine.start(0, 0, [1], assemble(VAIN.format("", "b")), app_id=30)
    used = time.process_time()
    machine.advance(microseconds=1e6)
    assert time.process_time() - used < 5  # s; executed one by one it takes more than ten
    assert machine.instructions(0, 0, 1) >= 200 * 1e6


LEAVES_TRACES = """
reset:  ldr     r0, =0x400000           @ DTCM
        mvn     r1, #0
        str     r1, [r0, #64]
        ldr     r2, =0x55555555
        .irp    register, r3, r4, r5, r6, r7, r8, r9, r10, r11, r12, sp, lr
        mov     \\register, r2
        .endr
        msr     cpsr_c, #0xd2           @ the registers that interrupts have for themselves
        mov     sp, r2
        mov     lr, r2
        msr     spsr_cxsf, r2
        msr     cpsr_c, #0xd1
        .irp    register, r8, r9, r10, r11, r12, sp, lr
        mov     \\register, r2
        .endr
        msr     cpsr_f, #0xf0000000
        msr     cpsr_c, #0xd3
1:      sleep
        b       1b
        .ltorg
"""
TELLS_WHAT_IT_FINDS = """
reset:  ldr     r0, =0x60100000
        stmia   r0!, {r1-r12, sp, lr}
        mrs     r1, cpsr
        ldr     r2, =0x400000
        ldr     r3, [r2, #64]
        stmia   r0!, {r1, r3}
        msr     cpsr_c, #0xd2
        mrs     r1, spsr
        stmia   r0!, {r1, sp, lr}
        msr     cpsr_c, #0xd1
        stmia   r0!, {r8-r12, sp, lr}
        msr     cpsr_c, #0xd3
1:      sleep
        b       1b
        .ltorg
"""


def test_a_program_finds_nothing_of_the_one_that_had_its_processor(assemble, new_machine, monkeypatch):
    renewed, renew = [], Processor.renew
    monkeypatch.setattr(Processor, "renew", lambda processor: (renewed.append(processor), renew(processor)))
    found = []
    for before in ([], [LEAVES_TRACES], [TELLS_WHAT_IT_FINDS, LEAVES_TRACES]):
        machine = new_machine(1, 1)
        for program in (*before, TELLS_WHAT_IT_FINDS):
            machine.start(0, 0, [1], assemble(program), app_id=30)
        assert len(renewed) == len(before)
        renewed.clear()
        found.append((machine.read(0, 0, 0x60100000, 4 * 26), machine.instructions(0, 0, 1)))
    assert found[0] == found[1] == found[2]
    assert any(found[0][0])


def test_a_processor_in_which_something_went_wrong_is_not_used_again(assemble, new_machine, monkeypatch):
    monkeypatch.setattr(Processor, "renew", lambda _: pytest.fail("it was"))
    machine = new_machine(1, 1)
    machine.start(0, 0, [1], assemble("reset: .word 0xe7f000f0"), app_id=30)
    assert machine.faults
    machine.start(0, 0, [1], assemble(TELLS_WHAT_IT_FINDS), app_id=30)
    assert any(machine.read(0, 0, 0x60100000, 4 * 26))


def test_what_unicorn_calls_is_compiled_once_not_at_every_start():
    """It was compiled while its modules were imported, in each process: three seconds before anything ran."""
    script = (
        "from pynn_sfdfa.hardware.emulator import machine, native, registers\n"
        "assert not native._hooks.cache_info().currsize and not registers._callbacks.cache_info().currsize\n"
        "hooks = [hook for _, hook in native._hooks()] + [c for pair in registers._callbacks() for c in pair]\n"
        "print(*(hook.cache_hits for hook in hooks))\n"
    )
    native._hooks(), registers._callbacks()
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert shown.split() == ["1"] * 10
