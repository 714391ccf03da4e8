"""Everything of pyNN.brian2, and SFDFA as differential equations inside: ``import pynn_sfdfa.brian2 as sim``.

The order of events within a time step is that of `pynn_sfdfa.brian2.schedule`.
"""

from typing import Any

from pyNN.brian2 import (
    AdditivePotentiationMultiplicativeDepression,
    AdditiveWeightDependence,
    GutigWeightDependence,
    MultiplicativeWeightDependence,
    SpikePairRule,
    STDPMechanism,
)
from pyNN.standardmodels import StandardCellType

from pynn_sfdfa.brian2.cells import LIF_SFDFA, SpikeSourceArray, SpikeSourcePoisson
from pynn_sfdfa.brian2.control import *
from pynn_sfdfa.brian2.electrodes import ACSource, DCSource, NoisyCurrentSource, StepCurrentSource
from pynn_sfdfa.brian2.engine import SimulationEngine as training_engine
from pynn_sfdfa.brian2.populations import Assembly, Population, PopulationView
from pynn_sfdfa.brian2.procedural_api import connect, create, record, record_gsyn, record_v, set
from pynn_sfdfa.brian2.projections import Projection
from pynn_sfdfa.brian2.stock_cells import (
    LIF,
    AdExp,
    AlphaPSR,
    CondAlphaPostSynapticResponse,
    CondExpPostSynapticResponse,
    CurrExpPostSynapticResponse,
    EIF_cond_alpha_isfa_ista,
    EIF_cond_exp_isfa_ista,
    ExpPSR,
    HH_cond_exp,
    IF_cond_alpha,
    IF_cond_exp,
    IF_cond_exp_gsfa_grr,
    IF_curr_alpha,
    IF_curr_delta,
    IF_curr_exp,
    Izhikevich,
    PointNeuron,
)
from pynn_sfdfa.brian2.surrogates import SurrogateSynapse, SymmetricFeedback
from pynn_sfdfa.brian2.synapses import SFDFAFeedback, SFDFASynapse, StaticSynapse, TsodyksMarkramSynapse
from pynn_sfdfa.common.missing_names import missing
from pynn_sfdfa.common.pynn_names import *

__all__ = [
    "LIF_SFDFA", "SpikeSourceArray", "SpikeSourcePoisson",
    "IF_curr_exp", "IF_curr_alpha", "IF_curr_delta", "IF_cond_exp", "IF_cond_alpha", "IF_cond_exp_gsfa_grr",
    "EIF_cond_exp_isfa_ista", "EIF_cond_alpha_isfa_ista", "HH_cond_exp", "Izhikevich",
    "PointNeuron", "LIF", "AdExp", "ExpPSR", "AlphaPSR",
    "CurrExpPostSynapticResponse", "CondExpPostSynapticResponse", "CondAlphaPostSynapticResponse",
    "ACSource", "DCSource", "NoisyCurrentSource", "StepCurrentSource",
    "SFDFASynapse", "SFDFAFeedback", "SurrogateSynapse", "SymmetricFeedback", "StaticSynapse", "TsodyksMarkramSynapse",
    "STDPMechanism", "SpikePairRule", "AdditiveWeightDependence", "MultiplicativeWeightDependence",
    "AdditivePotentiationMultiplicativeDepression", "GutigWeightDependence",
    "AllToAllConnector", "ArrayConnector", "CloneConnector", "CSAConnector",
    "DisplacementDependentProbabilityConnector", "DistanceDependentProbabilityConnector",
    "FixedNumberPostConnector", "FixedNumberPreConnector", "FixedProbabilityConnector", "FixedTotalNumberConnector",
    "FromFileConnector", "FromListConnector", "IndexBasedProbabilityConnector", "OneToOneConnector",
    "Population", "PopulationView", "Assembly", "Projection",
    "create", "connect", "set", "record", "record_v", "record_gsyn",
    "setup", "end", "run", "run_until", "run_for", "reset", "initialize",
    "get_current_time", "get_time_step", "get_min_delay", "get_max_delay", "num_processes", "rank",
    "training_engine", "list_standard_models",
    "GSLRNG", "Network", "NumpyRNG", "RandomDistribution", "Sequence", "Space", "errors", "get_io", "random", "space",
]  # fmt: skip


def list_standard_models() -> list[str]:
    """Return the names of the cell types that this simulator knows."""
    return [
        name
        for name, value in globals().items()
        if isinstance(value, type) and issubclass(value, StandardCellType) and value is not StandardCellType
    ]


def __getattr__(name: str) -> Any:
    raise missing("brian2", name, list_standard_models())
