"""The baseline and the batch engine are two ways to the same results."""

from __future__ import annotations

import numba
import numpy as np
import pytest
from small_nets import network, random_trains

import pynn_sfdfa.event as sim
from pynn_sfdfa.benchmark.baseline import Baseline, first_spikes
from pynn_sfdfa.rules import SFDFA
from pynn_sfdfa.training.losses import SpikeCount
from pynn_sfdfa.training.optimizers import Adam

BATCH = 8
SETTINGS = (SFDFA(feedback_learning_rate=0.1), Adam(), SpikeCount(4, 1), BATCH, 3)


@pytest.fixture
def trains():
    drawn = random_trains(np.random.default_rng(5), 3 * BATCH - 2, 30, grid=5.0)
    first = [np.unique(drawn.sample(k)[1], return_index=True) for k in range(len(drawn))]
    samples = [(drawn.sample(k)[0][index], units) for k, (units, index) in enumerate(first)]
    return type(drawn).from_samples(samples, drawn.labels, 30)


@pytest.fixture
def small_network():
    return network([30, 20, 4], c=0.1, seed=1)


@pytest.mark.parametrize("threads", [1, 2])
def test_training_agrees_with_the_batch_engine(small_network, trains, threads):
    if threads > numba.config.NUMBA_NUM_THREADS:
        pytest.skip("numba, which the baseline is parallel by, has as many threads as there are cores")
    engine = sim.training_engine(small_network, *SETTINGS, threads)
    baseline = Baseline(small_network, *SETTINGS, threads)
    order, latencies = np.random.default_rng(0).permutation(len(trains)), first_spikes(trains)
    spikes = sum(figures.spikes[1].sum() for figures in engine.train(trains, order, 0))
    baseline.train(latencies, trains.labels, order, 0)
    assert spikes > 10 * BATCH
    state = engine.state()
    assert state["feedback.0"].any()
    assert baseline.step == state["optimizer.step"] == 3
    np.testing.assert_allclose(baseline.feedback, state["feedback.0"], rtol=1e-4, atol=1e-6)
    for layer in range(2):
        for own, name in ((baseline.mean, "mean"), (baseline.square, "square")):
            expected = state[f"optimizer.{name}.{layer}"]
            assert expected.any()
            np.testing.assert_allclose(own[layer], expected, rtol=1e-3, atol=1e-4 * np.abs(expected).max())
        weights = state[f"weights.{layer}"]
        assert np.abs(weights - small_network.weights[layer]).max() > 1e-3
        np.testing.assert_allclose(baseline.weights[layer], weights, atol=1e-4)


def test_responses_agree_with_the_batch_engine_at_a_checkpoint(small_network, trains):
    engine = sim.training_engine(small_network, *SETTINGS, 1)
    for _ in engine.train(trains, np.arange(len(trains)), 0):
        pass
    baseline = Baseline(small_network, *SETTINGS, 1)
    before = baseline.respond(first_spikes(trains))
    baseline.load_state(engine.state())
    counts = baseline.respond(first_spikes(trains))
    np.testing.assert_array_equal(counts, engine.respond(trains).counts)
    assert (counts != before).any()


@pytest.mark.parametrize(
    "other",
    [
        {"sizes": [30, 10, 10, 4]},
        {"delay": 1.0},
        {"gradient": "exact"},
        {"tau_m": 200.0},
    ],
)
def test_networks_of_another_kind_are_refused(other):
    with pytest.raises(ValueError, match="takes"):
        Baseline(network(**{"sizes": [30, 20, 4], **other}), *SETTINGS, 1)


def test_only_one_spike_per_unit_is_taken(trains):
    latencies = first_spikes(trains)
    times, units = trains.sample(3)
    np.testing.assert_array_equal(latencies[3, units], times)
    assert np.isinf(np.delete(latencies[3], units)).all()
    twice = type(trains).from_samples([(np.float32([1, 2]), np.int32([0, 0]))], np.zeros(1, int), 2)
    with pytest.raises(ValueError, match="one spike"):
        first_spikes(twice)
