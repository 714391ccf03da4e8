from __future__ import annotations

import pytest

from pynn_sfdfa.hardware.emulator.communications import FIXED_ROUTE, MULTICAST, CommunicationsController, Packet
from pynn_sfdfa.hardware.emulator.faults import UnmodelledRegister

CONTROL, DATA, KEY, STATUS, RECEIVED_DATA, RECEIVED_KEY = 0, 4, 8, 12, 16, 20
PAYLOAD = 1 << 17


@pytest.fixture
def sent():
    return []


@pytest.fixture
def kinds():
    return []


@pytest.fixture
def controller(sent, kinds):
    return CommunicationsController(sent.append, kinds.append)


def test_key_sends_with_a_payload_if_data_were_written(controller, sent):
    controller.write(KEY, 0x10)
    controller.write(DATA, 99)
    controller.write(CONTROL, PAYLOAD)
    controller.write(KEY, 0x20)
    controller.write(CONTROL, FIXED_ROUTE << 22)
    controller.write(KEY, 0x30)
    assert sent == [Packet(MULTICAST, 0x10, None), Packet(MULTICAST, 0x20, 99), Packet(FIXED_ROUTE, 0x30, None)]


def test_data_need_no_word_in_control(controller, sent):
    """As SARK's spin1_send_mc_packet does it."""
    controller.write(DATA, 2)
    controller.write(KEY, 0x10)
    controller.write(KEY, 0x11)
    assert sent == [Packet(MULTICAST, 0x10, 2), Packet(MULTICAST, 0x11, None)]


def test_transmitter_is_empty_and_not_full(controller):
    assert controller.read(CONTROL) >> 28 == 0b1001


def test_received_packets_are_read_in_order(controller, kinds):
    controller.receive(Packet(MULTICAST, 1, None))
    controller.receive(Packet(FIXED_ROUTE, 2, 7))
    assert controller.read(STATUS) == 1 << 31
    assert controller.read(RECEIVED_KEY) == 1
    assert controller.read(STATUS) == 1 << 31 | FIXED_ROUTE << 22 | PAYLOAD
    assert (controller.read(RECEIVED_DATA), controller.read(RECEIVED_KEY)) == (7, 2)
    assert controller.read(STATUS) == 0
    assert controller.read(RECEIVED_KEY) == 0
    assert kinds == [MULTICAST, FIXED_ROUTE, None]


def test_register_that_is_not_there_is_an_error(controller):
    with pytest.raises(UnmodelledRegister):
        controller.read(0x1C)
    with pytest.raises(UnmodelledRegister):
        controller.write(0x1C, 1)
