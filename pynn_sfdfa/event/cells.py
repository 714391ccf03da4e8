"""Cell types of the event-driven simulator. Parameters keep PyNN's names and units, so translations are identities."""

from __future__ import annotations

from pyNN.standardmodels import build_translations, cells

from pynn_sfdfa import standardmodels

__all__ = ["LIF_SFDFA", "SpikeSourceArray", "SpikeSourcePoisson"]


class LIF_SFDFA(standardmodels.LIF_SFDFA):
    """Leaky integrate-and-fire neuron that learns with SFDFA; see :class:`pynn_sfdfa.standardmodels.LIF_SFDFA`."""

    translations = build_translations(*((name, name) for name in standardmodels.LIF_SFDFA.default_parameters))


class SpikeSourceArray(cells.SpikeSourceArray):
    """Spike source, generating spikes at the times given in ``spike_times`` (ms, in any order)."""

    translations = build_translations(("spike_times", "spike_times"))


class SpikeSourcePoisson(cells.SpikeSourcePoisson):
    """Spike source, generating spikes according to a Poisson process.

    The spikes of each neuron depend only on the seed given to ``setup()``, the order in which populations were
    created, and the neuron's index: the same script gives the same spikes, in one run or several, and again after
    ``reset()``.
    """

    translations = build_translations(("rate", "rate"), ("start", "start"), ("duration", "duration"))
