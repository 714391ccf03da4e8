"""How much memory this process may use, and what to say of work that needs more."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["Limit", "Need", "limit", "shortage", "size", "too_little_to_start"]

_LEAST_ADDRESSES = 650_000_000
"""Bytes; with less, SciPy's OpenBLAS may ask for memory for ever while it is loaded, and SIGKILL alone ends it."""

_UNITS = ("B", "kB", "MB", "GB", "TB", "PB", "EB")


@dataclass(frozen=True)
class Need:
    """A part of what some work needs.

    Attributes
    ----------
    what : str
        With its sizes, as in ``the weights of layer 1 (784 x 800)``.
    bytes : int
    remedy : str
        What to change so that it needs less, in the imperative.
    pieces : int
        Arrays of about the same size that make it up.
    reserved : bool
        It is set aside for the worst case and mostly stays untouched: then only an address space that is limited, or
        one array beyond the memory of the machine, refuses it.
    """

    what: str
    bytes: int
    remedy: str
    pieces: int = 1
    reserved: bool = False


@dataclass(frozen=True)
class Limit:
    """Memory that this process may use besides what it holds, in bytes, and whose limit that is.

    Attributes
    ----------
    memory : int
    whose : str
    addresses : int, optional
        The same of its address space, where that is limited (``ulimit -v``).
    machine : int
        All that the machine has.
    """

    memory: int
    whose: str
    addresses: int | None
    machine: int


def size(number: int) -> str:
    """Return a number of bytes as people say it: ``3.2 GB``."""
    value, unit = float(number), 0
    while value >= 999.5 and unit < len(_UNITS) - 1:
        value, unit = value / 1000, unit + 1
    return f"{value:.3g} {_UNITS[unit]}"


def limit(proc: Path = Path("/proc"), groups: Path = Path("/sys/fs/cgroup")) -> Limit:
    """Return what bounds this process: the machine's memory, its control groups, or its address space.

    Parameters
    ----------
    proc, groups : Path
        Where the system tells about processes and control groups.
    """
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    mapped, resident = _held(proc)
    bounds = [(machine - resident, "the memory of this machine")]
    bounds += [(bound - resident, "the limit of its control group") for bound in _group_limits(proc, groups)]
    addresses = _address_limit()
    if addresses is not None:
        addresses = max(0, addresses - mapped)
        bounds.append((addresses, "the limit of its address space (ulimit -v)"))
    memory, whose = min(bounds)
    return Limit(max(0, memory), whose, addresses, machine)


def shortage(needs: Sequence[Need], most: Limit, share: int = 1) -> str | None:
    """Return why so much cannot be had, as a sentence with its largest part and the remedy, or None if it can.

    Parameters
    ----------
    needs : sequence of Need
    most : Limit
    share : int
        Among how many such works at a time the memory is divided.
    """
    certain = [need for need in needs if not need.reserved]
    may_use, among = most.memory // share, f", divided among {share} runs at a time" if share > 1 else ""
    if certain and sum(need.bytes for need in certain) > may_use:
        return _sentence(certain, f"than the {size(may_use)} that this process may use ({most.whose}{among})")
    if needs and most.addresses is not None and sum(need.bytes for need in needs) > most.addresses:
        return _sentence(needs, f"than the {size(most.addresses)} of addresses that this process may use (ulimit -v)")
    for need in needs:
        if need.bytes // need.pieces > most.machine:
            return _sentence([need], f"than the {size(most.machine)} of this machine")
    return None


def _sentence(needs: Sequence[Need], than: str) -> str:
    largest = max(needs, key=lambda need: need.bytes)
    total = sum(need.bytes for need in needs)
    part = f"{size(largest.bytes)} of it for " if len(needs) > 1 else "for "
    return f"it would take {size(total)} of memory, {part}{largest.what}, which is more {than}: {largest.remedy}."


def _held(proc: Path) -> tuple[int, int]:
    """Return the bytes that are mapped and those that are resident; 0 where the system does not tell."""
    try:
        mapped, resident = (proc / "self" / "statm").read_text(encoding="ascii").split()[:2]
    except (OSError, ValueError):
        return 0, 0
    page = os.sysconf("SC_PAGE_SIZE")
    return int(mapped) * page, int(resident) * page


def too_little_to_start() -> str | None:
    """Return what to say if this process may use too few addresses to load the libraries; None if they may suffice."""
    addresses = _address_limit()
    if addresses is None or addresses >= _LEAST_ADDRESSES:
        return None
    return (
        f"This process may use {size(addresses)} of addresses (ulimit -v), and loading the libraries takes at least "
        f"{size(_LEAST_ADDRESSES)}: raise the limit."
    )


def _address_limit() -> int | None:
    try:
        import resource
    except ModuleNotFoundError:  # Windows
        return None
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    return None if soft == resource.RLIM_INFINITY else soft


def _group_limits(proc: Path, groups: Path) -> Iterator[int]:
    """Return the limits of the control groups of this process and of all above them, of version 1 and 2.

    In a container the path that the system tells may be that outside, of which only the end can be seen.
    """
    try:
        lines = (proc / "self" / "cgroup").read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if "memory" in controllers.split(","):
            root, name = groups / "memory", "memory.limit_in_bytes"
        elif not controllers:
            root, name = groups, "memory.max"
        else:
            continue
        folder = root / path.lstrip("/")
        for place in (folder, *folder.parents):
            with suppress(OSError, ValueError):  # there is no such group here, or its limit is "max"
                yield int((place / name).read_text(encoding="ascii"))
            if place == root:
                break
