"""Everything of pyNN.brian2, and SFDFA as differential equations inside: ``import pynn_sfdfa.brian2 as sim``.

The order of events within a time step is that of `pynn_sfdfa.brian2.schedule`.
"""

from typing import Any

from pyNN.brian2 import (
    GSLRNG,
    AdditivePotentiationMultiplicativeDepression,
    AdditiveWeightDependence,
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
    GutigWeightDependence,
    IndexBasedProbabilityConnector,
    MultiplicativeWeightDependence,
    Network,
    NumpyRNG,
    OneToOneConnector,
    RandomDistribution,
    SpikePairRule,
    STDPMechanism,
    errors,
    random,
    space,
)
from pyNN.parameters import Sequence
from pyNN.recording import get_io
from pyNN.space import Space
from pyNN.standardmodels import StandardCellType

from pynn_sfdfa.brian2.cells import LIF_SFDFA, SpikeSourceArray, SpikeSourcePoisson
from pynn_sfdfa.brian2.control import (
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

__all__ = [
    "ACSource",
    "AdExp",
    "AdditivePotentiationMultiplicativeDepression",
    "AdditiveWeightDependence",
    "AllToAllConnector",
    "AlphaPSR",
    "ArrayConnector",
    "Assembly",
    "CSAConnector",
    "CloneConnector",
    "CondAlphaPostSynapticResponse",
    "CondExpPostSynapticResponse",
    "CurrExpPostSynapticResponse",
    "DCSource",
    "DisplacementDependentProbabilityConnector",
    "DistanceDependentProbabilityConnector",
    "EIF_cond_alpha_isfa_ista",
    "EIF_cond_exp_isfa_ista",
    "ExpPSR",
    "FixedNumberPostConnector",
    "FixedNumberPreConnector",
    "FixedProbabilityConnector",
    "FixedTotalNumberConnector",
    "FromFileConnector",
    "FromListConnector",
    "GSLRNG",
    "GutigWeightDependence",
    "HH_cond_exp",
    "IF_cond_alpha",
    "IF_cond_exp",
    "IF_cond_exp_gsfa_grr",
    "IF_curr_alpha",
    "IF_curr_delta",
    "IF_curr_exp",
    "IndexBasedProbabilityConnector",
    "Izhikevich",
    "LIF",
    "LIF_SFDFA",
    "MultiplicativeWeightDependence",
    "Network",
    "NoisyCurrentSource",
    "NumpyRNG",
    "OneToOneConnector",
    "PointNeuron",
    "Population",
    "PopulationView",
    "Projection",
    "RandomDistribution",
    "SFDFAFeedback",
    "SFDFASynapse",
    "STDPMechanism",
    "Sequence",
    "Space",
    "SpikePairRule",
    "SpikeSourceArray",
    "SpikeSourcePoisson",
    "StaticSynapse",
    "StepCurrentSource",
    "SurrogateSynapse",
    "SymmetricFeedback",
    "TsodyksMarkramSynapse",
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
    "record_gsyn",
    "record_v",
    "reset",
    "run",
    "run_for",
    "run_until",
    "set",
    "setup",
    "space",
    "training_engine",
]


def list_standard_models() -> list[str]:
    """Return the names of the cell types that this simulator knows."""
    return [
        name
        for name, value in globals().items()
        if isinstance(value, type) and issubclass(value, StandardCellType) and value is not StandardCellType
    ]


def __getattr__(name: str) -> Any:
    raise missing("brian2", name, list_standard_models())
