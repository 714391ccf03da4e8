"""The equations of SFDFA, and of what it is compared with, as declarative data, imported as ``pynn_sfdfa.models``.

Nothing here simulates: a back end reads the text (Brian2 consumes it as it stands) or is tested against it.
Units are PyNN's throughout: ms, mV, nA, nF.
"""

from pynn_sfdfa.models.description import (
    UNITS,
    Carried,
    Event,
    NeuronModel,
    Parameter,
    ReplayModel,
    StateVariable,
    SynapseModel,
)
from pynn_sfdfa.models.if_curr_exp import IF_CURR_EXP_PARAMETERS
from pynn_sfdfa.models.lif_sfdfa import LIF_SFDFA
from pynn_sfdfa.models.sfdfa_feedback import SFDFA_FEEDBACK
from pynn_sfdfa.models.sfdfa_replay import SFDFA_REPLAY
from pynn_sfdfa.models.sfdfa_synapse import SFDFA_SYNAPSE, SPIKE_FACTOR
from pynn_sfdfa.models.surrogate_synapse import DERIVATIVES, SURROGATE_SYNAPSES
from pynn_sfdfa.models.symmetric_feedback import SYMMETRIC_FEEDBACK

__all__ = [
    "DERIVATIVES",
    "IF_CURR_EXP_PARAMETERS",
    "LIF_SFDFA",
    "SFDFA_FEEDBACK",
    "SFDFA_REPLAY",
    "SFDFA_SYNAPSE",
    "SPIKE_FACTOR",
    "SURROGATE_SYNAPSES",
    "SYMMETRIC_FEEDBACK",
    "UNITS",
    "Carried",
    "Event",
    "NeuronModel",
    "Parameter",
    "ReplayModel",
    "StateVariable",
    "SynapseModel",
]
