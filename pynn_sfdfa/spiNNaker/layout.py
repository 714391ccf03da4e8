"""What the data regions of a core hold, word by word; ``hardware/c/application/regions.h`` says the same in C.

All words are 32 bits, little endian. The regions:

SYSTEM, PROVENANCE, RECORDING
    As sPyNNaker's tools define them; the additional words of PROVENANCE are `COUNTERS`.
CONFIGURATION
    One word for each name in `CONFIGURATION_WORDS`, in this order.
SOURCES
    Where packets come from, `SOURCE_WORDS` words for each core that sends them, sorted by key. A key k comes from it
    if ``k & mask == key``; the rest of k is the neuron within that core, above ``colour_bits`` bits of the time at
    which it was sent. For spikes ``first`` is the row of the core's neuron 0, for errors its position in the feedback;
    in errors the lowest bit of the rest tells e (0) from the directional sum (1). Factors of output spikes, sent where
    feedback is timed, have keys like those of spikes.
STATE
    A of every neuron at time 0, then B.
WEIGHTS
    Rows of ``n_neurons`` weights, one for each presynaptic neuron of each projection.
ABSENT
    For each row a bit for every neuron, 32 to a word, set where there is no synapse; empty where all synapses exist.
FEEDBACK
    Rows of ``n_neurons`` feedback weights, one for each output neuron of each feedback projection.
TARGETS
    Rows of ``n_neurons`` target spike counts, one for each trial from time 0.
NEURON_RECORDING
    For v and i_syn the sampling interval in ticks (0: not recorded) and the neurons recorded; the same for spikes; then
    the indices of the recorded neurons, in the same order.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

__all__ = [
    "CONFIGURATION_WORDS",
    "COUNTERS",
    "Region",
    "SOURCE_WORDS",
    "Source",
    "absent_words",
    "configuration_words",
    "source_words",
]


class Region(IntEnum):
    """The data regions of a core."""

    SYSTEM = 0
    PROVENANCE = 1
    RECORDING = 2
    CONFIGURATION = 3
    SOURCES = 4
    STATE = 5
    WEIGHTS = 6
    ABSENT = 7
    FEEDBACK = 8
    TARGETS = 9
    NEURON_RECORDING = 10


CONFIGURATION_WORDS = (
    "n_neurons",
    "first_neuron",
    "trial_ticks",
    "first_trial",
    "layer",
    "seed",
    "sends_spikes",
    "spike_key",
    "sends_errors",
    "error_key",
    "colour_bits",
    "n_sources",
    "n_rows",
    "n_errors",
    "n_targets",
    "has_absent",
    "perturbs",
    "loss_syn",
    "loss_m",
    "threshold",
    "reach",
    "exact",
    "max_spikes",
    "rho",
    "r_target",
    "gain",
    "feedback_rate",
    "v_rest",
    "kappa",
    "max_events",
    "max_packets",
    "format_state",
    "format_input",
    "format_weight",
    "format_grade",
    "format_factor",
    "format_change",
    "format_error",
    "format_feedback",
    "stochastic",
    "sends_factors",
    "factor_key",
    "timed",
    "timed_lag",
    "timed_gain",
    "output_loss_syn",
    "output_loss_m",
    "output_reach",
)
"""Words of the region CONFIGURATION. Formats are fraction bits; v_rest (mV) has 15 and kappa (mV/nA) 16 of them."""

COUNTERS = (
    "packets_received",
    "packets_lost",
    "packets_late",
    "packets_unknown",
    "events_forgotten",
    "most_packets_in_a_tick",
    "most_events_in_a_trial",
    "saturated_input",
    "saturated_state",
    "saturated_grade",
    "saturated_factor",
    "saturated_error",
    "saturated_change",
    "saturated_weight",
    "saturated_feedback",
    "trials",
)
"""What a core counts, in the order of its provenance words."""

SOURCE_WORDS = 4


@dataclass(frozen=True, order=True)
class Source:
    """A core from which packets come.

    Attributes
    ----------
    key, mask : int
    first : int
        Row of its neuron 0, or its position in the feedback.
    colour_bits : int
        Low bits of its spike keys that carry the time.
    delay : int
        Ticks from sending to arrival; 0 for errors.
    learns : bool
        Whether weights from it change.
    is_error, is_factor : bool
    """

    key: int
    mask: int
    first: int
    colour_bits: int = 0
    delay: int = 0
    learns: bool = False
    is_error: bool = False
    is_factor: bool = False


def source_words(sources: Iterable[Source]) -> NDArray[np.uint32]:
    """Return the words of the region SOURCES; ``info`` is colour_bits, delay << 8, and from 16 on a bit each for
    learns, is_error and is_factor."""
    rows = []
    for source in sorted(sources):
        key, mask, first, bits, delay, learns, is_error, is_factor = astuple(source)
        flags = learns | is_error << 1 | is_factor << 2
        rows.append((key, mask, first, bits | delay << 8 | flags << 16))
    return np.array(rows, np.uint32).reshape(-1, SOURCE_WORDS)


def configuration_words(values: Mapping[str, int]) -> NDArray[np.uint32]:
    """Return the words of the region CONFIGURATION; KeyError unless every word and nothing else is given."""
    if set(values) != set(CONFIGURATION_WORDS):
        raise KeyError(sorted(set(values) ^ set(CONFIGURATION_WORDS)))
    return np.array([int(values[name]) & 0xFFFFFFFF for name in CONFIGURATION_WORDS], np.uint32)


def absent_words(present: NDArray[np.bool_]) -> NDArray[np.uint32]:
    """Return the words of the region ABSENT for a connectivity matrix (rows, neurons)."""
    rows, neurons = present.shape
    padded = np.zeros((rows, -(-neurons // 32) * 32), np.uint8)
    padded[:, :neurons] = ~present
    return np.packbits(padded, axis=1, bitorder="little").view("<u4")
