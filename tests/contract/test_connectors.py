"""Who is connected by a connector: on every simulator the same as PyNN says, populations of one neuron included."""

import csa
import numpy as np
import pyNN.mock as mock
import pytest
from pyNN import errors
from pyNN.core import IndexBasedExpression
from pyNN.random import NumpyRNG
from small_networks import CELL

CONNECTORS = {
    "all to all": lambda sim, shape: sim.AllToAllConnector(),
    "one to one": lambda sim, shape: sim.OneToOneConnector(),
    "fixed probability": lambda sim, shape: sim.FixedProbabilityConnector(0.5, rng=NumpyRNG(3)),
    "fixed probability of 0": lambda sim, shape: sim.FixedProbabilityConnector(0.0, rng=NumpyRNG(3)),
    "fixed number of targets": lambda sim, shape: sim.FixedNumberPostConnector(1, rng=NumpyRNG(4)),
    "fixed number of sources": lambda sim, shape: sim.FixedNumberPreConnector(1, rng=NumpyRNG(5)),
    "by distance": lambda sim, shape: sim.DistanceDependentProbabilityConnector("d < 1.5", rng=NumpyRNG(6)),
    "array": lambda sim, shape: sim.ArrayConnector(np.arange(np.prod(shape)).reshape(shape) % 2 == 0),
    "list": lambda sim, shape: sim.FromListConnector([(shape[0] - 1, 0), (0, shape[1] - 1)][: max(shape)]),
}


class Near(IndexBasedExpression):
    """A probability: 1 near the diagonal."""

    def __call__(self, i, j):
        return np.where(np.abs(i - j) < 2, 1.0, 0.0)


MADE_WITH = {
    "CSAConnector": (csa.full,),
    "DisplacementDependentProbabilityConnector": (lambda d: np.prod(np.abs(d) < 2, axis=0),),
    "DistanceDependentProbabilityConnector": ("d < 1.5",),
    "FixedNumberPostConnector": (1,),
    "FixedNumberPreConnector": (1,),
    "FixedProbabilityConnector": (0.9,),
    "FixedTotalNumberConnector": (1,),
    "FromListConnector": ([(0, 0), (1, 1)],),
    "ArrayConnector": (np.eye(4, 3, dtype=bool),),
    "IndexBasedProbabilityConnector": (Near(),),
}
"""Arguments for the connectors that need some."""

ELSEWHERE = {
    "CloneConnector",
    "ConvolutionConnector",
    "FromFileConnector",
    "KernelConnector",
    "PoolDenseConnector",
    "SmallWorldConnector",
}
"""Those that need another projection, a file or a layout, and one of sPyNNaker that may connect two neurons twice."""

SHAPES = [(1, 1), (1, 3), (3, 1), (4, 3)]


def wire(sim, cells, shape, connector):
    pre = sim.Population(shape[0], sim.SpikeSourceArray(spike_times=[1.0]))
    post = sim.Population(shape[1], cells)
    synapse = sim.StaticSynapse(weight=0.5, delay=1.0)
    return sim.Projection(pre, post, connector(sim, shape), synapse)


def expected(name, shape, connector):
    if name == "one to one":  # PyNN's own fails for one neuron
        return [(i, i, 0.5) for i in range(min(shape))]
    mock.setup()
    return sorted(wire(mock, mock.IF_curr_exp(), shape, connector).get("weight", format="list"))


@pytest.mark.parametrize("name", CONNECTORS)
def test_connectors_connect_as_those_of_pynn(sim, name):
    for shape in SHAPES:
        projection = wire(sim, sim.LIF_SFDFA(**CELL), shape, CONNECTORS[name])
        found = sorted((i, j, round(w, 3)) for i, j, w in projection.get("weight", format="list"))
        assert found == expected(name, shape, CONNECTORS[name]), shape


def test_connectors_of_the_pynn_module_itself_do_as_well(sim):
    from pyNN.connectors import OneToOneConnector

    pre = sim.Population(1, sim.SpikeSourceArray())
    projection = sim.Projection(
        pre, sim.Population(3, sim.LIF_SFDFA(**CELL)), OneToOneConnector(), sim.StaticSynapse(weight=1.0, delay=1.0)
    )
    assert projection.get("weight", format="list") == [(0, 0, 1.0)]


def test_an_array_of_0_and_1_connects_where_it_is_1(sim):
    array = np.array([[0, 0, 1], [0, 1, 0], [0, 0, 0]])
    projection = wire(sim, sim.LIF_SFDFA(**CELL), (3, 3), lambda sim, shape: sim.ArrayConnector(array))
    assert projection.get("weight", format="list") == [(0, 2, 0.5), (1, 1, 0.5)]


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.array([[0.0, 0.5], [1.0, 1.0]]), "0.5.*True and False or 1 and 0"),
        (np.array([[0, 2], [1, 1]]), "2.*True and False or 1 and 0"),
        (np.ones((2, 3), bool), r"shape \(2, 3\).*2 presynaptic and 2 postsynaptic"),
    ],
)
def test_other_arrays_are_refused(sim, array, message):
    with pytest.raises(ValueError, match=message):
        wire(sim, sim.LIF_SFDFA(**CELL), (2, 2), lambda sim, shape: sim.ArrayConnector(array))


@pytest.mark.parametrize(
    ("pair", "message"),
    [
        ((0, 2), "has the postsynaptic neuron 2; there are 2, counted from 0"),
        ((-1, 0), "has the presynaptic neuron -1; there are 3, counted from 0"),
        ((3, 0), "has the presynaptic neuron 3; there are 3, counted from 0"),
    ],
)
def test_a_list_names_neurons_that_are_there(sim, pair, message):
    with pytest.raises(errors.ConnectionError, match=message):
        wire(sim, sim.LIF_SFDFA(**CELL), (3, 2), lambda sim, shape: sim.FromListConnector([(0, 0), pair]))


def test_a_probability_beyond_1_is_refused(sim):
    """By sPyNNaker's connector when it is made; PyNN's own refuses negative ones then, and connects all by this."""
    with pytest.raises(Exception, match="p_connect = 1.5 is no probability|probability must be >= 0 and < 1"):
        wire(sim, sim.LIF_SFDFA(**CELL), (3, 2), lambda sim, shape: sim.FixedProbabilityConnector(1.5))


@pytest.mark.parametrize("shape", [(2, 3), (5, 5), (6,)])
def test_weights_of_another_shape_are_refused(sim, shape):
    pre, post = sim.Population(3, sim.SpikeSourceArray()), sim.Population(2, sim.LIF_SFDFA(**CELL))
    synapses = sim.StaticSynapse(weight=np.ones(shape), delay=1.0)
    with pytest.raises(errors.InvalidDimensionsError, match=r"weight has the shape .* or a matrix of shape \(3, 2\)"):
        sim.Projection(pre, post, sim.AllToAllConnector(), synapses)


@pytest.mark.parametrize("sim", ["event", "brian2"], indirect=True)
def test_weights_of_another_shape_onto_stock_cells_are_refused(sim):
    """Though PyNN asks for the last of them to tell excitation from inhibition."""
    pre, post = sim.Population(3, sim.SpikeSourceArray(), label="a"), sim.Population(3, sim.IF_curr_exp(), label="b")
    message = r"'a→b': weight has the shape \(2, 2\)\. .* or a matrix of shape \(3, 3\)"
    with pytest.raises(errors.InvalidDimensionsError, match=message):
        sim.Projection(pre, post, sim.AllToAllConnector(), sim.StaticSynapse(weight=np.ones((2, 2)), delay=1.0))


def test_views_and_random_numbers_give_the_same_connections(sim):
    pre = sim.Population(8, sim.SpikeSourceArray())
    post = sim.Population(6, sim.LIF_SFDFA(**CELL))
    connector = sim.FixedProbabilityConnector(0.4, rng=NumpyRNG(7))
    projection = sim.Projection(pre[2:7], post[1:4], connector, sim.StaticSynapse(weight=1.0, delay=1.0))
    mock.setup()
    other = mock.Projection(
        mock.Population(8, mock.SpikeSourceArray())[2:7],
        mock.Population(6, mock.IF_curr_exp())[1:4],
        mock.FixedProbabilityConnector(0.4, rng=NumpyRNG(7)),
        mock.StaticSynapse(weight=1.0, delay=1.0),
    )
    assert projection.get("weight", format="list") == sorted(other.get("weight", format="list"))


def test_every_connector_that_a_simulator_lists_connects(sim):
    names = {name for name in dir(sim) if name.endswith("Connector")} - ELSEWHERE
    assert len(names) > 9
    for name in sorted(names):
        projection = wire(
            sim,
            sim.LIF_SFDFA(**CELL),
            (4, 3),
            lambda sim, shape, name=name: getattr(sim, name)(*MADE_WITH.get(name, ())),
        )
        assert len(projection.get("weight", format="list")) > 0, name
