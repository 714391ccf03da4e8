"""Recording of neurons and synapses, reset, and changes between runs."""

import numpy as np
import pytest
from pyNN import errors

STEP = 0.5
CELL = {"tau_m": 20.0, "tau_syn": 10.0, "cm": 1.0, "v_rest": -65.0, "v_thresh": -55.0, "trial_duration": 20.0}


@pytest.fixture
def net(sim):
    sim.setup(timestep=STEP)
    stimulus = sim.Population(2, sim.SpikeSourceArray(spike_times=[[1.0, 22.0], [3.0]]))
    neurons = sim.Population(3, sim.LIF_SFDFA(targets=[[5.0, 5.0]] * 3, **CELL))
    weight = np.array([[4.0, 6.0, 0.5], [2.0, 1.0, -0.5]])
    synapses = sim.SFDFASynapse(weight=weight, learning_rate=1e-3)
    return stimulus, neurons, sim.Projection(stimulus, neurons, sim.AllToAllConnector(), synapses)


def signal(population, name):
    (found,) = [s for s in population.get_data().segments[-1].analogsignals if s.name == name]
    return found


def test_chosen_neurons_at_an_interval(sim, net):
    _, neurons, _ = net
    neurons[1:3].record(["v", "i_syn"], sampling_interval=1.0)
    neurons[0:1].record("spikes")
    sim.run(10.0)
    v = signal(neurons, "v")
    assert v.shape == (11, 2)
    assert float(v.sampling_period.rescale("ms")) == 1.0
    i_syn = np.array(signal(neurons, "i_syn"))
    assert i_syn[1].tolist() == [6.0, 0.5]
    np.testing.assert_allclose(i_syn[-1, 1], 0.5 * np.exp(-0.9) - 0.5 * np.exp(-0.7))
    assert len(neurons.get_data().segments[0].spiketrains) == 1


def test_synapses_over_time(sim, net):
    _, _, projection = net
    projection.record(["weight", "eligibility", "TA", "TB", "R"], [(0, 0), (1, 1)])
    projection.record("weight", [(1, 2)], sampling_interval=2.0)
    sim.run(30.0)
    block = projection.get_data()
    signals = {s.name: s for s in block.segments[0].analogsignals}
    assert list(signals) == ["weight", "eligibility", "TA", "TB", "R"]
    assert signals["weight"].shape == (60, 2)
    assert signals["TA"].array_annotations["presynaptic_index"].tolist() == [0, 1]
    time = signals["TA"].times.rescale("ms").magnitude
    first = (time >= 1.0) & (time < 20.0)
    expected = np.where(first, np.exp(-(time - 1.0) / 10.0), 0.0) + np.where(time >= 22.0, np.exp(-(time - 22) / 10), 0)
    np.testing.assert_allclose(np.array(signals["TA"])[:, 0], expected, rtol=1e-12)
    expected = np.where(first, np.exp(-(time - 1.0) / 20.0), 0.0) + np.where(time >= 22.0, np.exp(-(time - 22) / 20), 0)
    np.testing.assert_allclose(np.array(signals["TB"])[:, 0], expected, rtol=1e-12)
    eligibility, weight = (np.array(signals[name])[:, 0] for name in ("eligibility", "weight"))
    assert eligibility[39] < 0 and eligibility[40] == 0.0
    assert weight[39] == 4.0 and weight[40] != 4.0
    assert str(signals["eligibility"].dimensionality) == "ms/nA"
    (slow,) = block.segments[1].analogsignals
    assert slow.shape == (15, 1)


@pytest.mark.parametrize(
    "variables, synapses, interval, match",
    [
        ("v", [(0, 0)], None, "cannot record 'v'; choose from weight, TA, TB, R, eligibility"),
        ("weight", [(0, 7)], None, "no synapse from neuron 0 to neuron 7"),
        ("weight", [(0, 0)], 0.7, "multiple of the timestep of 0.5 ms"),
    ],
)
def test_what_cannot_be_recorded(sim, net, variables, synapses, interval, match):
    with pytest.raises(errors.InvalidParameterValueError, match=match):
        net[2].record(variables, synapses, sampling_interval=interval)


def test_reset_keeps_the_weights(sim, net):
    _, neurons, projection = net
    neurons.record("v")
    sim.run(30.0)
    learned = projection.get("weight", format="array")
    sim.reset()
    assert sim.get_current_time() == 0.0
    assert (learned[:, 0] != [4.0, 2.0]).any()
    np.testing.assert_allclose(projection.get("weight", format="array"), learned, rtol=1e-12)
    projection.set(weight=np.array([[4.0, 6.0, 0.5], [2.0, 1.0, -0.5]]))
    sim.run(30.0)
    np.testing.assert_allclose(projection.get("weight", format="array"), learned, rtol=1e-9)
    first, second = (np.array(segment.analogsignals[0]) for segment in neurons.get_data().segments)
    np.testing.assert_allclose(first, second, atol=1e-9)


def test_runs_may_be_split_anywhere(sim, net):
    _, _, projection = net
    for duration in (7.5, 12.5, 0.5, 19.5):
        sim.run(duration)
    split = projection.get("weight", format="array")
    sim.reset()
    projection.set(weight=np.array([[4.0, 6.0, 0.5], [2.0, 1.0, -0.5]]))
    sim.run(40.0)
    np.testing.assert_allclose(projection.get("weight", format="array"), split, rtol=1e-12)


def test_parameters_of_some_neurons(sim, net):
    _, neurons, _ = net
    neurons[1:2].set(v_rest=-70.0, v_thresh=-50.0)
    assert neurons.get("v_rest").tolist() == [-65.0, -70.0, -65.0]
    assert neurons.get("tau_m") == 20.0
    assert neurons.get("cm") == pytest.approx(1.0)
    neurons.record("v")
    sim.run(1.0)
    assert np.array(signal(neurons, "v"))[0].tolist() == pytest.approx([-65.0, -70.0, -65.0])


def test_a_neuron_set_above_threshold_spikes_and_learns_nothing_from_it(sim, net):
    _, neurons, projection = net
    neurons.initialize(v=-40.0)
    neurons.record("spikes")
    sim.run(1.0)
    assert [len(train) for train in neurons.get_data().segments[0].spiketrains] == [2, 2, 2]
    assert not projection.get("eligibility", format="array").any()


def test_what_is_recorded_later_is_unknown_before(sim, net):
    stimulus, neurons, _ = net
    neurons[0:1].record("v")
    stimulus[1:2].record("spikes")
    sim.run(4.0)
    neurons[1:2].record("v")
    stimulus[0:1].record("spikes")
    sim.run(19.0)
    v = np.array(signal(neurons, "v"))
    assert v.shape == (47, 2)
    assert np.isfinite(v[:, 0]).all() and np.isnan(v[:8, 1]).all() and np.isfinite(v[8:, 1]).all()
    trains = [np.array(train).tolist() for train in stimulus.get_data().segments[0].spiketrains]
    assert trains == [[22.0], [3.0]]


def test_samples_count_from_where_the_data_were_cleared(sim):
    """Also where that is between two intervals, and for cells of PyNN, whose first sample is no initial value."""
    sim.setup(timestep=0.5)
    population = sim.Population(2, sim.IF_curr_exp(tau_m=20.0, v_rest=-65.0))
    population.initialize(v=-55.0)
    population.record("v", sampling_interval=2.0)
    expected = -65.0 + 10.0 * np.exp(-np.arange(100) * 0.5 / 20.0)
    start = 0
    for steps in (9, 8, 6, 4):
        sim.run(steps * 0.5)
        block = population.get_data(clear=True)
        v = block.segments[0].analogsignals[0]
        assert float(v.t_start.rescale("ms")) == start * 0.5
        np.testing.assert_allclose(np.array(v)[:, 0], expected[start : start + steps + 1 : 4], rtol=1e-9)
        start += steps


def test_a_population_that_is_recorded_no_more(sim, net):
    _, neurons, _ = net
    neurons.record(["spikes", "v"])
    sim.run(2.0)
    neurons.record(None)
    neurons.record("i_syn")
    before = len(sim.simulator.state.network.objects)
    sim.run(2.0)
    (i_syn,) = neurons.get_data().segments[0].analogsignals
    assert i_syn.name == "i_syn" and np.isnan(np.array(i_syn)[:4]).all()
    assert len(sim.simulator.state.network.objects) == before + 1


def test_a_reset_after_something_was_added(sim, net):
    _, neurons, projection = net
    neurons.record("spikes")
    sim.run(10.0)
    late = sim.Population(2, sim.LIF_SFDFA(**CELL))
    sim.Projection(neurons, late, sim.AllToAllConnector(), sim.StaticSynapse(weight=1.0, delay=1.0))
    late.record("v")
    neurons.record(None)
    projection.record("weight", [(0, 0)])
    sim.run(5.0)
    sim.reset()
    sim.run(10.0)
    first, second = late.get_data().segments
    assert np.array(first.analogsignals[0]).shape == (11, 2)
    v = np.array(second.analogsignals[0])
    assert v.shape == (21, 2) and v[0, 0] == -65.0 and v.max() > -64.0


def test_a_population_that_could_not_be_created_leaves_nothing_behind(sim, net):
    with pytest.raises(errors.InvalidParameterValueError):
        sim.Population(2, sim.LIF_SFDFA(**CELL), initial_values={"v": float("nan")})
    sim.run(1.0)
    assert len(sim.simulator.contents.populations) == 2


def test_monitors_are_named_in_the_order_of_populations(sim):
    """Their names stand in generated code, which is found in the cache of compiled code if they are the same again."""
    sim.setup(timestep=STEP)
    populations = [sim.Population(1, sim.LIF_SFDFA(**CELL)) for _ in range(8)]
    for population in reversed(populations):
        population.record("spikes")
    sim.run(1.0)
    names = [monitor.name for population in populations for monitor in population.recorder._monitors()]
    assert names == [f"spikes_{k}" for k in range(1, 9)]
