"""Networks in fixed point: against float64 in the same ticks, against Brian2, and whether they learn."""

import numpy as np
import pytest
import small_nets
from oracles.fixed_point_network import FixedPointNetwork, LearningParameters
from oracles.float_network import FloatNetwork

from pynn_sfdfa import FeedForward, SpikeTrains, datasets
from pynn_sfdfa.encoding import latency
from pynn_sfdfa.hardware.arithmetic import Formats
from pynn_sfdfa.training.losses import SpikeCount

SIZES = [12, 20, 15, 4]
PARAMETERS = LearningParameters(1e-4, 0.05, rho=0.1, r_target=1.0)


def network(**options):
    """A network whose weights arrive without rounding."""
    net = unrounded(**options)
    for weights in net.weights:
        weights[:] = np.round(weights * 2**16) / 2**16
    return net


def unrounded(**options):
    return small_nets.network(SIZES, c=0.4, weights=(-0.4, 1.0), duration=100.0, seed=3, **options)


def trains(n=6, seed=4):
    return small_nets.random_trains(
        np.random.default_rng(seed), n, 12, spikes=(30, 40), last=90.0, n_classes=4, grid=1.0
    )


def without_repeats(spikes):
    """The same samples with at most one spike of an input in a tick."""
    samples = []
    for k in range(len(spikes)):
        pairs = sorted(set(zip(*(column.tolist() for column in spikes.sample(k)), strict=True)))
        times, units = zip(*pairs, strict=True)
        samples.append((np.array(times, np.float32), np.array(units)))
    return SpikeTrains.from_samples(samples, spikes.labels, spikes.n_units)


SAMPLES = without_repeats(trains())


def ticks_of(events):
    """(tick, neuron) of each spike."""
    per_tick = np.diff(events.offsets)
    n = int(events.offsets[-1])
    return list(zip(np.repeat(np.arange(per_tick.size), per_tick).tolist(), events.unit[:n].tolist(), strict=True))


@pytest.mark.parametrize("timestep", [1.0, 0.1])
@pytest.mark.parametrize("options", [{}, {"delay": 3.0, "tau_syn": 100.0}, {"gradient": "exact", "max_spikes": 4}])
def test_a_trial_is_that_of_float64_up_to_rounding(timestep, options):
    """Same spikes in the same ticks; the change of weights differs by less than a thousandth."""
    target = np.array([6.0, 2.0, 2.0, 2.0])
    for sample in range(len(SAMPLES)):
        start = network(**options)
        fixed, float_ = FixedPointNetwork(start, timestep), FloatNetwork(start, timestep)
        found = fixed.run(SAMPLES, sample)
        expected = float_.run(SAMPLES, sample, [np.zeros(n) for n in SIZES[1:]], learning=False)
        for layer, reference in zip(found, expected, strict=True):
            assert ticks_of(layer.spikes) == ticks_of(reference[0])
        fixed.train(SAMPLES, sample, target, PARAMETERS, sample)
        float_.train(SAMPLES, sample, target, PARAMETERS, sample)
        for before, after, reference in zip(start.weights, fixed.float_weights(), float_.weights, strict=True):
            moved = np.abs(reference - before).sum()
            assert np.abs(after - reference).sum() < 1e-3 * moved + 2.0**-27 * before.size
        for after, reference in zip(fixed.float_feedback(), float_.feedback, strict=True):
            np.testing.assert_allclose(after, reference, atol=1e-5 + 1e-4 * np.abs(reference).max())
        assert not any(fixed.tally.saturated.values())
        assert sum(layer.state.count.sum() for layer in found) > 30


def test_rounded_weights_move_few_spikes():
    """Weights arrive up to 2**-16 nA too small, so that some spikes are a tick late."""
    start = unrounded()
    fixed, float_ = FixedPointNetwork(start, 1.0), FloatNetwork(start, 1.0)
    moved = total = 0
    for sample in range(len(SAMPLES)):
        found = set(ticks_of(fixed.run(SAMPLES, sample)[0].spikes))
        expected = set(ticks_of(float_.run(SAMPLES, sample, [np.zeros(n) for n in SIZES[1:]], learning=False)[0][0]))
        moved, total = moved + len(expected - found), total + len(expected)
    assert total > 300
    assert moved <= 0.02 * total


def test_spikes_are_those_of_brian2():
    pytest.importorskip("brian2")
    import pynn_sfdfa.brian2 as sim

    sim.setup(timestep=1.0, target="numpy")
    net = network(delay=2.0)
    wiring = net.wire(sim, SAMPLES)
    for population in wiring.populations:
        population.record("spikes")
    sim.run(len(SAMPLES) * net.trial_duration)
    fixed = FixedPointNetwork(net, 1.0)
    records = [fixed.run(SAMPLES, sample) for sample in range(len(SAMPLES))]
    spikes = 0
    for k, population in enumerate(wiring.populations):
        times = [train.rescale("ms").magnitude for train in population.get_data().segments[0].spiketrains]
        expected = sorted((round(float(t)), i) for i, train in enumerate(times) for t in train)
        found = [
            (sample * fixed.ticks + tick, i)
            for sample, record in enumerate(records)
            for tick, i in ticks_of(record[k].spikes)
        ]
        assert sorted(found) == expected
        spikes += len(found)
    assert spikes > 300


def digits():
    loaded = datasets.load("digits", None)
    parts = (
        latency(p.values, p.labels, maximum=16.0, window=20.0, resolution=1.0) for p in (loaded.train, loaded.test)
    )
    cell = {"tau_m": 52.0, "tau_syn": 26.0, "cm": 10.0, "v_rest": -70.0, "trial_duration": 40.0}
    net = FeedForward(
        [64, 60, 10],
        hidden={**cell, "v_thresh": -68.0},
        output={**cell, "v_thresh": -67.0},
        weights=(-0.5, 1.0),
        seed=1,
    )
    return net, *parts


@pytest.mark.parametrize("formats", [Formats(), Formats(weight=11, weight_bits=16, stochastic=True)])
def test_digits_are_learned(formats):
    net, train, test = digits()
    fixed = FixedPointNetwork(net, 1.0, formats, seed=5)
    before = (fixed.counts(test)[-1].argmax(axis=1) == test.labels).mean()
    targets = SpikeCount().targets(train.labels, 10)
    parameters = LearningParameters(2e-4, 0.01, rho=0.1, r_target=0.5)
    for trial in range(2 * len(train)):
        sample = trial % len(train)
        fixed.train(train, sample, targets[sample], parameters, trial)
    right = (fixed.counts(test)[-1].argmax(axis=1) == test.labels).mean()
    assert before < 0.3
    assert right > 0.8
    assert not any(fixed.tally.saturated.values())


def test_a_network_of_learned_weights_answers_alike():
    fixed = FixedPointNetwork(network(), 1.0)
    for sample in range(len(SAMPLES)):
        fixed.train(SAMPLES, sample, [6.0, 2.0, 2.0, 2.0], PARAMETERS, sample)
    copy = network()
    copy.weights, copy.feedback = fixed.float_weights(), fixed.float_feedback()
    again = FixedPointNetwork(copy, 1.0)
    for found, expected in zip(again.counts(SAMPLES), fixed.counts(SAMPLES), strict=True):
        np.testing.assert_array_equal(found, expected)


def test_seed_and_trial_determine_what_is_learned():
    formats = Formats(weight=11, weight_bits=16, stochastic=True)
    weights = []
    for seed, trial in ((1, 0), (1, 0), (2, 0), (1, 1)):
        fixed = FixedPointNetwork(network(), 1.0, formats, seed=seed)
        fixed.train(SAMPLES, 0, [6.0, 2.0, 2.0, 2.0], PARAMETERS, trial)
        weights.append(np.concatenate([w.ravel() for w in fixed.weights]))
    assert (weights[0] == weights[1]).all()
    assert (weights[0] != weights[2]).any() and (weights[0] != weights[3]).any()


def test_weights_that_do_not_fit_are_counted():
    net = network()
    net.weights[0][0, 0], net.weights[1][2, 2] = 40.0, -17.0
    fixed = FixedPointNetwork(net, 1.0)
    assert fixed.tally.saturated["weight"] == 2
    assert fixed.weights[0][0, 0] == -fixed.weights[1][2, 2] == 2**31 - 1


def test_what_cannot_be_simulated_is_refused():
    with pytest.raises(ValueError, match=r"100 ms is not a multiple of the timestep of 0\.3 ms; choose 99\.9 ms"):
        FixedPointNetwork(network(), 0.3)
    with pytest.raises(ValueError, match="timestep = 0 is not valid"):
        FixedPointNetwork(network(), 0)
    with pytest.raises(ValueError, match="seed = -1 is not valid"):
        FixedPointNetwork(network(), seed=-1)
    with pytest.raises(ValueError, match=r"20 neurons may fire in one tick, but only 16 weights.*input below 23"):
        FixedPointNetwork(network(), formats=Formats(input=23, state=23))
    with pytest.raises(ValueError, match="300 output neurons are too many"):
        FixedPointNetwork(small_nets.network([2, 300]))
    with pytest.raises(ValueError, match="The samples have 12 inputs, the network 5"):
        FixedPointNetwork(small_nets.network([5, 3], duration=100.0)).run(SAMPLES, 0)
    with pytest.raises(ValueError, match=r"rho = -1 is not valid; it must be a finite number in 0\.\.4096"):
        LearningParameters(1e-4, rho=-1)
    late = SpikeTrains.from_samples([([3.0, 150.0], [0, 1])], [0], 12)
    with pytest.raises(ValueError, match=r"Sample 0 has a spike at 150 ms, but a trial has 100 ticks of 1 ms"):
        FixedPointNetwork(network()).run(late, 0)
    double = SpikeTrains.from_samples([([3.0, 3.5], [7, 7])], [0], 12)
    with pytest.raises(ValueError, match="Input 7 of sample 0 has two spikes within one tick of 1 ms"):
        FixedPointNetwork(network()).run(double, 0)
    FixedPointNetwork(network(), 0.5).run(double, 0)
