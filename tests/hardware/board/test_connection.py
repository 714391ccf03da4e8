"""The connection between spinnman and the monitors."""

from __future__ import annotations

import pytest

pytest.importorskip("spinnman")
pytest.importorskip("unicorn")

from spinnman.exceptions import SpinnmanTimeoutException

from pynn_sfdfa.hardware.board import geometry
from pynn_sfdfa.hardware.board.connection import BoardConnection
from pynn_sfdfa.hardware.board.server import CommandServer
from pynn_sfdfa.hardware.emulator import SDPMessage
from pynn_sfdfa.hardware.emulator.machine import Machine


@pytest.fixture
def server():
    return CommandServer(Machine(geometry.SIZE, geometry.SIZE, chips=sorted(geometry.CHIPS)))


def test_silence_takes_virtual_time(server):
    with BoardConnection(server) as connection:
        assert connection.is_connected() and not connection.is_ready_to_receive()
        with pytest.raises(SpinnmanTimeoutException):
            connection.receive(0.5)
        with pytest.raises(SpinnmanTimeoutException):
            connection.receive(None)  # as long as a host waits for a reply
        assert server.machine.microseconds == pytest.approx(1.5e6)


def test_what_a_core_sends_arrives(server):
    message = SDPMessage(0, 0, core=31, port=7, data=b"from a core")
    server.machine.sent.append(message)
    connection = BoardConnection(server)
    server.collect()
    assert connection.is_ready_to_receive()
    assert connection.receive(1.0) == b"\0\0" + message.header() + b"from a core"
    assert not connection.is_ready_to_receive()
