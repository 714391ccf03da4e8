"""A convolution onto sPyNNaker's own cells: by its own connector where that fits, otherwise a list of connections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyNN.spiNNaker as spynnaker
from pyNN import errors

from pynn_sfdfa.spiNNaker import synapses

if TYPE_CHECKING:
    from pynn_sfdfa.common.convolution import ConvolutionConnector

__all__ = ["of_spynnaker"]


def of_spynnaker(
    connector: ConvolutionConnector, synapse_type: Any, ends: tuple[Any, Any], label: str
) -> tuple[Any, Any]:
    """Return sPyNNaker's connector and type of synapse.

    Its own connector has kernels instead of synapses, for populations whose cores hold rectangles of neurons
    (``neurons_per_core=(width, height)``), and lays them over the image turned around.

    Raises
    ------
    pyNN.errors.ConnectionError
        If both populations lie in rectangles, which no list connects, and its connector does not fit.
    """
    synapse_type = synapses.of_spynnaker(synapse_type)
    found = [tuple(int(n) for n in end._vertex.atoms_shape) for end in ends]
    if any(len(shape) < 2 for shape in found):
        return spynnaker.FromListConnector(connector.conn_list, column_names=list(connector.column_names)), synapse_type
    (below, *before), (channels, *after) = connector.input_shape, connector.output_shape
    obstacle = None
    if (below, channels) != (1, 1):
        obstacle = f"leads from one channel to one, not from {below} to {channels}"
    elif connector.stride != (1, 1):
        obstacle = f"has no stride of {connector.stride}: it leaves out the last windows"
    elif found != [tuple(shape[::-1]) for shape in (before, after)]:
        given = [_by(shape[::-1]) for shape in found]
        obstacle = f"leads from {_by(before)} to {_by(after)} cells here, and these are {given[0]} and {given[1]}"
    if obstacle:
        raise errors.ConnectionError(
            f"Projection '{label}': sPyNNaker's own connector, for cores that hold rectangles of neurons, {obstacle}. "
            "Give neurons_per_core of both populations as a number, for a list of connections."
        )
    turned = np.ascontiguousarray(connector.kernels[0, 0, ::-1, ::-1])
    own = spynnaker.ConvolutionConnector(turned, padding=connector.padding)
    return own, spynnaker.Convolution(delay=getattr(synapse_type, "delay", None))


def _by(shape: Any) -> str:
    return " x ".join(map(str, shape))
