"""Projections onto LIF_SFDFA: what can be wired, read and set, in the same words on every simulator."""

import numpy as np
import pytest
from pyNN import errors
from pyNN.random import NumpyRNG, RandomDistribution
from simulators import set_up
from small_networks import CELL, cells, source

MASK = np.array([[True, False, True], [False, True, False], [True, True, False], [False, False, True]])


@pytest.fixture
def pair(sim):
    return source(sim, [[1.0]] * 4, label="stimulus"), sim.Population(3, sim.LIF_SFDFA(**CELL), label="cells")


def connect(sim, pair, synapse=None, connector=None, **options):
    synapse = synapse or sim.SFDFASynapse(weight=0.5, delay=1.0)
    return sim.Projection(*pair, connector or sim.ArrayConnector(MASK), synapse, **options)


def test_synapses_are_in_order_of_presynaptic_then_postsynaptic_neuron(sim, pair):
    projection = connect(sim, pair)
    assert len(projection) == projection.size() == 6
    addresses = [(i, j) for i, j, _ in projection.get("weight", format="list")]
    assert addresses == list(zip(*(index.tolist() for index in np.nonzero(MASK)), strict=True))
    assert [(c.presynaptic_index, c.postsynaptic_index) for c in projection.connections] == addresses
    assert [c.presynaptic_index for c in projection] == [i for i, _ in addresses]
    assert (projection[-1].presynaptic_index, projection[-1].postsynaptic_index) == (3, 2)


def test_one_synapse_can_be_read_and_set(sim, pair):
    projection = connect(sim, pair)
    projection[1].weight = 0.25
    assert projection[1].weight == 0.25 and projection[0].weight == 0.5
    assert projection[1].as_tuple("weight", "delay") == (0.25, 1.0)
    with pytest.raises(errors.NonExistentParameterError, match="wieght"):
        _ = projection[0].wieght


def test_what_get_returns_every_entry_point_takes(sim, pair):
    weights = connect(sim, pair, sim.SFDFASynapse(weight=0.25, delay=1.0)).get("weight", format="array")
    assert np.isnan(weights[~MASK]).all() and (weights[MASK] == 0.25).all()
    others = [(source(sim, [[1.0]] * 4), cells(sim, 3)) for _ in range(2)]
    for other, kind in zip(others, (sim.SFDFASynapse, sim.StaticSynapse), strict=True):
        projection = connect(sim, other, kind(weight=weights, delay=1.0))
        assert np.array_equal(projection.get("weight", format="array"), weights, equal_nan=True)
        projection.set(weight=0.5)
        projection.set(weight=weights)
        assert np.array_equal(projection.get("weight", format="array"), weights, equal_nan=True)
        projection.set(weight=projection.get("weight", format="list", with_address=False))
        assert np.array_equal(projection.get("weight", format="array"), weights, equal_nan=True)


def test_nan_where_there_is_a_synapse_is_refused(sim, pair):
    weights = np.full((4, 3), 0.25)
    weights[0, 0] = np.nan
    with pytest.raises(errors.InvalidParameterValueError, match="weight = nan is not valid"):
        connect(sim, pair, sim.SFDFASynapse(weight=weights, delay=1.0))
    projection = connect(sim, (source(sim, [[1.0]] * 4), cells(sim, 3)))
    with pytest.raises(errors.InvalidParameterValueError, match="weight = nan is not valid"):
        projection.set(weight=weights)
    assert projection.get("weight", format="list", with_address=False) == [0.5] * 6


@pytest.mark.parametrize(
    "value",
    [
        0.25,
        np.float64(0.25),
        [0.25] * 6,
        np.full(6, 0.25),
        np.full((4, 3), 0.25),
        [[0.25] * 3] * 4,
    ],
)
def test_values_in_every_form_can_be_set(sim, pair, value):
    projection = connect(sim, pair)
    projection.set(weight=value)
    assert projection.get("weight", format="list", with_address=False) == [0.25] * 6


def test_random_weights_are_those_of_the_generator(sim, pair):
    projection = connect(sim, pair)
    projection.set(weight=RandomDistribution("uniform", (0.1, 0.9), rng=NumpyRNG(5)))
    weights = np.array(projection.get("weight", format="list", with_address=False))
    expected = RandomDistribution("uniform", (0.1, 0.9), rng=NumpyRNG(5)).next(12).reshape(4, 3)[MASK]
    assert weights == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        ({"weight": [1.0, 2.0]}, errors.InvalidDimensionsError, "has 6 synapses, but 2 values were given for weight"),
        ({"weight": np.ones((3, 4))}, errors.InvalidDimensionsError, r"shape \(3, 4\) was given for weight"),
        ({"weight": [[1.0], [1.0, 2.0]]}, errors.InvalidDimensionsError, "rows of equal length"),
        ({"weight": float("nan")}, errors.InvalidParameterValueError, "weight = nan is not valid"),
        ({"weight": float("inf")}, errors.InvalidParameterValueError, "weight = inf is not valid"),
        ({"learning_rate": -1.0}, errors.InvalidParameterValueError, "learning_rate = -1 is not valid"),
        ({"eligibility": 1.0}, errors.NonExistentParameterError, "eligibility .*SFDFASynapse are: .*weight"),
    ],
)
def test_what_cannot_be_set(sim, pair, values, error, message):
    projection = connect(sim, pair)
    with pytest.raises(error, match=message):
        projection.set(**values)
    assert projection.get("weight", format="list", with_address=False) == [0.5] * 6


@pytest.mark.parametrize(
    ("request_", "error", "message"),
    [
        (("wieght", "list"), errors.NonExistentParameterError, "wieght .*SFDFASynapse are: .*weight"),
        (("weight", "table"), ValueError, "format = 'table' is not valid; choose 'list' or 'array'"),
    ],
)
def test_what_cannot_be_read(sim, pair, request_, error, message):
    with pytest.raises(error, match=message):
        connect(sim, pair).get(*request_)


def test_several_variables_at_once(sim, pair):
    projection = connect(sim, pair, sim.SFDFASynapse(weight=0.5, delay=2.0, learning_rate=0.0))
    assert projection.get(["weight", "delay"], format="list")[0] == (0, 0, 0.5, 2.0)
    assert projection.get(["weight", "delay"], format="list", with_address=False)[0] == (0.5, 2.0)
    weights, delays = projection.get(["weight", "delay"], format="array")
    assert (weights[MASK] == 0.5).all() and (delays[MASK] == 2.0).all()


def test_the_receptor_type_follows_from_the_type_of_synapse(sim, pair):
    hidden, output = cells(sim, 3), cells(sim, 2, targets=[1.0])
    assert connect(sim, pair, sim.SFDFASynapse(weight=-0.5, delay=1.0)).receptor_type == "input"
    feedback = sim.Projection(output, hidden, sim.AllToAllConnector(), sim.SFDFAFeedback(weight=0.5))
    assert feedback.receptor_type == "error"


def test_what_cannot_be_wired(sim, pair):
    stimulus, population = pair
    with pytest.raises(
        errors.ConnectionError, match="does not go with receptor_type = 'error'.*leave receptor_type out"
    ):
        connect(sim, pair, receptor_type="error")
    with pytest.raises(errors.ConnectionError, match="SFDFAFeedback comes from an output population of LIF_SFDFA"):
        connect(sim, pair, sim.SFDFAFeedback(), sim.AllToAllConnector())
    with pytest.raises(errors.ConnectionError, match="receives no spikes"):
        sim.Projection(population, stimulus, sim.AllToAllConnector(), sim.StaticSynapse(weight=1.0, delay=1.0))
    with pytest.raises(errors.ConnectionError, match="have trial_duration = 1000 ms and 500 ms"):
        other = cells(sim, 2, trial_duration=500.0)
        sim.Projection(population, other, sim.AllToAllConnector(), sim.StaticSynapse(weight=1.0, delay=1.0))


@pytest.mark.parametrize("kind", ["LIF_SFDFA", "IF_curr_exp"])
def test_populations_of_before_setup_are_not_wired(sim, kind):
    def made():
        return source(sim, [[1.0]] * 2, label="old"), sim.Population(2, getattr(sim, kind)(), label="cells")

    old = made()
    set_up(sim)
    stimulus, target = made()
    synapse = sim.StaticSynapse(weight=0.5, delay=1.0)
    for pair in ((old[0], target), (old[0][0:1], target), (stimulus, old[1]), (stimulus, sim.Assembly(old[1]))):
        with pytest.raises(errors.ConnectionError, match="was made before the last setup.., which removes all"):
            sim.Projection(*pair, sim.AllToAllConnector(), synapse)


def test_all_synapses_of_a_projection_have_one_delay(sim, pair):
    delays = np.where(np.arange(12).reshape(4, 3) % 2, 1.0, 2.0)
    each = "presynaptic population" if sim.__name__.endswith("spiNNaker") else "projection"
    with pytest.raises(errors.ConnectionError, match=f"has delays from 1 to 2 ms.*Use one {each} for each delay"):
        connect(sim, pair, sim.SFDFASynapse(weight=0.5, delay=delays))


def test_bounds_on_delays(sim):
    set_up(sim, min_delay=2.0, max_delay=5.0)
    assert (sim.get_min_delay(), sim.get_max_delay()) == (2.0, 5.0)
    for delay in (1.0, 6.0):
        with pytest.raises(errors.ConnectionError, match=f"has a delay of {delay:g} ms; setup.. allows 2 to 5 ms"):
            connect(sim, (source(sim, [[1.0]] * 4), cells(sim, 3)), sim.SFDFASynapse(weight=0.5, delay=delay))


def test_the_smallest_delay_is_that_of_the_synapses(sim, pair):
    assert sim.get_min_delay() == 1.0
    connect(sim, pair, sim.SFDFASynapse(weight=0.5, delay=3.0))
    assert sim.get_min_delay() == 3.0
    connect(sim, (source(sim, [[1.0]] * 4), cells(sim, 3)), sim.SFDFASynapse(weight=0.5, delay=2.0))
    assert sim.get_min_delay() == 2.0


def test_a_saved_projection_can_be_wired_again(sim, pair, tmp_path):
    projection = connect(sim, pair)
    projection[2].weight = 0.25
    projection.save(["weight", "delay"], str(tmp_path / "synapses.txt"))
    connector = sim.FromFileConnector(str(tmp_path / "synapses.txt"))
    again = connect(sim, (source(sim, [[1.0]] * 4), cells(sim, 3)), sim.StaticSynapse(), connector)
    assert again.get("weight", format="list") == projection.get("weight", format="list")


def test_an_assembly_is_wired_as_its_populations(sim):
    pre = sim.Assembly(source(sim, [[1.0]] * 2), source(sim, [[1.0]] * 2))
    post = cells(sim, 3)
    projection = sim.Projection(pre, post, sim.ArrayConnector(MASK), sim.StaticSynapse(weight=0.5, delay=1.0))
    assert [(i, j) for i, j, _ in projection.get("weight", format="list")] == list(
        zip(*(index.tolist() for index in np.nonzero(MASK)), strict=True)
    )
