"""PyNN's API on an exact, event-driven simulator: ``import pynn_sfdfa.event as sim``.

Networks of LIF_SFDFA and IF_curr_exp neurons, of any depth and with loops that have a delay; spikes at exact times;
SFDFA learning inside ``run()``.
"""

from typing import Any

from pynn_sfdfa.common.missing_names import missing
from pynn_sfdfa.common.pynn_names import *
from pynn_sfdfa.event.batch import BatchEngine as training_engine
from pynn_sfdfa.event.batch import ShardedEngine as sharded_training_engine
from pynn_sfdfa.event.cells import LIF_SFDFA, IF_curr_exp, SpikeSourceArray, SpikeSourcePoisson
from pynn_sfdfa.event.control import *
from pynn_sfdfa.event.populations import Assembly, Population, PopulationView
from pynn_sfdfa.event.procedural_api import connect, create, record, record_v
from pynn_sfdfa.event.projections import Projection
from pynn_sfdfa.event.synapses import SFDFAFeedback, SFDFASynapse, StaticSynapse

__all__ = [
    "LIF_SFDFA", "IF_curr_exp", "SpikeSourceArray", "SpikeSourcePoisson",
    "SFDFASynapse", "SFDFAFeedback", "StaticSynapse",
    "AllToAllConnector", "ArrayConnector", "CloneConnector", "CSAConnector",
    "DisplacementDependentProbabilityConnector", "DistanceDependentProbabilityConnector",
    "FixedNumberPostConnector", "FixedNumberPreConnector", "FixedProbabilityConnector", "FixedTotalNumberConnector",
    "FromFileConnector", "FromListConnector", "IndexBasedProbabilityConnector", "OneToOneConnector",
    "Population", "PopulationView", "Assembly", "Projection", "create", "connect", "record", "record_v",
    "setup", "end", "run", "run_until", "run_for", "reset", "initialize",
    "get_current_time", "get_time_step", "get_min_delay", "get_max_delay", "num_processes", "rank",
    "training_engine", "sharded_training_engine", "list_standard_models",
    "GSLRNG", "Network", "NumpyRNG", "RandomDistribution", "Sequence", "Space", "errors", "get_io", "random", "space",
]  # fmt: skip


def list_standard_models() -> list[str]:
    """Return the names of the cell types that this simulator knows."""
    return [cell_type.__name__ for cell_type in (LIF_SFDFA, IF_curr_exp, SpikeSourceArray, SpikeSourcePoisson)]


def __getattr__(name: str) -> Any:
    raise missing("event", name, list_standard_models())
