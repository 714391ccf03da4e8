"""What run, read, change, run again gives, on every simulator: the cases of `rounds`."""

import pickle
import tempfile
from pathlib import Path
from unittest import mock

import neo
import numpy as np
import pytest
from rounds import case
from small_networks import CELL, cells, count, source, spikes

TIMES = [[1.0, 5.0, 12.0, 15.0, 22.0, 34.0], [3.0, 21.0, 22.0]]
"""Of two sources: 2 and 1 spikes in the first round of 10 ms, then 2 and 0, 1 and 2, 1 and 0."""

COUNTS = [3, 2, 3, 1]


@case
def spikes_of_a_source_that_are_read_and_cleared_come_once(sim):
    population = source(sim, TIMES)
    population.record("spikes")
    for n in COUNTS:
        yield
        assert count(population, clear=True) == n
    assert count(population) == 0


@case
def reading_spikes_makes_no_object_for_each_cell(sim):
    """PyNN's loop over objects takes seconds for some thousand cells, four times as many for twice as many."""
    population = source(sim, TIMES)
    population.record("spikes")
    for n in (3, 5, 8, 9):
        yield
        with mock.patch.object(neo, "SpikeTrain", side_effect=AssertionError):
            trains = population.get_data("spikes").segments[0].spiketrains
        of_cells, times = trains.multiplexed
        assert len(times) == n
        assert [float(time) for time in times] == sorted(float(time) for time in times)
        for index, train in enumerate(trains):
            cell = population[index]
            assert train.annotations["channel_id"] == cell
            assert train.annotations["source_index"] == index
            assert np.array_equal(train, times[of_cells == cell])


@case
def cells_that_are_not_recorded_have_no_spike_trains(sim):
    population = source(sim, TIMES)
    population[0:1].record("spikes")
    for times in (TIMES[0][:2], TIMES[0][:4], TIMES[0][:5], TIMES[0]):
        yield
        assert spikes(population) == [times]
        assert spikes(population[1:2]) == []
        assert population.get_spike_counts() == {int(population[0]): len(times)}


@case
def spikes_of_cells_that_are_read_and_cleared_come_once(sim):
    stimulus, population = source(sim, TIMES), cells(sim)
    sim.Projection(stimulus, population, sim.OneToOneConnector(), sim.StaticSynapse(weight=30.0, delay=1.0))
    for group in (stimulus, population):
        group.record("spikes")
    seen = []
    for round_index in range(4):
        yield
        trains = spikes(population, clear=True)
        times = [time for train in trains for time in train]
        assert all(10 * round_index <= time <= 10 * (round_index + 1) for time in times)
        seen.append(len(times))
        assert count(stimulus, clear=True) == COUNTS[round_index]
    assert all(seen)


@case
def signals_are_cleared_with_the_spikes(sim):
    population = cells(sim, 1)
    population.record(["spikes", "v"])
    for _ in range(3):
        yield
        signal = population.get_data("v", clear=True).segments[-1].analogsignals[0]
        assert 10 <= len(signal) <= 11
        assert float(signal.t_stop.rescale("ms")) == pytest.approx(
            10.0 + float(signal.t_start.rescale("ms")), abs=1.001
        )


@case
def nothing_is_cleared_unless_that_is_asked_for(sim):
    population = source(sim, TIMES)
    population.record("spikes")
    for n in np.cumsum(COUNTS):
        yield
        assert count(population) == n == count(population)
        assert sum(population.get_spike_counts().values()) == n


@case
def a_view_is_read_and_cleared(sim):
    population = source(sim, TIMES)
    population[0:1].record("spikes")
    for n in (2, 2, 1):
        yield
        assert count(population[0:1], clear=True) == n


@case
def an_assembly_with_a_source_is_read_and_cleared(sim):
    first, second = source(sim, TIMES[:1]), cells(sim, 1)
    sim.Projection(first, second, sim.AllToAllConnector(), sim.StaticSynapse(weight=30.0, delay=1.0))
    assembly = sim.Assembly(first, second)
    assembly.record("spikes")
    for n in (2, 2, 1):
        yield
        trains = spikes(assembly, clear=True)
        assert len(trains[0]) == n and len(trains[1]) >= 1
        assert count(assembly) == 0


@case
def written_data_are_cleared(sim):
    population = source(sim, TIMES)
    population.record("spikes")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "spikes.pkl")
        for n in COUNTS:
            yield
            population.write_data(neo.io.PickleIO(str(file)), clear=True)
            block = pickle.loads(file.read_bytes())
            assert sum(len(train) for train in block.segments[-1].spiketrains) == n
            assert count(population) == 0


@case
def what_could_not_be_written_is_still_there(sim):
    class Full:
        filename = "full"

        def write_block(self, block, **options):
            raise OSError("No space left on device")

        write = write_block

    population = source(sim, TIMES)
    population.record("spikes")
    yield
    with pytest.raises(OSError, match="No space left"):
        population.write_data(Full(), clear=True)
    assert count(population, clear=True) == 3


@case
def the_rate_of_poisson_sources_can_be_changed_between_runs(sim):
    population = sim.Population(20, sim.SpikeSourcePoisson(rate=1000.0))
    population.record("spikes")
    yield
    assert 100 < count(population, clear=True) < 300
    population.set(rate=0.0)
    yield
    assert count(population, clear=True) == 0
    population[0:10].set(rate=1000.0)
    yield
    trains = spikes(population, clear=True)
    assert sum(map(len, trains[:10])) > 50 and not any(trains[10:])


@case
def a_rate_that_is_set_before_the_first_run_is_obeyed(sim):
    population = sim.Population(20, sim.SpikeSourcePoisson(rate=1000.0))
    population.record("spikes")
    population.set(rate=0.0)
    yield
    assert count(population) == 0


@case
def start_and_duration_of_poisson_sources_can_be_changed(sim):
    population = sim.Population(20, sim.SpikeSourcePoisson(rate=1000.0))
    population.record("spikes")
    population.set(start=5.0, duration=3.0)
    yield
    times = [time for train in spikes(population, clear=True) for time in train]
    assert times and min(times) >= 5.0 and max(times) <= 8.0
    population.set(start=12.0, duration=4.0)
    yield
    times = [time for train in spikes(population, clear=True) for time in train]
    assert times and min(times) >= 12.0 and max(times) <= 16.0


@case
def spike_times_can_be_changed_between_runs(sim):
    population = source(sim, TIMES)
    population.record("spikes")
    yield
    assert count(population, clear=True) == 3
    population.set(spike_times=[[2.0, 13.0, 14.0], [25.0]])
    yield
    assert spikes(population, clear=True) == [[13.0, 14.0], []]
    population[0:1].set(spike_times=[27.0])
    yield
    assert spikes(population, clear=True) == [[27.0], [25.0]]


@case
def a_source_without_spikes_is_silent(sim):
    silent, population = source(sim, [[], []]), cells(sim)
    sim.Projection(silent, population, sim.AllToAllConnector(), sim.StaticSynapse(weight=30.0, delay=1.0))
    for group in (silent, population):
        group.record("spikes")
    yield
    assert count(silent) == count(population) == 0


@case
def a_projection_without_synapses_carries_nothing(sim):
    stimulus, population = source(sim, TIMES), cells(sim)
    connector = sim.FromListConnector([])
    projection = sim.Projection(stimulus, population, connector, sim.StaticSynapse(weight=30.0, delay=1.0))
    population.record("spikes")
    assert projection.get("weight", format="list") == []
    assert np.isnan(projection.get("weight", format="array")).all()
    yield
    assert count(population) == 0


@case
def spikes_after_the_end_of_a_run_come_when_it_goes_on(sim):
    population = source(sim, [[15.0]])
    population.record("spikes")
    yield
    assert count(population) == 0
    yield
    assert spikes(population) == [[15.0]]


@case
def all_spikes_that_are_under_way_arrive(sim):
    stimulus, population = source(sim, [[1.0, 2.0, 3.0, 4.0, 5.0]] * 20), cells(sim, 1, v_thresh=0.0)
    sim.Projection(stimulus, population, sim.AllToAllConnector(), sim.StaticSynapse(weight=0.1, delay=13.0))
    population.record("i_syn")
    yield
    yield
    current = np.asarray(population.get_data().segments[-1].analogsignals[0].magnitude)[:, 0]
    expected = 20 * 0.1 * np.exp(-np.arange(5) / CELL["tau_syn"]).sum()
    assert current.max() == pytest.approx(expected, rel=1e-3)


@case
def spikes_between_two_steps_come_at_the_first_one_after_them(sim):
    times = [2.3, 7.0, 8.0000000001, 8.9]
    population = source(sim, [times, [0.1]])
    population.record("spikes")
    yield
    yield
    exact = sim.__name__.endswith("event")
    expected = [times, [0.1]] if exact else [[3.0, 7.0, 8.0, 9.0], [1.0]]
    for train, wanted in zip(spikes(population), expected, strict=True):
        assert train == pytest.approx(wanted, abs=1e-6)


@case
def potential_and_current_are_recorded(sim):
    stimulus, population = source(sim, [[2.0]]), cells(sim, 1, v_thresh=-50.0)
    sim.Projection(stimulus, population, sim.AllToAllConnector(), sim.StaticSynapse(weight=2.0, delay=1.0))
    population.record(["v", "i_syn"])
    yield
    signals = {s.name: np.asarray(s.magnitude)[:, 0] for s in population.get_data().segments[-1].analogsignals}
    assert signals["v"][:3].tolist() == pytest.approx([-70.0] * 3, abs=0.01)
    assert signals["v"][-1] > -69.9
    assert signals["i_syn"].max() == pytest.approx(2.0, rel=0.11)


@case
def weights_that_are_set_are_read_back_and_act(sim):
    stimulus, population = source(sim, [[1.0, 11.0]]), cells(sim, 2)
    projection = sim.Projection(stimulus, population, sim.AllToAllConnector(), sim.SFDFASynapse(weight=0.0, delay=1.0))
    population.record("spikes")
    yield
    assert count(population) == 0
    projection.set(weight=[30.0, 0.0])
    assert projection.get("weight", format="list", with_address=False) == pytest.approx([30.0, 0.0], abs=1e-3)
    yield
    trains = spikes(population)
    assert trains[0] and not trains[1]
