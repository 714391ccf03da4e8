"""Cells, synapses, sources and electrodes of pyNN.brian2 beside LIF_SFDFA."""

import math

import numpy as np
import pytest

CELL = {"tau_m": 20.0, "tau_syn": 10.0, "cm": 1.0, "v_rest": -65.0, "v_thresh": -55.0, "trial_duration": 50.0}


def spikes(population):
    return [np.array(train) for train in population.get_data().segments[0].spiketrains]


def test_a_stock_neuron_with_an_electrode_drives_learning_cells(sim):
    sim.setup(timestep=0.5)
    stock = sim.Population(2, sim.IF_curr_exp(tau_m=20.0, cm=1.0, tau_refrac=2.0, v_rest=-65.0, v_thresh=-50.0))
    stock[0:1].inject(sim.DCSource(amplitude=1.5))
    learning = sim.Population(1, sim.LIF_SFDFA(targets=[[4.0]], **CELL))
    synapse = sim.SFDFASynapse(weight=2.0, learning_rate=1e-3)
    projection = sim.Projection(stock, learning, sim.AllToAllConnector(), synapse)
    back = sim.Projection(learning, stock[1:2], sim.AllToAllConnector(), sim.StaticSynapse(weight=4.0, delay=1.0))
    stock.record("spikes")
    learning.record(["spikes", "i_syn"])
    sim.run(50.0)
    first, second = spikes(stock)
    # tau_m ln(RI/(RI - 15)) with RI = 30 mV to the first spike
    assert first[0] == pytest.approx(20.0 * math.log(2), abs=1.0)
    assert len(second) > 0 and second[0] > first[0]
    assert len(spikes(learning)[0]) > 2
    i_syn = np.array(learning.get_data().segments[0].analogsignals[0])[:, 0]
    assert i_syn[round(first[0] / 0.5) + 1] == pytest.approx(2.0)
    assert projection.get("weight", format="array")[0, 0] != 2.0
    assert back.get("weight", format="array")[0, 0] == pytest.approx(4.0)


def test_poisson_spikes_arrive(sim):
    sim.setup(timestep=0.5, seed=3)
    source = sim.Population(20, sim.SpikeSourcePoisson(rate=100.0, start=10.0, duration=30.0))
    cell = sim.Population(1, sim.LIF_SFDFA(**CELL | {"v_thresh": 1000.0}))
    sim.Projection(source, cell, sim.AllToAllConnector(), sim.StaticSynapse(weight=0.01, delay=0.5))
    source.record("spikes")
    cell.record("i_syn")
    sim.run(49.5)
    times = np.concatenate(spikes(source))
    assert 30 < times.size < 90 and times.min() >= 10.0 and times.max() <= 40.0
    present = np.array(cell.get_data().segments[0].analogsignals[0])[-1, 0]
    assert present == pytest.approx(0.01 * np.exp(-(49.5 - times - 0.5) / 10.0).sum(), rel=1e-9)


@pytest.mark.parametrize("tau_m", [10.5, 13.0, 60.0])
def test_any_time_constants(sim, tau_m):
    sim.setup(timestep=0.5)
    source = sim.Population(1, sim.SpikeSourceArray(spike_times=[2.0]))
    cell = sim.Population(1, sim.LIF_SFDFA(**CELL | {"tau_m": tau_m, "v_thresh": 1000.0}))
    sim.Projection(source, cell, sim.AllToAllConnector(), sim.SFDFASynapse(weight=0.7))
    cell.record("v")
    sim.run(40.0)
    age = np.maximum(np.arange(81) * 0.5 - 2.0, 0.0)
    kappa = tau_m * 10.0 / (tau_m - 10.0)
    expected = -65.0 + kappa * 0.7 * (np.exp(-age / tau_m) - np.exp(-age / 10.0))
    np.testing.assert_allclose(np.array(cell.get_data().segments[0].analogsignals[0])[:, 0], expected, rtol=1e-9)


def test_every_standard_model_is_listed(sim):
    import pyNN.brian2

    assert set(sim.list_standard_models()) == {*pyNN.brian2.list_standard_models(), "LIF_SFDFA"} - {"StandardCellType"}


def test_a_random_network_whose_sources_go_on_after_the_end(sim):
    """Spike times are drawn for longer than the run; two in one step after its end are no reason to refuse it."""
    sim.setup(timestep=0.5)
    generator = np.random.default_rng(3)
    times = [np.cumsum(0.6 * (np.arange(60) < 20) + generator.exponential(2.0, 60)) for _ in range(10)]
    doubled = [time for train in times for time in train[1:][np.diff(np.ceil(train / 0.5)) == 0]]
    assert doubled and min(doubled) > 30.0
    sources = sim.Population(10, sim.SpikeSourceArray(spike_times=times))
    cells = sim.Population(8, sim.IF_curr_exp(cm=0.2, tau_refrac=1.0))
    connector = sim.FixedProbabilityConnector(0.5, rng=sim.NumpyRNG(1))
    sim.Projection(sources, cells, connector, sim.StaticSynapse(weight=0.8, delay=0.5))
    sim.Projection(cells, cells, connector, sim.StaticSynapse(weight=-0.2, delay=1.5), receptor_type="inhibitory")
    sources.record("spikes")
    cells.record("spikes")
    cells[2:5].record("v")
    sim.run(30.0)
    for train, given in zip(spikes(sources), times, strict=True):
        np.testing.assert_allclose(train, np.ceil(given[given <= 29.5] / 0.5) * 0.5)
    assert sum(map(len, spikes(cells))) > 8
    (v,) = cells.get_data().segments[0].analogsignals
    assert v.shape == (61, 3) and v.array_annotations["channel_index"].tolist() == [2, 3, 4]
    (of_two,) = cells[3:5].get_data("v").segments[0].analogsignals
    np.testing.assert_array_equal(np.array(of_two), np.array(v)[:, 1:])
