"""All synapses onto one population, gathered from its projections into one table for the kernel, and handed back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pynn_sfdfa.event.advance import NEVER, Afferents
from pynn_sfdfa.event.pathways import Pathway, merge
from pynn_sfdfa.support.jit import jit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pynn_sfdfa.event.advance import Cells, Spikes

__all__ = ["AfferentTable"]

_BY_PRE = ("weight", "learning_rate")  # read along presynaptic neurons; R and eligibility along postsynaptic ones


class AfferentTable:
    """The synapses onto one population of ``n`` neurons, as the kernel wants them.

    While the table exists it holds the synapses' variables; :meth:`read` and :meth:`write` reach them in the order of
    a pathway, and :meth:`hand_back` returns them to the projections before the table is given up.
    """

    def __init__(self, pathways: Sequence[Pathway], n: int, n_groups: int) -> None:
        self.pathways = tuple(pathways)
        self._offsets = np.cumsum([0] + [p.source.size for p in self.pathways])
        borders = np.cumsum([0] + [p.pre.size for p in self.pathways])
        self._slices = {p: slice(*borders[m : m + 2]) for m, p in enumerate(self.pathways)}
        n_pre = int(self._offsets[-1])
        pre, post = np.empty(borders[-1], np.int64), np.empty(borders[-1], np.int64)
        traced = np.zeros(n_pre, np.bool_)
        for offset, p in zip(self._offsets, self.pathways, strict=False):
            pre[self._slices[p]] = p.pre + offset
            post[self._slices[p]] = p.post
            traced[offset : offset + p.source.size] = "eligibility" in p.projection.values
        by_pre, by_post = np.argsort(pre, kind="stable"), np.lexsort((pre, post))
        self._row = np.empty_like(by_pre)
        self._column = np.empty_like(by_post)
        self._row[by_pre] = self._column[by_post] = np.arange(pre.size)
        self.row_of_column = self._row[by_post]
        self.arrays = Afferents(
            row_start=np.searchsorted(pre[by_pre], np.arange(n_pre + 1)),
            post=post[by_pre],
            weight=np.zeros(pre.size),
            column_start=np.searchsorted(post[by_post], np.arange(n + 1)),
            pre=pre[by_post],
            R=np.zeros(pre.size),
            E=np.zeros(pre.size),
            traced=traced,
            TA=np.zeros((n_groups, n_pre)),
            TB=np.zeros((n_groups, n_pre)),
            last_arrival=np.full(n_pre, NEVER),
        )
        self._learning_rate = np.zeros(pre.size)
        self.learns = False  # whether any weight may change
        for p in self.pathways:
            for name in ("weight", "learning_rate", "R", "eligibility"):
                self.write(p, name, p.values(name))

    def _array(self, name: str) -> NDArray[np.float64]:
        arrays = {
            "weight": self.arrays.weight,
            "learning_rate": self._learning_rate,
            "R": self.arrays.R,
            "eligibility": self.arrays.E,
        }
        return arrays[name]

    def _positions(self, pathway: Pathway, name: str) -> NDArray[np.int64]:
        return (self._row if name in _BY_PRE else self._column)[self._slices[pathway]]

    def read(self, pathway: Pathway, name: str) -> NDArray[np.float64]:
        """Return a variable of the synapses of a pathway, in the pathway's order."""
        return self._array(name)[self._positions(pathway, name)]

    def write(self, pathway: Pathway, name: str, values: NDArray[np.float64]) -> None:
        """Set a variable of the synapses of a pathway, in the pathway's order."""
        self._array(name)[self._positions(pathway, name)] = values
        self.learns = bool(self._learning_rate.any())

    def holds(self, pathway: Pathway) -> bool:
        """Return whether the variables of a pathway are here."""
        return pathway in self._slices

    def hand_back(self) -> None:
        """Return what has changed to the projections."""
        for p in self.pathways:
            for name in ("weight", "R", "eligibility"):
                if name in p.projection.values:
                    p.projection.values[name][p.synapses] = self.read(p, name)

    def take_traces(self, other: AfferentTable) -> None:
        """Take the presynaptic traces of the pathways that another table has too, with the same groups of neurons."""
        for p, offset in zip(self.pathways, self._offsets, strict=False):
            if p in other._slices:
                start = other._offsets[other.pathways.index(p)]
                mine, theirs = slice(offset, offset + p.source.size), slice(start, start + p.source.size)
                for name in ("TA", "TB", "last_arrival"):
                    getattr(self.arrays, name)[..., mine] = getattr(other.arrays, name)[..., theirs]

    def settle(self, now: float, cells: Cells, last_spike: NDArray[np.float64]) -> None:
        """Let traces and R decay up to time ``now``, before time constants change."""
        _, first = np.unique(cells.group, return_index=True)
        seen = self.arrays.last_arrival >= 0
        dt = now - self.arrays.last_arrival[seen]
        self.arrays.TA[:, seen] *= np.exp(-dt / cells.tau_syn[first, np.newaxis])
        self.arrays.TB[:, seen] *= np.exp(-dt / cells.tau_m[first, np.newaxis])
        self.arrays.last_arrival[seen] = now
        self.arrays.R[:] *= np.repeat(np.exp((last_spike - now) / cells.tau_m), np.diff(self.arrays.column_start))

    def regroup(self, former: NDArray[np.int64]) -> None:
        """Give each group of neurons the traces of the group it was part of."""
        self.arrays = self.arrays._replace(TA=self.arrays.TA[former], TB=self.arrays.TB[former])

    def arrivals(self, end: float) -> Spikes:
        """Take all spikes that arrive up to and including ``end``, with their sources counted through."""
        parts = []
        for p, offset in zip(self.pathways, self._offsets, strict=False):
            spikes = p.arrive(end)
            if spikes.time.size:
                parts.append(spikes._replace(neuron=spikes.neuron + offset))
        return merge(parts)

    def descend(self, error: NDArray[np.float64], n_spikes: NDArray[np.int64]) -> bool:
        """Lower every weight by ``learning_rate * error * eligibility``; return whether all stayed finite.

        Parameters
        ----------
        error : float64, shape (n,)
            Error of each postsynaptic neuron.
        n_spikes : int64, shape (n,)
            Only neurons that spiked have eligibility.
        """
        finite: bool = _descend(self.arrays, self.row_of_column, self._learning_rate, error, n_spikes)
        return finite

    @property
    def n_pre(self) -> int:
        """Presynaptic neurons of all pathways together."""
        return int(self._offsets[-1])

    def descend_along(self, gradient: NDArray[np.float64]) -> bool:
        """Lower every weight by ``learning_rate * gradient``, shape (n_pre, n); return whether all stayed finite."""
        pre = np.repeat(np.arange(self.n_pre), np.diff(self.arrays.row_start))
        self.arrays.weight[:] -= self._learning_rate * gradient[pre, self.arrays.post]
        return bool(np.isfinite(self.arrays.weight).all())

    def start_trial(self, n_spikes: NDArray[np.int64]) -> None:
        """Empty R, E, traces and pathways; ``n_spikes`` are those of the trial that ends."""
        _clear_columns(self.arrays, n_spikes)
        self.arrays.TA[:] = 0.0
        self.arrays.TB[:] = 0.0
        self.arrays.last_arrival[:] = NEVER
        for p in self.pathways:
            p.drop()


@jit
def _descend(
    afferents: Afferents,
    row_of_column: NDArray[np.int64],
    learning_rate: NDArray[np.float64],
    error: NDArray[np.float64],
    n_spikes: NDArray[np.int64],
) -> bool:
    finite = True
    for i in range(error.size):
        if n_spikes[i] > 0:
            for k in range(afferents.column_start[i], afferents.column_start[i + 1]):
                if afferents.E[k] != 0:
                    row = row_of_column[k]
                    afferents.weight[row] -= learning_rate[row] * error[i] * afferents.E[k]
                    finite &= np.isfinite(afferents.weight[row])
    return finite


@jit
def _clear_columns(afferents: Afferents, n_spikes: NDArray[np.int64]) -> None:
    for i in range(n_spikes.size):
        if n_spikes[i] > 0:
            for k in range(afferents.column_start[i], afferents.column_start[i + 1]):
                afferents.R[k] = 0.0
                afferents.E[k] = 0.0
