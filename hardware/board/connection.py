"""An Ethernet connection that ends in the same process: what the host sends, the board's monitor receives at once."""

from __future__ import annotations

from spinnman.connections.udp_packet_connections import SCAMPConnection
from spinnman.exceptions import SpinnmanTimeoutException

from pynn_sfdfa.hardware.board.server import CommandServer

__all__ = ["BoardConnection"]

_PADDING = b"\0\0"
"""Before every SDP message in a datagram."""

_HOST = "127.0.0.1"


class BoardConnection(SCAMPConnection):
    """A connection to the monitor of chip (0, 0), for spinnman's transceiver.

    Parameters
    ----------
    server : CommandServer
    """

    def __init__(self, server: CommandServer) -> None:  # opens no socket, so the base is not initialised
        self._server = server
        self._chip_x = self._chip_y = 0
        self._local_ip_address, self._remote_ip_address = _HOST, server.ethernet.address
        self._local_port = self._remote_port = 0

    def is_connected(self) -> bool:
        """Return that it is."""
        return True

    def send(self, data: bytes) -> None:
        """Hand a datagram to the monitor."""
        self._server.receive(bytes(data[len(_PADDING) :]))

    def receive(self, timeout: float | None = 1.0) -> bytes:
        """Return the next datagram; virtual time passes until there is one."""
        server = self._server
        if not server.outbox:
            seconds = 1.0 if timeout is None else timeout

            def arrived() -> bool:
                server.exchange()
                return bool(server.outbox)

            server.machine.advance(arrived, seconds * 1e6)
        if not server.outbox:
            raise SpinnmanTimeoutException("receive", timeout)
        message = server.outbox.popleft()
        return _PADDING + message.header() + message.data

    def is_ready_to_receive(self, timeout: float = 0) -> bool:
        """Return whether a datagram is waiting."""
        return bool(self._server.outbox)

    def close(self) -> None:
        """Close nothing: there is no socket."""
