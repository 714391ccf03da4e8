"""Recording spikes, v and i_syn, and what comes back as Neo blocks."""

import math

import neo
import numpy as np
import pytest

import pynn_sfdfa.event as sim

CELL = {"tau_m": 20.0, "tau_syn": 10.0, "cm": 1.0, "v_rest": -65.0, "v_thresh": -55.0, "trial_duration": 100.0}


def driven(n=3, weight=8.0, times=(5.0, 20.0)):
    sim.setup(timestep=0.5)
    stimulus = sim.Population(1, sim.SpikeSourceArray(spike_times=list(times)), label="stimulus")
    cells = sim.Population(n, sim.LIF_SFDFA(**CELL), label="cells")
    sim.Projection(stimulus, cells, sim.AllToAllConnector(), sim.StaticSynapse(weight=weight))
    return stimulus, cells


def signal(population, name, segment=0):
    for found in population.get_data().segments[segment].analogsignals:
        if found.name == name:
            return found
    raise AssertionError(f"no signal {name}")


def test_block_has_names_units_and_annotations():
    stimulus, cells = driven()
    cells.record(["spikes", "v", "i_syn"])
    stimulus.record("spikes")
    sim.run(60.0)
    block = cells.get_data()
    segment = block.segments[0]
    assert (block.name, block.annotations["simulator"], block.annotations["dt"]) == ("cells", "SFDFA event", 0.5)
    assert len(segment.spiketrains) == 3
    train = segment.spiketrains[1]
    assert isinstance(train, neo.SpikeTrain)
    assert (train.annotations["source_index"], float(train.t_start), float(train.t_stop)) == (1, 0.0, 60.0)
    assert len(train) > 0
    v, i_syn = signal(cells, "v"), signal(cells, "i_syn")
    assert (str(v.units.dimensionality), str(i_syn.units.dimensionality)) == ("mV", "nA")
    assert v.shape == i_syn.shape == (121, 3)
    assert float(v.sampling_period) == 0.5
    assert np.array(stimulus.get_data().segments[0].spiketrains[0]).tolist() == [5.0, 20.0]


def test_samples_are_right_continuous():
    _, cells = driven(weight=1.0, times=(5.0,))
    cells.record("i_syn")
    sim.run(10.0)
    i_syn = np.array(signal(cells, "i_syn"))[:, 0]
    times = np.arange(21) * 0.5
    np.testing.assert_allclose(i_syn, np.where(times >= 5.0, np.exp((5.0 - times) / 10.0), 0.0), rtol=1e-14)


def test_a_sample_at_a_trial_end_belongs_to_the_next_trial():
    _, cells = driven(weight=1.0, times=(5.0, 100.0))
    cells.record(["v", "i_syn"])
    sim.run(100.0)
    assert np.array(signal(cells, "i_syn"))[-1].tolist() == [1.0] * 3
    assert np.array(signal(cells, "v"))[-1].tolist() == [-65.0] * 3
    sim.run(50.0)
    assert np.array(signal(cells, "i_syn"))[200].tolist() == [1.0] * 3
    assert len(signal(cells, "i_syn")) == 301


def test_sampling_interval():
    _, cells = driven()
    cells.record("v", sampling_interval=2.5)
    cells.record("spikes")
    sim.run(60.0)
    v = signal(cells, "v")
    assert float(v.sampling_period) == 2.5
    assert v.shape == (25, 3)
    with pytest.raises(ValueError, match="same sampling interval"):
        cells.record("i_syn", sampling_interval=1.0)


def test_sampling_interval_must_be_positive():
    _, cells = driven()
    with pytest.raises(ValueError, match="sampling_interval = -1.0 ms is not valid"):
        cells.record("v", sampling_interval=-1.0)


def test_views_record_their_own_neurons():
    _, cells = driven(n=4)
    cells[1:3].record("spikes")
    cells[[0, 3]].record("v")
    sim.run(60.0)
    segment = cells.get_data().segments[0]
    assert [t.annotations["source_index"] for t in segment.spiketrains] == [1, 2]
    assert segment.analogsignals[0].array_annotations["channel_index"].tolist() == [0, 3]
    assert cells[2:3].get_data("spikes").segments[0].spiketrains[0].annotations["source_index"] == 2
    assert list(cells.get_spike_counts().values()) == [len(t) for t in segment.spiketrains]


def test_recording_that_starts_later_has_nan_before():
    _, cells = driven()
    sim.run(10.0)
    cells[:1].record("v")
    sim.run(10.0)
    cells.record("v")
    sim.run(10.0)
    v = np.array(signal(cells, "v"))
    assert v.shape == (61, 3)
    assert np.isnan(v[:20, 0]).all()
    assert np.isfinite(v[20:, 0]).all()
    assert np.isnan(v[:40, 1:]).all()
    np.testing.assert_array_equal(v[40:, 1], v[40:, 0])


def test_clear_starts_a_new_stretch():
    _, cells = driven()
    cells.record(["spikes", "v"])
    sim.run(30.0)
    first = cells.get_data(clear=True).segments[0]
    sim.run(30.0)
    second = cells.get_data().segments[0]
    one, other = np.array(first.analogsignals[0]), np.array(second.analogsignals[0])
    assert float(second.analogsignals[0].t_start) == 30.0
    assert len(one) == len(other) == 61
    np.testing.assert_array_equal(one[-1], other[0])
    assert all(float(t) > 30.0 for t in second.spiketrains[0])
    _, again = driven()
    again.record("spikes")
    sim.run(60.0)
    joined = np.concatenate([np.array(first.spiketrains[0]), np.array(second.spiketrains[0])])
    np.testing.assert_array_equal(joined, np.array(again.get_data().segments[0].spiketrains[0]))


def test_reset_begins_a_new_segment():
    _, cells = driven()
    cells.record(["spikes", "v"])
    sim.run(60.0)
    sim.reset(annotations={"name": "first"})
    sim.run(40.0)
    segments = cells.get_data().segments
    assert [len(s.analogsignals[0]) for s in segments] == [121, 81]
    assert segments[0].annotations["name"] == "first"
    early = np.array(segments[0].spiketrains[0])
    np.testing.assert_array_equal(np.array(segments[1].spiketrains[0]), early[early <= 40.0])


def test_record_none_stops_recording():
    _, cells = driven()
    cells.record(["spikes", "v"])
    cells.record(None)
    sim.run(10.0)
    segment = cells.get_data().segments[0]
    assert len(segment.spiketrains) == len(segment.analogsignals) == 0


def test_what_cannot_be_recorded():
    stimulus, cells = driven()
    with pytest.raises(sim.errors.RecordingError):
        stimulus.record("v")
    with pytest.raises(sim.errors.RecordingError):
        cells.record("gsyn_exc")


def test_mean_spike_count_and_write_data(tmp_path):
    _, cells = driven()
    cells.record("spikes", to_file=str(tmp_path / "cells.pkl"))
    sim.run(60.0)
    count = cells.mean_spike_count()
    assert count == len(cells.get_data().segments[0].spiketrains[0]) > 0
    sim.end()
    block = neo.io.PickleIO(str(tmp_path / "cells.pkl")).read_block()
    assert len(block.segments[0].spiketrains[0]) == count


def test_time_step_that_is_no_binary_fraction():
    """3 * 0.1 > 0.3: neither samples nor trials may get lost to rounding."""
    sim.setup(timestep=0.1)
    cells = sim.Population(1, sim.LIF_SFDFA(**(CELL | {"trial_duration": 0.3})))
    cells.record("v")
    for end in (0.3, 0.6, 0.9, 1.2, 1.5):
        sim.run_until(end)
        assert len(signal(cells, "v")) == round(end / 0.1) + 1
    assert math.isclose(sim.get_current_time(), 1.5)
