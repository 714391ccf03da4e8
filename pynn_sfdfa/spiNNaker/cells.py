"""Cell types: LIF_SFDFA as a model of sPyNNaker, and spike sources with PyNN's parameters."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
from pyNN.standardmodels import build_translations
from pyNN.standardmodels import cells as pynn_cells

from pynn_sfdfa.common import cells
from pynn_sfdfa.common.arguments import given
from pynn_sfdfa.spiNNaker.array_source import ArrayVertex
from pynn_sfdfa.spiNNaker.poisson_source import PoissonVertex
from pynn_sfdfa.spiNNaker.spynnaker_names import AbstractPyNNModel
from pynn_sfdfa.spiNNaker.vertices import LIFVertex

__all__ = ["LIF_SFDFA", "SpikeSourceArray", "SpikeSourcePoisson"]

_NEURONS_PER_CORE = 64
_SOURCES_PER_CORE = 500  # sPyNNaker's own limit of Poisson sources


def _evaluated(model: Any, n: int) -> dict[str, Any]:
    """Return the parameters of a cell type for each of n neurons."""
    values = {}
    for name, lazy in model.parameter_space.items():
        own = copy.copy(lazy)  # the cell type may be used again, for another size
        own.shape = (n,)
        value = own.evaluate(simplify=False)  # that of one neuron is no array
        values[name] = np.empty(n, np.asarray(value).dtype)
        values[name][:] = value
    return values


class LIF_SFDFA(cells.LIF_SFDFA, AbstractPyNNModel):
    """Leaky integrate-and-fire neuron with exponential synaptic current that learns with SFDFA.

    On the machine all neurons of a population share each of their parameters, targets apart. A population takes one
    more parameter, ``neurons_per_core``: ``Population(800, LIF_SFDFA(...), neurons_per_core=50)``.
    """

    translations = build_translations(*((name, name) for name in cells.LIF_SFDFA.default_parameters))
    default_population_parameters = {"neurons_per_core": None}
    absolute_max_atoms_per_core = 256

    def create_vertex(self, n_neurons: int, label: str, neurons_per_core: int | None = None) -> LIFVertex:
        """Return the vertex of a population, as sPyNNaker asks its models to."""
        most = min(neurons_per_core or self.get_model_max_atoms_per_dimension_per_core()[0], n_neurons)
        return LIFVertex(n_neurons, label, self, _evaluated(self, n_neurons), most)

    @classmethod
    def get_model_max_atoms_per_dimension_per_core(cls) -> tuple[int, ...]:
        """Return the neurons per core where a population says nothing else."""
        chosen = AbstractPyNNModel._max_atoms_per_core.get(cls)
        return chosen if chosen is not None else (_NEURONS_PER_CORE,)


class SpikeSourceArray(pynn_cells.SpikeSourceArray, AbstractPyNNModel):
    """Spike source, generating spikes at the times given in ``spike_times``: ms, in order of time.

    A spike leaves at the first time step at or after its time (to a microsecond).

    Parameters
    ----------
    spike_times : sequence of float, or one such sequence for each neuron
        Times before the present one are not emitted any more.
    """

    translations = build_translations(("spike_times", "spike_times"))
    default_population_parameters = {"splitter": None, "n_colour_bits": None, "neurons_per_core": None}

    def __init__(self, spike_times: Any = (), **others: Any) -> None:
        super().__init__(**given(type(self), {"spike_times": spike_times, **others}))

    def create_vertex(
        self, n_neurons: int, label: str, splitter: Any = None, n_colour_bits: int | None = None,
        neurons_per_core: Any = None,
    ) -> ArrayVertex:  # fmt: skip
        """Return the vertex of a population, as sPyNNaker asks its models to."""
        trains = _evaluated(self, n_neurons)["spike_times"]
        most = neurons_per_core or self.get_model_max_atoms_per_dimension_per_core()
        return ArrayVertex(n_neurons, label, self, trains, most, splitter, n_colour_bits)


class SpikeSourcePoisson(pynn_cells.SpikeSourcePoisson, AbstractPyNNModel):
    """Spike source, generating spikes according to a Poisson process.

    The spikes depend only on the seed given to ``setup()`` and the order in which populations were created: the same
    script gives the same spikes, and again after ``reset()``. A population takes ``seed`` for spikes of its own.

    Parameters
    ----------
    rate : float
        Mean spike frequency in Hz.
    start, duration : float
        ms.
    """

    translations = build_translations(("rate", "rate"), ("start", "start"), ("duration", "duration"))
    default_population_parameters = {
        "seed": None, "max_rate": None, "splitter": None, "n_colour_bits": None, "neurons_per_core": None,
    }  # fmt: skip
    absolute_max_atoms_per_core = _SOURCES_PER_CORE

    def __init__(self, **parameters: Any) -> None:
        super().__init__(**given(type(self), parameters))

    def create_vertex(
        self, n_neurons: int, label: str, seed: int | None = None, max_rate: float | None = None, splitter: Any = None,
        n_colour_bits: int | None = None, neurons_per_core: Any = None,
    ) -> PoissonVertex:  # fmt: skip
        """Return the vertex of a population, as sPyNNaker asks its models to."""
        values = {name: np.array(value, float) for name, value in _evaluated(self, n_neurons).items()}
        most = neurons_per_core or self.get_model_max_atoms_per_dimension_per_core()
        return PoissonVertex(n_neurons, label, self, values, seed, most, max_rate, splitter, n_colour_bits)
