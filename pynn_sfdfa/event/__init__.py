"""PyNN's API on an exact, event-driven simulator: ``import pynn_sfdfa.event as sim``.

Networks of LIF_SFDFA and IF_curr_exp neurons, of any depth and with loops that have a delay; spikes at exact times;
SFDFA learning inside ``run()``.
"""

from typing import Any

from pyNN import errors, random, space
from pyNN.connectors import (
    AllToAllConnector,
    ArrayConnector,
    CloneConnector,
    CSAConnector,
    DisplacementDependentProbabilityConnector,
    DistanceDependentProbabilityConnector,
    FixedNumberPostConnector,
    FixedNumberPreConnector,
    FixedProbabilityConnector,
    FixedTotalNumberConnector,
    FromFileConnector,
    FromListConnector,
    IndexBasedProbabilityConnector,
    OneToOneConnector,
)
from pyNN.network import Network
from pyNN.parameters import Sequence
from pyNN.random import GSLRNG, NumpyRNG, RandomDistribution
from pyNN.recording import get_io
from pyNN.space import Space

from pynn_sfdfa.common.missing_names import missing
from pynn_sfdfa.event.batch import BatchEngine as training_engine
from pynn_sfdfa.event.batch import ShardedEngine as sharded_training_engine
from pynn_sfdfa.event.cells import LIF_SFDFA, IF_curr_exp, SpikeSourceArray, SpikeSourcePoisson
from pynn_sfdfa.event.control import (
    end,
    get_current_time,
    get_max_delay,
    get_min_delay,
    get_time_step,
    initialize,
    num_processes,
    rank,
    reset,
    run,
    run_for,
    run_until,
    setup,
)
from pynn_sfdfa.event.populations import Assembly, Population, PopulationView
from pynn_sfdfa.event.procedural_api import connect, create, record, record_v
from pynn_sfdfa.event.projections import Projection
from pynn_sfdfa.event.synapses import SFDFAFeedback, SFDFASynapse, StaticSynapse

__all__ = [
    "GSLRNG",
    "LIF_SFDFA",
    "AllToAllConnector",
    "ArrayConnector",
    "Assembly",
    "CSAConnector",
    "CloneConnector",
    "DisplacementDependentProbabilityConnector",
    "DistanceDependentProbabilityConnector",
    "FixedNumberPostConnector",
    "FixedNumberPreConnector",
    "FixedProbabilityConnector",
    "FixedTotalNumberConnector",
    "FromFileConnector",
    "FromListConnector",
    "IF_curr_exp",
    "IndexBasedProbabilityConnector",
    "Network",
    "NumpyRNG",
    "OneToOneConnector",
    "Population",
    "PopulationView",
    "Projection",
    "RandomDistribution",
    "SFDFAFeedback",
    "SFDFASynapse",
    "Sequence",
    "Space",
    "SpikeSourceArray",
    "SpikeSourcePoisson",
    "StaticSynapse",
    "connect",
    "create",
    "end",
    "errors",
    "get_current_time",
    "get_io",
    "get_max_delay",
    "get_min_delay",
    "get_time_step",
    "initialize",
    "list_standard_models",
    "num_processes",
    "random",
    "rank",
    "record",
    "record_v",
    "reset",
    "run",
    "run_for",
    "run_until",
    "setup",
    "sharded_training_engine",
    "space",
    "training_engine",
]


def list_standard_models() -> list[str]:
    """Return the names of the cell types that this simulator knows."""
    return [cell_type.__name__ for cell_type in (LIF_SFDFA, IF_curr_exp, SpikeSourceArray, SpikeSourcePoisson)]


def __getattr__(name: str) -> Any:
    raise missing("event", name, list_standard_models())
