"""The order of events within a time step, as pynn_sfdfa.brian2.schedule states it."""

import math

import numpy as np
import pytest

STEP = 0.5
CELL = {"tau_m": 20.0, "tau_syn": 10.0, "cm": 1.0, "v_rest": -65.0, "v_thresh": -55.0, "trial_duration": 20.0}
KAPPA = 20.0
C = 0.5


def chain(sim, times, weight, onward=0.4, delay=0.0, until=20.0, **parameters):
    """A stimulus, a neuron and a neuron after it."""
    sim.setup(timestep=STEP)
    stimulus = sim.Population(1, sim.SpikeSourceArray(spike_times=times))
    first = sim.Population(1, sim.LIF_SFDFA(**(CELL | parameters)), label="first")
    second = sim.Population(1, sim.LIF_SFDFA(**CELL), label="second")
    synapse = sim.Projection(stimulus, first, sim.AllToAllConnector(), sim.SFDFASynapse(weight=weight))
    after = sim.Projection(first, second, sim.AllToAllConnector(), sim.SFDFASynapse(weight=onward, delay=delay))
    for population in (first, second):
        population.record(["spikes", "v", "i_syn"])
    sim.run(until)
    return [recorded(population) for population in (first, second)], synapse, after


def recorded(population):
    segment = population.get_data().segments[0]
    signals = {signal.name: np.array(signal)[:, 0] for signal in segment.analogsignals}
    return np.array(segment.spiketrains[0]), signals["v"], signals["i_syn"]


def sums(t, weight, spikes_of_the_grid=()):
    """A and B at time t after one input at 2 ms and resets at the ends of the steps of the given spikes."""
    A = weight * math.exp(-(t - 2.0) / 10.0)
    B = weight * math.exp(-(t - 2.0) / 20.0)
    return A, B - sum(C * math.exp(-(t - s - STEP) / 20.0) for s in spikes_of_the_grid)


def test_stimuli_arrive_exactly_and_integration_is_exact(sim):
    ((spikes, v, i_syn), _), _, _ = chain(sim, [2.0], 0.9)
    assert spikes.size == 0
    time = np.arange(41) * STEP
    expected = np.where(time >= 2.0, 0.9 * np.exp(-(time - 2.0) / 10.0), 0.0)
    assert i_syn[4] == 0.9 and i_syn[3] == 0.0
    np.testing.assert_allclose(i_syn[:-1], expected[:-1], rtol=1e-12)
    B = np.where(time >= 2.0, 0.9 * np.exp(-(time - 2.0) / 20.0), 0.0)
    np.testing.assert_allclose(v[:-1], (-65.0 + KAPPA * (B - expected))[:-1], rtol=1e-12)


def test_a_spike_is_recorded_at_the_beginning_of_the_step_of_its_crossing(sim):
    ((spikes, v, i_syn), _), _, _ = chain(sim, [2.0], 4.0)
    y = (1 + math.sqrt(1 - 2 / 4.0)) / 2
    crossing = 2.0 - 20.0 * math.log(y)
    assert spikes[0] == math.floor(crossing / STEP) * STEP
    after = round(spikes[0] / STEP) + 1
    A, B = sums(after * STEP, 4.0, spikes[:1])
    assert v[after] == pytest.approx(-65.0 + KAPPA * (B - A), abs=1e-9)
    assert i_syn[after] == pytest.approx(A, rel=1e-12)


@pytest.mark.parametrize("delay", [0.0, 1.5])
def test_spikes_of_neurons_arrive_at_the_end_of_the_step(sim, delay):
    (first, second), _, _ = chain(sim, [2.0], 4.0, delay=delay)
    arrival = round((first[0][0] + delay) / STEP) + 1
    assert second[2][arrival] == 0.4
    assert not second[2][:arrival].any()


def test_eligibilities_take_the_values_before_the_reset(sim):
    (first, _), synapse, _ = chain(sim, [2.0], 6.0, until=19.0)
    R = E = previous = 0.0
    for k, spike in enumerate(first[0]):
        end = spike + STEP
        A, _ = sums(end, 6.0)
        R *= math.exp(-(end - previous) / 20.0) if k else 1.0
        moved = 20.0 / A * (math.exp(-(end - 2.0) / 10.0) - math.exp(-(end - 2.0) / 20.0) + R)
        E, R, previous = E + moved, R + C / 20.0 * moved, end
    assert len(first[0]) > 2
    assert synapse.get("eligibility", format="array")[0, 0] == pytest.approx(E, rel=1e-12)


def test_eligibilities_onto_the_next_layer(sim):
    (first, second), _, after = chain(sim, [2.0], 6.0, onward=3.0, delay=1.0, until=19.0)
    arrivals = first[0] + 1.0 + STEP
    R = E = previous = 0.0
    for k, spike in enumerate(second[0]):
        end = spike + STEP
        # A spike that arrives at the end of the step itself comes after the threshold test.
        ages = end - arrivals[arrivals < end - 1e-9]
        traces = np.exp(-ages / 10.0).sum() - np.exp(-ages / 20.0).sum()
        R *= math.exp(-(end - previous) / 20.0) if k else 1.0
        moved = 20.0 / (3.0 * np.exp(-ages / 10.0).sum()) * (traces + R)
        E, R, previous = E + moved, R + C / 20.0 * moved, end
    assert len(second[0]) > 2
    assert after.get("eligibility", format="array")[0, 0] == pytest.approx(E, rel=1e-12)


def test_a_spike_at_the_trial_end_belongs_to_the_next_trial(sim):
    ((_, v, i_syn), _), _, _ = chain(sim, [2.0, 20.0], 0.9, until=25.0)
    assert i_syn[40] == 0.9
    assert v[40] == -65.0
    np.testing.assert_allclose(i_syn[40:50], 0.9 * np.exp(-np.arange(10) * STEP / 10.0), rtol=1e-12)


@pytest.mark.parametrize("delay", [3.0, 40.0])
def test_spikes_under_way_at_the_trial_end_are_dropped(sim, delay):
    (first, second), _, _ = chain(sim, [16.0], 6.0, delay=delay, until=60.0)
    assert first[0][0] > 17.0 and first[0][-1] < 20.0
    assert not second[2].any()


def test_stimuli_under_way_at_the_trial_end_are_dropped(sim):
    sim.setup(timestep=STEP)
    stimulus = sim.Population(1, sim.SpikeSourceArray(spike_times=[18.0, 19.0, 23.0]))
    neuron = sim.Population(1, sim.LIF_SFDFA(**CELL))
    sim.Projection(stimulus, neuron, sim.AllToAllConnector(), sim.StaticSynapse(weight=0.5, delay=1.0))
    neuron.record(["i_syn"])
    sim.run(25.0)
    i_syn = np.array(neuron.get_data().segments[0].analogsignals[0])[:, 0]
    assert i_syn[38] == 0.5
    assert not i_syn[40:48].any()
    assert i_syn[48] == 0.5


def test_the_trial_end_is_part_of_the_run_to_it(sim):
    _, synapse, _ = chain(sim, [2.0], 4.0, targets=[[10.0]])
    assert synapse.get("eligibility", format="array")[0, 0] == 0.0


def test_learning_uses_error_and_eligibility(sim):
    def weight(until, rate):
        sim.setup(timestep=STEP)
        stimulus = sim.Population(1, sim.SpikeSourceArray(spike_times=[2.0]))
        neuron = sim.Population(1, sim.LIF_SFDFA(targets=[[10.0]], **CELL))
        synapse = sim.SFDFASynapse(weight=6.0, learning_rate=rate)
        projection = sim.Projection(stimulus, neuron, sim.AllToAllConnector(), synapse)
        neuron.record("spikes")
        sim.run(until)
        return projection, neuron.get_spike_counts()[neuron[0]]

    # No spike falls into the last step, so that eligibility and count are those of the trial.
    projection, count = weight(19.5, 0.0)
    eligibility = projection.get("eligibility", format="array")[0, 0]
    projection, full_count = weight(20.0, 0.01)
    assert count == full_count > 2
    assert projection.get("weight", format="array")[0, 0] == pytest.approx(6.0 - 0.01 * (10 - count) * eligibility)
