"""A connector of sPyNNaker and its namesake of PyNN: which of them connects."""

from __future__ import annotations

import inspect
from typing import Any, ClassVar

import numpy as np
import pyNN.spiNNaker as spynnaker
from pyNN import connectors, errors

from pynn_sfdfa.spiNNaker.spynnaker_names import AbstractConnector, connected_pairs

__all__ = ["Twin", "of_pynn", "of_spynnaker"]


class Twin:
    """Mixed into a connector of sPyNNaker: it remembers its arguments, and hence its namesake of PyNN."""

    twin: ClassVar[type[connectors.Connector]]

    def __init__(self, *arguments: Any, **named: Any) -> None:
        own = inspect.signature(super().__init__).bind(*arguments, **named).arguments
        super().__init__(*arguments, **named)
        self._arguments = {name: value for name, value in own.items() if name != "verbose"}

    def of_pynn(self) -> connectors.Connector:
        """Return the connector of PyNN."""
        return self.twin(**self._arguments)


class _Generated(connectors.Connector):
    """What only sPyNNaker connects, made by its own code, between whole populations."""

    def __init__(self, connector: Any) -> None:
        super().__init__()
        self._connector = connector

    def connect(self, projection: Any) -> None:
        """Connect the neurons of a projection."""
        kind = type(self._connector).__name__
        ends = [getattr(group, "stock", None) for group in (projection.pre, projection.post)]
        if not all(isinstance(end, spynnaker.Population) for end in ends):
            raise errors.ConnectionError(
                f"Projection '{projection.label}': {kind} is sPyNNaker's own, and connects whole populations. Use a "
                "connector of PyNN, such as FromListConnector."
            )
        for end in (projection.pre, projection.post):
            end.place()
        self._connector.set_space(projection.space)
        try:
            pre, post, weights = connected_pairs(self._connector, *ends)
        except AttributeError:
            raise errors.ConnectionError(
                f"Projection '{projection.label}': {kind} connects on the machine only, and does not lead to LIF_SFDFA "
                "neurons. Use a connector of PyNN, such as FromListConnector."
            ) from None
        space = projection.synapse_type.native_parameters
        space.shape = projection.shape
        for j in np.unique(post).tolist():
            sources = pre[post == j]
            values = {name: lazy[sources, j] for name, lazy in space.items()}
            if weights.any():
                values["weight"] = weights[post == j]
            projection._convergent_connect(sources, j, **values)


def of_pynn(connector: Any) -> Any:
    """Return a connector that connects neurons of PyNN's populations."""
    if isinstance(connector, Twin):
        return connector.of_pynn()
    return _Generated(connector) if isinstance(connector, AbstractConnector) else connector


def of_spynnaker(connector: Any) -> Any:
    """Return a connector if sPyNNaker knows it.

    Raises
    ------
    pyNN.errors.ConnectionError
        If it is PyNN's own, which leads to LIF_SFDFA only.
    """
    if isinstance(connector, connectors.Connector):
        kind = type(connector).__name__
        has_twin = kind in {twin.__name__ for twin in Twin.__subclasses__()}
        choice = f"use {kind} of pynn_sfdfa.spiNNaker" if has_twin else "use one of pynn_sfdfa.spiNNaker"
        raise errors.ConnectionError(f"{kind} of PyNN does not lead to sPyNNaker's own cells; {choice}.")
    return connector
