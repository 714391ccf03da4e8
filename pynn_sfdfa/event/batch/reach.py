"""Where the spikes of a layer arrive, as kernels take it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numba
import numpy as np

from pynn_sfdfa.event.batch.layout import padded_width

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.network.connectivity import Sites

__all__ = ["REACH", "Reach", "any_reach", "is_dense", "reach_of", "units_in_order"]

_UNIT = np.dtype([("pattern", np.int32), ("row", np.int32)], align=True)
_TARGET = np.dtype([("site", np.int32), ("row", np.int32)], align=True)


class Reach(NamedTuple):
    """A spike of a unit arrives at the sites of its pattern, each with a row that is counted from the unit's own.

    Units at one position reach the same sites, and so do those that are summed there: there are as many patterns as
    positions, which stay in the cache where a list of the arrivals of all units would not. Units are numbered as in
    kernels.
    """

    units: NDArray[np.void]  # (units,)
    offsets: NDArray[np.int64]  # (patterns + 1,): where those of each pattern begin in the next
    targets: NDArray[np.void]  # (targets of all patterns,)


def units_in_order(below: Sites | None, n_units: int) -> NDArray[np.int64]:
    """Return which unit of PyNN's order is the one of each number in kernels, or -1 where a row of sites is padded.

    Parameters
    ----------
    below : Sites, optional
        Of the layer that they are the neurons of; without it they are inputs.
    n_units : int
    """
    if below is None:
        return np.arange(n_units)
    order = np.full((below.count, padded_width(below.lanes)), -1)
    order[:, : below.lanes] = np.arange(below.lanes * below.count).reshape(below.lanes, below.count).T
    return order.ravel()


def is_dense(sites: Sites, below: Sites | None) -> bool:
    """Whether all units are in one site and every one has the row of its number: then no table is needed."""
    n = sites.offsets.size - 1
    one_site = sites.count == 1 and (below is None or below.count == 1)
    return one_site and sites.rows - sites.within == sites.row.size == n and bool((sites.row == np.arange(n)).all())


def reach_of(sites: Sites, order: NDArray[np.int64]) -> Reach:
    """Return where the units below arrive, which are in the order that `units_in_order` says."""
    first = sites.offsets[order]
    number = np.where(order >= 0, sites.offsets[order + 1] - first, 0)
    offsets = np.concatenate([[0], np.cumsum(number)])
    arrival = np.repeat(first - offsets[:-1], number) + np.arange(offsets[-1])
    own = np.zeros(number.size, np.int64)
    own[number > 0] = sites.row[first[number > 0]]
    targets = np.recarray(arrival.size, _TARGET)
    targets.site, targets.row = sites.site[arrival], sites.row[arrival] - np.repeat(own, number)
    raw, starts, known = targets.tobytes(), offsets * _TARGET.itemsize, dict[bytes, int]()
    spans = zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True)
    units = np.recarray(number.size, _UNIT)
    units.pattern = [known.setdefault(raw[start:end], len(known)) for start, end in spans]
    units.row = own
    each = [np.frombuffer(pattern, _TARGET) for pattern in known]
    begins = np.concatenate([[0], np.cumsum([pattern.size for pattern in each])]).astype(np.int64)
    return Reach(units, begins, np.concatenate(each).view(np.recarray))


def any_reach() -> Reach:
    """Return that of no units."""
    return Reach(np.recarray(0, _UNIT), np.zeros(1, np.int64), np.recarray(0, _TARGET))


REACH = numba.typeof(any_reach())
"""Type of `Reach` in kernels."""
