"""Connectors: sPyNNaker's for its own cells, PyNN's onto LIF_SFDFA, for the same connections as on other simulators.

Which of the two connects is said in `pynn_sfdfa.spiNNaker.twins`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyNN.spiNNaker as spynnaker
from pyNN import connectors
from pyNN.core import IndexBasedExpression

from pynn_sfdfa.spiNNaker.twins import Twin

__all__ = [
    "AllToAllConnector", "ArrayConnector", "CSAConnector", "DistanceDependentProbabilityConnector",
    "FixedNumberPostConnector", "FixedNumberPreConnector", "FixedProbabilityConnector", "FixedTotalNumberConnector",
    "FromFileConnector", "FromListConnector", "IndexBasedProbabilityConnector", "OneToOneConnector",
]  # fmt: skip


class _Expression(IndexBasedExpression):
    """A function of the indices i and j, from its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._code = compile(text, "index_expression", "eval")

    def __call__(self, i: Any, j: Any) -> Any:
        return eval(self._code, vars(np).copy(), {"i": i, "j": j})


class AllToAllConnector(Twin, spynnaker.AllToAllConnector):
    """See :class:`pyNN.connectors.AllToAllConnector`."""

    twin = connectors.AllToAllConnector


class ArrayConnector(Twin, spynnaker.ArrayConnector):
    """See :class:`pyNN.connectors.ArrayConnector`."""

    twin = connectors.ArrayConnector


class CSAConnector(Twin, spynnaker.CSAConnector):
    """See :class:`pyNN.connectors.CSAConnector`."""

    twin = connectors.CSAConnector


class DistanceDependentProbabilityConnector(Twin, spynnaker.DistanceDependentProbabilityConnector):
    """See :class:`pyNN.connectors.DistanceDependentProbabilityConnector`."""

    twin = connectors.DistanceDependentProbabilityConnector


class FixedNumberPostConnector(Twin, spynnaker.FixedNumberPostConnector):
    """See :class:`pyNN.connectors.FixedNumberPostConnector`."""

    twin = connectors.FixedNumberPostConnector


class FixedNumberPreConnector(Twin, spynnaker.FixedNumberPreConnector):
    """See :class:`pyNN.connectors.FixedNumberPreConnector`."""

    twin = connectors.FixedNumberPreConnector


class FixedProbabilityConnector(Twin, spynnaker.FixedProbabilityConnector):
    """See :class:`pyNN.connectors.FixedProbabilityConnector`."""

    twin = connectors.FixedProbabilityConnector


class FixedTotalNumberConnector(Twin, spynnaker.FixedTotalNumberConnector):
    """See :class:`pyNN.connectors.FixedTotalNumberConnector`."""

    twin = connectors.FixedTotalNumberConnector


class FromFileConnector(Twin, spynnaker.FromFileConnector):
    """See :class:`pyNN.connectors.FromFileConnector`."""

    twin = connectors.FromFileConnector


class FromListConnector(Twin, spynnaker.FromListConnector):
    """See :class:`pyNN.connectors.FromListConnector`."""

    twin = connectors.FromListConnector


class IndexBasedProbabilityConnector(Twin, spynnaker.IndexBasedProbabilityConnector):
    """See :class:`pyNN.connectors.IndexBasedProbabilityConnector`."""

    twin = connectors.IndexBasedProbabilityConnector

    def of_pynn(self) -> connectors.Connector:
        """Return the connector of PyNN; sPyNNaker's takes an expression as text, PyNN's as a function."""
        expression = self._arguments["index_expression"]
        if isinstance(expression, str):
            self._arguments["index_expression"] = _Expression(expression)
        return super().of_pynn()


class OneToOneConnector(Twin, spynnaker.OneToOneConnector):
    """See :class:`pyNN.connectors.OneToOneConnector`."""

    twin = connectors.OneToOneConnector
