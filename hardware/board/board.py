"""SpiNNaker without a board: a context in which scripts for sPyNNaker run on emulated chips."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pynn_sfdfa.hardware.board import spynnaker
from pynn_sfdfa.hardware.board.clock import HostClock
from pynn_sfdfa.hardware.board.errors import BoardError

if TYPE_CHECKING:
    from pynn_sfdfa.hardware.board.monitor import Monitor
    from pynn_sfdfa.hardware.emulator import HostView

__all__ = ["EmulatedBoard", "emulated_board"]


class EmulatedBoard:
    """A 48-chip board, switched on anew whenever a simulation asks for its machine."""

    def __init__(self) -> None:
        self._monitor: Monitor | None = None

    @property
    def monitor(self) -> Monitor:
        """What answers the host.

        Raises
        ------
        BoardError
            No simulation has been run yet.
        """
        if self._monitor is None:
            raise BoardError("The emulated board is switched on by the first run() of a simulation; none has been run.")
        return self._monitor

    @property
    def machine(self) -> HostView:
        """The chips of the present simulation: their memories, cores and logs."""
        return self.monitor.machine

    def switch_on(self) -> Monitor:
        """Start anew: empty memories, no application, time 0."""
        from pynn_sfdfa.hardware.board.monitor import Monitor  # which needs unicorn
        from pynn_sfdfa.hardware.emulator import Machine

        self._monitor = Monitor(Machine())
        return self._monitor


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
        spynnaker.patched(new_transceiver, HostClock(lambda: board.monitor), Path(folder)),
    ):
        try:
            yield board
        finally:
            spynnaker.end()
