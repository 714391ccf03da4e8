"""Projection: connectors, reading and setting synapses, saving and restoring them."""

import tracemalloc

import numpy as np
import pytest
from pyNN.core import IndexBasedExpression
from pyNN.random import NumpyRNG, RandomDistribution
from pyNN.recording.files import StandardTextFile

import pynn_sfdfa.event as sim

CELL = {"tau_m": 20.0, "tau_syn": 10.0, "cm": 1.0, "v_rest": -65.0, "v_thresh": -55.0, "trial_duration": 100.0}


@pytest.fixture
def pair():
    sim.setup()
    stimulus = sim.Population(4, sim.SpikeSourceArray(spike_times=[[1.0], [2.0], [3.0], [4.0]]), label="stimulus")
    return stimulus, sim.Population(3, sim.LIF_SFDFA(**CELL), label="cells")


class Diagonal(IndexBasedExpression):
    def __call__(self, i, j):
        return np.where(i == j, 1.0, 0.0)


RNG_SEED = 4
MASK = np.array([[1, 0, 1], [0, 0, 1], [1, 1, 0], [0, 1, 0]], bool)
CONNECTORS = {
    "all to all": lambda: sim.AllToAllConnector(),
    "fixed probability": lambda: sim.FixedProbabilityConnector(0.6, rng=NumpyRNG(seed=RNG_SEED)),
    "array": lambda: sim.ArrayConnector(MASK),
    "from list": lambda: sim.FromListConnector([(i, j, i - 1.5) for i, j in np.argwhere(MASK)], ("weight",)),
    "fixed number pre": lambda: sim.FixedNumberPreConnector(2, rng=NumpyRNG(seed=RNG_SEED)),
    "fixed number post": lambda: sim.FixedNumberPostConnector(2, rng=NumpyRNG(seed=RNG_SEED)),
    "fixed total": lambda: sim.FixedTotalNumberConnector(7, with_replacement=True, rng=NumpyRNG(seed=RNG_SEED)),
    "one to one": lambda: sim.OneToOneConnector(),
    "distance": lambda: sim.DistanceDependentProbabilityConnector("d < 2.5", rng=NumpyRNG(seed=RNG_SEED)),
    "index": lambda: sim.IndexBasedProbabilityConnector(Diagonal(), rng=NumpyRNG(seed=RNG_SEED)),
}


@pytest.mark.parametrize("name", CONNECTORS)
@pytest.mark.parametrize("synapse", ["StaticSynapse", "SFDFASynapse"])
def test_every_connector_takes_weights_of_mixed_sign(pair, name, synapse):
    uniform = RandomDistribution("uniform", (-1.0, 1.0), rng=NumpyRNG(seed=2))
    projection = sim.Projection(*pair, CONNECTORS[name](), getattr(sim, synapse)(weight=uniform))
    assert projection.receptor_type == "input"
    weights = projection.get("weight", format="array")
    assert weights.shape == (4, 3)
    connected = ~np.isnan(weights)
    assert (weights[connected] < 0).any() and (weights[connected] > 0).any()
    if name in ("array", "from list"):
        np.testing.assert_array_equal(connected, MASK)
    if name in ("one to one", "index"):
        np.testing.assert_array_equal(connected, np.eye(4, 3, dtype=bool))
    # What a synapse is told to do, it does: the current at 5 ms is the sum of the decayed weights.
    sim.run(5.0)
    decay = np.exp((np.arange(1.0, 5.0) - 5.0) / 10.0)
    if not pair[1].dynamics.state.n_spikes.any():
        np.testing.assert_allclose(pair[1].present_state()["i_syn"], np.nansum(weights.T * decay, axis=1), rtol=1e-12)


def test_lists_are_in_order_of_pre_then_post(pair):
    weights = np.arange(12.0).reshape(4, 3)
    projection = sim.Projection(*pair, sim.ArrayConnector(MASK), sim.SFDFASynapse(weight=weights, delay=2.0))
    assert projection.get("weight", format="list") == [(i, j, weights[i, j]) for i, j in np.argwhere(MASK)]
    assert projection.get(["delay", "weight"], format="list", with_address=False)[1] == (2.0, 2.0)
    assert projection.get("weight", format="list", with_address=False) == weights[MASK].tolist()
    delays, rates = projection.get(["delay", "learning_rate"], format="array")
    assert set(delays[MASK]) == {2.0} and set(rates[MASK]) == {0.0}
    assert len(projection) == projection.size() == MASK.sum()
    projection.set(weight=projection.get("weight", format="list", with_address=False))
    np.testing.assert_array_equal(projection.get("weight", format="array")[MASK], weights[MASK])


def test_set(pair):
    projection = sim.Projection(*pair, sim.ArrayConnector(MASK), sim.SFDFASynapse())
    for value, expected in (
        (0.5, np.full((4, 3), 0.5)),
        (np.arange(12.0).reshape(4, 3), np.arange(12.0).reshape(4, 3)),
        (lambda d: 2 * d, 2 * np.abs(np.subtract.outer(np.arange(4.0), np.arange(3.0)))),
    ):
        projection.set(weight=value)
        np.testing.assert_array_equal(projection.get("weight", format="array")[MASK], expected[MASK])
    projection.set(
        weight=RandomDistribution("uniform", (-1.0, 0.0), rng=NumpyRNG(seed=2)), learning_rate=0.1, delay=3.0
    )
    weights, rates, delays = projection.get(["weight", "learning_rate", "delay"], format="array")
    assert (weights[MASK] < 0).all() and set(rates[MASK]) == {0.1} and set(delays[MASK]) == {3.0}


def test_one_value_for_all_of_few_synapses_makes_no_matrix():
    stimulus = sim.Population(3000, sim.SpikeSourceArray())
    cells = sim.Population(3000, sim.IF_curr_exp())
    projection = sim.Projection(stimulus, cells, sim.OneToOneConnector(), sim.StaticSynapse(weight=1.0, delay=1.0))
    tracemalloc.start()
    projection.set(weight=0.5)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000  # bytes; the matrix has 72 million
    assert set(projection.get("weight", format="list", with_address=False)) == {0.5}


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        (
            {"weight": [1.0, 2.0]},
            sim.errors.InvalidDimensionsError,
            "has 6 synapses, but 2 values were given for weight",
        ),
        ({"weight": float("nan")}, sim.errors.InvalidParameterValueError, "weight = nan is not valid"),
        ({"learning_rate": -1.0}, sim.errors.InvalidParameterValueError, "learning_rate = -1 is not valid"),
        ({"delay": -1.0}, sim.errors.InvalidParameterValueError, "delay = -1 is not valid"),
        ({"delay": np.arange(12.0).reshape(4, 3)}, sim.errors.ConnectionError, "has delays from 0 to 10 ms"),
        ({"eligibility": 1.0}, sim.errors.NonExistentParameterError, "eligibility .*delay, learning_rate, weight"),
    ],
)
def test_what_cannot_be_set(pair, values, error, message):
    projection = sim.Projection(*pair, sim.ArrayConnector(MASK), sim.SFDFASynapse())
    with pytest.raises(error, match=message):
        projection.set(**values)


def test_what_cannot_be_read(pair):
    static = sim.Projection(*pair, sim.AllToAllConnector())
    with pytest.raises(sim.errors.NonExistentParameterError, match="eligibility .*StaticSynapse are: delay, weight"):
        static.get("eligibility", format="array")
    with pytest.raises(ValueError, match="format = 'table' is not valid; choose 'list' or 'array'"):
        static.get("weight", format="table")
    with pytest.raises(ValueError, match="multiple_synapses = 'mean' is not valid; choose one of last, first, sum"):
        static.get("weight", format="array", multiple_synapses="mean")


def test_single_connections(pair):
    projection = sim.Projection(*pair, sim.ArrayConnector(MASK), sim.SFDFASynapse(weight=1.0))
    connection = projection[2]
    assert connection.as_tuple("presynaptic_index", "postsynaptic_index", "weight") == (1, 2, 1.0)
    connection.weight = -3.0
    assert [c.weight for c in projection] == [1.0, 1.0, -3.0, 1.0, 1.0, 1.0]
    assert [c.eligibility for c in projection.connections] == [0.0] * 6
    with pytest.raises(sim.errors.NonExistentParameterError):
        connection.eligibility = 1.0
    with pytest.raises(sim.errors.NonExistentParameterError):
        _ = connection.colour
    with pytest.raises(IndexError):
        projection[6]


def test_several_synapses_between_two_neurons(pair):
    connector = sim.FromListConnector([(0, 1, 1.0), (0, 1, 4.0), (0, 1, 2.0), (2, 2, 5.0)], column_names=("weight",))
    projection = sim.Projection(*pair, connector, sim.StaticSynapse(delay=0.5))
    combined = {
        how: projection.get("weight", format="array", multiple_synapses=how)[[0, 2], [1, 2]].tolist()
        for how in ("sum", "min", "max", "first", "last")
    }
    assert combined == {"sum": [7, 5], "min": [1, 5], "max": [4, 5], "first": [1, 5], "last": [2, 5]}
    sim.run(1.5)
    assert pair[1].present_state()["i_syn"].tolist() == [0.0, 7.0, 0.0]


@pytest.mark.parametrize("kind", ["all", "weight"])
def test_save_and_restore(pair, tmp_path, kind):
    uniform = RandomDistribution("uniform", (-1.0, 1.0), rng=NumpyRNG(seed=2))
    synapse = sim.SFDFASynapse(weight=uniform, delay=1.5, learning_rate=0.25)
    saved = sim.Projection(*pair, sim.FixedProbabilityConnector(0.7), synapse)
    path = str(tmp_path / "connections.txt")
    names = "all" if kind == "all" else ["weight"]
    saved.save(names, path)
    loaded = sim.Projection(*pair, sim.FromFileConnector(StandardTextFile(path, mode="r")), sim.SFDFASynapse(delay=1.5))
    np.testing.assert_array_equal(loaded.get("weight", format="array"), saved.get("weight", format="array"))
    if kind == "all":
        assert loaded.get(["delay", "learning_rate"], format="list") == saved.get(
            ["delay", "learning_rate"], format="list"
        )


def test_clone_and_describe(pair):
    first = sim.Projection(*pair, sim.ArrayConnector(MASK), sim.StaticSynapse(weight=1.0))
    clone = sim.Projection(*pair, sim.CloneConnector(first), sim.StaticSynapse(weight=2.0))
    np.testing.assert_array_equal(np.isnan(clone.get("weight", format="array")), ~MASK)
    assert "stimulus→cells" in first.describe()


def test_views_on_both_sides(pair):
    stimulus, cells = pair
    weights = np.array([[1.0, -2.0], [3.0, 4.0]])
    projection = sim.Projection(
        stimulus[[1, 3]], cells[1:], sim.AllToAllConnector(), sim.SFDFASynapse(weight=weights, delay=1.0)
    )
    np.testing.assert_array_equal(projection.get("weight", format="array"), weights)
    sim.run(3.0)
    assert cells.present_state()["i_syn"].tolist() == [0.0, 1.0, -2.0]
    sim.run(2.0)
    expected = weights[0] * np.exp(-0.2) + weights[1]
    np.testing.assert_allclose(cells.present_state()["i_syn"][1:], expected, rtol=1e-14)


def test_an_empty_projection(pair):
    projection = sim.Projection(*pair, sim.ArrayConnector(np.zeros((4, 3), bool)), sim.SFDFASynapse(weight=1.0))
    assert len(projection) == 0
    assert projection.get("weight", format="list") == []
    sim.run(10.0)
    assert pair[1].present_state()["i_syn"].tolist() == [0.0] * 3


def changed_between_runs(pair, synapse, first, second, **changed):
    """Return the currents after two runs between which a parameter of the synapses is set."""
    stimulus, cells = pair
    projection = sim.Projection(stimulus, cells, sim.OneToOneConnector(), synapse)
    sim.run(first)
    projection.set(**changed)
    sim.run(second)
    return cells.present_state()["i_syn"]


def test_weights_set_between_runs_hold_for_spikes_that_arrive_later(pair):
    expected = np.array([np.exp(-0.35), 2 * np.exp(-0.25), 2 * np.exp(-0.15)])
    currents = changed_between_runs(pair, sim.StaticSynapse(weight=1.0, delay=0.5), 2.2, 2.8, weight=2.0)
    np.testing.assert_allclose(currents, expected, rtol=1e-12)


def test_a_new_delay_holds_for_spikes_yet_to_come(pair):
    expected = np.exp((np.array([6.0, 2.5, 3.5]) - 10.0) / 10.0)
    currents = changed_between_runs(pair, sim.StaticSynapse(weight=1.0, delay=5.0), 1.5, 8.5, delay=0.5)
    np.testing.assert_allclose(currents, expected, rtol=1e-12)


def test_a_projection_added_during_a_trial_keeps_what_others_have_learned():
    def run(cut):
        sim.setup()
        stimulus = sim.Population(2, sim.SpikeSourceArray(spike_times=[[1.0, 30.0], [2.0, 31.0]]))
        cells = sim.Population(2, sim.LIF_SFDFA(**CELL))
        synapse = sim.SFDFASynapse(weight=np.array([[5.0, 4.0], [3.0, 6.0]]), delay=4.0)
        first = sim.Projection(stimulus, cells, sim.AllToAllConnector(), synapse)
        if cut is not None:
            sim.run(cut)
        silent = sim.Population(1, sim.SpikeSourceArray(spike_times=[]))
        sim.Projection(silent, cells, sim.AllToAllConnector(), sim.SFDFASynapse(weight=1.0))
        sim.run_until(60.0)
        return first.get("eligibility", format="array")

    expected = run(None)
    assert (expected != 0).all()
    for cut in (15.0, 32.0):
        np.testing.assert_array_equal(run(cut), expected)


def test_a_large_population_is_connected_column_by_column(monkeypatch):
    """784 x 800 synapses take 800 steps, not 627,200."""
    sim.setup()
    stimulus, cells = sim.Population(784, sim.SpikeSourceArray()), sim.Population(800, sim.LIF_SFDFA(**CELL))
    weights = np.random.default_rng(1).uniform(-1, 1, (784, 800))
    steps, connect = [], sim.Projection._convergent_connect
    monkeypatch.setattr(
        sim.Projection,
        "_convergent_connect",
        lambda self, *args, **kw: steps.append(args[1]) or connect(self, *args, **kw),
    )
    projection = sim.Projection(stimulus, cells, sim.AllToAllConnector(), sim.SFDFASynapse(weight=weights))
    assert steps == list(range(800))
    np.testing.assert_array_equal(projection.get("weight", format="array"), weights)
