"""Weight and feedback changes of whole trials against a reference written out by hand."""

import numpy as np
import pytest
from reference_trial import Neuron, as_events, layer_trial

import pynn_sfdfa.event as sim
from pynn_sfdfa.common.perturbation import perturbations

DURATION = 50.0
SIZES = (5, 4, 3, 2)
C = (0.3, 0.6, 0.3)
ETA, ETA_B, RHO, R_TARGET = 2e-5, 0.2, 0.3, 1.5
DELAYS = (0.0, 1.5, 0.5)
SEED = 11
N_TRIALS = 2


class World:
    """Two hidden layers, a projection for each pair of layers, feedback from the output to both."""

    def __init__(self):
        rng = np.random.default_rng(7)
        self.times = [[np.sort(rng.uniform(0, 25, 2)) for _ in range(SIZES[0])] for _ in range(N_TRIALS)]
        self.weights = [rng.uniform(-0.2, 1.2, shape) for shape in zip(SIZES[:-1], SIZES[1:], strict=True)]
        self.feedback = [rng.uniform(-1, 1, (SIZES[3], n)) for n in SIZES[1:3]]
        self.targets = rng.integers(0, 6, (SIZES[3], N_TRIALS)).astype(float)

    def simulate(self, until, eta=ETA, eta_b=ETA_B):
        sim.setup(seed=SEED)
        trains = [
            np.concatenate([trial * DURATION + self.times[trial][j] for trial in range(N_TRIALS)])
            for j in range(SIZES[0])
        ]
        populations = [sim.Population(SIZES[0], sim.SpikeSourceArray(spike_times=trains))]
        for layer, c in enumerate(C):
            learning = {"rho": RHO, "r_target": R_TARGET} if layer < 2 else {}
            if layer == 2:
                learning["targets"] = [sim.Sequence(row) for row in self.targets]
            cell = sim.LIF_SFDFA(
                tau_m=26.0, tau_syn=13.0, cm=1.0, v_rest=0.0, v_thresh=26.0 * c, trial_duration=DURATION, **learning
            )
            populations.append(sim.Population(SIZES[layer + 1], cell))
        forward = [
            sim.Projection(pre, post, sim.AllToAllConnector(), sim.SFDFASynapse(weight=w, delay=d, learning_rate=eta))
            for pre, post, w, d in zip(populations, populations[1:], self.weights, DELAYS, strict=False)
        ]
        back = [
            sim.Projection(
                populations[3], hidden, sim.AllToAllConnector(), sim.SFDFAFeedback(weight=b, learning_rate=eta_b)
            )
            for hidden, b in zip(populations[1:3], self.feedback, strict=True)
        ]
        for population in populations:
            population.record("spikes")
        sim.run(until)
        return populations, forward, back

    def reference_trial(self, trial, weights, feedback, eta=ETA, eta_b=ETA_B):
        """Return the weights and feedback weights after one trial, and its spikes per layer."""
        spikes = [[[(t, 0.0) for t in train] for train in self.times[trial]]]
        eligibilities, draws = [], []
        for layer, c in enumerate(C):
            n = SIZES[layer + 1]
            draws.append(perturbations(SEED, layer, trial, n) if layer < 2 and eta_b else np.zeros(n))
            events = [e for e in as_events(spikes[-1], DELAYS[layer]) if e[0] < DURATION]
            layer_spikes, E = layer_trial([Neuron(c=c)] * n, events, weights[layer], DURATION, draws[-1])
            spikes.append(layer_spikes)
            eligibilities.append(E)
        counts = [np.array([len(train) for train in layer]) for layer in spikes[1:]]
        output_error = self.targets[:, trial] - counts[2]
        directional = np.array([sum(g for _, g in train) for train in spikes[3]])
        errors = [feedback[h].T @ output_error + RHO * (R_TARGET - counts[h]) for h in range(2)] + [output_error]
        new_weights = [w - eta * E * error for w, E, error in zip(weights, eligibilities, errors, strict=True)]
        new_feedback = [
            b + eta_b * (np.outer(directional, v) - b) * (n > 0)
            for b, v, n in zip(feedback, draws, counts, strict=False)
        ]
        return new_weights, new_feedback, spikes


@pytest.fixture
def world():
    return World()


def test_two_trials_of_learning(world):
    populations, forward, back = world.simulate(N_TRIALS * DURATION)
    weights, feedback = world.weights, world.feedback
    spikes = [[[] for _ in range(n)] for n in SIZES]
    for trial in range(N_TRIALS):
        weights, feedback, trial_spikes = world.reference_trial(trial, weights, feedback)
        assert all(any(layer) for layer in trial_spikes)
        for layer, trains in enumerate(trial_spikes):
            for i, train in enumerate(trains):
                spikes[layer][i] += [trial * DURATION + t for t, _ in train]
    for population, expected in zip(populations, spikes, strict=True):
        for train, reference in zip(population.get_data().segments[0].spiketrains, expected, strict=True):
            np.testing.assert_allclose(np.array(train), reference, rtol=1e-9)
    for projection, before, after in zip(
        forward + back, world.weights + world.feedback, weights + feedback, strict=True
    ):
        got = projection.get("weight", format="array")
        assert abs(after - before).max() > 1e-4
        np.testing.assert_allclose(got - before, after - before, rtol=1e-7, atol=1e-12)


def test_a_silent_hidden_neuron_keeps_its_feedback(world):
    world.weights[0][:, 1] = -0.1
    _, _, back = world.simulate(DURATION)
    change = back[0].get("weight", format="array") - world.feedback[0]
    assert (change[:, 1] == 0).all()
    assert (change[:, [0, 2, 3]] != 0).any()


def test_without_learning_rates_nothing_changes(world):
    _, forward, back = world.simulate(DURATION, eta=0.0, eta_b=0.0)
    for projection, before in zip(forward + back, world.weights + world.feedback, strict=True):
        np.testing.assert_array_equal(projection.get("weight", format="array"), before)


def test_the_learning_rate_may_differ_between_synapses(world):
    _, forward, back = world.simulate(DURATION)
    whole = forward[0].get("weight", format="array") - world.weights[0]
    sim.reset()
    for projection, before in zip(forward + back, world.weights + world.feedback, strict=True):
        projection.set(weight=before)
    rates = np.zeros(forward[0].shape)
    rates[2] = ETA
    forward[0].set(learning_rate=rates)
    sim.run(DURATION)
    change = forward[0].get("weight", format="array") - world.weights[0]
    assert (whole[2] != 0).any()
    np.testing.assert_array_equal(change[2], whole[2])
    assert (np.delete(change, 2, axis=0) == 0).all()


def test_weights_that_explode_are_an_error(world):
    with pytest.raises(FloatingPointError, match="no longer finite after trial 0. Lower the learning_rate"):
        world.simulate(DURATION, eta=1e308)
