"""PyNN's procedural interface: create, connect, set, record."""

from __future__ import annotations

from pyNN import common
from pyNN.brian2.procedural_api import set
from pyNN.connectors import FixedProbabilityConnector

from pynn_sfdfa.brian2 import simulator
from pynn_sfdfa.brian2.populations import Population
from pynn_sfdfa.brian2.projections import Projection
from pynn_sfdfa.brian2.synapses import StaticSynapse
from pynn_sfdfa.common.documented import TO_FILE, documented
from pynn_sfdfa.common.to_file import build_record_v

__all__ = ["connect", "create", "record", "record_gsyn", "record_v", "set"]

create = common.build_create(Population)
connect = common.build_connect(Projection, FixedProbabilityConnector, StaticSynapse)
record = common.build_record(simulator)
record_v = build_record_v(record)


@documented(TO_FILE)
def record_gsyn(source: object, filename: str) -> object:
    """Record the synaptic conductances of a cell or population to a file."""
    return record(["gsyn_exc", "gsyn_inh"], source, filename)
