from __future__ import annotations

import pytest

from pynn_sfdfa.hardware.emulator import vcpu
from pynn_sfdfa.hardware.emulator.faults import BadAddress
from pynn_sfdfa.hardware.emulator.memory import SharedMemory
from pynn_sfdfa.hardware.emulator.states import CoreState, RunTimeError


@pytest.fixture
def memory():
    return SharedMemory()


@pytest.mark.parametrize(("first", "second"), [(0x60000100, 0x70000100), (0xE5001000, 0xF5001000)])
def test_memory_is_seen_at_two_addresses(memory, first, second):
    memory.write(first, b"seen twice")
    assert memory.read(second, 10) == b"seen twice"


def test_words_are_little_endian(memory):
    memory.set_word(0x60000000, 0x11223344)
    assert memory.read(0x60000000, 4) == b"\x44\x33\x22\x11"
    assert (memory.half(0x60000002), memory.byte(0x60000001), memory.word(0x70000000)) == (0x1122, 0x33, 0x11223344)


def test_address_outside_is_an_error_that_names_what_there_is(memory):
    with pytest.raises(BadAddress, match="0x50000000 is neither in SDRAM .* nor in SysRAM"):
        memory.read(0x50000000, 4)
    with pytest.raises(BadAddress, match="8 bytes at 0x67fffffc reach beyond the memory's end, 0x68000000"):
        memory.write(0x67FFFFFC, bytes(8))


def test_core_block_is_decoded(memory):
    block = bytearray(128)
    block[0:4], block[40:44] = (7).to_bytes(4, "little"), (0x1234).to_bytes(4, "little")
    block[44:48] = bytes((13, 3, 2, 30))
    block[72:79], block[112:116] = b"program", (5).to_bytes(4, "little")
    memory.write(vcpu.address(3), bytes(block))
    status = vcpu.decode(memory, 3)
    assert (status.state, status.error) == (CoreState.RUN_TIME_EXCEPTION, RunTimeError.SOFTWARE_ERROR)
    assert (status.app_id, status.app_name, status.user[0]) == (30, "program", 5)
    assert (status.registers[0], status.link_register) == (7, 0x1234)


def test_log_is_a_chain_of_buffers(memory):
    first, second = 0x60001000, 0x60002000
    for buffer, following, text in ((first, second, b"one\n"), (second, 0, b"two\n")):
        memory.set_word(buffer, following)
        memory.set_word(buffer + 12, len(text))
        memory.write(buffer + 16, text)
    memory.set_word(vcpu.address(2, vcpu.IOBUF), first)
    assert vcpu.iobuf(memory, 2) == "one\ntwo\n"
    assert vcpu.iobuf(memory, 4) == ""


@pytest.mark.parametrize(
    ("following", "length", "kept"),
    [
        (0x60001000, 4, "one\n"),  # the buffer itself
        (0x50000000, 4, "one\n"),
        (0, 0xFFFF_FFFF, ""),
    ],
)
def test_a_log_that_a_program_has_written_over_ends_with_a_remark(memory, following, length, kept):
    buffer = 0x60001000
    memory.set_word(buffer, following)
    memory.set_word(buffer + 12, length)
    memory.write(buffer + 16, b"one\n")
    memory.set_word(vcpu.address(2, vcpu.IOBUF), buffer)
    assert vcpu.iobuf(memory, 2).startswith(f"{kept}\n(the log is broken off: 0x")


def test_states_and_reasons_that_only_a_program_knows_are_numbers(memory):
    block = bytearray(128)
    block[44:48] = bytes((77, 3, 2, 30))
    memory.write(vcpu.address(3), bytes(block))
    assert vcpu.decode(memory, 3).error.name == "UNKNOWN_77"
    block[46] = 200
    memory.write(vcpu.address(3), bytes(block))
    status = vcpu.decode(memory, 3)
    assert (status.state.name, status.state, status.error) == ("UNKNOWN_200", 200, RunTimeError.NONE)
    with pytest.raises(ValueError, match="not a valid CoreState"):
        CoreState("RUNNING")
