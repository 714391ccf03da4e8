"""SpiNNaker without a board: a context in which scripts for sPyNNaker run on emulated chips."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pynn_sfdfa.hardware.board import geometry, spynnaker
from pynn_sfdfa.hardware.board.account import Witness
from pynn_sfdfa.hardware.board.clock import HostClock
from pynn_sfdfa.hardware.board.diagnosis import NOTE
from pynn_sfdfa.hardware.board.errors import BoardError
from pynn_sfdfa.hardware.board.pace import Pace
from pynn_sfdfa.hardware.board.profile import Profile
from pynn_sfdfa.hardware.board.watchdog import Watchdog

if TYPE_CHECKING:
    from pynn_sfdfa.hardware.board.server import CommandServer
    from pynn_sfdfa.hardware.emulator.faults import CoreFault
    from pynn_sfdfa.hardware.emulator.machine import Machine

__all__ = ["EmulatedBoard", "emulated_board"]

_LINES_OF_LOG = 5
_FAULTS_TOLD = 3
_EXTENT = 0xF5007F02
"""System variables of a chip that tell a host the height and width of the machine."""


class EmulatedBoard:
    """A 48-chip board, switched on anew whenever a simulation asks for its machine."""

    def __init__(self) -> None:
        self._server: CommandServer | None = None
        self.profile: Profile | None = None
        """How busy the cores are, if that was asked for."""
        self.witness: Witness | None = None
        """Who keeps the account of the last simulation, if that was asked for."""

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
    def machine(self) -> Machine:
        """The chips of the present simulation: their memories, cores and logs."""
        return self.server.machine

    def log(self, x: int, y: int, p: int) -> str:
        """Return what a core has logged (its IOBUF), in words."""
        return spynnaker.decoded(self.machine.iobuf(x, y, p))

    @property
    def faults(self) -> list[CoreFault]:
        """The cores that have died, in the order in which they did: where, why, and what they had logged, in words."""
        return [
            replace(
                fault,
                log=spynnaker.decoded(fault.log),
                app_name=self.server.programs.get((fault.x, fault.y, fault.p)) or fault.app_name,
            )
            for fault in self.machine.faults
        ]

    def report(self, cores: Sequence[tuple[int, int, int]] | None = None) -> str:
        """Return program, state, where it runs and the end of the log of every core that has one, or of some cores."""
        lines, running = [], self.machine.running().cores
        for core in self.server.cores if cores is None else cores:
            status = self.machine.core_state(*core)
            error = f", {status.error.name}" if status.error else ""
            doing = f"; it {self.machine.doing(*core)}" if core in running else ""
            lines.append(f"core {core} {status.app_name}: {status.state.name}{error}{doing}")
            lines += [f"    {line}" for line in self.log(*core).strip().splitlines()[-_LINES_OF_LOG:]]
        return "\n".join(lines)

    def annotate(self, error: Exception) -> None:
        """Add to an error of sPyNNaker what the cores have to say to it."""
        noted = any(note.startswith(NOTE) for note in getattr(error, "__notes__", ()))
        if self._server is None or noted or isinstance(error, BoardError):
            return
        told, faults = str(error), self.faults
        said = [text for text in map(str, faults[:_FAULTS_TOLD]) if text not in told]
        if len(faults) > _FAULTS_TOLD:
            said.append(f"{len(faults) - _FAULTS_TOLD} more cores have died.")
        if not faults and (cores := spynnaker.cores_waited_for(error)):
            said.append(self.report(cores[:_FAULTS_TOLD]))
        if said:
            error.add_note(NOTE + "\n".join(said))

    def switch_on(self) -> CommandServer:
        """Start anew: empty memories, no application, time 0."""
        from pynn_sfdfa.hardware.board.server import CommandServer  # which needs unicorn
        from pynn_sfdfa.hardware.emulator.machine import Machine

        machine = Machine(geometry.SIZE, geometry.SIZE, chips=sorted(geometry.CHIPS))
        machine.write(0, 0, _EXTENT, bytes((geometry.SIZE, geometry.SIZE)))
        self.switch_off()
        self._server = CommandServer(machine)
        self._server.ethernet.plug_in()
        return self._server

    def switch_off(self) -> None:
        """Close the board's sockets; memories and logs can still be read."""
        if self._server is not None:
            self._server.ethernet.unplug()

    @property
    def traffic(self) -> dict[str, int]:
        """How many messages of live input and output were `sent` to sockets, `delivered` to cores, and `lost`."""
        return self.server.ethernet.traffic


@contextlib.contextmanager
def emulated_board(profile: bool = False, pace: float = 1.0, account: bool = False) -> Iterator[EmulatedBoard]:
    """Run what sPyNNaker would run on a board, within this block, on an emulated one.

    The script is that for a board, from ``import pyNN.spiNNaker as sim`` and ``sim.setup()`` to ``get_data()`` and
    ``sim.end()``; data are to be had within the block. The binaries are those of the installed packages, with the
    settings of a file `spynnaker.cfg` in the working folder if there is one; the configuration in the user's home,
    which names a board, is neither needed nor read. Time is virtual: a run ends when it has been computed, except that
    one with live input or output does not run ahead of the wall clock.

    Parameters
    ----------
    profile : bool
        Count what each core executes in each tick: see `EmulatedBoard.profile`.
    pace : float
        Seconds of the board's time that pass in a second at most, while there is live input or output; ``math.inf``
        for as fast as it goes.
    account : bool
        Keep an account of the last simulation, beyond its end: see `EmulatedBoard.witness`.

    Yields
    ------
    EmulatedBoard

    Raises
    ------
    BoardError
        Another version of sPyNNaker is installed, or none; the script needs what the emulated board does not have; or
        the pace is not above zero.
    """
    spynnaker.check_installed()
    board = EmulatedBoard()

    def new_transceiver() -> Any:
        spynnaker.check_size(len(geometry.CHIPS))
        return spynnaker.make_transceiver(board.switch_on(), board.annotate)

    board.witness = Witness(lambda: board._server) if account else None
    board.profile = seen = Profile(lambda: board.server) if profile else None

    def look() -> None:
        board.server.exchange()
        if seen is not None:
            seen.look(spynnaker.tick_microseconds())

    clock = HostClock(
        lambda: board.server,
        board.report,
        Watchdog(lambda: board.server),
        look,
        Pace(pace, spynnaker.tick_microseconds),
    )
    with (
        tempfile.TemporaryDirectory(prefix="emulated-board-") as folder,
        spynnaker.patched(new_transceiver, clock, Path(folder), board.annotate, board.witness),
    ):
        try:
            yield board
        finally:
            spynnaker.end()
            board.switch_off()
