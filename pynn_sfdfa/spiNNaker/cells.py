"""Cell types: LIF_SFDFA as a model of sPyNNaker, and spike sources that take PyNN's sequences."""

from __future__ import annotations

from typing import Any

import numpy as np
from pyNN import spiNNaker as stock
from pyNN.parameters import Sequence
from pyNN.standardmodels import build_translations

from pynn_sfdfa import models, standardmodels
from pynn_sfdfa.spiNNaker.spynnaker_names import AbstractPyNNModel
from pynn_sfdfa.spiNNaker.vertices import LIFVertex

__all__ = ["LIF_SFDFA", "SpikeSourceArray"]

_NEURONS_PER_CORE = 64


class LIF_SFDFA(standardmodels.LIF_SFDFA, AbstractPyNNModel):
    """Leaky integrate-and-fire neuron that learns with SFDFA; see :class:`pynn_sfdfa.standardmodels.LIF_SFDFA`.

    On the machine all neurons of a population share each of their parameters, targets apart. A population takes one
    more parameter, ``neurons_per_core``: ``Population(800, LIF_SFDFA(...), neurons_per_core=50)``.
    """

    translations = build_translations(*((p.name, p.name) for p in models.LIF_SFDFA.parameters))
    default_population_parameters = {"neurons_per_core": None}
    absolute_max_atoms_per_core = 256

    def create_vertex(self, n_neurons: int, label: str, neurons_per_core: int | None = None) -> LIFVertex:
        """Return the vertex of a population, as sPyNNaker asks its models to."""
        most = min(neurons_per_core or self.get_model_max_atoms_per_dimension_per_core()[0], n_neurons)
        return LIFVertex(n_neurons, label, self, most)

    @classmethod
    def get_model_max_atoms_per_dimension_per_core(cls) -> tuple[int, ...]:
        """Return the neurons per core where a population says nothing else."""
        chosen = AbstractPyNNModel._max_atoms_per_core.get(cls)
        return chosen if chosen is not None else (_NEURONS_PER_CORE,)


class SpikeSourceArray(stock.SpikeSourceArray):
    """Spike source, generating spikes at ``spike_times`` (ms): one sequence for all neurons, or one for each."""

    def __init__(self, spike_times: Any = ()) -> None:
        super().__init__(_plain(spike_times))


def _plain(spike_times: Any) -> list[Any]:
    """Return lists in place of PyNN's sequences and of arrays, which sPyNNaker's source does not take."""
    if isinstance(spike_times, Sequence):
        spike_times = spike_times.value
    if not isinstance(spike_times, list | tuple | np.ndarray):
        return [float(spike_times)]
    each: list[Any] = [getattr(t, "value", t) for t in spike_times]
    return [np.ravel(t).tolist() if np.ndim(t) else float(t) for t in each]
