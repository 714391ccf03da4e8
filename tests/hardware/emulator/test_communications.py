from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pynn_sfdfa.hardware.emulator import communications
from pynn_sfdfa.hardware.emulator.communications import FIXED_ROUTE, MULTICAST, Packet, travelled
from pynn_sfdfa.hardware.emulator.faults import UnmodelledRegister
from pynn_sfdfa.hardware.emulator.vic import FIXED_ROUTE_RECEIVED, MULTICAST_RECEIVED, PACKET_RECEIVED
from pynn_sfdfa.hardware.emulator.words import N_EVENTS

CONTROL, DATA, KEY, STATUS, RECEIVED_DATA, RECEIVED_KEY = 0, 4, 8, 12, 16, 20
PAYLOAD = 1 << 17


@pytest.fixture
def controller(core):
    return core.device(communications)


@pytest.fixture
def sent(core):
    """Return the packets that the core has sent."""

    def sent():
        found = []
        while core.queue.words[N_EVENTS]:
            _, key, way, payload = core.queue.take()
            kind, link, hops = travelled(way)
            assert (link, hops) == (-1, 0)
            found.append(Packet(kind, key, None if payload == -1 else payload))
        return found

    return sent


@pytest.fixture
def receive(core):
    def receive(kind, key, payload=None):
        if communications.is_full(core.words):
            core.ring = communications.new_ring(core.words, core.ring)
        communications.receive(core.words, kind, key, -1 if payload is None else payload)
        core.look()

    return receive


def test_key_sends_with_a_payload_if_data_were_written(controller, sent):
    controller.write(KEY, 0x10)
    controller.write(DATA, 99)
    controller.write(CONTROL, PAYLOAD)
    controller.write(KEY, 0x20)
    controller.write(CONTROL, FIXED_ROUTE << 22)
    controller.write(KEY, 0x30)
    assert sent() == [Packet(MULTICAST, 0x10, None), Packet(MULTICAST, 0x20, 99), Packet(FIXED_ROUTE, 0x30, None)]


def test_data_need_no_word_in_control(controller, sent):
    """As SARK's spin1_send_mc_packet does it."""
    controller.write(DATA, 2)
    controller.write(KEY, 0x10)
    controller.write(KEY, 0x11)
    assert sent() == [Packet(MULTICAST, 0x10, 2), Packet(MULTICAST, 0x11, None)]


def test_transmitter_is_empty_and_not_full(controller):
    assert controller.read(CONTROL) >> 28 == 0b1001


def test_received_packets_are_read_in_order(controller, core, receive):
    receive(MULTICAST, 1)
    receive(FIXED_ROUTE, 2, 7)
    assert controller.read(STATUS) == 1 << 31
    assert controller.read(RECEIVED_KEY) == 1
    assert controller.read(STATUS) == 1 << 31 | FIXED_ROUTE << 22 | PAYLOAD
    assert (controller.read(RECEIVED_DATA), controller.read(RECEIVED_KEY)) == (7, 2)
    assert controller.read(STATUS) == 0
    assert controller.read(RECEIVED_KEY) == 0
    one, other = (1 << PACKET_RECEIVED | 1 << source for source in (MULTICAST_RECEIVED, FIXED_ROUTE_RECEIVED))
    assert [sources for _, sources in core.seen] == [0, one, other, 0]


@given(st.lists(st.booleans(), max_size=400))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
def test_any_number_of_packets_waits_in_the_order_of_arrival(new_core, takes):
    core, waiting = new_core(), []
    controller = core.device(communications)
    for i, take in enumerate([*takes, *[False] * 100]):
        if take:
            assert controller.read(RECEIVED_KEY) == (waiting.pop(0) if waiting else 0)
            continue
        for key in (2 * i + 1, 2 * i + 2):
            waiting.append(key)
            if communications.is_full(core.words):
                core.ring = communications.new_ring(core.words, core.ring)
            communications.receive(core.words, MULTICAST, key, -1)
    assert [controller.read(RECEIVED_KEY) for _ in waiting] == waiting


def test_register_that_is_not_there_is_an_error(controller):
    with pytest.raises(UnmodelledRegister):
        controller.read(0x1C)
    with pytest.raises(UnmodelledRegister):
        controller.write(0x1C, 1)
