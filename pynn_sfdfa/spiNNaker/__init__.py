"""Everything of pyNN.spiNNaker, and SFDFA on the cores of the machine: ``import pynn_sfdfa.spiNNaker as sim``."""

from typing import Any

from pyNN import errors, random, space
from pyNN.connectors import CloneConnector, DisplacementDependentProbabilityConnector
from pyNN.network import Network
from pyNN.parameters import Sequence
from pyNN.random import GSLRNG
from pyNN.recording import get_io
from pyNN.spiNNaker import (
    ACSource,
    AdditiveWeightDependence,
    Convolution,
    ConvolutionConnector,
    Cuboid,
    DCSource,
    DistanceDependentFormation,
    Grid2D,
    Grid3D,
    KernelConnector,
    LastNeuronSelection,
    Line,
    MultiplicativeWeightDependence,
    NoisyCurrentSource,
    NumpyRNG,
    PoolDense,
    PoolDenseConnector,
    RandomByWeightElimination,
    RandomDistribution,
    RandomSelection,
    RandomStructure,
    SmallWorldConnector,
    Space,
    Sphere,
    SpikePairRule,
    SpiNNakerProjection,
    STDPMechanism,
    StepCurrentSource,
    StructuralMechanismStatic,
    StructuralMechanismSTDP,
    distance,
    external_devices,
    extra_models,
    get_machine,
    name,
    set_allow_delay_extensions,
    set_number_of_neurons_per_core,
    set_number_of_synapse_cores,
)

from pynn_sfdfa.common.missing_names import missing
from pynn_sfdfa.spiNNaker.cells import LIF_SFDFA, SpikeSourceArray, SpikeSourcePoisson
from pynn_sfdfa.spiNNaker.connectors import *
from pynn_sfdfa.spiNNaker.control import *
from pynn_sfdfa.spiNNaker.engine import SimulationEngine as training_engine
from pynn_sfdfa.spiNNaker.populations import Assembly, Population, PopulationView
from pynn_sfdfa.spiNNaker.procedural_api import connect, create, list_standard_models, record, record_v
from pynn_sfdfa.spiNNaker.projections import Projection
from pynn_sfdfa.spiNNaker.stock_cells import IF_cond_exp, IF_curr_alpha, IF_curr_delta, IF_curr_exp, Izhikevich
from pynn_sfdfa.spiNNaker.synapses import SFDFAFeedback, SFDFASynapse, StaticSynapse

__all__ = [
    "LIF_SFDFA", "SpikeSourceArray", "SpikeSourcePoisson",
    "IF_curr_exp", "IF_curr_alpha", "IF_curr_delta", "IF_cond_exp", "Izhikevich",
    "ACSource", "DCSource", "NoisyCurrentSource", "StepCurrentSource",
    "SFDFASynapse", "SFDFAFeedback", "StaticSynapse", "Convolution", "PoolDense",
    "STDPMechanism", "SpikePairRule", "AdditiveWeightDependence", "MultiplicativeWeightDependence",
    "StructuralMechanismStatic", "StructuralMechanismSTDP", "DistanceDependentFormation",
    "LastNeuronSelection", "RandomByWeightElimination", "RandomSelection",
    "AllToAllConnector", "ArrayConnector", "CloneConnector", "CSAConnector",
    "DisplacementDependentProbabilityConnector", "DistanceDependentProbabilityConnector",
    "FixedNumberPostConnector", "FixedNumberPreConnector", "FixedProbabilityConnector", "FixedTotalNumberConnector",
    "FromFileConnector", "FromListConnector", "IndexBasedProbabilityConnector", "OneToOneConnector",
    "ConvolutionConnector", "KernelConnector", "PoolDenseConnector", "SmallWorldConnector",
    "Population", "PopulationView", "Assembly", "Projection", "create", "connect", "record", "record_v",
    "SpiNNakerProjection", "external_devices", "extra_models",
    "setup", "end", "run", "run_until", "run_for", "reset", "initialize",
    "get_current_time", "get_time_step", "get_min_delay", "get_max_delay", "num_processes", "rank",
    "name", "get_machine",
    "set_allow_delay_extensions", "set_number_of_neurons_per_core", "set_number_of_synapse_cores",
    "training_engine", "list_standard_models",
    "Cuboid", "Grid2D", "Grid3D", "Line", "RandomStructure", "Space", "Sphere", "distance", "space",
    "GSLRNG", "Network", "NumpyRNG", "RandomDistribution", "Sequence", "errors", "get_io", "random",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    raise missing("spiNNaker", name, list_standard_models())
