"""The Ethernet of an emulated board: real datagrams on the loopback, and a machine that only takes notes."""

from __future__ import annotations

import socket
import struct
import time

import pytest

pytest.importorskip("unicorn")

from pynn_sfdfa.hardware.board import BoardError
from pynn_sfdfa.hardware.board.ethernet import SCP_PORT, Ethernet
from pynn_sfdfa.hardware.board.scp import Command, Request, Result
from pynn_sfdfa.hardware.emulator import SDPMessage
from pynn_sfdfa.hardware.emulator.faults import NoSuchChip

SET, GET, CLEAR = 1 << 16, 2 << 16, 3 << 16
STRIP, REVERSE, OF_SENDER = 1 << 28, 1 << 29, 1 << 30
LOOPBACK = int.from_bytes(socket.inet_aton("127.0.0.1"), "little")


class Machine:
    """Takes messages for core 3 while it is ready, and has no other core."""

    def __init__(self):
        self.taken, self.ready = [], True

    def offer(self, message):
        if message.core != 3:
            raise NoSuchChip("no program")
        if self.ready:
            self.taken.append(message)
        return self.ready


@pytest.fixture
def machine():
    return Machine()


@pytest.fixture
def ethernet(machine):
    found = Ethernet(machine)
    found.plug_in()
    yield found
    found.unplug()


@pytest.fixture
def peer():
    """The socket of another program."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as found:
        found.bind(("127.0.0.1", 0))
        found.settimeout(5)
        yield found


def message(*words, flags=0x87, core=0, port=0, data=b"", command=Command.IPTAG):
    body = data or struct.pack("<2H3I", command, 9, *(*words, 0, 0, 0)[:3])
    return SDPMessage(0, 0, core, port, body, flags=flags)


def ask(ethernet, *words):
    """What a script's request for a tag is answered with."""
    return ethernet.request(Request.parse(message(*words)))


def ask_from(peer, ethernet, *words, **kind):
    """The result code that a program on the network gets for a request."""
    asked = message(*words, **kind)
    peer.sendto(b"\0\0" + asked.header() + asked.data, (ethernet.address, SCP_PORT))
    reply, _ = peer.recvfrom(500)
    return struct.unpack_from("<H", reply, 10)[0], reply


def until(condition):
    for _ in range(500):
        if condition():
            return True
        time.sleep(0.01)
    return False


def test_what_a_core_sends_to_a_tag_arrives_with_or_without_its_header(ethernet, peer):
    port = peer.getsockname()[1]
    ask(ethernet, SET | STRIP | 1, port, LOOPBACK)
    ask(ethernet, SET | 2, port, LOOPBACK)
    sent = [SDPMessage(0, 0, 31, 7, b"spikes", tag=tag) for tag in (1, 2, 3)]
    for each in sent:
        ethernet.send(each)
    assert peer.recv(500) == b"spikes"
    assert peer.recv(500) == b"\0\0" + sent[1].header() + b"spikes"
    assert ethernet.traffic == {"sent": 2, "delivered": 0, "lost": 1}  # nobody has set tag 3


def test_another_program_may_have_a_tag_lead_to_itself(ethernet, peer):
    ask(ethernet, SET | STRIP | 1, 9, LOOPBACK)  # the script's
    result, reply = ask_from(peer, ethernet, SET | STRIP | OF_SENDER | 1)
    assert (result, len(reply), reply[2], reply[4]) == (Result.OK, 18, 7, 0xFF)  # as spinnman wants it
    ethernet.send(SDPMessage(0, 0, 31, 7, b"spikes", tag=1))
    assert peer.recv(500) == b"spikes"


def test_another_program_may_do_nothing_else_to_the_machine(ethernet, peer):
    ask(ethernet, SET | STRIP | 1, 9, LOOPBACK)
    assert ask_from(peer, ethernet, 0x60000000, 4, command=Command.READ)[0] == Result.CMD
    assert ask_from(peer, ethernet, SET | 12)[0] == Result.ARG
    peer.sendto(b"\0\0short", (ethernet.address, SCP_PORT))
    assert until(lambda: ethernet.traffic["lost"] == 1)


def test_a_datagram_for_a_reverse_tag_reaches_its_core_when_that_has_read_its_mail(ethernet, machine, peer):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as found:  # a port that is free
        found.bind((ethernet.address, 0))
        port = found.getsockname()[1]
    ask(ethernet, SET | REVERSE | STRIP | 1 << 13 | 3 << 8 | 4, 2 << 24 | 1 << 16 | port)
    machine.ready = False
    for text in (b"one", b"two"):
        peer.sendto(text, (ethernet.address, port))
    assert until(lambda: len(ethernet._arrived) == 2)
    ethernet.deliver()
    assert machine.taken == []
    machine.ready = True
    ethernet.deliver()
    ethernet.deliver()
    assert machine.taken == [SDPMessage(2, 1, 3, 1, b"one"), SDPMessage(2, 1, 3, 1, b"two")]
    ask(ethernet, CLEAR | 4)
    peer.sendto(b"three", (ethernet.address, port))
    assert until(lambda: ethernet.traffic == {"sent": 0, "delivered": 2, "lost": 1})


def test_messages_to_a_core_without_program_or_beyond_what_a_board_holds_are_lost(ethernet, machine, peer):
    ask(ethernet, SET | STRIP | 1, 9, LOOPBACK)
    machine.ready = False
    for core in [5] + [3] * 300:
        ethernet._take_message(b"\0\0" + message(core=core, data=b"x", flags=7).header() + b"x", peer.getsockname())
    ethernet.deliver()
    assert ethernet.traffic["lost"] == 1 + 300 - 256


def test_a_core_answers_the_program_that_asked_it(ethernet, machine, peer):
    ask(ethernet, SET | STRIP | 1, 9, LOOPBACK)
    asked = message(core=3, port=2, data=b"question")
    peer.sendto(b"\0\0" + asked.header() + asked.data, (ethernet.address, SCP_PORT))
    assert until(lambda: ethernet._arrived)
    ethernet.deliver()
    (taken,) = machine.taken
    assert taken.data == b"question"
    answer = SDPMessage(0, 0, 31, 7, b"answer", tag=taken.tag)
    ethernet.send(answer)
    assert peer.recv(500) == b"\0\0" + answer.header() + b"answer"


def test_tags_are_described_as_spinnman_reads_them(ethernet):
    from spinnman.messages.scp.impl.iptag_get import IPTagGetResponse

    def described(number):
        found = IPTagGetResponse()
        reply = Request.parse(message()).reply(0, 0, Result.OK, ask(ethernet, GET | number))
        found.read_bytestring(reply.header() + reply.data, 0)
        return found

    ask(ethernet, SET | STRIP | 1, 9, LOOPBACK)
    ethernet.send(SDPMessage(0, 0, 31, 7, b"spikes", tag=1))
    tag = described(1)
    assert (tag.in_use, tag.strip_sdp, tag.is_reverse, tag.port, tag.count) == (True, True, False, 9, 1)
    assert bytes(tag.ip_address) == b"\x7f\0\0\1"
    assert not described(5).in_use
    ask(ethernet, SET | REVERSE | 1 << 13 | 3 << 8 | 4, 2 << 24 | 1 << 16 | 34567)
    tag = described(4)
    assert (tag.is_reverse, tag.rx_port) == (True, 34567)
    assert (tag.spin_chip_x, tag.spin_chip_y, tag.spin_cpu, tag.spin_port) == (2, 1, 3, 1)


def test_boards_at_the_same_time_have_addresses_of_their_own_or_say_who_is_in_the_way(ethernet, machine, monkeypatch):
    monkeypatch.setattr("pynn_sfdfa.hardware.board.ethernet._ADDRESSES", [ethernet.address])
    second = Ethernet(machine)
    second.plug_in()
    with pytest.raises(BoardError, match=r"port 17893 .* is taken.*another emulated board"):
        ask(second, SET | STRIP | 1, 9, LOOPBACK)


def test_a_listener_beyond_the_loopback_is_refused_with_the_way_out(ethernet):
    far = int.from_bytes(socket.inet_aton("192.0.2.1"), "little")
    with pytest.raises(BoardError, match=r"IP tag 1 to 192\.0\.2\.1, port 9;.*listen on this machine"):
        ask(ethernet, SET | STRIP | 1, 9, far)


def test_a_port_that_is_taken_is_named(ethernet):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind((ethernet.address, 0))
        port = other.getsockname()[1]
        with pytest.raises(BoardError, match=rf"reverse IP tag 4 on port {port} .*another port"):
            ask(ethernet, SET | REVERSE | 3 << 8 | 4, port)


def test_where_another_board_has_the_usual_address_it_is_told_which_one_this_board_has(ethernet):
    other = Ethernet(Machine())
    other.plug_in()
    try:
        assert other.address != ethernet.address
        with pytest.warns(
            UserWarning, match=rf"has the address {other.address}, .* to port 24011 must send them there"
        ):
            ask(other, SET | REVERSE | 3, 24011)
    finally:
        other.unplug()
