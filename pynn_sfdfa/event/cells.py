"""Cell types of the event-driven simulator. Parameters keep PyNN's names and units, so translations are identities."""

from __future__ import annotations

from typing import Any

from pyNN.standardmodels import build_translations
from pyNN.standardmodels import cells as pynn_cells

from pynn_sfdfa.common import cells
from pynn_sfdfa.common.arguments import given

__all__ = ["LIF_SFDFA", "SpikeSourceArray", "SpikeSourcePoisson"]


class LIF_SFDFA(cells.LIF_SFDFA):
    """Leaky integrate-and-fire neuron that learns with SFDFA; see :class:`pynn_sfdfa.common.cells.LIF_SFDFA`."""

    translations = build_translations(*((name, name) for name in cells.LIF_SFDFA.default_parameters))


class SpikeSourceArray(pynn_cells.SpikeSourceArray):
    """Spike source, generating spikes at the times given in ``spike_times``: ms, in order of time.

    Parameters
    ----------
    spike_times : sequence of float, or one such sequence for each neuron
        Times before the present one are not emitted any more.
    """

    translations = build_translations(("spike_times", "spike_times"))

    def __init__(self, **parameters: Any) -> None:
        super().__init__(**given(type(self), parameters))


class SpikeSourcePoisson(pynn_cells.SpikeSourcePoisson):
    """Spike source, generating spikes according to a Poisson process.

    The spikes of each neuron depend only on the seed given to ``setup()``, the order in which populations were
    created, and the neuron's index: the same script gives the same spikes, in one run or several, and again after
    ``reset()``.
    """

    translations = build_translations(("rate", "rate"), ("start", "start"), ("duration", "duration"))

    def __init__(self, **parameters: Any) -> None:
        super().__init__(**given(type(self), parameters))
