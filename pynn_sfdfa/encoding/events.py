"""Recordings of event cameras: what a pixel saw brighten or darken, and when."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pynn_sfdfa.encoding.recordings import Recordings

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["EventRecordings", "Events", "unfit"]


class Events(NamedTuple):
    """One recording.

    Attributes
    ----------
    x, y : int64, shape (n,)
        Column and row of the pixel, from 0.
    polarity : int64, shape (n,)
        1 where it became brighter, 0 where it became darker.
    time : int64, shape (n,)
        us from the beginning, rising or equal from event to event.
    """

    x: NDArray[np.int64]
    y: NDArray[np.int64]
    polarity: NDArray[np.int64]
    time: NDArray[np.int64]


class EventRecordings(Recordings):
    """Recordings of one sensor; `shape` is its height and width in pixels."""

    kind = "events"

    @abstractmethod
    def recording(self, index: int) -> Events:
        """Return one recording."""


def unfit(events: Events, height: int, width: int) -> str | None:
    """Return what events have that no recording of such a sensor has, to follow its name; None if they are sound."""
    if not events.time.size:
        return "has no events"
    for name, values, most in (("x", events.x, width), ("y", events.y, height), ("polarity", events.polarity, 2)):
        wrong = np.flatnonzero((values < 0) | (values >= most))
        if wrong.size:
            return f"has an event ({wrong[0]}) with {name} = {values[wrong[0]]}, which must lie in 0..{most - 1}"
    falls = np.flatnonzero(np.diff(events.time, prepend=0) < 0)
    if falls.size:
        return f"goes back in time at event {falls[0]} ({events.time[falls[0]]} us)"
    if events.time.size > 1 and events.time[0] == events.time[-1]:
        return (
            f"has {events.time.size} events, all of them at t = {events.time[0]} us; times in seconds or ms are to be "
            "multiplied by 1e6 or 1000 before they are rounded"
        )
    return None
