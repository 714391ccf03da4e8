"""Connectivity and a cell that no file of the package knows, as a next one would be written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from pynn_sfdfa.common.needs import Need
from pynn_sfdfa.network.cells import LIF_SFDFA
from pynn_sfdfa.network.connectivity import Connectivity, Sites


@dataclass(frozen=True)
class Windows(Connectivity):
    """Channels that see windows of a line of units: ``kernel`` of all channels below, ``stride`` apart."""

    name: ClassVar[str] = "windows"
    needs: ClassVar[frozenset[Need]] = frozenset({Need.SITES})
    shared: ClassVar[bool] = False

    channels: int
    kernel: int
    stride: int = 1

    def output_shape(self, input_shape):
        if len(input_shape) != 2 or input_shape[1] < self.kernel:
            raise ValueError(f"it needs (channels, length) with a length of at least kernel = {self.kernel}.")
        return (self.channels, (input_shape[1] - self.kernel) // self.stride + 1)

    def sites(self, input_shape):
        below, length = input_shape
        count = self.output_shape(input_shape)[1]
        sites, rows, arrivals = [], [], [0]
        for channel in range(below):
            for x in range(length):
                for site in range(count):
                    if 0 <= x - site * self.stride < self.kernel:
                        sites.append(site)
                        rows.append((x - site * self.stride) * below + channel)
                arrivals.append(len(sites))
        return Sites(
            count, self.channels, self.kernel * below, self.shared,
            np.array(arrivals), np.array(sites, np.int64), np.array(rows, np.int64),
        )  # fmt: skip

    def nir_node(self, weights, input_shape):
        raise NotImplementedError

    @classmethod
    def from_nir(cls, node, cell):
        return None


@dataclass(frozen=True)
class SharedWindows(Windows):
    """The same with one matrix for all windows: a convolution."""

    name: ClassVar[str] = "shared-windows"
    needs: ClassVar[frozenset[Need]] = frozenset({Need.SITES, Need.SHARED_WEIGHTS})
    shared: ClassVar[bool] = True


@dataclass(frozen=True)
class HardReset(LIF_SFDFA):
    """LIF_SFDFA with a reset to a value."""

    name: ClassVar[str] = "HardReset"

    v_reset: float = -72.0

    def __post_init__(self):
        """Parameters are valid."""
