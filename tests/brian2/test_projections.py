"""Connection in bulk against pyNN.brian2's own, and reading and setting of all synapses at once."""

import time

import numpy as np
import pytest

PARAMETERS = {"tau_syn": 10.0, "tau_m": 20.0}


@pytest.fixture
def ends(sim):
    sim.setup(timestep=0.5)
    return sim.Population(5, sim.SpikeSourceArray(spike_times=[1.0])), sim.Population(4, sim.LIF_SFDFA(**PARAMETERS))


def connectors(sim):
    return {
        "all to all": lambda: sim.AllToAllConnector(),
        "one to one": lambda: sim.OneToOneConnector(),
        "probability": lambda: sim.FixedProbabilityConnector(0.4, rng=sim.NumpyRNG(3)),
        "pre": lambda: sim.FixedNumberPreConnector(2, rng=sim.NumpyRNG(4)),
        "post": lambda: sim.FixedNumberPostConnector(3, rng=sim.NumpyRNG(5)),
        "total": lambda: sim.FixedTotalNumberConnector(9, rng=sim.NumpyRNG(6)),
        "array": lambda: sim.ArrayConnector(np.eye(5, 4, k=-1, dtype=bool)),
        "list": lambda: sim.FromListConnector([(0, 1), (4, 3), (2, 0)]),
        "distance": lambda: sim.DistanceDependentProbabilityConnector("d < 2"),
    }


@pytest.mark.parametrize(
    "name", ["all to all", "one to one", "probability", "pre", "post", "total", "array", "list", "distance"]
)
def test_every_connector_as_in_pynn(sim, ends, name):
    from pyNN.brian2.projections import Projection as PyNNProjection

    make = connectors(sim)[name]
    synapse = sim.SFDFASynapse(weight=lambda d: 0.1 - 0.3 * d, learning_rate=0.25)
    found = sim.Projection(*ends, make(), synapse)
    stock = sim.Population(4, sim.IF_curr_exp())
    expected = PyNNProjection(ends[0], stock, make(), sim.StaticSynapse(weight=lambda d: 0.1 + 0.3 * d))
    matrix = expected.get("weight", format="array")
    np.testing.assert_allclose(found.get("weight", format="array"), 0.2 - matrix, atol=1e-12)
    assert len(found) == len(expected)
    bulk = sim.Projection(ends[0], stock, make(), sim.StaticSynapse(weight=lambda d: 0.1 + 0.3 * d, delay=1.5))
    np.testing.assert_allclose(bulk.get("weight", format="array"), matrix, atol=1e-12)
    lists = [sorted(projection.get("weight", format="list")) for projection in (bulk, expected)]
    np.testing.assert_allclose(*lists, atol=1e-12)
    assert np.nanmin(bulk.get("delay", format="array")) == pytest.approx(1.5)


def test_large_projections_connect_in_seconds(sim):
    sim.setup(timestep=1.0)
    pre = sim.Population(784, sim.SpikeSourceArray(spike_times=[1.0]))
    post = sim.Population(800, sim.LIF_SFDFA())
    weight = np.random.default_rng(0).uniform(-1, 1, (784, 800))
    started = time.process_time()
    projection = sim.Projection(pre, post, sim.AllToAllConnector(), sim.SFDFASynapse(weight=weight))
    projection.set(weight=2 * weight)
    found = projection.get("weight", format="array")
    assert time.process_time() - started < 3.0
    np.testing.assert_allclose(found, 2 * weight, rtol=1e-12)


def test_lists_are_in_order_of_address_and_can_be_set(sim, ends):
    projection = sim.Projection(*ends, sim.FromListConnector([(4, 0), (0, 3), (0, 1)]), sim.SFDFASynapse())
    projection.set(weight=[1.0, -2.0, 3.0])
    assert projection.get("weight", format="list") == [(0, 1, 1.0), (0, 3, -2.0), (4, 0, 3.0)]
    projection[1].weight = 5.0
    assert [synapse.weight for synapse in projection.connections] == pytest.approx([1.0, 5.0, 3.0])
    assert projection[0].as_tuple("weight", "delay", "learning_rate", "eligibility") == (1.0, 0.0, 0.0, 0.0)


@pytest.mark.parametrize("how, expected", [("sum", 3.5), ("first", 1.5), ("last", 2.0), ("min", 1.5), ("max", 2.0)])
def test_several_synapses_between_two_neurons(sim, ends, how, expected):
    connector = sim.FromListConnector([(0, 1, 1.5), (0, 1, 2.0)], column_names=["weight"])
    projection = sim.Projection(*ends, connector, sim.SFDFASynapse())
    matrix = projection.get("weight", format="array", multiple_synapses=how)
    assert matrix[0, 1] == expected
    assert np.isnan(matrix).sum() == 19


def test_views_and_assemblies(sim, ends):
    pre, post = ends
    other = sim.Population(2, sim.LIF_SFDFA(**PARAMETERS))
    weight = np.arange(20.0).reshape(4, 5)
    assembly = sim.Assembly(post[1:4], other)
    projection = sim.Projection(pre[1:5], assembly, sim.AllToAllConnector(), sim.SFDFASynapse(weight=weight))
    np.testing.assert_allclose(projection.get("weight", format="array"), weight, rtol=1e-12)
    projection.set(weight=-weight)
    np.testing.assert_allclose(projection.get("weight", format="array"), -weight, rtol=1e-12)
    groups = [projection.group(address) for address in projection.addresses]
    assert [(np.unique(g.i).tolist(), np.unique(g.j).tolist()) for g in groups] == [
        ([1, 2, 3, 4], [1, 2, 3]),
        ([1, 2, 3, 4], [0, 1]),
    ]


def additive_stdp(sim):
    return sim.STDPMechanism(
        timing_dependence=sim.SpikePairRule(tau_plus=20.0, tau_minus=30.0, A_plus=0.01, A_minus=0.02),
        weight_dependence=sim.AdditiveWeightDependence(w_min=0.0, w_max=0.4),
        dendritic_delay_fraction=0,
        weight=0.2,
        delay=1.0,
    )


def test_plasticity_of_pynn_is_connected_in_bulk_too(sim, ends):
    post = sim.Population(4, sim.IF_curr_exp())
    stdp = additive_stdp(sim)
    projection = sim.Projection(ends[0], post, sim.AllToAllConnector(), stdp)
    np.testing.assert_allclose(projection.get("tau_minus", format="array"), 30.0)
    depressing = sim.TsodyksMarkramSynapse(U=0.3, tau_rec=80.0, weight=0.2, delay=1.0)
    projection = sim.Projection(ends[0], post, sim.AllToAllConnector(), depressing)
    np.testing.assert_allclose(projection._read_native("tau_syn"), 5e-3)
    np.testing.assert_allclose(projection.get("U", format="array"), 0.3)


def test_weights_count_in_the_unit_of_the_cells_and_may_be_given_with_it(sim, ends):
    import quantities as pq
    from pyNN import errors

    currents, conductances, steps = (sim.Population(2, cell) for cell in (
        sim.IF_curr_exp(), sim.IF_cond_exp(), sim.IF_curr_delta()
    ))  # fmt: skip
    for post, weight, expected in (
        (currents, 50.0 * pq.pA, 0.05),
        (conductances, 50.0 * pq.nS, 0.05),
        (steps, 50.0 * pq.uV, 0.05),
    ):
        synapse = sim.StaticSynapse(weight=weight, delay=1.0 * pq.ms)
        projection = sim.Projection(ends[0], post, sim.AllToAllConnector(), synapse)
        assert projection.get("weight", format="list")[0][2] == pytest.approx(expected)
        projection.set(weight=2 * weight)
        assert projection.get("weight", format="list")[0][2] == pytest.approx(2 * expected)
    with pytest.raises(errors.InvalidParameterValueError, match="weight was given in nA, but .* are in uS"):
        sim.Projection(ends[0], conductances, sim.AllToAllConnector(), sim.StaticSynapse(weight=1.0 * pq.nA))
    with pytest.raises(errors.InvalidParameterValueError, match="weight = .*give it in nA, in uS"):
        sim.StaticSynapse(weight=1.0 * pq.ms)


@pytest.mark.parametrize("kind", ["static", "depressing", "plastic"])
def test_a_type_of_synapse_that_projections_share(sim, ends, kind):
    """Its weights have the unit of each projection."""
    weight = sim.RandomDistribution("uniform", (0.1, 0.2), rng=sim.NumpyRNG(3))
    synapse = {
        "static": lambda: sim.StaticSynapse(weight=weight, delay=1.0),
        "depressing": lambda: sim.TsodyksMarkramSynapse(weight=weight, delay=1.0),
        "plastic": lambda: sim.STDPMechanism(
            timing_dependence=sim.SpikePairRule(),
            weight_dependence=sim.AdditiveWeightDependence(w_max=0.3),
            dendritic_delay_fraction=0,
            weight=weight,
            delay=1.0,
        ),
    }[kind]()
    cells = sim.Population(2, sim.IF_curr_exp()), sim.Population(2, sim.IF_cond_exp())
    first, second = (sim.Projection(ends[0], post, sim.AllToAllConnector(), synapse) for post in cells)
    weights = [np.array(p.get("weight", format="list"))[:, 2] for p in (first, second)]
    assert all(((w > 0.1) & (w < 0.2)).all() for w in weights)
    in_si = [projection._read_native("weight") for projection in (first, second)]
    assert in_si[0] == pytest.approx(weights[0] * 1e-9) and in_si[1] == pytest.approx(weights[1] * 1e-6)


def test_variables_of_plasticity_can_be_set(sim, ends):
    from pyNN import errors

    stdp = additive_stdp(sim)
    projection = sim.Projection(ends[0], sim.Population(4, sim.IF_curr_exp()), sim.AllToAllConnector(), stdp)
    projection.set(tau_plus=25.0, w_max=0.5, delay=1.2)
    assert projection.get(["tau_plus", "w_max", "delay"], format="list", with_address=False)[0] == pytest.approx(
        (25.0, 0.5, 1.0)
    )
    with pytest.raises(errors.NonExistentParameterError, match="tau .*STDPMechanism are: .*tau_plus"):
        projection.set(tau=1.0)


def test_a_stock_projection_without_synapses_carries_nothing(sim, ends):
    cells = sim.Population(2, sim.IF_curr_exp())
    connector = sim.FixedProbabilityConnector(0.0)
    projection = sim.Projection(ends[0], cells, connector, sim.StaticSynapse(weight=1.0, delay=2.0))
    assert projection.get("weight", format="list") == []
    assert sim.get_min_delay() == 0.5
    other = sim.StaticSynapse(weight=1.0, delay=[[2.0, 1.5]] * 5)
    sim.Projection(ends[0], cells, sim.AllToAllConnector(), other)
    assert sim.get_min_delay() == 1.5
    sim.run(1.0)
