"""PyNN's procedural interface: create, connect, record."""

from __future__ import annotations

from pyNN import common
from pyNN.connectors import FixedProbabilityConnector

from pynn_sfdfa.common.to_file import build_record_v
from pynn_sfdfa.event import simulator
from pynn_sfdfa.event.populations import Population
from pynn_sfdfa.event.projections import Projection
from pynn_sfdfa.event.synapses import StaticSynapse

__all__ = ["connect", "create", "record", "record_v"]

create = common.build_create(Population)
connect = common.build_connect(Projection, FixedProbabilityConnector, StaticSynapse)
record = common.build_record(simulator)
record_v = build_record_v(record)
