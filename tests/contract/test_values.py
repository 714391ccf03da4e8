"""What users may give where a number, a sequence or a matrix is taken, and the one answer to what they may not."""

import numpy as np
import pytest
import quantities as pq
from pyNN import errors
from simulators import set_up
from small_networks import CELL

BAD_TIMES = {
    "negative": ([[1.0], [-2.0]], "neuron 1 contains -2"),
    "NaN": ([[1.0], [float("nan")]], "neuron 1 contains nan"),
    "infinite": ([[1.0, float("inf")], [2.0]], "neuron 0 contains inf"),
    "out of order": ([[1.0], [7.0, 3.0]], "neuron 1 has 3 ms after 7 ms"),
    "numbers and sequences": ([1.0, [2.0]], "element 0 is 1.0"),
    "three dimensions": (np.zeros((2, 1, 1)), "give a sequence of numbers"),
    "text": ("often", "often"),
}


@pytest.mark.parametrize("kind", BAD_TIMES)
def test_spike_times_that_are_none_are_refused(sim, kind):
    times, message = BAD_TIMES[kind]
    with pytest.raises(errors.InvalidParameterValueError, match=message):
        sim.Population(2, sim.SpikeSourceArray(spike_times=times))


@pytest.mark.parametrize("kind", BAD_TIMES)
def test_spike_times_that_are_none_are_refused_when_they_are_set(sim, kind):
    times, message = BAD_TIMES[kind]
    population = sim.Population(2, sim.SpikeSourceArray(spike_times=[4.0]))
    with pytest.raises(errors.InvalidParameterValueError, match=message):
        population.set(spike_times=times)
    assert [list(np.ravel(getattr(t, "value", t))) for t in population.get("spike_times", simplify=False)] == [
        [4.0]
    ] * 2


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ([1.0, 2.0], [[1.0, 2.0]] * 2),
        ((1, 2), [[1.0, 2.0]] * 2),
        (np.array([1.0, 2.0]), [[1.0, 2.0]] * 2),
        (3.0, [[3.0]] * 2),
        (np.float64(3.0), [[3.0]] * 2),
        ([[1.0], [2.0, 3.0]], [[1.0], [2.0, 3.0]]),
        ([np.array([1.0]), ()], [[1.0], []]),
        (np.array([[1.0, 4.0], [2.0, 3.0]]), [[1.0, 4.0], [2.0, 3.0]]),
        ([[], []], [[], []]),
        ([], [[], []]),
        ([1.0, 2.0] * pq.s, [[1000.0, 2000.0]] * 2),
    ],
)
def test_spike_times_are_the_same_for_all_or_one_sequence_for_each(sim, times, expected):
    given = sim.Population(2, sim.SpikeSourceArray(spike_times=times))
    later = sim.Population(2, sim.SpikeSourceArray())
    later.set(spike_times=times)
    for population in (given, later):
        found = population.get("spike_times", simplify=False)
        assert [list(np.ravel(getattr(t, "value", t))) for t in found] == expected


def test_a_sequence_for_each_of_other_neurons_is_refused(sim):
    with pytest.raises(ValueError, match="3"):
        sim.Population(2, sim.SpikeSourceArray(spike_times=[[1.0], [2.0], [3.0]]))


@pytest.mark.parametrize(
    ("targets", "message"),
    [
        ([[1.0], []], "neuron 1 has no targets"),
        ([[1.0], [-1.0]], "targets"),
        ([[1.0], [float("nan")]], "targets"),
    ],
)
def test_targets_that_are_none_are_refused(sim, targets, message):
    with pytest.raises(errors.InvalidParameterValueError, match=message):
        sim.Population(2, sim.LIF_SFDFA(targets=targets, **CELL))
    population = sim.Population(2, sim.LIF_SFDFA(targets=[1.0], **CELL))
    with pytest.raises(errors.InvalidParameterValueError, match=message):
        population.set(targets=targets)


@pytest.mark.parametrize("targets", [[1.0, 2.0], [[1.0, 2.0], [1.0, 2.0]], np.array([[1.0, 2.0], [1.0, 2.0]])])
def test_targets_are_the_same_for_all_or_one_sequence_for_each(sim, targets):
    population = sim.Population(2, sim.LIF_SFDFA(targets=targets, **CELL))
    found = population.get("targets", simplify=False)
    assert [list(np.ravel(getattr(t, "value", t))) for t in found] == [[1.0, 2.0]] * 2


@pytest.mark.parametrize("value", [np.float32(0.5), np.float64(0.5), np.array(0.5), 0.5, 0.5 * pq.nF, 500.0 * pq.pF])
def test_numbers_of_every_kind_are_taken(sim, value):
    parameters = {**CELL, "cm": value}
    population = sim.Population(2, sim.LIF_SFDFA(**parameters))
    assert population.get("cm") == pytest.approx(0.5)
    population = sim.Population(2, sim.LIF_SFDFA(**CELL))
    population.set(cm=value)
    assert population.get("cm") == pytest.approx(0.5)


@pytest.mark.parametrize("value", [np.float32(0.5), np.array(0.5), 0.5, 0.5 * pq.nA, 500.0 * pq.pA])
def test_weights_of_every_kind_are_taken(sim, value):
    pre, post = sim.Population(2, sim.SpikeSourceArray()), sim.Population(3, sim.LIF_SFDFA(**CELL))
    projection = sim.Projection(pre, post, sim.AllToAllConnector(), sim.SFDFASynapse(weight=value, delay=1.0))
    assert projection.get("weight", format="array") == pytest.approx(np.full((2, 3), 0.5), abs=1e-3)
    projection.set(weight=0.0)
    projection.set(weight=value)
    assert projection.get("weight", format="array") == pytest.approx(np.full((2, 3), 0.5), abs=1e-3)


def test_quantities_of_another_kind_are_refused(sim):
    with pytest.raises(errors.InvalidParameterValueError, match="cm = .*mV.*nF"):
        sim.LIF_SFDFA(**{**CELL, "cm": 50.0 * pq.mV})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"timestep": True}, "timestep = True is not valid"),
        ({"timestep": 0.0}, "timestep = 0.0 is not valid; it must be a finite number > 0 ms"),
        ({"timestep": float("nan")}, "timestep = nan is not valid"),
        ({"timestep": "1"}, "timestep = '1' is not valid"),
        ({"seed": True}, "seed = True is not valid"),
        ({"seed": 1.5}, "seed = 1.5 is not valid"),
        ({"seed": -1}, "seed = -1 is not valid; it must be an integer from 0"),
        ({"min_delay": -1.0}, "min_delay = -1.0 is not valid"),
        ({"min_delay": 0.1}, "min_delay = 0.1 ms is not valid; it must not be smaller than the timestep"),
        ({"min_delay": 5.0, "max_delay": 2.0}, "min_delay = 5 ms is not valid; it must not be greater than max_delay"),
        ({"dt": 1.0}, "setup.. has no argument 'dt'; it is called 'timestep'"),
        ({"timestp": 1.0}, "setup.. has no argument 'timestp'; it is called 'timestep'"),
    ],
)
def test_setup_refuses(sim, options, message):
    with pytest.raises(ValueError, match=message):
        set_up(sim, **options)


@pytest.mark.parametrize("options", [{"seed": np.int64(3)}, {"timestep": np.float32(1.0)}, {"timestep": np.int64(1)}])
def test_setup_takes_numbers_of_numpy(sim, options):
    set_up(sim, **options)
    assert sim.get_time_step() == 1.0


@pytest.mark.parametrize(
    ("cell", "parameter", "values"),
    [
        ("LIF_SFDFA", "v_thresh", [-60.0, -61.0, -62.0]),
        ("IF_curr_exp", "tau_m", [10.0, 11.0, 12.0]),
        ("SpikeSourcePoisson", "rate", [1.0, 2.0, 3.0]),
        ("SpikeSourceArray", "spike_times", [[1.0], [2.0], [3.0]]),
    ],
)
def test_lists_of_another_length_than_the_population_are_refused(sim, cell, parameter, values):
    with pytest.raises(
        errors.InvalidDimensionsError, match=f"{cell}: {parameter} has 3 values for 2 neurons; give one"
    ):
        sim.Population(2, getattr(sim, cell)(**{parameter: values}))


@pytest.mark.parametrize("cell", ["LIF_SFDFA", "IF_curr_exp"])
def test_lists_of_another_length_are_refused_wherever_values_are_given(sim, cell):
    values, neurons = [-70.0, -71.0, -72.0], sim.Population(4, getattr(sim, cell)())
    told = " has 3 values for 2 neurons; give one"
    for group in (sim.Population(2, getattr(sim, cell)()), neurons[1:3]):
        with pytest.raises(errors.InvalidDimensionsError, match=f"{cell}: v_rest{told}"):
            group.set(v_rest=values)
        with pytest.raises(errors.InvalidDimensionsError, match=f"{cell}: initial v{told}"):
            group.initialize(v=np.array(values))
    with pytest.raises(errors.InvalidDimensionsError, match=f"{cell}: initial v{told}"):
        sim.Population(2, getattr(sim, cell)(), initial_values={"v": values})


@pytest.mark.parametrize("size", [0, -1, 2.5, True, "2", (2, 0)])
def test_sizes_that_are_none_are_refused(sim, size):
    with pytest.raises(errors.InvalidDimensionsError, match="give a whole number of neurons, at least 1"):
        sim.Population(size, sim.LIF_SFDFA(**CELL))


@pytest.mark.parametrize("time", [float("nan"), float("inf"), -1.0, "1", None, True])
def test_times_that_are_none_are_refused(sim, time):
    with pytest.raises(ValueError, match="simtime = .* is not valid; it must be a finite number >= 0 ms"):
        sim.run(time)
    assert sim.get_current_time() == 0.0


def test_a_parameter_that_is_not_there(sim):
    for model, name in ((sim.LIF_SFDFA, "tau"), (sim.SFDFASynapse, "wieght"), (sim.SFDFAFeedback, "delay")):
        with pytest.raises(errors.NonExistentParameterError, match=f"{name} .*{model.__name__} are: "):
            model(**{name: 1.0})
    population = sim.Population(2, sim.LIF_SFDFA(**CELL))
    with pytest.raises(errors.NonExistentParameterError, match="tau .*LIF_SFDFA are: .*tau_m"):
        population.set(tau=1.0)
    with pytest.raises(errors.NonExistentParameterError, match="tau .*LIF_SFDFA are: .*tau_m"):
        population.get("tau")


def test_a_cell_type_that_is_not_there_says_what_is(sim):
    with pytest.raises(AttributeError, match="has no NoSuchCell. Its cell types are .*LIF_SFDFA"):
        _ = sim.NoSuchCell


@pytest.mark.parametrize(
    ("name", "there"),
    [
        ("NoSuchSynapse", "Its synapse types are .*StaticSynapse"),
        ("NoSuchConnector", "Its connectors are AllToAllConnector, "),
        ("NoSuchCurrentSource", "Its current sources are ACSource, DCSource, |It has no current sources;"),
    ],
)
def test_what_is_not_there_says_what_is_of_its_kind(sim, name, there):
    with pytest.raises(AttributeError, match=f"has no {name}. {there}"):
        getattr(sim, name)


def test_no_current_is_injected_into_what_takes_none(sim):
    population = sim.Population(2, sim.LIF_SFDFA(**CELL))
    with pytest.raises(TypeError, match="LIF_SFDFA is integrated exactly between spikes"):
        population.inject(None)
    with pytest.raises(TypeError, match="SpikeSourceArray is a spike source"):
        sim.Population(2, sim.SpikeSourceArray()).inject(None)


def test_initial_values_that_are_none_are_refused(sim):
    population = sim.Population(2, sim.LIF_SFDFA(**CELL))
    with pytest.raises(errors.InvalidParameterValueError, match="no state variable 'u' to initialise; choices: .*v"):
        population.initialize(u=1.0)
    with pytest.raises(errors.InvalidParameterValueError, match="initial v = nan is not valid"):
        population.initialize(v=float("nan"))
