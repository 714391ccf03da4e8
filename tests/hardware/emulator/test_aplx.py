from __future__ import annotations

import struct
import tracemalloc

import pytest

from pynn_sfdfa.hardware.emulator import aplx
from pynn_sfdfa.hardware.emulator.aplx import Segment
from pynn_sfdfa.hardware.emulator.faults import BadBinary


def table(*operations, data=b""):
    return b"".join(struct.pack("<IIII", *operation) for operation in operations) + data


def test_copies_are_relative_to_their_own_operation():
    binary = table((2, 0, 48, 4), (2, 0x400000, 36, 4), (4, 0x20, 0, 0), data=b"codedata")
    image = aplx.load(binary)
    assert image.segments == (Segment(0, b"code"), Segment(0x400000, b"data"))
    assert image.entry == 0x20


def test_fill_repeats_a_word():
    image = aplx.load(table((3, 0x400010, 12, 0xDEAD_BEEF), (4, 0, 0, 0)))
    assert image.segments == (Segment(0x400010, b"\xef\xbe\xad\xde" * 3),)


@pytest.mark.parametrize(
    ("binary", "message"),
    [
        (
            table((2, 0x7FF0, 32, 32), (4, 0, 0, 0), data=bytes(32)),
            "ITCM overflows: 32 bytes at 0x00007ff0 end 16 bytes",
        ),
        (table((3, 0x400000, 0x10004, 0), (4, 0, 0, 0)), "DTCM overflows: 65540 bytes at 0x00400000 end 4 bytes"),
        (table((3, 0x60000000, 4, 0), (4, 0, 0, 0)), "4 bytes are meant for 0x60000000, which is neither in ITCM nor"),
        (table((2, 0, 32, 100), (4, 0, 0, 0), data=b"short"), "cut short: 100 bytes for 0x00000000, 5 in the file"),
        (table((3, 0x400000, 0xFFFF_FFFF, 1), (4, 0, 0, 0)), "DTCM overflows: 4294967296 bytes at 0x00400000 end"),
        (table(*[(3, 0x400000, 0x10000, 0)] * 1000, (4, 0, 0, 0)), "its operations write 458752 bytes and more"),
        (table((4, 0x50000000, 0, 0)), "it starts at 0x50000000, which is neither in ITCM nor in DTCM"),
        (table((2, 0, 0xFFFF_FFF0, 16), (4, 0, 0, 0)), "cut short: 16 bytes for 0x00000000, 0 in the file"),
        (table((2, 0, 16, 0)), "ends before it says where to start"),
        (b"", "ends before it says where to start"),
        (b"\x7fELF" + bytes(60), "operation 1179403647 at byte 0 is none of an application's"),
    ],
)
def test_what_is_no_program_is_refused(binary, message):
    with pytest.raises(BadBinary, match=message):
        aplx.load(binary)


def test_a_binary_that_is_refused_takes_no_memory():
    """What an operation would fill is not made before it is known that it fits."""
    tracemalloc.start()
    with pytest.raises(BadBinary):
        aplx.load(table((3, 0, 0x1000_0000, 0), (4, 0, 0, 0)))
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()
