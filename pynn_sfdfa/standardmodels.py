"""For back ends that have not moved to `pynn_sfdfa.common` yet."""

from pynn_sfdfa.common.cells import GRADIENTS, LIF_SFDFA, check_cell_parameters
from pynn_sfdfa.common.checks import check_parameter
from pynn_sfdfa.common.synapses import SFDFAFeedback, SFDFASynapse
from pynn_sfdfa.common.targets import target_table

__all__ = [
    "GRADIENTS",
    "LIF_SFDFA",
    "SFDFAFeedback",
    "SFDFASynapse",
    "check_cell_parameters",
    "check_parameter",
    "target_table",
]
