"""A loop that waits is passed over only as if it had been executed."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from programs import timer_to_tick

BUFFER, WORDS = 0x400100, 12
TAKEN, NOT_TAKEN = "mov r10, r11", "mrs r10, cpsr"
"""Two instructions that take as long and change nothing that is looked at; with the second, a loop is executed."""

PROGRAM = """
reset:  ldr     r4, =0x21000000         @ count down with timer 2, in silence
        ldr     r0, ={load}
        str     r0, [r4, #0x20]
        mov     r0, #{control}
        str     r0, [r4, #0x28]
        ldr     r2, ={until}
        ldr     r12, =0x400000
        ldr     r5, ={five}
        mov     r6, r5, ror #7
        mov     r7, r5, ror #11
        mov     r8, r5, ror #17
        mvn     r9, r5, ror #25
        mov     r11, #0
        cmp     r8, r9
        str     r8, [r12, #4]
        str     r9, [r12, #8]
        mov     r1, #3                  @ wait so often
8:      {neutral}
        {body}
        ldr     r3, [r4, #0x24]
        cmp     r3, r2
        {branch} 8b
        {after}
        ldr     r0, [r4, #0x24]
        sub     r2, r2, #1000
        subs    r1, r1, #1
        bne     8b
        mrs     r10, cpsr
        ldr     r11, =0x400100
        stmia   r11, {{r0-r10, r12}}
1:      sleep
        b       1b
        .ltorg
"""
CHANGES_NOTHING = "mov r7, r8"
LOAD = 60_000


def run(new_machine, assemble, programs):
    """Return what each program leaves in registers, how many instructions it has, and how many of them only wait."""
    machine = new_machine(1, 1)
    for p, program in enumerate(programs, start=1):
        machine.start(0, 0, [p], assemble(PROGRAM.format(**program)), app_id=30)
    machine.advance(microseconds=3_000)
    machine.check()
    found = []
    for p in range(1, len(programs) + 1):
        left = struct.unpack(f"<{WORDS}I", machine.read(0, 0, BUFFER, 4 * WORDS, p))
        assert left[WORDS - 1] == 0x400000, "the program has not come to its end"
        found.append((left, machine.instructions(0, 0, p), machine.waited(0, 0, p)))
    return found


def program(neutral, body=CHANGES_NOTHING, branch="bhi", after="", until=20_000, control=0xC2, five=0x89AB_CDEF):
    names = ("neutral", "body", "branch", "after", "until", "control", "five")
    values = (neutral, body, branch, after, until, control, five)
    return dict(zip(names, values, strict=True)) | {"load": LOAD}


def check_alike(found):
    for (left, instructions, _), (executed, n, nothing) in zip(found[::2], found[1::2], strict=True):
        assert left == executed
        assert instructions == n
        assert nothing == 0


@pytest.mark.parametrize("branch", ["bhi", "bcs", "bgt", "bge", "bpl"])
def test_a_loop_that_waits_for_a_timer_is_passed_over_as_if_it_had_been_executed(new_machine, assemble, branch):
    found = run(new_machine, assemble, [program(neutral, branch=branch) for neutral in (TAKEN, NOT_TAKEN)])
    check_alike(found)
    assert found[0][2] > 30_000  # it waits for 42,000 cycles


def test_it_is_left_when_the_count_is_what_it_waits_for(new_machine, assemble):
    slow = 0xC2 | 2 << 2  # counts every 256 cycles
    programs = [program(neutral, branch="bne", until=LOAD - 500, control=slow) for neutral in (TAKEN, NOT_TAKEN)]
    for each in programs:
        each["after"] = "add r2, r2, #992"
    found = run(new_machine, assemble, programs)
    check_alike(found)
    assert found[0][2] > 100_000


@pytest.mark.parametrize(
    "body",
    [
        "add r7, r7, #1",
        "str r7, [r12, #12]",
        "ldr r7, [r12, #4]!",
        "mov r7, r3",  # what the count was in the round before
        "movcs r7, r3",
        "ldr r7, [r4, #0x24]\n sub r7, r7, r3",
        "eors r7, r7, r8",
        "msr cpsr_f, r8",
        "mul r7, r8, r9",
        "bl 3f\n b 4f\n3: bx lr\n4:",
    ],
)
def test_a_loop_that_does_more_than_wait_is_executed(new_machine, assemble, body):
    if "!" in body:
        body += "\n sub r12, r12, #4"
    found = run(new_machine, assemble, [program(neutral, body) for neutral in (TAKEN, NOT_TAKEN)])
    check_alike(found)
    assert found[0][2] == 0


OPERATIONS = ["and", "eor", "sub", "rsb", "add", "orr", "bic", "mov", "mvn"]
CONDITIONS = ["", "eq", "ne", "cs", "cc", "mi", "pl", "vs", "vc", "hi", "ls", "ge", "lt", "gt", "le"]


def random_body(rng):
    """Return instructions that do the same each time they are executed, of all kinds that are looked into."""

    def operand():
        if rng.random() < 0.3:
            return f"#{int(rng.integers(256)) << 2 * int(rng.integers(12))}"
        register = f"r{rng.choice([8, 9, 12])}"
        shift = rng.choice(["lsl", "lsr", "asr", "ror"])
        return register if rng.random() < 0.4 else f"{register}, {shift} #{rng.integers(1, 32)}"

    lines = [f"{rng.choice(['cmp', 'cmn'])} r{rng.choice([8, 9])}, {operand()}"]
    for _ in range(int(rng.integers(1, 7))):
        kind, target, source = rng.random(), f"r{rng.integers(5, 8)}", f"r{rng.choice([8, 9])}"
        condition = rng.choice(CONDITIONS)
        if kind < 0.2:
            lines.append(f"b{condition} 5f\n5:")
        elif kind < 0.4:
            how, offset = rng.choice(["ldr", "ldrb"]), rng.choice(["#4", "#8", "r11, lsl #2"])
            lines.append(f"{how}{condition} {target}, [r12, {offset}]")
        elif kind < 0.6:
            test = rng.choice(["tst", "teq", "cmp", "cmn"])
            lines.append(f"{test} {source}, {operand()}")
        else:
            operation = rng.choice(OPERATIONS)
            flags = "s" if rng.random() < 0.3 and not condition else ""
            first = "" if operation in ("mov", "mvn") else f"{source}, "
            lines.append(f"{operation}{condition}{flags} {target}, {first}{operand()}")
    return "\n".join(lines)


@pytest.mark.parametrize("seed", range(4))
def test_random_loops_leave_the_same_registers_flags_and_counts(new_machine, assemble, seed):
    rng = np.random.default_rng(seed)
    programs = []
    for _ in range(8):
        body, five = random_body(rng), int(rng.integers(1 << 32))
        branch = rng.choice(["bhi", "bcs", "bgt", "bge"])
        programs += [program(neutral, body, branch, five=five) for neutral in (TAKEN, NOT_TAKEN)]
    found = run(new_machine, assemble, programs)
    check_alike(found)
    assert sum(waited > 0 for _, _, waited in found[::2]) >= 6


def test_waiting_for_a_transfer_is_passed_over_too(new_machine, assemble):
    wait = """
        ldr     r0, =0x40000000
        ldr     r5, =0x60000000
        str     r5, [r0, #4]
        str     r12, [r0, #8]
        ldr     r5, =0x1004000          @ 16 KB into DTCM
        str     r5, [r0, #0xC]
3:      {neutral}
        ldr     r5, [r0, #0x14]
        tst     r5, #0x400
        beq     3b
        mov     r5, #8
        str     r5, [r0, #0x10]
        ldr     r5, =0x89ABCDEF
    """
    found = run(
        new_machine, assemble, [program(neutral, after=wait.format(neutral=neutral)) for neutral in (TAKEN, NOT_TAKEN)]
    )
    without = run(new_machine, assemble, [program(TAKEN)])
    check_alike(found)
    assert found[0][2] > without[0][2] + 10_000


MEETING = """
reset:  ldr     r4, =0x21000000         @ count down with timer 2, in silence
        ldr     r0, =60000
        str     r0, [r4, #0x20]
        mov     r0, #0xC2
        str     r0, [r4, #0x28]
        ldr     r12, =0x400000
        ldr     r6, =0x60300000         @ wait until this is not zero
        mov     r2, #0
        mov     r11, #0
        {start}
8:      {neutral}
        ldr     r7, [r6]
        cmp     r7, #0
        bne     9f
        ldr     r3, [r4, #0x24]
        cmp     r3, r2
        bhi     8b
9:      ldr     r5, [r4, #0x24]
        mrs     r8, cpsr
        ldr     r9, [r12, #4]
        ldr     r11, =0x400100
        stmia   r11, {{r0-r9, r12}}
        msr     cpsr_c, #0xd3
1:      sleep
        b       1b
tick:   ldr     sp, [r12, #4]           @ the third one ends it; one and two are only seen to
        add     sp, sp, #1
        str     sp, [r12, #4]
        cmp     sp, #3
        streq   r12, [r6]
        str     r12, [r4, #0xc]
        ldr     sp, =0x1f000000
        str     r12, [sp, #0x30]
        subs    pc, lr, #4
        .ltorg
"""
TRANSFER = """
        str     r12, [r12, #8]
        ldr     r5, =0x40000000
        ldr     r0, =0x60200000         @ 16 KB into DTCM
        str     r0, [r5, #4]
        ldr     r0, =0x401000
        str     r0, [r5, #8]
        ldr     r0, =0x4000
        str     r0, [r5, #0xc]
        str     r6, [r5, #4]            @ then a word to where the core looks
        add     r0, r12, #8
        str     r0, [r5, #8]
        ldr     r0, =0x80004
        str     r0, [r5, #0xc]
"""
OTHER_CORE = """
        ldr     r0, =0x40000000         @ which one is this?
        ldr     r0, [r0, #0x14]
        lsr     r0, r0, #24
        cmp     r0, #1
        beq     8f
        ldr     r0, =9001
3:      subs    r0, r0, #1
        bne     3b
        str     r6, [r6]
4:      sleep
        b       4b
"""
INTERRUPT = f"""{timer_to_tick("r5", "r0")}
        ldr     r0, =7001               @ cycles
        str     r0, [r4]
        mov     r0, #0xe2
        str     r0, [r4, #8]
        msr     cpsr_c, #0x53           @ interrupts on
"""


@pytest.mark.parametrize("start", [TRANSFER, OTHER_CORE, INTERRUPT], ids=["transfer", "other core", "interrupt"])
def test_what_happens_while_it_waits_is_seen_as_early_as_if_it_had_been_executed(new_machine, assemble, start):
    found = []
    for neutral in (TAKEN, NOT_TAKEN):
        machine = new_machine(1, 1)
        machine.start(0, 0, [1, 2], assemble(MEETING.format(start=start, neutral=neutral)), app_id=30)
        machine.advance(microseconds=1_000)
        machine.check()
        left = struct.unpack("<11I", machine.read(0, 0, BUFFER, 44, 1))
        assert left[10] == 0x400000, "the program has not come to its end"
        assert left[7] != 0, "nothing has happened"
        found.append((left, machine.instructions(0, 0, 1), machine.waited(0, 0, 1)))
    check_alike(found)
    assert 5_000 < found[0][2] < 40_000
