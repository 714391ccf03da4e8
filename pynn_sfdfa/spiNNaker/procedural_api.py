"""PyNN's procedural interface: create, connect, record."""

from __future__ import annotations

import pyNN.spiNNaker as stock
from pyNN import common

from pynn_sfdfa.common.to_file import build_record_v
from pynn_sfdfa.spiNNaker import simulator
from pynn_sfdfa.spiNNaker.connectors import FixedProbabilityConnector
from pynn_sfdfa.spiNNaker.populations import Population
from pynn_sfdfa.spiNNaker.projections import Projection
from pynn_sfdfa.spiNNaker.synapses import StaticSynapse

__all__ = ["connect", "create", "list_standard_models", "record", "record_v"]

create = common.build_create(Population)
connect = common.build_connect(Projection, FixedProbabilityConnector, StaticSynapse)
record = common.build_record(simulator)
record_v = build_record_v(record)


def list_standard_models() -> list[str]:
    """Return the names of the cell types that this simulator knows."""
    return sorted([*stock.list_standard_models(), "LIF_SFDFA"])
