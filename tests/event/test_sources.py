"""Spike sources: given spike times, and Poisson trains that a seed determines."""

import numpy as np
import pytest
from scipy.stats import kstest

import pynn_sfdfa.event as sim


def trains(population):
    return [np.array(t) for t in population.get_data("spikes").segments[-1].spiketrains]


def test_spike_times_may_be_changed_between_runs():
    sim.setup()
    source = sim.Population(2, sim.SpikeSourceArray(spike_times=[[0.0, 10.0, 30.0], [20.0]]))
    source.record("spikes")
    sim.run(20.0)
    source.set(spike_times=[[15.0, 25.0], []])
    sim.run(20.0)
    assert [t.tolist() for t in trains(source)] == [[0.0, 10.0, 25.0], [20.0]]
    assert source[0].spike_times == sim.Sequence([15.0, 25.0])


def test_spike_times_out_of_order_are_refused():
    sim.setup()
    with pytest.raises(sim.errors.InvalidParameterValueError, match="neuron 1 has 10 ms after 30 ms.*sort them"):
        sim.Population(2, sim.SpikeSourceArray(spike_times=[[5.0], [30.0, 10.0]]))


def test_spikes_at_the_end_of_a_run_and_none_twice():
    sim.setup()
    source = sim.Population(1, sim.SpikeSourceArray(spike_times=[0.0, 10.0, 20.0]))
    source.record("spikes")
    for end, expected in ((0.0, [0.0]), (10.0, [0.0, 10.0]), (10.0, [0.0, 10.0]), (20.0, [0.0, 10.0, 20.0])):
        sim.run_until(end)
        assert trains(source)[0].tolist() == expected


@pytest.mark.parametrize("time", [-1.0, float("nan"), float("inf")])
def test_invalid_spike_times(time):
    sim.setup()
    with pytest.raises(sim.errors.InvalidParameterValueError, match="spike_times of neuron 1 contains"):
        sim.Population(2, sim.SpikeSourceArray(spike_times=[[1.0], [2.0, time]]))


def poisson(seed=1, cuts=(), end=2000.0, n=20, **parameters):
    sim.setup(seed=seed)
    source = sim.Population(n, sim.SpikeSourcePoisson(**({"rate": 100.0} | parameters)))
    source.record("spikes")
    for cut in (*cuts, end):
        sim.run_until(cut)
    return trains(source), source


def test_poisson_intervals_are_exponential():
    spikes, _ = poisson()
    counts = np.array([t.size for t in spikes])
    assert 180 < counts.mean() < 220
    assert 0.4 < counts.var() / counts.mean() < 2.0
    assert kstest(np.concatenate([np.diff(t) for t in spikes]), "expon", args=(0, 10.0)).pvalue > 0.01
    assert len({t[0] for t in spikes}) == len(spikes)


def test_poisson_is_reproducible_in_one_run_or_several_and_after_reset():
    once, source = poisson()
    several, _ = poisson(cuts=(0.0, 3.7, 500.0, 500.1))
    for one, other in zip(once, several, strict=True):
        np.testing.assert_array_equal(one, other)
    once, source = poisson()
    sim.reset()
    sim.run(2000.0)
    for one, other in zip(once, trains(source), strict=True):
        np.testing.assert_array_equal(one, other)
    assert (poisson(seed=2)[0][0][:5] != once[0][:5]).all()


def test_poisson_start_duration_and_silence():
    spikes, _ = poisson(start=100.0, duration=300.0)
    joined = np.concatenate(spikes)
    assert 100.0 < joined.min() < 110.0
    assert 390.0 < joined.max() < 400.0
    assert sum(t.size for t in poisson(rate=0.0)[0]) == 0


def test_poisson_rate_can_change_between_runs():
    _, source = poisson(end=1000.0)
    source.set(rate=400.0)
    source[:10].set(rate=0.0)
    sim.run(1000.0)
    late = [(t > 1000.0).sum() for t in trains(source)]
    assert late[:10] == [0] * 10
    assert 340 < np.mean(late[10:]) < 460


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"rate": -1.0}, "rate of neuron 0 = -1 is not valid; it must be a finite number >= 0 Hz"),
        ({"rate": [1.0] * 19 + [float("inf")]}, "rate of neuron 19 = inf"),
        ({"duration": -5.0}, "duration of neuron 0 = -5 is not valid"),
    ],
)
def test_invalid_poisson_parameters(parameters, message):
    with pytest.raises(sim.errors.InvalidParameterValueError, match=message):
        poisson(**parameters)


def test_poisson_rates_whose_spikes_no_memory_holds_are_refused_before_any_is_drawn():
    sim.setup()
    sim.Population(3, sim.SpikeSourcePoisson(rate=[10.0, 1e15, 20.0], start=5.0))
    sim.run(5.0)
    with pytest.raises(
        ValueError, match=r"some 1e\+15 spikes in 1000 ms.* lower rate, which is 1e\+15 Hz for neuron 1, or"
    ):
        sim.run(1000.0)


def test_a_poisson_rate_beyond_what_times_can_tell_apart_is_refused():
    sim.setup()
    sim.Population(3, sim.SpikeSourcePoisson(rate=[10.0, 1e300, 20.0], start=5.0))
    with pytest.raises(
        ValueError, match=r"at 1e\+300 Hz, the rate of neuron 1, times of spikes near 5 ms cannot be told"
    ):
        sim.run(5.0)
