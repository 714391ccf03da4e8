"""Fixed-point SFDFA: number formats, integer kernels, and a network that computes with them (docs/arithmetic.md)."""

from pynn_sfdfa.hardware.arithmetic.formats import Formats, from_fixed, to_fixed
from pynn_sfdfa.hardware.arithmetic.network import FixedPointNetwork, LearningParameters
from pynn_sfdfa.hardware.arithmetic.neuron import NeuronConstants, neuron_constants
from pynn_sfdfa.hardware.arithmetic.tally import VARIABLES, Tally

__all__ = [
    "VARIABLES",
    "FixedPointNetwork",
    "Formats",
    "LearningParameters",
    "NeuronConstants",
    "Tally",
    "from_fixed",
    "neuron_constants",
    "to_fixed",
]
