"""The monitors' answers, byte for byte, on chips that run nothing."""

from __future__ import annotations

import struct
import tracemalloc

import pytest

pytest.importorskip("unicorn")

from pynn_sfdfa.hardware.board import BoardError, geometry
from pynn_sfdfa.hardware.board.scp import Command, Result
from pynn_sfdfa.hardware.board.server import CommandServer
from pynn_sfdfa.hardware.emulator import SDPMessage
from pynn_sfdfa.hardware.emulator.faults import BadAddress, BadBinary, NoAnswer
from pynn_sfdfa.hardware.emulator.machine import Machine

SDRAM = 0x60100000


@pytest.fixture
def server():
    return CommandServer(Machine(geometry.SIZE, geometry.SIZE, chips=sorted(geometry.CHIPS)))


def ask(server, command, *arguments, data=b"", chip=(0, 0)):
    """Send a request as a host does; return the result code and what follows it."""
    words = struct.pack("<2H3I", command, 77, *(*arguments, 0, 0, 0)[:3])
    request = SDPMessage(*chip, core=0, port=0, data=words + data, flags=0x87)
    server.receive(request.header() + request.data)
    reply = server.outbox.popleft()
    assert (reply.x, reply.y, reply.core, reply.port, reply.source_port) == (0, 0, 31, 7, 0)
    result, sequence = struct.unpack_from("<2H", reply.data)
    assert sequence == 77
    return result, reply.data[4:]


def value(server, *request, **where):
    result, data = ask(server, *request, **where)
    assert result == Result.OK
    return int.from_bytes(data, "little")


def test_memory_is_written_filled_and_read(server):
    assert ask(server, Command.WRITE, SDRAM, 5, data=b"board") == (Result.OK, b"")
    assert ask(server, Command.READ, SDRAM, 5) == (Result.OK, b"board")
    ask(server, Command.FILL, SDRAM, 0x04030201, 8, chip=(3, 2))
    assert ask(server, Command.READ, SDRAM, 8, chip=(3, 2)) == (Result.OK, bytes((1, 2, 3, 4)) * 2)
    assert ask(server, Command.READ, SDRAM, 5) == (Result.OK, b"board")


def test_sdram_is_given_out_and_taken_back(server):
    app = 30 << 8
    first = value(server, Command.ALLOC, app, 1000, 1)
    assert value(server, Command.ALLOC, app, 1000, 1) == 0  # the tag is in use
    assert value(server, Command.ALLOC, app | 4 << 16, 1000, 1) == first  # asked for again
    assert value(server, Command.ALLOC, app, 1 << 27) == 0  # more than there is
    second = value(server, Command.ALLOC, app, 1000, 2)
    assert second >= first + 1000
    assert value(server, Command.ALLOC, app | 1, second) == 1
    assert value(server, Command.ALLOC, app, 1000, 3) == second
    assert value(server, Command.ALLOC, app | 2) == 2
    assert value(server, Command.ALLOC, app, 1000, 1) == first


def test_routes_are_loaded_and_cleared(server):
    app, entries = 30 << 8, [(0x40, 0x10, 0xFFFFFFF0), (0x1, 0x20, 0xFFFFFFF0)]
    base = value(server, Command.ALLOC, app | 3, 2)
    table = b"".join(struct.pack("<2H3I", i, 0, *entry) for i, entry in enumerate(entries))
    ask(server, Command.WRITE, SDRAM, len(table), data=table)
    assert ask(server, Command.RTR, 2 << 16 | app | 2, SDRAM, base) == (Result.OK, b"")
    assert [(route, key, mask) for key, mask, route in server.machine.routes(0, 0)] == entries
    assert value(server, Command.ALLOC, app | 3, 1023) == 0  # no room for so many more
    assert value(server, Command.ALLOC, app | 5) == 1
    assert server.machine.routes(0, 0) == []
    ask(server, Command.RTR, 2 << 16 | app | 2, SDRAM, base)
    ask(server, Command.RTR, 0)
    assert server.machine.routes(0, 0) == []


def test_what_is_not_there_is_refused(server):
    assert ask(server, Command.READ, SDRAM, 4, chip=(0, 7))[0] == Result.ROUTE
    assert ask(server, 99)[0] == Result.CMD
    assert ask(server, Command.RTR, 3)[0] == Result.ARG  # fixed routes serve the fast transfer of data
    assert ask(server, Command.ALLOC, 4)[0] == Result.ARG
    assert ask(server, Command.NNP, 0, 0)[0] == Result.ARG
    assert ask(server, Command.IPTAG, 5 << 16)[0] == Result.ARG
    assert ask(server, Command.APP_COPY_RUN, 3, 4, 0)[0] == Result.ARG  # west of chip (0, 0) is no chip
    assert ask(server, Command.APP_COPY_RUN, 3, 5, 0, chip=(1, 0))[0] == Result.ARG  # no whole number of words
    assert ask(server, Command.SIG, 0, 200 << 16)[0] == Result.ARG


def test_an_image_that_does_not_add_up_is_refused(server):
    assert ask(server, Command.APP_COPY_RUN, 1 << 3 | 3, 4, 0, chip=(1, 0))[0] == Result.SUM


def test_tags_are_refused_without_ethernet_with_the_way_out(server):
    assert ask(server, Command.IPTAG, 3 << 16 | 1) == (Result.OK, b"")
    with pytest.raises(BoardError, match=r"IP tag 2.*17893.*get_data"):
        ask(server, Command.IPTAG, 1 << 16 | 2)


def test_questions_change_nothing(server):
    ask(server, Command.VER)
    ask(server, Command.READ, SDRAM, 4)
    ask(server, Command.COUNT, 30, 5)
    ask(server, Command.INFO)
    assert server.changes == 0
    ask(server, Command.WRITE, SDRAM, 4, data=bytes(4))
    assert server.changes == 1


IMAGE = 0x67800000


def load(server, binary, end=None):
    """Write a binary, or its beginning, as a host does, and start it on core 2."""
    for at in range(0, len(binary[:end]), 256):
        part = binary[:end][at : at + 256]
        ask(server, Command.WRITE, IMAGE + at, len(part), data=part)
    return ask(server, Command.AR, 30 << 24 | 1 << 2)


def test_half_a_binary_is_refused_though_another_one_was_there_before(server, assemble):
    whole = assemble("reset: sleep\n b reset\n .ltorg" + "\n .word 0x12345678" * 200)
    assert load(server, whole) == (Result.OK, b"")
    with pytest.raises(BadBinary, match=f"cut short: {len(whole) - 32} bytes for 0x00000000, 480 in the file"):
        load(server, whole, 512)
    assert load(server, whole) == (Result.OK, b"")
    assert server.machine.faults == []


def test_filling_more_than_there_is_is_refused_before_it_is_done(server):
    tracemalloc.start()
    with pytest.raises(BadAddress, match="4294967292 bytes at 0x60100000 reach beyond"):
        ask(server, Command.FILL, SDRAM, 1, 0xFFFF_FFFC)
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()


def test_a_core_that_does_not_read_its_mail_is_given_up(server, assemble):
    load(server, assemble("reset: b .\n .ltorg"))
    message = SDPMessage(0, 0, core=2, port=1, data=b"hello")
    server.receive(message.header() + message.data)
    with pytest.raises(NoAnswer):
        server.receive(message.header() + message.data)
    (fault,) = server.machine.faults
    assert fault.cause.startswith("it does not read its mail: it runs at 0x6c (instruction 0xeafffffe)")
