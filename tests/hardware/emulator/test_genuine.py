"""Binaries of the installed sPyNNaker, on their own: SARK's start-up, signals, mail and run-time errors."""

from __future__ import annotations

import importlib.util
import struct
from dataclasses import replace
from pathlib import Path

import pytest

from pynn_sfdfa.hardware.emulator import CoreState, RunTimeError, SDPMessage, Signal
from pynn_sfdfa.hardware.emulator.faults import NoAnswer, NoSuchChip

VERSION_COMMAND, READ_COMMAND = 0, 2
USER_0 = 112


@pytest.fixture(scope="module")
def binary():
    found = importlib.util.find_spec("spynnaker")
    if found is None:
        pytest.skip("sPyNNaker is not installed")
    return (Path(found.origin).parent / "pyNN" / "model_binaries" / "IF_curr_exp.aplx").read_bytes()


@pytest.fixture
def machine(new_machine):
    return new_machine(2, 1)


def command(core, number, *arguments):
    data = struct.pack("<HHIII", number, 1, *arguments)
    return SDPMessage(1, 0, core, 0, data, flags=0x87, source_port=0xFF, source_address=0)


def test_core_waits_for_the_start_signal(machine, binary):
    machine.start(1, 0, [3, 4], binary, app_id=30, wait=True)
    status = machine.core_state(1, 0, 4)
    assert (status.state, status.app_name, status.app_id) == (CoreState.READY, "IF_curr_exp", 30)
    machine.signal(31, Signal.START)  # to another application
    assert machine.core_state(1, 0, 4).state == CoreState.READY
    machine.signal(30, Signal.START)
    assert machine.core_state(1, 0, 4).state != CoreState.READY


def test_core_answers_mail(machine, binary):
    machine.start(1, 0, [3], binary, app_id=30, wait=True)
    machine.send_sdp(command(3, VERSION_COMMAND, 0, 0, 0))
    machine.send_sdp(command(3, READ_COMMAND, 0xE5007000 + 128 * 3 + 72, 16, 0))
    version, name = machine.sent
    assert b"SARK/SpiNNaker" in version.data
    assert struct.unpack_from("<HH", version.data) == (0x80, 1)  # done, and the number of the question
    assert struct.unpack_from("<I", version.data, 4)[0] == 1 << 24 | 3 << 8 | 3  # chip, physical and virtual core
    assert name.data[4:20].rstrip(b"\0") == b"IF_curr_exp"
    assert (version.core, version.port) == (0x1F, 7)  # the host


def test_buffers_for_mail_are_given_back(machine, binary):
    machine.start(1, 0, [3], binary, app_id=30, wait=True)
    for _ in range(20):  # there are seven
        machine.send_sdp(command(3, VERSION_COMMAND, 0, 0, 0))
    assert len(machine.sent) == 20
    assert struct.unpack("<HH", machine.read(1, 0, 0xE5007F6C, 4))[0] == 0


def test_program_without_data_logs_why_and_dies(machine, binary):
    data = machine.sdram_alloc(1, 0, 1000, app_id=30)
    machine.write(1, 0, 0xE5007000 + 128 * 3 + USER_0, struct.pack("<I", data))
    machine.start(1, 0, [3], binary, app_id=30)
    (fault,) = machine.faults
    assert (fault.x, fault.y, fault.p, fault.state) == (1, 0, 3, CoreState.RUN_TIME_EXCEPTION)
    assert fault.error == RunTimeError.API  # what the program gave as the reason
    assert fault.cause == ""  # it gave up itself
    assert fault.log.strip() in str(fault)
    assert fault.log == machine.iobuf(1, 0, 3) != ""
    machine.clear_iobuf(1, 0, 3)
    assert machine.iobuf(1, 0, 3) == ""


def test_program_that_reads_from_nowhere_dies_by_data_abort(machine, binary):
    machine.write(1, 0, 0xE5007000 + 128 * 3 + USER_0, struct.pack("<I", 0x50000000))
    machine.start(1, 0, [3], binary, app_id=30)
    assert [(fault.error, fault.p) for fault in machine.faults] == [(RunTimeError.DATA_ABORT, 3)]
    assert "access to an address where nothing is, at 0x" in str(machine.faults[0])


def test_stop_leaves_nothing_behind(machine, binary):
    before = machine.sdram_available(1, 0)
    machine.sdram_alloc(1, 0, 1000, app_id=30, tag=3)
    machine.start(1, 0, [3], binary, app_id=30, wait=True)
    machine.signal(30, Signal.STOP)
    assert machine.core_state(1, 0, 3).state == CoreState.IDLE
    assert machine.sdram_available(1, 0) == before
    machine.start(1, 0, [3], binary, app_id=31, wait=True)
    assert machine.core_state(1, 0, 3).state == CoreState.READY


MAILBOX = """
reset:  ldr     r4, =0x1f000000         @ interrupts of the monitor wake the core
        mov     r5, #1 << 18
        str     r5, [r4, #0x10]
        block   r6
1:      sleep
        ldr     r0, [r6, #48]           @ the message: keep its first word of data
        ldr     r1, [r0, #16]
        str     r1, [r6, #112]
        ldr     r4, =0xe2000000         @ interrupt seen, from core 4
        ldr     r5, =0x5ec00010
        str     r5, [r4, #0xc]
        mov     r5, #0                  @ mail read
        strb    r5, [r6, #56]
        b       1b
        .ltorg
"""


def test_mail_goes_from_core_to_core(machine, binary, assemble):
    machine.start(1, 0, [3], binary, app_id=30, wait=True)
    machine.start(1, 0, [4], assemble(MAILBOX), app_id=31)
    question = command(3, VERSION_COMMAND, 0, 0, 0)
    machine.send_sdp(replace(question, source_port=1 << 5 | 4, source_address=1 << 8))
    machine.advance(microseconds=100)
    assert machine.core_state(1, 0, 4).user[0] == 1 << 16 | 0x80  # the number of the question, and done
    assert machine.sent == []


def test_mail_to_a_core_without_a_program_is_an_error(machine, binary):
    machine.start(1, 0, [3], binary, app_id=30, wait=True)
    question = command(3, VERSION_COMMAND, 0, 0, 0)
    with pytest.raises(NoSuchChip, match="a core sends mail to core 1, 0, 5, which has no program"):
        machine.send_sdp(replace(question, source_port=1 << 5 | 5, source_address=1 << 8))


def test_mail_waits_for_a_core_that_is_busy_but_not_for_ever(machine, binary, assemble):
    machine.start(1, 0, [3], binary, app_id=30, wait=True)
    machine.start(1, 0, [4], assemble("reset: b ."), app_id=31)
    question = replace(command(3, VERSION_COMMAND, 0, 0, 0), source_port=1 << 5 | 4, source_address=1 << 8)
    machine.send_sdp(question)  # its answer stays in the mailbox of core 4
    machine.send_sdp(question)
    machine.signal(31, Signal.STOP)
    machine.start(1, 0, [4], assemble(MAILBOX), app_id=31)
    machine.advance(microseconds=1000)
    assert machine.core_state(1, 0, 4).user[0] == 1 << 16 | 0x80
    machine.signal(31, Signal.STOP)
    machine.start(1, 0, [4], assemble("reset: sleep\n b reset"), app_id=31)
    machine.send_sdp(question)
    machine.send_sdp(question)
    with pytest.raises(NoAnswer, match="core 1, 0, 4 .* has not read its mail for 1000000 microseconds"):
        machine.advance(microseconds=2e6)
