"""What a back end takes from PyNN as it is: connectors, random numbers, space, networks, files."""

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

__all__ = [
    "AllToAllConnector", "ArrayConnector", "CloneConnector", "CSAConnector",
    "DisplacementDependentProbabilityConnector", "DistanceDependentProbabilityConnector",
    "FixedNumberPostConnector", "FixedNumberPreConnector", "FixedProbabilityConnector", "FixedTotalNumberConnector",
    "FromFileConnector", "FromListConnector", "IndexBasedProbabilityConnector", "OneToOneConnector",
    "GSLRNG", "Network", "NumpyRNG", "RandomDistribution", "Sequence", "Space", "errors", "get_io", "random", "space",
]  # fmt: skip
