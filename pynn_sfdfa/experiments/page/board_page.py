"""The page of a script that ran on the emulated board: where its network lay, what went where, and how cores fared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pynn_sfdfa.experiments.page.render import render
from pynn_sfdfa.experiments.page.spikes import MOST_SPIKES, LayerEvents, packed
from pynn_sfdfa.hardware.board import geometry
from pynn_sfdfa.hardware.board.profile import LATE
from pynn_sfdfa.support import files

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pynn_sfdfa.hardware.board.account import Account, CoreAccount, Witness
    from pynn_sfdfa.hardware.board.board import EmulatedBoard
    from pynn_sfdfa.hardware.board.mapped import Recorded
    from pynn_sfdfa.hardware.board.profile import Profile

__all__ = ["NAME", "write"]

NAME = "report.html"


def write(path: Path, script: str, trouble: str, board: EmulatedBoard) -> None:
    """Write the page.

    Parameters
    ----------
    path : Path
        Of the file.
    script : str
        Its name.
    trouble : str
        What has ended the script, in words; empty if it came to its end.
    board : EmulatedBoard
        With a profile, and an account of the last simulation.

    Raises
    ------
    ValueError
        If it has none of these.
    pynn_sfdfa.support.files.WriteError
        If the file cannot be written.
    """
    witness, profile = board.witness, board.profile
    if witness is None or profile is None:
        raise ValueError("The board keeps no account: emulated_board(profile=True, account=True) does.")
    account = witness.account
    shown: dict[str, Any] = {
        "kind": "board",
        "name": script,
        "what": _what(witness, trouble),
        "figures": [] if account is None else _figures(account, profile),
        "trouble": trouble,
        "nothing": _nothing(witness),
        "board": None if account is None else _board(account, profile),
    }
    files.write_text(path, render(f"{script} on the emulated board", shown))


def _what(witness: Witness, trouble: str) -> str:
    told = (
        "On the emulated board of 48 chips; the script did not come to its end."
        if trouble
        else ("On the emulated board of 48 chips.")
    )
    n = witness.simulations
    return told if n < 2 else f"{told} What follows is of the last of {n} simulations, a reset counting as one."


def _nothing(witness: Witness) -> str:
    if witness.fault is not None:
        return f"What was on the board could not be read: {type(witness.fault).__name__}: {witness.fault}"
    if witness.simulations:
        return "The last simulation ended before its network was on the board."
    return "The script has run no simulation, so there is nothing to show of the board."


def _figures(account: Account, profile: Profile) -> list[list[str]]:
    """Return the figures at the head of the page: value, and what it is."""
    chips = {core.place[:2] for core in account.cores}
    late = sum(load.remark(profile.cycles) == LATE for load in profile.loads.values())
    spikes = sum(one.times.size for one in account.recorded)
    figures = [
        [str(len(account.cores)), f"cores on {len(chips)} chip{'s' if len(chips) != 1 else ''}"],
        [f"{sum(account.sent):,}", "packets sent"],
        [f"{spikes:,}", "spikes recorded"],
        [str(late) if profile.loads else "–", "cores that would miss real time (estimate)"],
    ]
    return ([[f"{account.run_time:g} ms", "of simulated time"]] if account.run_time else []) + figures


def _board(account: Account, profile: Profile) -> dict[str, Any]:
    names = list(dict.fromkeys(core.part.name for core in account.cores if core.part is not None))
    own = {core.part.name for core in account.cores if core.part is not None and core.part.is_population}
    names.sort(key=lambda name: name not in own)  # populations get the colours first
    numbers = {name: number if name in own else None for number, name in enumerate(names)}
    return {
        "chips": sorted(geometry.CHIPS),
        "vertices": [{"name": name, "number": number} for name, number in numbers.items()],
        "cores": [_core(core, names, profile) for core in account.cores],
        "entries": {f"{x}, {y}": n for (x, y), n in account.entries.items()},
        "links": [[*link, n] for link, n in sorted(account.packets.items())],
        "dropped": sum(account.unrouted.values()),
        "sources": [
            {
                "name": source.name,
                "partition": source.partition,
                "cores": len(source.cores),
                "sent": sent,
                "links": [[*link, n] for link, n in sorted(ways.items())],
            }
            for source, sent, ways in zip(account.sources, account.sent, account.ways, strict=True)
        ],
        "estimate": profile.estimate() if profile.loads else profile.report(),
        "spikes": _spikes(account, numbers),
        "recorded": _recorded(account, own),
    }


def _core(core: CoreAccount, names: Sequence[str], profile: Profile) -> dict[str, Any]:
    x, y, p = core.place
    load, part = profile.loads.get(core.place), core.part
    return {
        "x": x,
        "y": y,
        "p": p,
        "vertex": None if part is None else names.index(part.name),
        "holds": "" if part is None else f"{part.name}, {part.first} to {part.last}",
        "program": core.program,
        "state": core.state + (f": {core.cause}" if core.cause else ""),
        "died": bool(core.cause),
        "mean": "not seen running" if load is None else f"{load.mean:,.0f}",
        "most": "–" if load is None else f"{load.peak:,.0f}",
        "share": "–" if load is None else f"{load.peak / profile.cycles:.1%}",
        "remark": "–" if load is None else load.remark(profile.cycles) or "in time",
        "log": core.log,
        "cut": core.cut,
    }


def _recorded(account: Account, own: set[str]) -> list[dict[str, Any]]:
    """Return what each population has recorded, those that have recorded nothing included."""
    known = {one.name: one for one in account.recorded}
    sizes = {name: 1 + max(c.part.last for c in account.cores if c.part and c.part.name == name) for name in own}
    listed = []
    for name in sorted(own | set(known)):
        one = known.get(name)
        spikes = "–" if one is None or "spikes" not in one.variables else f"{one.times.size:,}"
        variables = "" if one is None else ", ".join(one.variables)
        if account.unread:
            variables = "not known"
        listed.append(
            {"name": name, "size": one.size if one else sizes[name], "variables": variables, "spikes": spikes}
        )
    return listed


def _spikes(account: Account, numbers: dict[str, int | None]) -> dict[str, Any]:
    """Return the raster, and what is to be said of it."""
    spiking = [one for one in account.recorded if "spikes" in one.variables]
    last = max((float(one.times.max()) for one in spiking if one.times.size), default=0.0)
    duration = max(account.run_time, last) or 1.0
    shown, until = _first(spiking)
    if account.unread:
        told = f"What was recorded could not be read: {account.unread}"
    elif not spiking:
        told = "The script recorded no spikes: populations record them after record('spikes')."
    elif until is not None:
        total = sum(one.times.size for one in spiking)
        told = f"What populations recorded; of {total:,} spikes the first {MOST_SPIKES:,}, until {until:g} ms."
    else:
        told = "What populations recorded since the start, or since the script has cleared it."
    layers = [
        packed(LayerEvents(np.zeros(n, np.int64), one.neurons[:n], times, one.name, one.size), 1, duration)
        | {"number": numbers.get(one.name) or 0}
        for one, n in zip(spiking, shown, strict=True)
        for times in (one.times[:n].astype(np.float32),)
    ]
    return {"told": told, "duration": duration, "layers": layers}


def _first(spiking: Sequence[Recorded]) -> tuple[list[int], float | None]:
    """Return how many spikes of each population are shown, and until when, if these are not all."""
    times = np.sort(np.concatenate([one.times for one in spiking])) if spiking else np.empty(0)
    if times.size <= MOST_SPIKES:
        return [one.times.size for one in spiking], None
    until = float(times[MOST_SPIKES])
    return [int(np.searchsorted(one.times, until)) for one in spiking], until
