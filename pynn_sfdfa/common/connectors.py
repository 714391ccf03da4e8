"""PyNN's connectors, made to wire what was meant with populations of one neuron and with arrays of 0 and 1."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import numpy as np
from pyNN import connectors, errors

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["check_matrices", "mended"]


class _Columns:
    """Mixed into a connector that goes by columns: that of a single presynaptic neuron is an array, too.

    PyNN gets a number for it and fails; and it takes integers for indices of neurons.
    """

    def _standard_connect(self, projection: Any, connection_map_generator: Any, distance_map: Any = None) -> None:
        def columns(*mask: Any) -> Iterator[Any]:
            for column in connection_map_generator(*mask):
                is_one = column is not True and np.ndim(column) == 0
                yield np.full(projection.pre.size, column) if is_one else column

        super()._standard_connect(projection, columns, distance_map)  # type: ignore[misc]  # PyNN's


def mended(connector: Any, synapse_type: Any, shape: tuple[int, int], label: str) -> Any:
    """Return what connects as a connector of PyNN says it does.

    Parameters
    ----------
    connector : pyNN.connectors.Connector
        Not changed.
    synapse_type : pyNN.models.BaseSynapseType
        Whose weights and delays may be matrices.
    shape : (int, int)
        Presynaptic and postsynaptic neurons.
    label : str
        Of the projection, for messages.

    Raises
    ------
    pyNN.errors.InvalidParameterValueError
        If an ArrayConnector has other values than True and False, or 1 and 0.
    pyNN.errors.InvalidDimensionsError
        If its array, or one of the synapse type, has another shape than the projection.
    pyNN.errors.ConnectionError
        If a FromListConnector names a neuron that is not there, or a probability is none.
    """
    # What comes from it checks itself, or has no list before it connects.
    if type(connector) is connectors.FromListConnector:
        _check_list(connector.conn_list, shape, label)
    if isinstance(connector, connectors.FixedProbabilityConnector) and not 0 <= connector.p_connect <= 1:
        raise errors.ConnectionError(
            f"Projection '{label}': p_connect = {connector.p_connect!r} is no probability; it must be from 0 to 1."
        )
    check_matrices(connector, synapse_type, shape, label)
    if not isinstance(connector, connectors.MapConnector):
        return connector
    kind = type(connector)
    own = copy.copy(connector)
    own.__class__ = type(kind.__name__, (_Columns, kind), {})
    if isinstance(own, connectors.ArrayConnector):
        own.array = _connection_array(own.array, shape, label)
    return own


def check_matrices(connector: Any, synapse_type: Any, shape: tuple[int, int], label: str) -> None:
    """Raise InvalidDimensionsError if a connector by columns would take values from a matrix of another shape.

    The arguments are those of `mended`.
    """
    if not isinstance(connector, connectors.MapConnector):
        return
    for name, values in synapse_type.parameter_space.items():
        base: Any = getattr(values, "base_value", None)
        given = np.shape(base)
        if given not in ((), shape):
            raise errors.InvalidDimensionsError(
                f"Projection '{label}': {name} has the shape {given}. Give one value for all synapses, or a matrix of "
                f"shape {shape}, presynaptic by postsynaptic neurons."
            )


def _check_list(listed: Any, shape: tuple[int, int], label: str) -> None:
    """Raise ConnectionError for indices that PyNN would leave out, or count from the end."""
    if not listed.size:
        return
    for column, (end, size) in enumerate(zip(("presynaptic", "postsynaptic"), shape, strict=True)):
        indices = listed[:, column]
        wrong = indices[(indices < 0) | (indices >= size)]
        if wrong.size:
            raise errors.ConnectionError(
                f"The list of the FromListConnector of projection '{label}' has the {end} neuron {wrong[0]:g}; there "
                f"are {size}, counted from 0."
            )


def _connection_array(given: Any, shape: tuple[int, int], label: str) -> Any:
    array = np.asarray(given)
    if array.shape != shape:
        raise errors.InvalidDimensionsError(
            f"The array of the ArrayConnector of projection '{label}' has the shape {array.shape}; there are "
            f"{shape[0]} presynaptic and {shape[1]} postsynaptic neurons."
        )
    other = array[~np.isin(array, (0, 1))]
    if other.size:
        raise errors.InvalidParameterValueError(
            f"The array of the ArrayConnector of projection '{label}' has {other.flat[0]!r}; it says which neurons are "
            "connected, with True and False or 1 and 0. Weights are given to the synapse type."
        )
    return array.astype(bool)
