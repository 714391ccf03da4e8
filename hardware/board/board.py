"""SpiNNaker without a board: a context in which scripts for sPyNNaker run on emulated chips."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pynn_sfdfa.hardware.board import geometry, spynnaker
from pynn_sfdfa.hardware.board.clock import HostClock
from pynn_sfdfa.hardware.board.errors import BoardError

if TYPE_CHECKING:
    from pynn_sfdfa.hardware.board.server import CommandServer
    from pynn_sfdfa.hardware.emulator import HostView

__all__ = ["EmulatedBoard", "emulated_board"]


class EmulatedBoard:
    """A 48-chip board, switched on anew whenever a simulation asks for its machine."""

    def __init__(self) -> None:
        self._server: CommandServer | None = None

    @property
    def server(self) -> CommandServer:
        """What answers the host.

        Raises
        ------
        BoardError
            No simulation has been run yet.
        """
        if self._server is None:
            raise BoardError("The emulated board is switched on by the first run() of a simulation; none has been run.")
        return self._server

    @property
    def machine(self) -> HostView:
        """The chips of the present simulation: their memories, cores and logs."""
        return self.server.machine

    def switch_on(self) -> CommandServer:
        """Start anew: empty memories, no application, time 0."""
        from pynn_sfdfa.hardware.board.server import CommandServer  # which needs unicorn
        from pynn_sfdfa.hardware.emulator.machine import Machine

        machine = Machine(8, 8, chips=sorted(geometry.CHIPS))
        machine.write(0, 0, 0xF5007F02, bytes((8, 8)))
        self._server = CommandServer(machine)
        return self._server


@contextlib.contextmanager
def emulated_board() -> Iterator[EmulatedBoard]:
    """Run what sPyNNaker would run on a board, within this block, on an emulated one.

    The script is that for a board, from ``import pyNN.spiNNaker as sim`` and ``sim.setup()`` to ``get_data()`` and
    ``sim.end()``; data are to be had within the block. The binaries are those of the installed packages, with the
    settings of a file `spynnaker.cfg` in the working folder if there is one; the configuration in the user's home,
    which names a board, is neither needed nor read. Time is virtual: a run ends when it has been computed.

    Yields
    ------
    EmulatedBoard

    Raises
    ------
    BoardError
        Another version of sPyNNaker is installed, or none; or the script needs what the emulated board does not have.
    """
    spynnaker.check_installed()
    board = EmulatedBoard()

    def new_transceiver() -> Any:
        return spynnaker.make_transceiver(board.switch_on())

    with (
        tempfile.TemporaryDirectory(prefix="emulated-board-") as folder,
        spynnaker.patched(new_transceiver, HostClock(lambda: board.server), Path(folder)),
    ):
        try:
            yield board
        finally:
            spynnaker.end()
