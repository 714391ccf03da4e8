"""What went wrong on a SpiNNaker machine, in one line that says what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["NOTE", "explain"]

NOTE = "On the emulated board: "
"""How the note begins that the emulated board adds to an error of sPyNNaker."""


def explain(error: BaseException, board: str) -> str | None:
    """Return one line about an error of sPyNNaker, or None if it is not one of those that are known.

    What the emulated board knows of the cores stands below it.

    Parameters
    ----------
    error : exception
        As it left the script.
    board : str
        The machine, as the user named it.
    """
    for cause in _causes(error):
        # PyNN has a ConnectionError of its own, of synapses.
        names = {kind.__name__ for kind in type(cause).__mro__ if not kind.__module__.startswith("pyNN.")}
        for note in getattr(cause, "__notes__", ()):
            if note.startswith(NOTE):
                return f"Cores of {board} stopped in the middle: {note.removeprefix(NOTE)}"
        if "EmulatorError" in names:
            return str(cause)
        for applies, line in _LINES:
            if applies(names, str(cause)):
                detail = " ".join(str(cause).split())
                return line.format(board=board, detail=detail[:300])
    return None


def _causes(error: BaseException) -> Iterator[BaseException]:
    """From the error to what it came from."""
    present: BaseException | None = error
    while present is not None:
        yield present
        hidden = present.__suppress_context__  # by "raise ... from None": it has been told in other words
        present = present.__cause__ or (None if hidden else present.__context__)


def _named(*kinds: str, text: str = "") -> Callable[[set[str], str], bool]:
    return lambda names, message: bool(names & set(kinds)) and text in message


_LINES: tuple[tuple[Callable[[set[str], str], bool], str], ...] = (
    (
        _named("NoConfigFoundException"),
        "sPyNNaker knows no board: name one with --board (emulated, HOSTNAME or spalloc:SERVER), or in the file "
        ".spynnaker.cfg that it has written to the home folder.",
    ),
    (
        _named("gaierror"),
        "The name {board} is not known in the network: check it, or give the board's address.",
    ),
    (
        _named("SpinnmanIOException", text="Error getting IP address"),
        "The name {board} is not known in the network: check it, or give the board's address.",
    ),
    (
        _named("SpinnmanIOException", "SpinnmanTimeoutException", text="ommunicat"),
        "{board} does not answer: check that the board is on, and that this computer is in its network.",
    ),
    (
        _named("SpinnmanIOException", text="incompatible"),
        "{board} answers, but not with the monitor software that sPyNNaker 1!7.4.1 needs: power-cycle it, so that it "
        "is booted anew. ({detail})",
    ),
    (
        _named("SpinnMachineException", text="version"),
        "{board} is another kind of board than sPyNNaker was told, one of version 5 with 48 chips. ({detail})",
    ),
    (
        _named("ConnectionError", "ProtocolTimeoutError"),
        "The server of {board} does not answer: check its name and port, and that it runs.",
    ),
    (
        _named("ExecutableNotFoundException"),
        "A program for the cores is missing ({detail}): pynn-sfdfa spinnaker doctor says how to get it.",
    ),
    (
        _named("ConfigurationException", text="Use of rng"),
        "Onto sPyNNaker's cells random weights, delays and connections are drawn on the machine: leave rng out, and "
        "give seed to the target Population. ({detail})",
    ),
    (
        _named(
            "PacmanPartitionException", "PacmanPlaceException", "PacmanTooBigToPlace", "CantFindSDRAMToUseException"
        ),
        "The network does not fit on {board}: fewer neurons, or a larger machine. ({detail})",
    ),
    (
        _named("SpallocBoardUnavailableException", "JobDestroyedError", "StateChangeTimeoutError"),
        "{board} has not enough free cores now: try again later, or with fewer neurons. ({detail})",
    ),
    (
        _named(
            "ExecutableFailedToStartException", "ExecutableFailedToStopException", "SpiNNManCoresNotInStateException"
        ),
        "Cores of {board} stopped in the middle: their logs are in the reports folder. ({detail})",
    ),
)
