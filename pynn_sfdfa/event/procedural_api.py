"""PyNN's procedural interface: create, connect, record."""

from __future__ import annotations

from typing import Any

from pyNN import common
from pyNN.connectors import FixedProbabilityConnector

from pynn_sfdfa.event import simulator
from pynn_sfdfa.event.populations import Population
from pynn_sfdfa.event.projections import Projection
from pynn_sfdfa.event.synapses import StaticSynapse

__all__ = ["connect", "create", "record", "record_v"]

create = common.build_create(Population)
connect = common.build_connect(Projection, FixedProbabilityConnector, StaticSynapse)
record = common.build_record(simulator)


def record_v(source: Any, filename: str) -> Any:
    """Record the membrane potential of a cell or population to a file.

    Parameters
    ----------
    source : Population, PopulationView or Assembly
    filename : str
        Its ending says which format; written at `end`.
    """
    return record(["v"], source, filename)
