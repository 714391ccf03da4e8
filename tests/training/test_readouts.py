"""Readouts: what they decide, and that engines tell them what they ask for."""

from __future__ import annotations

import numpy as np
import pytest

from pynn_sfdfa.training.readouts import EarlySpikes, FirstSpike, MostSpikes
from pynn_sfdfa.training.responses import OutputSpikes, Responses

COUNTS = np.array([[1, 5, 2], [4, 1, 4], [0, 0, 0]], np.int32)
SAMPLES, UNITS = np.array([0, 0, 0, 0, 1, 1, 1]), np.array([1, 2, 0, 2, 2, 0, 1])
TIMES = np.array([7.0, 8.0, 9.0, 9.5, 3.0, 3.0, 4.0], np.float32)
OUTPUT = OutputSpikes(SAMPLES, UNITS, TIMES, 10.0)


def test_most_spikes_is_the_first_neuron_with_the_most_spikes():
    np.testing.assert_array_equal(MostSpikes().decide(Responses(COUNTS)), [1, 0, 0])


def test_first_spike_is_the_first_neuron_to_spike():
    np.testing.assert_array_equal(FirstSpike().decide(Responses(COUNTS, OUTPUT)), [1, 0, 0])


def test_early_spikes_weigh_as_much_as_time_is_left():
    np.testing.assert_array_equal(EarlySpikes().decide(Responses(COUNTS, OUTPUT)), [1, 0, 0])
    later = OutputSpikes(SAMPLES, UNITS, TIMES, 12.0)  # 5 against 4 + 2.5
    np.testing.assert_array_equal(EarlySpikes().decide(Responses(COUNTS, later)), [2, 0, 0])
    np.testing.assert_array_equal(EarlySpikes().decide(Responses(COUNTS, later.until(8.5))), [1, 0, 0])


@pytest.mark.parametrize("readout", [FirstSpike(), EarlySpikes()])
def test_readouts_of_times_need_times(readout):
    with pytest.raises(ValueError, match=f"{type(readout).__name__} decides by the times of spikes, and these .* none"):
        readout.decide(Responses(COUNTS))
