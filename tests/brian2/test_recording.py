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
