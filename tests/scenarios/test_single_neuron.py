"""One neuron, a few spikes: potential, current and spike times that follow from the equations by hand.

Tolerances leave room for simulators that advance in time steps of 0.1 ms.
"""

import math

import numpy as np
import pytest

CELL = {"tau_m": 20.0, "tau_syn": 10.0, "cm": 1.0, "v_rest": -65.0, "v_thresh": -55.0, "trial_duration": 200.0}
STEP = 0.1


def driven_neuron(sim, times, weight, delay=1.0, until=100.0, **parameters):
    sim.setup(timestep=STEP, min_delay=STEP)
    stimulus = sim.Population(1, sim.SpikeSourceArray(spike_times=times))
    neuron = sim.Population(1, sim.LIF_SFDFA(**(CELL | parameters)))
    sim.Projection(stimulus, neuron, sim.AllToAllConnector(), sim.SFDFASynapse(weight=weight, delay=delay))
    neuron.record(["spikes", "v", "i_syn"])
    sim.run(until)
    segment = neuron.get_data().segments[0]
    signals = {s.name: np.array(s)[:, 0] for s in segment.analogsignals}
    sim.end()
    return np.array(segment.spiketrains[0]), signals["v"], signals["i_syn"]


@pytest.mark.parametrize("weight", [0.5, -0.5])
def test_subthreshold_response(sim, weight):
    spikes, v, i_syn = driven_neuron(sim, [10.0], weight)
    time = np.arange(v.size) * STEP  # SpiNNaker has no sample of the end
    age = np.maximum(time - 11.0, 0.0)
    arrived = time >= 11.0
    assert spikes.size == 0
    clear = abs(time - 11.0) > 2 * STEP
    np.testing.assert_allclose(i_syn[clear], (weight * np.exp(-age / 10.0) * arrived)[clear], atol=0.02 * abs(weight))
    np.testing.assert_allclose(v, -65.0 + 20.0 * weight * (np.exp(-age / 20.0) - np.exp(-age / 10.0)), atol=0.1)


def test_first_spike_time(sim):
    weight = 4.0
    spikes, _, _ = driven_neuron(sim, [10.0], weight)
    # 20 w (y - y**2) = 10 with y = exp(-t/20); the larger root is the first crossing
    y = (1 + math.sqrt(1 - 2 / weight)) / 2
    assert spikes[0] == pytest.approx(11.0 - 20.0 * math.log(y), abs=2 * STEP)


def test_subtractive_reset_leaves_the_current(sim):
    spikes, v, i_syn = driven_neuron(sim, [10.0], 8.0, until=40.0)
    assert spikes.size >= 3
    after = int(spikes[0] / STEP) + 3
    assert v[after] < -63.0
    assert i_syn[after] == pytest.approx(8.0 * math.exp(-(after * STEP - 11.0) / 10.0), rel=0.05)


def test_the_state_returns_to_rest_at_a_trial_end(sim):
    _, v, i_syn = driven_neuron(sim, [45.0], 1.0, until=60.0, trial_duration=50.0)
    assert v[490] > -65.0 and i_syn[490] > 0
    np.testing.assert_allclose(v[503:], -65.0, atol=1e-9)
    np.testing.assert_allclose(i_syn[503:], 0.0, atol=1e-9)
