"""An account of what a simulation on the emulated board was like, taken before the script ends or resets it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pynn_sfdfa.hardware.board import geometry, mapped, spynnaker

if TYPE_CHECKING:
    from pynn_sfdfa.hardware.board.mapped import Part, Recorded, Source
    from pynn_sfdfa.hardware.board.server import CommandServer
    from pynn_sfdfa.hardware.emulator.interface import Route
    from pynn_sfdfa.hardware.emulator.router import Passage

__all__ = ["Account", "CoreAccount", "Witness", "links_of_key", "ways_of"]

Chip = tuple[int, int]
Link = tuple[int, int, int]
"""x, y of the chip that packets leave, and the number of the link."""

_LONGEST_LOG = 20_000
"""Letters that are kept of the log of a core: the last ones."""


@dataclass(frozen=True)
class CoreAccount:
    """What was on a core, and how it fared.

    Attributes
    ----------
    place : (int, int, int)
        x, y and number.
    program : str
    state : str
    cause : str
        Why it died, if it did.
    part : Part, optional
        What of the network lay on it.
    log : str
        The end of it, if it is long.
    cut : int
        Letters of the log that are left out before that.
    """

    place: tuple[int, int, int]
    program: str
    state: str
    cause: str
    part: Part | None
    log: str
    cut: int


@dataclass(frozen=True, eq=False)
class Account:
    """A simulation.

    Attributes
    ----------
    run_time : float
        ms; 0 if not known.
    tick : float
        Microseconds.
    cores : list of CoreAccount
    entries : dict
        Of each chip's table of routes, how many.
    packets : dict
        Multicast packets over each link that had any.
    unrouted : dict
        Packets that routers of chips have dropped.
    sent : list of int
        Packets of each source, as they left their own chip.
    sources : list of Source
    ways : list of dict
        For each source, the links that its packets are routed over, and how many went there.
    recorded : list of Recorded
    unread : str
        Why what was recorded could not be read, if that is so.
    """

    run_time: float
    tick: float
    cores: list[CoreAccount]
    entries: dict[Chip, int]
    packets: dict[Link, int]
    unrouted: dict[Chip, int]
    sent: list[int]
    sources: list[Source]
    ways: list[dict[Link, int]]
    recorded: list[Recorded]
    unread: str


class Witness:
    """Sees simulations begin, lose their logs, and end; keeps the account of the last one that has run.

    Parameters
    ----------
    server : callable
        Returns the server of the present machine, None if there has not been any.

    Attributes
    ----------
    account : Account or None
        None also if the last simulation has failed before it was on the board.
    simulations : int
        How many have begun to run; after a reset begins another one.
    fault : Exception or None
        What has prevented the last account.
    """

    def __init__(self, server: Callable[[], CommandServer | None]) -> None:
        self.account: Account | None = None
        self.simulations = 0
        self.fault: Exception | None = None
        self._server = server
        self._has_run = False
        self._logs: dict[tuple[int, int, int], str] = {}
        self._of: CommandServer | None = None

    def begins(self) -> None:
        """See a run begin."""
        self.simulations += not self._has_run
        self._has_run = True

    def clears_logs(self) -> None:
        """Keep what cores have logged, before the host clears it."""
        server = self._server()
        if server is None:
            return
        if server is not self._of:
            self._logs, self._of = {}, server
        for core in server.machine.cores():
            self._logs[core] = self._logs.get(core, "") + server.machine.iobuf(*core)

    def ends(self) -> None:
        """Take the account, if there was a run since the last one; what goes wrong with it ends no simulation."""
        if not self._has_run:
            return
        self._has_run = False
        self.account, self.fault = None, None
        server = self._server()
        try:
            if server is not None and mapped.parts():
                self.account = _taken(server, self._logs if server is self._of else {})
        except Exception as fault:
            self.fault = fault


def _taken(server: CommandServer, logs: dict[tuple[int, int, int], str]) -> Account:
    machine, sources = server.machine, mapped.sources()
    chips = sorted(geometry.CHIPS)
    routes = {chip: machine.routes(*chip) for chip in chips}
    passed = {chip: machine.passed(*chip) for chip in chips}
    recorded, unread = _recorded()
    return Account(
        mapped.run_time(),
        spynnaker.tick_microseconds(),
        _cores(server, logs),
        {chip: len(entries) for chip, entries in routes.items() if entries},
        _over_links(passed),
        {chip: n for chip, ways in passed.items() if (n := sum(n for way, n in ways.items() if not way.route))},
        [_sent(passed, source) for source in sources],
        sources,
        [ways_of(source, routes, passed) for source in sources],
        recorded,
        unread,
    )


def _recorded() -> tuple[list[Recorded], str]:
    try:
        return list(mapped.recorded()), ""
    except Exception as error:  # of whatever is broken after a run that has failed
        return [], f"{type(error).__name__}: {error}"


def _cores(server: CommandServer, logs: dict[tuple[int, int, int], str]) -> list[CoreAccount]:
    machine, parts = server.machine, mapped.parts()
    causes = {(fault.x, fault.y, fault.p): fault.cause for fault in machine.faults}
    found = []
    for core in machine.cores():
        if core not in parts and core not in server.cores:
            continue  # a program that has done its work, such as an expander
        status = machine.core_state(*core)
        log = spynnaker.decoded(logs.get(core, "") + machine.iobuf(*core)).strip()
        program = server.programs.get(core) or status.app_name
        state = f"{status.state.name}{f', {status.error.name}' if status.error else ''}"
        cut = max(0, len(log) - _LONGEST_LOG)
        found.append(CoreAccount(core, program, state, causes.get(core, ""), parts.get(core), log[cut:], cut))
    return found


def _over_links(passed: dict[Chip, Counter[Passage]]) -> dict[Link, int]:
    packets: Counter[Link] = Counter()
    for (x, y), ways in passed.items():
        for way, n in ways.items():
            if way.is_multicast:
                packets.update({(x, y, link): n for link in range(6) if way.route >> link & 1})
    return dict(packets)


def _sent(passed: dict[Chip, Counter[Passage]], source: Source) -> int:
    pairs = zip(source.cores, source.keys, strict=True)
    return sum(
        n
        for (x, y, _), (key, mask) in pairs
        for way, n in passed[x, y].items()
        if way.is_multicast and way.link is None and way.key & mask == key
    )


def ways_of(source: Source, routes: dict[Chip, list[Route]], passed: dict[Chip, Counter[Passage]]) -> dict[Link, int]:
    """Return the links that the packets of a source are routed over, and how many went there.

    Parameters
    ----------
    source : Source
    routes : dict
        Of each chip, its table.
    passed : dict
        Of each chip, the packets that went through its router.
    """
    found: Counter[Link] = Counter()
    for (x, y, _), (key, mask) in zip(source.cores, source.keys, strict=True):
        for link in links_of_key((x, y), key, routes):
            there = passed[link[0], link[1]].items()
            found[link] += sum(n for way, n in there if way.key & mask == key and way.route >> link[2] & 1)
    return dict(found)


def links_of_key(chip: Chip, key: int, routes: dict[Chip, list[Route]]) -> Iterable[Link]:
    """Return the links that a packet of a core of that chip goes over, by the tables; straight ahead without an entry.

    Parameters
    ----------
    chip : (int, int)
    key : int
    routes : dict
        Of each chip, its table.
    """
    found: dict[Link, None] = {}
    waiting: list[tuple[Chip, int | None]] = [(chip, None)]
    while waiting:
        here, came_over = waiting.pop()
        for link in _links_out(routes.get(here, ()), key, came_over):
            there = geometry.neighbour(*here, link)
            if (*here, link) not in found:
                found[*here, link] = None
                if there is not None:
                    waiting.append((there, (link + 3) % 6))
    return found


def _links_out(table: Sequence[Route], key: int, came_over: int | None) -> list[int]:
    for entry in table:
        if key & entry.mask == entry.key:
            return [link for link in range(6) if entry.route >> link & 1]
    return [] if came_over is None else [(came_over + 3) % 6]
