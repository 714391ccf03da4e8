"""Populations without a simulator, so that PyNN's own connectors decide who is connected, wherever the neurons are.

A back end whose populations are not PyNN's wires their outlines, with the same code, and hence the same connections for
the same random numbers, as those whose populations are.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
from pyNN import common

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Outline", "OutlineAssembly", "OutlineView", "simulator"]


class ID(int, common.IDMixin):
    """Identifier of a neuron in outline."""


simulator = SimpleNamespace(
    name="outline",
    ID=ID,
    state=SimpleNamespace(num_processes=1, mpi_rank=0, id_counter=0, dt=0.1, t=0.0, min_delay=0.0, recorders=set()),
)
"""What PyNN's classes ask of a simulator's module."""


class OutlineAssembly(common.Assembly):
    """A group of outlines."""

    _simulator = simulator


class OutlineView(common.PopulationView):
    """Some of the neurons of an outline."""

    _simulator = simulator
    _assembly_class = OutlineAssembly

    def _get_view(self, selector: Any, label: str | None = None) -> OutlineView:
        return OutlineView(self, selector, label)


class Outline(common.Population):
    """Size, positions, label and cell type of a population.

    Parameters
    ----------
    population : anything
        With ``size``, ``label`` and ``celltype``.
    positions : float64, shape (3, size)
    first : int
        Identifier of its neuron 0: those of two populations must not overlap.
    """

    _simulator = simulator
    _assembly_class = OutlineAssembly

    def __init__(self, population: Any, positions: NDArray[np.float64], first: int) -> None:
        self.population = population
        self.size, self.label, self.celltype = int(population.size), str(population.label), population.celltype
        self._structure, self._positions, self._is_sorted = None, np.asarray(positions, float), True
        self.annotations: dict[str, Any] = {}
        self.recorder = None
        self.all_cells = np.array([ID(i) for i in range(first, first + self.size)], dtype=ID)
        for cell in self.all_cells:
            cell.parent = self
        self._mask_local = np.ones(self.size, bool)
        self.first_id, self.last_id = self.all_cells[0], self.all_cells[-1]
        self.initial_values: dict[str, Any] = {}

    def _get_view(self, selector: Any, label: str | None = None) -> OutlineView:
        return OutlineView(self, selector, label)
