"""Every parameter of every cell of PyNN takes effect: given, set before the first run and between runs, on a view."""

import numpy as np
import pytest
from pyNN import errors

INPUT = {"curr": 2.0, "cond": 0.05, "HH": 0.05, "Izhikevich": 2.0}

CURRENT = {"HH_cond_exp": 0.5, "Izhikevich": 0.02}
"""nA that make the neurons spike, or 2."""

OTHER = {
    "v_rest": 3.0, "v_reset": -5.0, "v_thresh": 4.0, "e_rev_E": -10.0, "e_rev_I": -10.0, "i_offset": 0.5,
    "tau_refrac": 4.9, "v_spike": -6.0, "v_offset": 5.0, "c": 10.0, "e_rev_K": 10.0, "e_rev_Na": -20.0,
    "e_rev_leak": 5.0, "e_rev_sfa": 10.0, "e_rev_rr": -20.0, "AMPA.e_syn": -10.0, "GABA.e_syn": -70.0,
}  # fmt: skip
"""What is added to a parameter; others grow by half."""

MODELS = [
    "IF_curr_exp", "IF_curr_alpha", "IF_curr_delta", "IF_cond_exp", "IF_cond_alpha", "IF_cond_exp_gsfa_grr",
    "EIF_cond_exp_isfa_ista", "EIF_cond_alpha_isfa_ista", "HH_cond_exp", "Izhikevich", "LIF", "AdExp",
]  # fmt: skip


def model(sim, name, parameters):
    if name not in ("LIF", "AdExp"):
        return getattr(sim, name)(**parameters)
    receptors = {"AMPA": sim.AlphaPSR, "GABA": sim.ExpPSR}
    for label in receptors:
        own = {p.partition(".")[2]: v for p, v in parameters.items() if p.startswith(f"{label}.")}
        receptors[label] = receptors[label](**own)
    membrane = {p: v for p, v in parameters.items() if "." not in p}
    return sim.PointNeuron(getattr(sim, name)(**membrane), **receptors)


def drive(sim, name, stimulus, population):
    """Let spikes arrive on each receptor of some neurons."""
    for receptor in ("excitatory", "inhibitory") if name not in ("LIF", "AdExp") else ("AMPA", "GABA"):
        if name == "Izhikevich" and receptor == "inhibitory":
            continue
        weight = next((w for kind, w in INPUT.items() if kind in name), 0.05)
        if receptor == "inhibitory" and "curr" in name:
            weight *= -0.5
        synapse = sim.StaticSynapse(weight=weight, delay=1.0)
        sim.Projection(stimulus, population, sim.AllToAllConnector(), synapse, receptor_type=receptor)


def recorded(population):
    """Return v (samples, neurons) and the spike times of each neuron."""
    segment = population.get_data().segments[-1]
    (v,) = (np.array(signal) for signal in segment.analogsignals)
    return v, [np.array(train).tolist() for train in segment.spiketrains]


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
def test_every_parameter_of_every_neuron_takes_effect(sim, name):
    """Neuron i is given another value of parameter i, n + i gets it before the first run, 2n + i later, 3n never."""
    sim.setup(timestep=0.1)
    base = model(sim, name, {}).default_parameters | {"i_offset": CURRENT.get(name, 2.0)}
    changed = {p: v + OTHER[p] if p in OTHER else 1.5 * v or 1.0 for p, v in base.items()}
    n, names = len(base), list(base)
    given = {p: [changed[p] if i == names.index(p) else base[p] for i in range(3 * n + 1)] for p in names}
    stimulus = sim.Population(1, sim.SpikeSourceArray(spike_times=[2.0, 5.0, 17.0, 20.0]))
    population = sim.Population(3 * n + 1, model(sim, name, given))
    drive(sim, name, stimulus, population)
    population.record(["spikes", "v"])
    for first in (n, 2 * n):
        for i, parameter in enumerate(names):
            population[first + i : first + i + 1].set(**{parameter: changed[parameter]})
            values = population.get(parameter)[[i, first + i, 3 * n]]
            assert values.tolist() == pytest.approx([changed[parameter]] * 2 + [base[parameter]])
        sim.run(15.0)
    v, spikes = recorded(population)
    assert np.isfinite(v).all() and len(spikes[3 * n]) > 1
    for i, parameter in enumerate(names):
        np.testing.assert_array_equal(v[:, i], v[:, n + i], parameter)
        assert spikes[i] == spikes[n + i], parameter
        differs = v != v[:, 3 * n :]
        assert differs[:, n + i].any(), parameter
        assert not differs[:150, 2 * n + i].any() and differs[150:, 2 * n + i].any(), parameter


@pytest.mark.slow
def test_what_works_in_pynn_gives_what_pynn_gives(sim):
    import pyNN.brian2 as pynn

    wrong_there = {"IF_curr_alpha", "HH_cond_exp", "IF_cond_exp_gsfa_grr"}
    names = [name for name in MODELS if name not in {*wrong_there, "LIF", "AdExp"}]

    def run(simulator):
        simulator.setup(timestep=0.1)
        stimulus = simulator.Population(2, simulator.SpikeSourceArray(spike_times=[2.0, 5.0, 17.0]))
        populations = {}
        for name in names:
            cell = getattr(simulator, name)(i_offset=CURRENT.get(name, 2.0))
            populations[name] = simulator.Population(2, cell)
            drive(simulator, name, stimulus, populations[name])
            populations[name].record(["spikes", "v"])
        simulator.run(25.0)
        return {name: recorded(population) for name, population in populations.items()}

    found, expected = run(sim), run(pynn)
    for name in names:
        assert found[name][1] == expected[name][1] and found[name][1][0], name
        np.testing.assert_allclose(found[name][0], expected[name][0], rtol=1e-9, err_msg=name)


@pytest.mark.parametrize("parameter", ["v_thresh", "GABA.tau_syn"])
def test_a_list_of_another_length_is_refused(sim, parameter):
    sim.setup(timestep=0.5)
    with pytest.raises(errors.InvalidDimensionsError, match=f"{parameter} has 3 values for 2 neurons"):
        sim.Population(2, model(sim, "LIF", {parameter: [5.0, 6.0, 7.0]}))


def test_parameters_of_a_view_of_a_view_and_of_one_cell(sim):
    sim.setup(timestep=0.5)
    population = sim.Population(5, sim.IF_curr_exp())
    population[1:5][1:3].set(tau_refrac=3.0)
    population[4].v_reset = -70.0
    assert population.get("tau_refrac").tolist() == pytest.approx([0.1, 0.1, 3.0, 3.0, 0.1])
    assert population.get("v_reset").tolist() == pytest.approx([-65.0] * 4 + [-70.0])
    assert population[2:4].get("tau_refrac") == pytest.approx(3.0)
    assert population[2].tau_refrac == pytest.approx(3.0)


def test_initial_values_of_a_view_and_between_runs(sim):
    sim.setup(timestep=0.5)
    population = sim.Population(3, sim.IF_cond_exp())
    population[1:3].initialize(v=-60.0)
    population[0].set_initial_value("gsyn_exc", 0.5)
    population.record(["v", "gsyn_exc"])
    sim.run(1.0)
    population.initialize(v=[-61.0, -62.0, -63.0])
    signals = {s.name: np.array(s) for s in population.get_data().segments[0].analogsignals}
    assert signals["v"][0].tolist() == pytest.approx([-65.0, -60.0, -60.0])
    assert signals["v"][-1].tolist() == pytest.approx([-61.0, -62.0, -63.0])
    # What else there is stays as it has become.
    assert signals["gsyn_exc"][:, 0].tolist() == pytest.approx([0.5, 0.45, 0.405])


def test_a_reset_keeps_parameters_and_takes_up_initial_values(sim):
    sim.setup(timestep=0.5)
    population = sim.Population(2, sim.IF_curr_exp(i_offset=0.2))
    source = sim.Population(2, sim.SpikeSourceArray(spike_times=[1.0]))
    rates = sim.Population(2, sim.SpikeSourcePoisson(rate=10.0))
    for group in (population, source):
        group.record("v" if group is population else "spikes")
    sim.run(5.0)
    population.set(tau_m=10.0)
    population.initialize(v=-60.0)
    source[0:1].set(spike_times=[2.0, 3.0])
    rates.set(rate=20.0)
    sim.reset()
    assert population.get("tau_m") == pytest.approx(10.0) and rates.get("rate") == pytest.approx(20.0)
    sim.run(5.0)
    assert np.array(population.get_data().segments[-1].analogsignals[0])[0].tolist() == pytest.approx([-60.0] * 2)
    trains = [np.array(train).tolist() for train in source.get_data().segments[-1].spiketrains]
    assert trains == [[2.0, 3.0], [1.0]]


def test_a_hodgkin_huxley_neuron_spikes_once_a_spike(sim):
    sim.setup(timestep=0.05)
    population = sim.Population(1, sim.HH_cond_exp(i_offset=0.5))
    population.record(["spikes", "v", "m"])
    sim.run(50.0)
    v, spikes = (population.get_data("v").segments[0].analogsignals[0], population.get_data().segments[0].spiketrains)
    v = np.array(v)[:, 0]
    upward = np.flatnonzero((v[1:] > -40.0) & (v[:-1] <= -40.0))
    assert 2 <= upward.size == len(spikes[0]) and 0.0 < v.max() < 60.0
    np.testing.assert_allclose(np.array(spikes[0]), upward * 0.05, atol=1e-9)


def test_a_rate_that_no_step_has_room_for_is_refused(sim):
    from pyNN import errors

    sim.setup(timestep=0.5)
    population = sim.Population(2, sim.SpikeSourcePoisson(rate=2000.0))
    with pytest.raises(errors.InvalidParameterValueError, match="rate of neuron 1 = 5000 Hz.*2000 Hz.*or 3 sources"):
        population.set(rate=[0.0, 5000.0])
    assert population.get("rate") == pytest.approx(2000.0)
