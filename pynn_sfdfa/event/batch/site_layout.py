"""How the neurons of a layer and its weights are laid out for kernels: site by site, each row padded.

Rules and checkpoints number neurons as PyNN does, channels first; a dense layer has one site, so that only the padding
is different.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from pynn_sfdfa.event.batch.layout import aligned_zeros, block_width, blocks_of, pad, padded_width, part_of, unpad
from pynn_sfdfa.event.batch.reach import is_dense, reach_of, units_in_order

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.event.batch.reach import Reach
    from pynn_sfdfa.network.connectivity import Sites
    from pynn_sfdfa.network.network import Network

_Value = TypeVar("_Value", bound=np.generic)

__all__ = ["SiteLayout", "layouts_of"]


class SiteLayout:
    """The layout of one layer.

    Parameters
    ----------
    sites : Sites
    below : SiteLayout, optional
        Of the layer of neurons below; without it there are inputs.

    Attributes
    ----------
    count, lanes, width, neurons : int
        Sites, neurons of each, the same with padding, and neurons in all.
    shared : bool
        Whether all sites have the same weights.
    rows, within : int
        Of the weights of a site; and how many of them, the last ones, are of the neurons of the layer itself.
    dense : bool
        Whether every unit below has the row of its number in the only site.
    sees_all : bool
        Whether every neuron has a weight of its own for each unit below.
    fan_out : int
        The most sites that a unit below reaches.
    blocks : list of slice
        Neurons of a site that learn together, in a task of their own; all, if there are several sites.
    """

    def __init__(self, sites: Sites, below: SiteLayout | None) -> None:
        self._sites, self._below = sites, below
        self.count, self.lanes, self.rows, self.shared = sites.count, sites.lanes, sites.rows, sites.shared
        self.within = sites.within
        self.width, self.neurons = padded_width(sites.lanes), sites.count * sites.lanes
        self.dense = is_dense(sites, None if below is None else below._sites)
        self.sees_all = is_dense(sites, None)
        self.fan_out = int(np.diff(sites.offsets).max(initial=0))
        self.blocks = blocks_of(self.width, block_width(self.width) if self.count == 1 else self.width)

    @cached_property
    def reach(self) -> Reach:
        """Where units below arrive, numbered as in kernels."""
        below = None if self._below is None else self._below._sites
        return reach_of(self._sites, units_in_order(below, self._sites.offsets.size - 1))

    def as_pynn(self, values: NDArray[_Value]) -> NDArray[_Value]:
        """Return (n, count * width), site by site, as (n, neurons), channels first; a view if there is one site."""
        if self.count == 1:
            return values[:, : self.lanes]
        by_site = values.reshape(len(values), self.count, self.width)[:, :, : self.lanes]
        return by_site.transpose(0, 2, 1).reshape(len(values), self.neurons)

    def by_site(self, values: NDArray[np.float32], out: NDArray[np.float32] | None = None) -> NDArray[np.float32]:
        """Return (n, neurons), channels first, as (n, count * width), site by site; padding is 0, or as it is."""
        if out is None:
            out = np.zeros((len(values), self.count * self.width), np.float32)
        if self.count == 1:
            out[:, : self.lanes] = values
            return out
        sites = out.reshape(len(values), self.count, self.width)
        sites[:, :, : self.lanes] = values.reshape(len(values), self.lanes, self.count).transpose(0, 2, 1)
        return out

    @cached_property
    def arrivals(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Offsets, site and row of `Sites`, rows counted through all matrices."""
        each = (self._sites.offsets, self._sites.site, self._sites.matrix_row)
        offsets, site, row = (np.ascontiguousarray(values, np.int64) for values in each)
        return offsets, site, row

    def padded_weights(self, weights: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return weights as (rows of all matrices, width)."""
        return pad(weights.reshape(-1, self.lanes))

    def pynn_weights(self, padded: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return a copy in the shape that the connectivity gives weights."""
        weights: NDArray[np.float32] = unpad(padded, self.lanes).reshape(self._sites.weight_shape)
        return weights

    def by_block(self, padded: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return a copy of (rows, width), flat, block after block."""
        flat = aligned_zeros((padded.size,))
        for neurons in self.blocks:
            part_of(flat, self.width, neurons)[...] = padded[:, neurons]
        return flat

    def by_row(self, by_block: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return a copy of what lies block after block as (rows, width)."""
        return np.hstack([part_of(by_block, self.width, neurons) for neurons in self.blocks])

    def summed_weights(self, padded: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the sum of the weights of all synapses of a neuron, shape (neurons,)."""
        own = padded[:, : self.lanes]
        if self.dense:
            return np.asarray(own.sum(axis=0), np.float32)
        each = own.reshape(-1, self.rows, self.lanes)
        sums = self._present @ each[0] if self.shared else np.einsum("sr,srl->sl", self._present, each)
        return np.asarray(sums.T.reshape(-1), np.float32)

    @cached_property
    def _present(self) -> NDArray[np.float32]:
        """How many units have a row of a site, shape (count, rows): at a padded edge some have none."""
        size = self.count * self.rows
        units = np.bincount(self._sites.site * self.rows + self._sites.row, minlength=size)
        return units.reshape(self.count, self.rows).astype(np.float32)


def layouts_of(network: Network) -> list[SiteLayout]:
    """Return the layout of every layer of a network."""
    layouts: list[SiteLayout] = []
    for layer in network.layers:
        below = layouts[-1] if layouts else None
        layouts.append(SiteLayout(layer.connectivity.sites(layer.input_shape), below))
    return layouts
