"""Cell types: LIF_SFDFA as a Brian2 group, and spike sources that take their place in the order of a step."""

from __future__ import annotations

from typing import Any

import numpy as np
from brian2 import Hz, ms
from pyNN.brian2.standardmodels import cells as pynn_cells
from pyNN.standardmodels import build_translations

from pynn_sfdfa import models
from pynn_sfdfa.brian2 import equations, simulator, sources
from pynn_sfdfa.brian2.lif_group import LIFGroup
from pynn_sfdfa.brian2.stock_cells import Given
from pynn_sfdfa.brian2.units import scale
from pynn_sfdfa.common import cells

__all__ = ["LIF_SFDFA", "SpikeSourceArray", "SpikeSourcePoisson"]

_LIF = models.LIF_SFDFA


def _translation(name: str, unit: str) -> tuple[Any, ...]:
    native = equations.native(name)
    return (name, native, scale(unit)) if unit else (name, native)


class LIF_SFDFA(cells.LIF_SFDFA):
    """Leaky integrate-and-fire neuron with exponential synaptic current that learns with SFDFA."""

    eqs = None  # the group brings its own
    translations = build_translations(*(_translation(p.name, p.unit) for p in _LIF.parameters))
    state_variable_translations = build_translations(
        *(_translation(s.name, s.unit) for s in _LIF.state if s.name in _LIF.recordable)
    )
    post_synaptic_variables = {"input": "i_syn", "error": "projected_error"}

    def brian2_model(self, n: int, equations: None, **parameters: Any) -> LIFGroup:
        """Return the Brian2 group of a population of ``n``; ``equations`` is PyNN's convention and is not used."""
        # For a population of one PyNN gives the sequence itself instead of an array of sequences.
        targets = np.empty(n, dtype=object)
        targets[:] = parameters["targets"]
        return LIFGroup(n, self.gradient == "exact", simulator.contents.layers, **parameters | {"targets": targets})


class SpikeSourceArray(Given, pynn_cells.SpikeSourceArray):
    """Spike source, generating spikes at ``spike_times``: ms, in order of time; each at the beginning of its step."""

    translations = build_translations(("spike_times", "spike_times"))
    brian2_model = sources.ArrayGroup


class SpikeSourcePoisson(Given, pynn_cells.SpikeSourcePoisson):
    """Spike source, generating spikes according to a Poisson process: in each step one, or none."""

    translations = build_translations(("rate", "rates", Hz), ("start", "start_time", ms), ("duration", "duration", ms))
    brian2_model = sources.PoissonGroup
