from __future__ import annotations

import struct
import tracemalloc

import pytest
from programs import SLEEP

from pynn_sfdfa.hardware.emulator import CoreState, HostView, Route, SDPMessage, Signal
from pynn_sfdfa.hardware.emulator.faults import (
    BadAddress,
    BadBinary,
    DamagedMemory,
    NoAnswer,
    NoSuchChip,
    RouterFull,
    SDRAMExhausted,
    TagInUse,
)

SENDER = f"""
reset:  ldr     r4, =0x20000000         @ send the key in the core's first word for users, then sleep
        block   r6
        ldr     r5, [r6, #112]
        str     r5, [r4, #8]
{SLEEP}"""
RECEIVER = """
reset:  ldr     r4, =0x1f000000         @ multicast packets wake the core; interrupts stay masked
        mov     r5, #1 << 24
        str     r5, [r4, #0x10]
        ldr     r4, =0x20000000
        block   r6
        add     r6, r6, #112
1:      sleep
        ldr     r5, [r4, #0xc]
        tst     r5, #0x80000000
        beq     1b
        ldr     r5, [r4, #0x14]
        str     r5, [r6], #4
        b       1b
        .ltorg
"""
ADDING = """
reset:  ldr     r4, =0xe2000000         @ 2000 times: take a lock, add one to a word in SDRAM, free the lock
        ldr     r5, =0x60300000
        ldr     r6, =2000
1:      ldr     r0, [r4, #0x100]
        tst     r0, #0x80000000
        bne     1b
        ldr     r0, [r5]
        mov     r1, #20
2:      subs    r1, r1, #1
        bne     2b
        add     r0, r0, #1
        str     r0, [r5]
        ldr     r0, [r4, #0x180]
        subs    r6, r6, #1
        bne     1b
3:      sleep
        b       3b
        .ltorg
"""
ENDLESS = "reset: b ."


def set_user(machine, x, y, p, word):
    machine.write(x, y, 0xE5007000 + 128 * p + 112, struct.pack("<I", word))


def send(machine, program, x, y, p, key):
    set_user(machine, x, y, p, key)
    machine.start(x, y, [p], program, app_id=30)
    machine.advance(microseconds=100)


@pytest.fixture
def machine(new_machine):
    machine = new_machine(3, 3)
    view: HostView = machine
    assert view.microseconds == 0
    return machine


def test_packet_follows_routes_from_chip_to_chip_and_straight_on(machine, assemble):
    receiver = assemble(RECEIVER)
    for x, y, p in ((0, 0, 2), (2, 0, 5), (2, 0, 6)):
        machine.start(x, y, [p], receiver, app_id=30)
    machine.load_routes(0, 0, [Route(0x100, 0xFFFFFF00, 1 << 0 | 1 << (6 + 2))], app_id=30)
    machine.load_routes(2, 0, [Route(0x100, 0xFFFFFF00, 1 << (6 + 5) | 1 << (6 + 6))], app_id=30)
    send(machine, assemble(SENDER), 0, 0, 3, 0x1AB)  # over chip 1, 0, which has no entry
    for x, y, p in ((0, 0, 2), (2, 0, 5), (2, 0, 6)):
        assert machine.core_state(x, y, p).user == (0x1AB, 0, 0, 0)
    assert not machine.dropped


def test_packet_without_a_way_is_dropped_and_counted(machine, assemble):
    send(machine, assemble(SENDER), 1, 1, 3, 7)
    (dropped,) = machine.dropped
    assert (dropped.x, dropped.y, dropped.packet.key) == (1, 1, 7)
    assert 0 < dropped.microseconds < machine.microseconds
    assert struct.unpack("<I", machine.read(1, 1, 0xE1000320, 4)) == (1,)  # counter 8


def test_packet_over_the_edge_is_dropped(machine, assemble):
    machine.load_routes(0, 2, [Route(7, 0xFFFFFFFF, 1 << 2)], app_id=30)
    send(machine, assemble(SENDER), 0, 2, 3, 7)
    assert [(d.x, d.y) for d in machine.dropped] == [(0, 2)]


def test_wrapped_edges_lead_round_until_the_packet_is_too_old(new_machine, assemble):
    machine = new_machine(3, 3, wraps=True)
    machine.load_routes(0, 2, [Route(7, 0xFFFFFFFF, 1 << 2)], app_id=30)
    send(machine, assemble(SENDER), 0, 2, 3, 7)
    machine.advance(microseconds=1000)
    assert len(machine.dropped) == 1
    assert struct.unpack("<I", machine.read(0, 0, 0xE1000304, 4))[0] > 100  # counter 1: from links


def test_router_may_lose_packets(new_machine, assemble):
    machine = new_machine(1, 1, loses=lambda x, y, packet: packet.key == 8)
    machine.start(0, 0, [1], assemble(RECEIVER), app_id=30)
    machine.load_routes(0, 0, [Route(0, 0, 1 << 7)], app_id=30)
    for key in (7, 8, 9):
        send(machine, assemble(SENDER), 0, 0, 2, key)
    assert machine.core_state(0, 0, 1).user == (7, 9, 0, 0)
    assert [d.packet.key for d in machine.dropped] == [8]


def test_cores_share_memory_and_locks(machine, assemble):
    machine.start(0, 0, range(1, 5), assemble(ADDING), app_id=30)
    machine.advance(microseconds=10_000)
    assert machine.read(0, 0, 0x60300000, 4) == struct.pack("<I", 8000)


def test_same_machine_does_the_same_again(new_machine, assemble):
    program, runs = assemble(ADDING), []
    for _ in range(2):
        machine = new_machine(1, 1)
        machine.start(0, 0, range(1, 5), program, app_id=30)
        runs.append((machine.microseconds, machine.read(0, 0, 0x60300000, 4), machine.read(0, 0, 0xE5000000, 0x8000)))
    assert runs[0] == runs[1]
    assert struct.unpack("<I", runs[0][1])[0] > 0


def test_endless_program_holds_nobody_up(machine, assemble):
    machine.start(0, 0, [1], assemble(ENDLESS), app_id=30)
    before = machine.microseconds
    assert machine.advance(lambda: False, microseconds=500) is False
    assert machine.microseconds == before + 500


def test_condition_is_looked_at_while_time_passes(machine):
    assert machine.advance(lambda: machine.microseconds >= 300, microseconds=1000)
    assert machine.microseconds == 300


def test_mail_that_is_not_read_is_an_error(machine, assemble):
    machine.start(0, 0, [1], assemble("reset: sleep\n b reset"), app_id=30)
    machine.send_sdp(SDPMessage(0, 0, 1, 1, b"hello"))
    with pytest.raises(NoAnswer, match="core 0, 0, 1 .* has not read its mail for 1000000 microseconds"):
        machine.send_sdp(SDPMessage(0, 0, 1, 1, b"hello"))


def test_unread_mail_is_thrown_away_with_its_program(machine, assemble):
    program = assemble("reset: sleep\n b reset")
    for _ in range(10):  # there are seven buffers
        machine.start(0, 0, [1], program, app_id=30)
        machine.send_sdp(SDPMessage(0, 0, 1, 1, b"hello"))
        machine.start(0, 0, [1], program, app_id=30)
        machine.send_sdp(SDPMessage(0, 0, 1, 1, b"hello"))
        machine.signal(30, Signal.STOP)
    assert struct.unpack("<H", machine.read(0, 0, 0xE5007F6C, 2)) == (0,)


def test_memory_is_written_filled_and_read(machine, assemble):
    machine.fill(1, 2, 0x60400000, 0x01020304, 12)
    assert machine.read(1, 2, 0x70400000, 14) == b"\x04\x03\x02\x01" * 3 + b"\0\0"
    machine.start(1, 2, [3], assemble(ENDLESS), app_id=30)
    machine.write(1, 2, 0x400010, b"own", p=3)
    assert machine.read(1, 2, 0x400010, 3, p=3) == b"own"
    assert machine.read(1, 2, 0, 4, p=3) != bytes(4)  # its program
    with pytest.raises(BadAddress, match="registers are whole aligned words"):
        machine.read(1, 2, 0xE1000301, 2)
    with pytest.raises(BadAddress, match="5 bytes at 0x60400000: whole words are needed to fill"):
        machine.fill(1, 2, 0x60400000, 0, 5)
    with pytest.raises(BadAddress, match="131076 bytes at 0xe1000000 reach beyond the registers' end, 0xe1020000"):
        machine.read(1, 2, 0xE1000000, 0x20004)
    machine.write(1, 2, 0xE1000084, struct.pack("<I", 1 << 6))  # the fixed route
    assert machine.read(1, 2, 0xF1000084, 4) == struct.pack("<I", 1 << 6)
    with pytest.raises(NoSuchChip, match="core 1, 2, 4 has no program"):
        machine.read(1, 2, 0x400000, 4, p=4)


def test_sdram_is_allocated_by_application_and_tag(machine):
    free, largest = machine.sdram_available(0, 0)
    assert largest == free > 100 * 1024 * 1024
    address = machine.sdram_alloc(0, 0, 1000, app_id=30, tag=5)
    other = machine.sdram_alloc(0, 0, 1000, app_id=31, tag=5)
    with pytest.raises(TagInUse, match=f"application 30 has 1000 bytes at {address:#x} under tag 5; free them"):
        machine.sdram_alloc(0, 0, 8, app_id=30, tag=5)
    assert machine.sdram_alloc(0, 0, 1000, app_id=30, tag=5, retry=True) == address
    machine.sdram_free(0, 0, address)
    assert machine.sdram_alloc(0, 0, 500, app_id=30, tag=5) == address
    assert machine.sdram_free_by_app(0, 0, 30) == 1
    machine.sdram_free(0, 0, other)
    assert machine.sdram_available(0, 0) == (free, largest)


def test_sdram_runs_out(machine):
    free, largest = machine.sdram_available(0, 0)
    machine.sdram_alloc(0, 0, largest - 4000, app_id=30)
    with pytest.raises(SDRAMExhausted, match="chip 0, 0: application 30 asks for 10000 bytes of SDRAM; 3992 are free"):
        machine.sdram_alloc(0, 0, 10_000, app_id=30)


def test_routes_belong_to_applications(machine):
    first, second = Route(1, 0xFFFFFFFF, 1), Route(2, 0xFFFFFFFE, 2)
    machine.load_routes(0, 0, [first], app_id=30)
    machine.load_routes(0, 0, [second], app_id=31)
    machine.load_routes(0, 0, [], app_id=31)
    assert machine.routes(0, 0) == [first, second]
    with pytest.raises(RouterFull, match="1022 multicast entries are to be loaded; 1021 are free, 1021 of them in one"):
        machine.load_routes(0, 0, [first] * 1022, app_id=30)
    machine.signal(30, Signal.STOP)
    assert machine.routes(0, 0) == [second]
    machine.clear_routes(0, 0)
    assert machine.routes(0, 0) == []


def test_what_is_not_there_is_named(machine):
    with pytest.raises(NoSuchChip, match=r"no chip 3, 0; there are \[\(0, 0\), \(0, 1\)"):
        machine.read(3, 0, 0x60000000, 4)
    with pytest.raises(NoSuchChip, match="chip 0, 0 has cores 1 to 17 for programs, and no 18"):
        machine.start(0, 0, [18], b"", app_id=30)
    with pytest.raises(BadBinary):
        machine.start(0, 0, [1], b"no program", app_id=30)
    assert machine.core_state(0, 0, 1).state == CoreState.IDLE


def test_signals_stop_and_power_down(machine, assemble):
    machine.start(0, 0, [1, 2], assemble(ENDLESS), app_id=30)
    machine.signal(30, Signal.POWER_DOWN)
    assert machine.core_state(0, 0, 1).state == CoreState.POWERED_DOWN
    machine.start(0, 0, [1, 2], assemble(ENDLESS), app_id=30)
    machine.signal(30, Signal.STOP)
    assert [machine.core_state(0, 0, p).state for p in (1, 2)] == [CoreState.IDLE] * 2


@pytest.mark.parametrize("address", [0x60400000, 0xE5000000, 0xE1000000])
def test_filling_more_than_there_is_is_refused_before_it_is_done(machine, address):
    tracemalloc.start()
    with pytest.raises(BadAddress, match=f"4294967292 bytes at {address:#010x} reach beyond the"):
        machine.fill(0, 0, address, 1, 0xFFFF_FFFC)
    assert tracemalloc.get_traced_memory()[1] < 2_000_000
    tracemalloc.stop()


def test_mail_to_an_endless_loop_is_an_error_as_soon_as_it_is_known_to_be_one(machine, assemble):
    machine.start(0, 0, [1], assemble("reset: b ."), app_id=30)
    machine.send_sdp(SDPMessage(0, 0, 1, 1, b"hello"))
    before = machine.microseconds
    with pytest.raises(
        NoAnswer, match=r"core 0, 0, 1 .* its mail for 19900 micro.*; it runs at 0x.*instruction 0xeafffffe"
    ):
        machine.send_sdp(SDPMessage(0, 0, 1, 1, b"hello"))
    assert machine.microseconds - before < 30_000


BAD_MAIL = """
reset:  block   r6                      @ a message at a wild address, and the monitor is told
        ldr     r0, ={message}
        str     r0, [r6, #52]
        mov     r0, #1
        strb    r0, [r6, #57]
        ldr     r4, =0xe5007fec
        mvn     r0, #0
        str     r0, [r4]
        ldr     r4, =0xe2000000
        ldr     r5, =0x5ec00001
        str     r5, [r4, #8]
1:      sleep
        b       1b
        .ltorg
"""


@pytest.mark.parametrize(("message", "why"), [(0x50000000, "is neither in SDRAM"), (0x62000000, "is 0 long")])
def test_mail_that_is_none_is_a_fault_of_the_core_that_sends_it(machine, assemble, message, why):
    machine.start(0, 0, [1], assemble(BAD_MAIL.format(message=message)), app_id=30)
    machine.advance(microseconds=100)
    (fault,) = machine.faults
    assert fault.cause.startswith("it sends mail that is none: ")
    assert why in fault.cause


def test_a_tag_that_a_program_has_written_over_is_named(machine):
    address = machine.sdram_alloc(0, 0, 1000, app_id=30, tag=5)
    table = struct.unpack("<I", machine.read(0, 0, 0xE5007FDC, 4))[0] + 4 * (30 << 8 | 5)
    machine.write(0, 0, table, struct.pack("<I", address + 4))
    with pytest.raises(DamagedMemory, match="no block starts at 0x"):
        machine.sdram_alloc(0, 0, 1000, app_id=30, tag=5)
