from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pynn_sfdfa.hardware.emulator import SDPMessage

BYTE = st.integers(0, 255)


@given(x=BYTE, y=BYTE, core=st.integers(0, 31), port=st.integers(0, 7), data=st.binary(max_size=20), tag=BYTE)
def test_message_is_read_back_from_its_bytes(x, y, core, port, data, tag):
    message = SDPMessage(x, y, core, port, data, tag=tag)
    assert SDPMessage.from_bytes(message.header() + message.data) == message


def test_header_has_the_order_of_the_wire():
    header = SDPMessage(1, 2, 3, 4, b"", flags=0x87, tag=9, source_port=0xFF, source_address=0x0506).header()
    assert header == bytes((0x87, 9, 4 << 5 | 3, 0xFF, 2, 1, 6, 5))


def test_header_must_be_whole():
    with pytest.raises(ValueError, match="header of 8 bytes; this one is 3 long"):
        SDPMessage.from_bytes(b"abc")
