"""Where a script for SpiNNaker runs: on the emulated board, on a board with an address, or on one lent by spalloc."""

from __future__ import annotations

import contextlib
import getpass
import re
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pynn_sfdfa.hardware.board import spynnaker
from pynn_sfdfa.hardware.board.board import EmulatedBoard, emulated_board
from pynn_sfdfa.hardware.board.errors import BoardError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["EMULATED", "Place", "at", "place"]

EMULATED = "emulated"
_SPALLOC = "spalloc:"
_NOT_A_MACHINE = {"machine_name": "None", "spalloc_server": "None", "remote_spinnaker_url": "None"}


@dataclass(frozen=True)
class Place:
    """A machine to run on.

    Attributes
    ----------
    name : str
        As the user gave it.
    settings : dict
        What the section ``[Machine]`` of sPyNNaker's configuration must say; empty for the emulated board.
    """

    name: str
    settings: dict[str, str] = field(default_factory=dict)

    def configuration(self) -> str:
        """Return the settings as the file ``spynnaker.cfg`` would say them."""
        lines = [f"{option} = {value}" for option, value in self.settings.items() if value != "None"]
        return "\n".join(["[Machine]", *lines]) + "\n" if lines else ""


def place(name: str) -> Place:
    """Return the machine of that name.

    Parameters
    ----------
    name : str
        ``emulated``, the host name or address of a board, or ``spalloc:SERVER[:PORT]``; SERVER may be a URL.

    Raises
    ------
    BoardError
        If it is none of these.
    """
    common = {**_NOT_A_MACHINE, "version": "5", "virtual_board": "False"}
    if name == EMULATED:
        return Place(name)
    if name.startswith(_SPALLOC) and len(name) > len(_SPALLOC):
        server, port = name.removeprefix(_SPALLOC), None
        match = re.fullmatch(r"([^:/]+):(\d+)", server)
        if match:
            server, port = match.groups()
        lent = common | {"spalloc_server": server, "spalloc_user": getpass.getuser()}
        return Place(name, lent | ({"spalloc_port": port} if port else {}))
    if re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?", name):
        return Place(name, common | {"machine_name": name})
    raise BoardError(
        f"{name!r} is no board; give {EMULATED}, the host name or address of a board (version 5, 48 chips), or "
        "spalloc:SERVER."
    )


@contextlib.contextmanager
def at(where: Place, profile: bool = False, pace: float = 1.0, account: bool = False) -> Iterator[EmulatedBoard | None]:
    """Within the block, ``pyNN.spiNNaker`` and ``pynn_sfdfa.spiNNaker`` run on that machine, whatever files say.

    Parameters
    ----------
    where : Place
    profile : bool
        Count what each core of the emulated board executes.
    pace : float
        Of a live simulation on the emulated board: see `emulated_board`.
    account : bool
        Keep an account of the last simulation on the emulated board.

    Yields
    ------
    EmulatedBoard or None
        The emulated board, if it is that.

    Raises
    ------
    BoardError
        If sPyNNaker is not installed, or another version of it; or if the pace is not above zero.
    """
    if not where.settings:
        with emulated_board(profile, pace, account) as board:
            yield board
        return
    spynnaker.check_installed()
    with (
        tempfile.TemporaryDirectory(prefix="spinnaker-") as folder,
        spynnaker.configured({"Machine": where.settings}, Path(folder)),
    ):
        yield None
