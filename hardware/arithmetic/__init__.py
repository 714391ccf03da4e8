"""Fixed-point SFDFA: number formats, and integer kernels (docs/arithmetic.md)."""

from pynn_sfdfa.hardware.arithmetic.formats import Formats, from_fixed, to_fixed
from pynn_sfdfa.hardware.arithmetic.neuron import NeuronConstants, neuron_constants
from pynn_sfdfa.hardware.arithmetic.tally import VARIABLES, Tally

__all__ = [
    "VARIABLES",
    "Formats",
    "NeuronConstants",
    "Tally",
    "from_fixed",
    "neuron_constants",
    "to_fixed",
]
