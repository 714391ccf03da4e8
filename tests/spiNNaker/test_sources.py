"""Spike sources on the emulated board; all of a test share one set-up, since a run takes seconds."""

import warnings

import numpy as np
import pytest
from pyNN import errors

CELL = {"tau_m": 20.0, "tau_syn": 10.0, "cm": 10.0, "v_rest": -70.0, "v_thresh": -50.0, "trial_duration": 1000.0}


def spikes(group, segment=-1):
    return [train.magnitude.round(6).tolist() for train in group.get_data("spikes").segments[segment].spiketrains]


def current(population):
    (signal,) = population.get_data("i_syn").segments[-1].analogsignals
    return np.asarray(signal.magnitude)


def source(sim, times, **options):
    population = sim.Population(len(times), sim.SpikeSourceArray(spike_times=times), **options)
    population.record("spikes")
    return population


@pytest.mark.slow
def test_spike_times_of_all_kinds(emulated):
    sim = emulated
    sim.setup(timestep=1.0, board="emulated")
    silent = source(sim, [[], [], []], label="silent")
    together = source(sim, [[2.0, 2.0], [4.2, 4.7, 4.999]])
    far = source(sim, [[1.0, 1e9], [1e300]])
    many = source(sim, [[float(i % 7)] for i in range(1000)])
    seen = sim.Population(4, sim.SpikeSourceArray(spike_times=[[1.0], [2.0], [3.0], [4.0]]))
    seen[1:3].record("spikes")
    cells = sim.Population(2, sim.LIF_SFDFA(**CELL))
    for pre in (silent[0:2], together):
        sim.Projection(pre, cells, sim.OneToOneConnector(), sim.StaticSynapse(weight=1.0, delay=1.0))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        cells.record(["i_syn", "v"])
    sim.run(10.0)
    assert spikes(silent) == [[], [], []]
    assert spikes(together) == [[2.0, 2.0], [5.0, 5.0, 5.0]]  # at the first step at or after their times
    assert current(cells)[[2, 3, 5, 6]].round(2).tolist() == [[0.0, 0.0], [2.0, 0.0], [1.64, 0.0], [1.48, 3.0]]
    assert spikes(far) == [[1.0], []]
    assert spikes(many) == [[float(i % 7)] for i in range(1000)]
    assert spikes(seen) == [[2.0], [3.0]] and spikes(seen[1:2]) == [[2.0]] and spikes(seen[0:1]) == []

    silent.set(spike_times=[[12.0], [13.0, 14.0], []])
    many[0:2].set(spike_times=[15.0])
    with pytest.raises(errors.InvalidParameterValueError, match="neuron 1 contains -1"):
        together[1:2].set(spike_times=[-1.0])
    sim.run(10.0)
    assert spikes(silent) == [[12.0], [13.0, 14.0], []]
    assert current(cells)[[12, 13, 14]].round(2).tolist() == [[0.81, 1.65], [1.74, 1.49], [1.57, 2.35]]
    assert spikes(many)[:3] == [[0.0, 15.0], [1.0, 15.0], [2.0]]

    for core in silent._vertex.machine_vertices:
        core._send_buffer_size = 12  # as if that were all the room that there was when the simulation began
    silent.set(spike_times=[[22.0]] * 3)
    with pytest.raises(ValueError, match="Population 'silent' has more spikes at once .* or call reset"):
        sim.run(10.0)
    sim.reset()
    silent.set(spike_times=[[2.0]] * 3)
    sim.run(10.0)
    assert spikes(silent) == [[2.0]] * 3 and spikes(silent, 0) == [[12.0], [13.0, 14.0], []]


@pytest.mark.slow
def test_poisson_spikes_follow_from_the_seed(emulated):
    sim = emulated

    def build(seed):
        sim.setup(timestep=1.0, board="emulated", seed=seed)
        populations = [
            sim.Population(20, sim.SpikeSourcePoisson(rate=300.0)),
            sim.Population(20, sim.SpikeSourcePoisson(rate=300.0)),
            sim.Population(20, sim.SpikeSourcePoisson(rate=300.0), seed=4),
            sim.Population(3, sim.SpikeSourcePoisson(rate=[0.0, 3000.0, 3000.0], start=[0, -5, 2], duration=[9, 9, 3])),
            sim.Population(20, sim.SpikeSourcePoisson(rate=0.0, duration=np.inf)),
        ]
        for population in populations:
            population.record("spikes")
        sim.run(10.0)
        return populations

    first, second, own, bounded, none = build(1)
    found = [spikes(population) for population in (first, second, own)]
    assert found[0] != found[1] and not any(spikes(none))
    before, within = spikes(bounded)[1:]
    assert not spikes(bounded)[0] and before and max(before) < 4 and within and min(within) >= 2 and max(within) < 5
    assert bounded.get("start").tolist() == [0, -5, 2] and none.get("duration") == np.inf
    none.set(rate=5000.0)
    sim.run(10.0)
    assert 800 < sum(map(len, spikes(none))) < 1200
    sim.reset()
    sim.Population(2, sim.LIF_SFDFA())  # the network is mapped anew
    sim.run(10.0)
    assert [spikes(population) for population in (first, second, own)] == found
    again = build(2)
    assert spikes(again[0]) != found[0] and spikes(again[2]) == found[2]


def test_parameters_of_poisson_sources_are_checked(mapped):
    mapped.setup(timestep=1.0)
    for name, value in (("rate", -1.0), ("rate", np.nan), ("start", np.inf), ("duration", -2.0)):
        with pytest.raises(errors.InvalidParameterValueError, match=f"{name} of neuron 0 = .* is not valid"):
            mapped.Population(2, mapped.SpikeSourcePoisson(**{name: value}))
        population = mapped.Population(2, mapped.SpikeSourcePoisson(rate=5.0))
        with pytest.raises(errors.InvalidParameterValueError, match=f"{name} of neuron 1 = .* is not valid"):
            population[1:2].set(**{name: value})
        assert population.get("rate") == 5.0


@pytest.mark.slow
def test_a_trial_without_spikes(emulated):
    from pynn_sfdfa import FeedForward, SpikeTrains

    emulated.setup(timestep=1.0, board="emulated")
    network = FeedForward([3, 4, 2], delay=1.0)
    wiring = network.wire(emulated, SpikeTrains.from_samples([([], [])], [0], 3))
    wiring.populations[-1].record("spikes")
    emulated.run(network.trial_duration)
    assert set(wiring.populations[-1].get_spike_counts().values()) == {0}
