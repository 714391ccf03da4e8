"""PyNN's procedural interface, as far as it concerns LIF_SFDFA."""

from __future__ import annotations

import pyNN.spiNNaker as stock
from pyNN import common
from pyNN.spiNNaker import FixedProbabilityConnector, StaticSynapse

from pynn_sfdfa.spiNNaker.projections import Projection

__all__ = ["connect", "list_standard_models"]

connect = common.build_connect(Projection, FixedProbabilityConnector, StaticSynapse)


def list_standard_models() -> list[str]:
    """Return the names of the cell types that this simulator knows."""
    return sorted([*stock.list_standard_models(), "LIF_SFDFA"])
