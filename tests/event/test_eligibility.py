"""Eligibilities of a running simulation, against finite differences and the replay (docs/algorithm.md, section 4)."""

import numpy as np
import pytest
from reference_trial import Neuron, as_events, layer_trial

import pynn_sfdfa.event as sim

DURATION = 50.0
JUST_BEFORE_THE_END = DURATION - 1e-6


def random_net(seed, n_in=6, n=3, spikes_per_input=2):
    rng = np.random.default_rng(seed)
    times = [np.sort(rng.uniform(0, 30, spikes_per_input)) for _ in range(n_in)]
    return times, rng.uniform(-0.6, 1.4, (n_in, n))


def cell_type(neurons, **parameters):
    """LIF_SFDFA with the constants of the reference neurons; cm = 1 nF, v_rest = 0 mV."""
    tau_m, tau_syn, c = (np.array([getattr(n, name) for n in neurons]) for name in ("tau_m", "tau_syn", "c"))
    kappa = tau_m * tau_syn / (tau_m - tau_syn)
    return sim.LIF_SFDFA(
        gradient="exact" if neurons[0].exact else "bounded",
        tau_m=tau_m, tau_syn=tau_syn, cm=1.0, v_rest=0.0, v_thresh=c * kappa, trial_duration=DURATION, **parameters,
    )  # fmt: skip


def simulate(times, weights, neurons, delay=0.0):
    sim.setup()
    stimulus = sim.Population(len(times), sim.SpikeSourceArray(spike_times=times))
    layer = sim.Population(len(neurons), cell_type(neurons))
    layer.record("spikes")
    synapses = sim.SFDFASynapse(weight=weights, delay=delay, learning_rate=0.0)
    forward = sim.Projection(stimulus, layer, sim.AllToAllConnector(), synapses)
    sim.run(JUST_BEFORE_THE_END)
    trains = [np.array(train) for train in layer.get_data().segments[0].spiketrains]
    return trains, forward.get("eligibility", format="array")


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("ratio", [2.0, 1.3, 5.0])
@pytest.mark.parametrize("delay", [0.0, 2.5])
def test_forward_eligibility_equals_the_reverse_replay(exact, ratio, delay):
    times, weights = random_net(seed=1)
    neurons = [Neuron(tau_m=13.0 * ratio, c=0.1 + 0.1 * i, exact=exact) for i in range(3)]
    trains, E = simulate(times, weights, neurons, delay)
    spikes, expected = layer_trial(
        neurons, as_events([[(t, 0.0) for t in ts] for ts in times], delay), weights, DURATION
    )
    assert sum(len(train) for train in trains) >= 6
    for train, reference in zip(trains, spikes, strict=True):
        np.testing.assert_allclose(train, [t for t, _ in reference], rtol=1e-11)
    # The replay at the engine's own spike times: the identity holds to rounding.
    events = as_events([[(t, 0.0) for t in ts] for ts in times], delay)
    replay = np.stack([n.eligibility(events, weights[:, i], trains[i]) for i, n in enumerate(neurons)], axis=1)
    np.testing.assert_allclose(E, replay, rtol=1e-11, atol=1e-12 * abs(replay).max())
    np.testing.assert_allclose(E, expected, rtol=1e-8)


def test_neurons_of_one_population_may_differ_in_time_constants():
    times, weights = random_net(seed=5)
    neurons = [Neuron(26.0, 13.0, 0.1), Neuron(20.0, 5.0, 0.2), Neuron(40.0, 20.0, 0.1)]
    trains, E = simulate(times, weights, neurons)
    events = as_events([[(t, 0.0) for t in ts] for ts in times])
    spikes, expected = layer_trial(neurons, events, weights, DURATION)
    assert [len(train) for train in trains] == [len(train) for train in spikes]
    assert min(len(train) for train in trains) > 0
    np.testing.assert_allclose(E, expected, rtol=1e-8)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("ratio", [2.0, 3.5])
def test_exact_eligibility_is_the_derivative_of_the_summed_spike_times(seed, ratio):
    times, weights = random_net(seed)
    neurons = [Neuron(tau_m=13.0 * ratio, c=0.15, exact=True) for _ in range(3)]
    trains, E = simulate(times, weights, neurons)
    assert sum(len(train) > 0 for train in trains) >= 2
    for j in range(len(times)):
        # Neurons of one layer do not touch each other: the weights from j to all of them move together.
        step, sums = 1e-5 * weights[j], []
        for sign in (1, -1):
            moved = weights.copy()
            moved[j] += sign * step
            others, _ = simulate(times, moved, neurons)
            assert [len(train) for train in others] == [len(train) for train in trains]
            sums.append(np.array([train.sum() for train in others]))
        np.testing.assert_allclose(E[j], (sums[0] - sums[1]) / (2 * step), rtol=1e-7, atol=1e-7 * abs(E).max())


def test_eligibility_grows_during_the_trial_and_is_zero_after_its_end():
    times, weights = random_net(seed=1)
    sim.setup()
    stimulus = sim.Population(len(times), sim.SpikeSourceArray(spike_times=times))
    layer = sim.Population(3, cell_type([Neuron(c=0.1)] * 3))
    forward = sim.Projection(stimulus, layer, sim.AllToAllConnector(), sim.SFDFASynapse(weight=weights))
    layer.record("spikes")
    seen = []
    for end in (10.0, 20.0, JUST_BEFORE_THE_END, DURATION):
        sim.run_until(end)
        seen.append(abs(forward.get("eligibility", format="array")).sum())
    assert 0 < seen[0] < seen[1] < seen[2]
    assert seen[3] == 0.0


def test_several_projections_into_one_population_have_separate_traces():
    times, weights = random_net(seed=2)
    neurons = [Neuron(c=0.2)] * 3
    _, together = simulate(times, weights, neurons)
    sim.setup()
    layer = sim.Population(3, cell_type(neurons))
    halves = []
    for part in (slice(0, 3), slice(3, 6)):
        stimulus = sim.Population(3, sim.SpikeSourceArray(spike_times=times[part]))
        synapse = sim.SFDFASynapse(weight=weights[part])
        halves.append(sim.Projection(stimulus, layer, sim.AllToAllConnector(), synapse))
    sim.run(JUST_BEFORE_THE_END)
    apart = np.concatenate([half.get("eligibility", format="array") for half in halves])
    np.testing.assert_array_equal(apart, together)


def test_a_neuron_set_above_threshold_spikes_at_once_and_that_spike_has_no_derivative():
    sim.setup()
    stimulus = sim.Population(1, sim.SpikeSourceArray(spike_times=[0.0]))
    layer = sim.Population(1, cell_type([Neuron(c=0.5)]), initial_values={"v": 20.0})
    forward = sim.Projection(stimulus, layer, sim.AllToAllConnector(), sim.SFDFASynapse(weight=-0.1))
    layer.record("spikes")
    sim.run(1.0)
    assert np.array(layer.get_data().segments[0].spiketrains[0]).tolist() == [0.0]
    assert forward.get("eligibility", format="array")[0, 0] == 0.0


def test_time_constants_changed_during_a_trial():
    """Traces go on from where they are with the new constants; the other neuron does not notice."""
    sim.setup()
    stimulus = sim.Population(1, sim.SpikeSourceArray(spike_times=[1.0]))
    layer = sim.Population(2, cell_type([Neuron(26.0, 13.0, c=0.5)] * 2))
    weight = 1.9  # B - A stays below weight/4 < c until the membrane of neuron 1 becomes slower
    forward = sim.Projection(stimulus, layer, sim.AllToAllConnector(), sim.SFDFASynapse(weight=weight))
    layer.record("spikes")
    sim.run(4.0)
    layer[1:].set(tau_m=104.0, v_thresh=0.1 * 104.0 * 13.0 / 91.0)
    sim.run_until(JUST_BEFORE_THE_END)
    untouched, spikes = (np.array(train) for train in layer.get_data().segments[0].spiketrains)
    assert len(untouched) == 0 and len(spikes) >= 2
    A = weight * np.exp(-(spikes - 1.0) / 13.0)
    trace = np.exp(-(spikes - 1.0) / 13.0) - np.exp(-3.0 / 26.0) * np.exp(-(spikes - 4.0) / 104.0)
    E = R = 0.0
    for k, time in enumerate(spikes):
        R *= np.exp(-(time - spikes[k - 1]) / 104.0) if k else 1.0
        moved = 104.0 / (7.0 * A[k]) * (trace[k] + R)
        E, R = E + moved, R + 0.1 / 104.0 * moved
    assert forward.get("eligibility", format="array").tolist() == [[0.0, pytest.approx(E, rel=1e-12)]]
