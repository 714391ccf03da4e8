"""Readouts: what they decide, and that engines tell them what they ask for."""

from __future__ import annotations

import numpy as np
import pytest

from pynn_sfdfa.training.readouts import FirstSpike, MostSpikes
from pynn_sfdfa.training.responses import Responses

COUNTS = np.array([[1, 5, 2], [4, 1, 4], [0, 0, 0]], np.int32)
FIRST = np.array([[9.0, 7.0, 8.0], [3.0, 4.0, 3.0], [np.inf, np.inf, np.inf]], np.float32)


def test_most_spikes_is_the_first_neuron_with_the_most_spikes():
    np.testing.assert_array_equal(MostSpikes().decide(Responses(COUNTS)), [1, 0, 0])


def test_first_spike_is_the_first_neuron_to_spike():
    np.testing.assert_array_equal(FirstSpike().decide(Responses(COUNTS, FIRST)), [1, 0, 0])


def test_first_spike_needs_times():
    with pytest.raises(ValueError, match="decides by the times of first spikes, and these responses have none"):
        FirstSpike().decide(Responses(COUNTS))
