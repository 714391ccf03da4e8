"""Population, PopulationView and Assembly: parameters, initial values, and changes while time goes on."""

import math

import numpy as np
import pytest
from pyNN.random import NumpyRNG, RandomDistribution

import pynn_sfdfa.event as sim

CELL = {"tau_m": 20.0, "tau_syn": 10.0, "cm": 1.0, "v_rest": -65.0, "v_thresh": -55.0, "trial_duration": 100.0}


@pytest.fixture(autouse=True)
def fresh():
    sim.setup(timestep=0.1)


def cells(n=3, **parameters):
    return sim.Population(n, sim.LIF_SFDFA(**(CELL | parameters)), label="cells")


def present(population):
    state = population.present_state()
    return state["v"], state["i_syn"]


def test_get_and_set_parameters():
    population = cells(tau_m=[20.0, 30.0, 40.0])
    assert population.get("cm") == 1.0
    assert population.get("tau_m").tolist() == [20.0, 30.0, 40.0]
    population.set(v_thresh=-50.0, cm=[1.0, 2.0, 3.0])
    population[1:].set(cm=5.0)
    population[0].v_thresh = -45.0
    assert population.get(["cm", "v_thresh"], simplify=False)[0].tolist() == [1.0, 5.0, 5.0]
    assert population.get("v_thresh").tolist() == [-45.0, -50.0, -50.0]
    assert population[2].cm == 5.0
    view = population[[0, 2]][1:]
    view.set(tau_syn=3.0)
    assert population.get("tau_syn").tolist() == [10.0, 10.0, 3.0]
    assert view.get("tau_syn") == 3.0
    assert [s.value.tolist() for s in population.get("targets", simplify=False)] == [[], [], []]


def test_parameters_may_be_random_or_functions():
    uniform = RandomDistribution("uniform", (-50.0, -40.0), rng=NumpyRNG(seed=1))
    population = cells(v_thresh=uniform, cm=lambda i: 1.0 + i)
    assert population.get("cm").tolist() == [1.0, 2.0, 3.0]
    assert ((population.get("v_thresh") > -50) & (population.get("v_thresh") < -40)).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"tau_m": 5.0}, "tau_m = 5 ms is not valid; it must be greater than tau_syn = 10 ms"),
        ({"v_thresh": [-50.0, -70.0, -50.0]}, "v_thresh = -70 mV is not valid"),
        ({"cm": -1.0}, "cm = -1 is not valid"),
        ({"trial_duration": [100.0, 100.0, 50.0]}, "must be the same for all neurons"),
        ({"targets": [sim.Sequence([1.0]), sim.Sequence([]), sim.Sequence([2.0])]}, "neuron 1 has no targets"),
    ],
)
def test_invalid_parameters_are_refused_and_change_nothing(change, message):
    population = cells()
    with pytest.raises(sim.errors.InvalidParameterValueError, match=message):
        population.set(**change)
    assert population.get(["tau_m", "v_thresh", "cm", "trial_duration"]) == [20.0, -55.0, 1.0, 100.0]
    with pytest.raises(sim.errors.InvalidParameterValueError, match=message):
        cells(**change)


def test_other_cell_types_are_refused():
    from pyNN.standardmodels.cells import IF_cond_exp

    with pytest.raises(
        sim.errors.InvalidModelError, match="IF_cond_exp cannot be simulated by pynn_sfdfa.event; choose"
    ):
        sim.Population(1, IF_cond_exp())
    assert sim.list_standard_models() == ["LIF_SFDFA", "IF_curr_exp", "SpikeSourceArray", "SpikeSourcePoisson"]


def test_a_population_starts_at_its_v_rest():
    population = cells(v_rest=-80.0)
    population.record("v")
    sim.run(10.0)
    assert set(np.array(population.get_data().segments[0].analogsignals[0]).ravel()) == {-80.0}
    sim.reset()
    population.set(v_rest=-60.0)
    sim.run(10.0)
    assert present(population)[0].tolist() == [-60.0] * 3


def test_initial_values_hold_for_the_first_trial():
    population = sim.Population(3, sim.LIF_SFDFA(**CELL), initial_values={"v": -60.0})
    population.initialize(i_syn=lambda i: 0.1 * i)
    population[2:].initialize(v=-70.0)
    assert population[2].get_initial_value("v") == -70.0
    sim.run(10.0)
    # dv/dt = -(v - v_rest)/tau_m + i_syn/cm and di_syn/dt = -i_syn/tau_syn, solved by hand
    slow, fast = math.exp(-10 / 20), math.exp(-10 / 10)
    i_syn = np.array([0.0, 0.1, 0.2])
    expected = -65.0 + np.array([5.0, 5.0, -5.0]) * slow + 20.0 * i_syn * (slow - fast)
    v, current = present(population)
    np.testing.assert_allclose(v, expected, rtol=1e-14)
    np.testing.assert_allclose(current, i_syn * fast, rtol=1e-14)
    sim.run(90.0)
    assert present(population)[0].tolist() == [-65.0] * 3
    sim.reset()
    sim.run(10.0)
    np.testing.assert_array_equal(present(population)[0], v)


def test_initialize_during_a_run_sets_the_present_state():
    population = cells(1)
    sim.run(30.0)
    population.initialize(v=-60.0)
    assert present(population)[0].tolist() == [-60.0]
    sim.run(20.0)
    assert present(population)[0][0] == pytest.approx(-65.0 + 5.0 * math.exp(-1.0), rel=1e-14)


def test_what_cannot_be_initialised():
    with pytest.raises(
        sim.errors.InvalidParameterValueError, match="no state variable 'u' to initialise; choices: v, i_syn"
    ):
        cells().initialize(u=1.0)
    with pytest.raises(sim.errors.InvalidParameterValueError, match="must be a finite number"):
        cells().initialize(v=math.nan)


def test_parameters_set_between_runs_hold_from_then_on():
    population = cells(1)
    population.initialize(v=-60.0)
    sim.run(10.0)
    before = present(population)[0][0]
    population.set(tau_m=40.0)
    assert present(population)[0][0] == pytest.approx(before, rel=1e-14)
    sim.run(10.0)
    assert present(population)[0][0] == pytest.approx(-65.0 + (before + 65.0) * math.exp(-10.0 / 40.0), rel=1e-14)


def test_lowering_the_threshold_makes_a_neuron_spike_at_once():
    population = cells(1)
    population.record("spikes")
    population.initialize(v=-56.0)
    sim.run(5.0)
    population.set(v_thresh=-59.0)
    sim.run(5.0)
    assert np.array(population.get_data().segments[0].spiketrains[0]).tolist() == [5.0]
    assert present(population)[0][0] < -59.0


def test_trial_duration_is_fixed_once_the_simulation_runs():
    population = cells()
    population.set(trial_duration=50.0)
    sim.run(10.0)
    with pytest.raises(sim.errors.InvalidParameterValueError, match="only before the first run or after reset"):
        population.set(trial_duration=70.0)
    sim.reset()
    population.set(trial_duration=70.0)
    sim.run(70.0)


def test_a_population_created_later_starts_then():
    sim.run(30.0)
    population = cells(1)
    population.initialize(v=-60.0)
    population.record("v")
    sim.run(20.0)
    signal = population.get_data().segments[0].analogsignals[0]
    assert (float(signal.t_start), len(signal)) == (30.0, 201)
    np.testing.assert_allclose(float(signal[-1, 0]), -65.0 + 5.0 * math.exp(-1.0), rtol=1e-14)


def test_assembly():
    one, other = cells(2), cells(3)
    assembly = sim.Assembly(one, other[1:], label="both")
    assembly.record("spikes")
    stimulus = sim.Population(1, sim.SpikeSourceArray(spike_times=[5.0]))
    weights = np.array([[0.0, 8.0, 0.0, 9.0]])
    projection = sim.Projection(stimulus, assembly, sim.AllToAllConnector(), sim.StaticSynapse(weight=weights))
    sim.run(50.0)
    np.testing.assert_array_equal(projection.get("weight", format="array"), weights)
    counts = assembly.get_spike_counts()
    assert [counts[i] > 0 for i in assembly.all_cells] == [False, True, False, True]
    assert len(assembly.get_data().segments[0].spiketrains) == 4


def test_spikes_of_an_assembly_reach_their_targets():
    early = sim.Population(2, sim.SpikeSourceArray(spike_times=[[5.0], [6.0]]))
    late = sim.Population(2, sim.SpikeSourceArray(spike_times=[[20.0], [21.0]]))
    target = cells(2)
    sources = sim.Assembly(early[1:], late)
    sim.Projection(sources, target, sim.FromListConnector([(0, 0), (2, 1)]), sim.StaticSynapse(weight=1.0))
    sim.run(30.0)
    assert present(target)[1] == pytest.approx([math.exp(-2.4), math.exp(-0.9)], rel=1e-14)


def test_create_connect_record(tmp_path):
    """PyNN's procedural interface; PyNN itself marks it as deprecated."""
    with pytest.deprecated_call():
        stimulus = sim.create(sim.SpikeSourceArray(spike_times=[5.0]))
        target = sim.create(sim.LIF_SFDFA(**CELL), n=2)
        projection = sim.connect(stimulus, target, weight=2.0)
        sim.record_v(target, str(tmp_path / "v.pkl"))
    sim.run(10.0)
    assert len(projection) == 2
    sim.end()
    assert (tmp_path / "v.pkl").exists()
