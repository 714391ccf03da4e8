"""Which units of a layer reach which neurons of the next: one kind a file. To add one, write its file."""

from pynn_sfdfa.network.connectivity.connectivity import Connectivity
from pynn_sfdfa.network.connectivity.convolution import Convolution
from pynn_sfdfa.network.connectivity.dense import Dense
from pynn_sfdfa.network.connectivity.local import Local
from pynn_sfdfa.network.connectivity.pooling import Pooling
from pynn_sfdfa.network.connectivity.sites import Sites, Synapses
from pynn_sfdfa.network.connectivity.summed import Summed

__all__ = ["Connectivity", "Convolution", "Dense", "Local", "Pooling", "Sites", "Summed", "Synapses"]
