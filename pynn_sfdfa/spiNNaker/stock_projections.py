"""sPyNNaker's own projections, onto its own cells: checked in PyNN's words before they are made."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyNN.spiNNaker as spynnaker
from pyNN import common, errors

from pynn_sfdfa.common.cells import LIF_SFDFA
from pynn_sfdfa.common.convolution import ConvolutionConnector
from pynn_sfdfa.common.populations import parts
from pynn_sfdfa.common.synapses import SFDFAFeedback, SFDFASynapse
from pynn_sfdfa.common.wiring import check_bounds
from pynn_sfdfa.spiNNaker import convolutions, simulator, synapses, twins
from pynn_sfdfa.spiNNaker.populations import Population
from pynn_sfdfa.spiNNaker.spynnaker_names import weights_in
from pynn_sfdfa.support.numbers import is_number

__all__ = ["stock_projection"]


def stock_projection(
    presynaptic_population: Any,
    postsynaptic_population: Any,
    connector: Any,
    synapse_type: Any,
    source: Any,
    receptor_type: str | None,
    space: Any,
    label: str | None,
    **options: Any,
) -> Any:
    """Return a projection of sPyNNaker between two populations or views.

    Raises
    ------
    pyNN.errors.ConnectionError
        If the connection is not possible; the message says why and what is.
    """
    ends = presynaptic_population, postsynaptic_population
    name = label or "→".join(str(end.label) for end in ends)
    _check_ends(*ends)
    if isinstance(synapse_type, SFDFASynapse | SFDFAFeedback):
        raise errors.ConnectionError(
            f"Projection '{name}': {type(synapse_type).__name__} does not lead to "
            f"{type(parts(ends[1])[0][0].celltype).__name__} neurons; it leads to those of LIF_SFDFA."
        )
    if isinstance(connector, ConvolutionConnector):
        connector.check((ends[0].size, ends[1].size), name)
        connector, synapse_type = convolutions.of_spynnaker(connector, synapse_type, ends, name)
    connector, synapse_type = twins.of_spynnaker(connector), synapses.of_spynnaker(synapse_type)
    delay: Any = getattr(synapse_type, "delay", None)
    if is_number(delay):
        check_bounds(float(delay), name, simulator.state.least_delay, simulator.state.max_delay)
    chosen = _receptor_type(name, weights_in(connector, synapse_type), receptor_type, ends[1])
    for population in (population for end in ends for population, _ in parts(end)):
        if isinstance(population, Population):
            population.place()
    stock = [getattr(end, "stock", end) for end in ends]
    return spynnaker.Projection(*stock, connector, synapse_type, source, chosen, space, label, **options)


def _check_ends(pre: Any, post: Any) -> None:
    """Raise ConnectionError unless sPyNNaker's own synapses lead from one to the other."""
    for target, _ in parts(post):
        if not target.receptor_types:
            raise errors.ConnectionError(
                f"A projection cannot end on population '{target.label}' ({type(target.celltype).__name__}): a spike "
                "source receives no spikes."
            )
    for source, _ in parts(pre):
        if isinstance(source.celltype, LIF_SFDFA):
            raise errors.ConnectionError(
                f"LIF_SFDFA neurons ('{source.label}') send graded spikes, which sPyNNaker's own cells "
                f"('{post.label}') take for several spikes. Connect them to LIF_SFDFA neurons."
            )
    if any(isinstance(end, common.Assembly) for end in (pre, post)):
        raise errors.ConnectionError(
            "sPyNNaker connects populations and views to its own cells, not assemblies. Use one projection for each "
            "population."
        )


def _receptor_type(label: str, weights: Any, given: str | None, post: Any) -> str:
    """Return the receptor type that is given, or follows from the sign of the weights; sPyNNaker drops the sign.

    Raises
    ------
    pyNN.errors.ConnectionError
        If the weights have both signs, or another sign than that of the receptor type.
    """
    low, high = float(np.min(weights, initial=0.0)), float(np.max(weights, initial=0.0))
    if low < 0 < high:
        raise errors.ConnectionError(
            f"Projection '{label}' has weights from {low:g} to {high:g}; for sPyNNaker's own cells the receptor type "
            "says the sign. Use one projection for each sign."
        )
    if low < 0 and post.conductance_based:
        raise errors.ConnectionError(
            f"Projection '{label}' has a weight of {low:g}; a conductance is not negative. Give the weight without the "
            "sign, and receptor_type = 'inhibitory'."
        )
    if low < 0 and given == "excitatory":
        raise errors.ConnectionError(
            f"Projection '{label}' has a weight of {low:g}, which does not go with receptor_type = 'excitatory'. Leave "
            "receptor_type out to have it chosen."
        )
    return given or ("inhibitory" if low < 0 else "excitatory")
