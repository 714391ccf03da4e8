"""sPyNNaker's own cells, with PyNN's populations around them."""

import numpy as np
import pyNN.spiNNaker as spynnaker
import pytest
import quantities as pq
from pyNN import errors
from pyNN.random import NumpyRNG, RandomDistribution


@pytest.fixture
def stock(mapped):
    mapped.setup(timestep=1.0)
    return mapped.Population(4, mapped.IF_curr_exp(cm=50.0 * pq.pF, tau_m=np.float32(12.0)), label="stock")


def test_parameters_are_read_and_set_as_in_pynn(mapped, stock):
    assert stock.get("cm") == 0.05 and stock.get(["tau_m", "v_rest"]) == [12.0, -65.0]
    stock.set(cm=500.0 * pq.pF, tau_m=np.array(15.0))
    stock[1:3].set(tau_refrac=[3.0, 4.0])
    assert stock.get("cm") == 0.5 and stock[0].tau_m == 15.0
    assert stock.get("tau_refrac").tolist() == [0.1, 3.0, 4.0, 0.1] and stock[1:3].get("tau_refrac").tolist() == [3, 4]
    stock.set(v_thresh=RandomDistribution("uniform", (-52.0, -48.0), rng=NumpyRNG(2)))
    expected = RandomDistribution("uniform", (-52.0, -48.0), rng=NumpyRNG(2)).next(4)
    np.testing.assert_allclose(stock.get("v_thresh"), expected)
    stock.initialize(v=lambda i: -60.0 + i)
    assert stock.initial_values["v"].evaluate().tolist() == [-60.0, -59.0, -58.0, -57.0]
    assert stock[1].get_initial_value("v") == -59.0
    stock[1].set_initial_value("v", -50.0)
    assert stock.initial_values["v"].evaluate().tolist() == [-60.0, -50.0, -58.0, -57.0]
    old = mapped.Population((2, 3), mapped.IF_cond_exp, {"tau_m": 7.0}, initial_values={"v": -61.0})
    assert old.size == 6 and old.get("tau_m") == 7.0 and set(old.initial_values["v"].evaluate()) == {-61.0}
    assert old.positions.shape == (3, 6) and old.conductance_based and not stock.conductance_based


@pytest.mark.parametrize(
    ("do", "error", "message"),
    [
        (lambda sim, s: sim.IF_curr_exp(tau=1.0), errors.NonExistentParameterError, "tau .*IF_curr_exp are: .*tau_m"),
        (lambda sim, s: s.set(tau=1.0), errors.NonExistentParameterError, "tau .*IF_curr_exp are: .*tau_m"),
        (lambda sim, s: s.get("tau"), errors.NonExistentParameterError, "tau .*IF_curr_exp are: .*tau_m"),
        (lambda sim, s: sim.IF_curr_exp(cm=5.0 * pq.mV), errors.InvalidParameterValueError, "cm = .*give it in nF"),
        (lambda sim, s: s.set(cm=5.0 * pq.mV), errors.InvalidParameterValueError, "cm = .*give it in nF"),
        (lambda sim, s: s.initialize(u=1.0), errors.InvalidParameterValueError, "no state variable 'u'.*choices: v"),
        (lambda sim, s: sim.StaticSynapse(wieght=1.0), errors.NonExistentParameterError, "wieght .*StaticSynapse are"),
        (lambda sim, s: sim.Population(2, "IF_curr_exp"), errors.InvalidModelError, "choose one of .*LIF_SFDFA"),
        (
            lambda sim, s: sim.NoSuchConnector,
            AttributeError,
            "has no NoSuchConnector. Its connectors are AllToAllConnector, ",
        ),
        (lambda sim, s: sim.IF_cond_alpha, AttributeError, "IF_cond_alpha is in pynn_sfdfa.brian2"),
    ],
)
def test_what_is_not_there_is_named(mapped, stock, do, error, message):
    with pytest.raises(error, match=message):
        do(mapped, stock)


def test_what_sPyNNakers_population_has_is_there(mapped, stock):
    stock.add_placement_constraint(0, 0)
    stock.set_max_atoms_per_core(2)
    assert isinstance(stock.stock, spynnaker.Population) and isinstance(stock[0:2].stock, spynnaker.PopulationView)
    assert stock.stock.size == 4 and stock[0:2].stock.size == 2
    with pytest.raises(AttributeError, match="no_such_thing"):
        _ = stock.no_such_thing
    assert len(stock + mapped.Population(2, mapped.IF_curr_exp())) == 6
    assert stock.receptor_types == ["excitatory", "inhibitory"] and stock.find_units("v") == "mV"


def test_currents_reach_those_that_take_them(mapped, stock):
    source = mapped.DCSource(amplitude=0.5)
    stock[1:3].inject(source)
    source.inject_into(mapped.Population(2, mapped.IF_curr_exp()))
    assert list(stock._vertex.current_source_id_list[source]) == [1, 2]
    with pytest.raises(TypeError, match="LIF_SFDFA is integrated exactly between spikes"):
        source.inject_into(mapped.Population(2, mapped.LIF_SFDFA()))


def test_sPyNNakers_own_projections(mapped, stock):
    stimulus = mapped.Population(4, mapped.SpikeSourceArray(), label="stimulus")
    synapse = mapped.StaticSynapse(weight=500.0 * pq.pA, delay=2.0)
    projection = mapped.Projection(stimulus, stock, mapped.OneToOneConnector(), synapse)
    assert type(projection).__module__.startswith("spynnaker.")
    by_distance = mapped.DistanceDependentProbabilityConnector("d < 1.5")
    mapped.Projection(stock, stock, by_distance, mapped.StaticSynapse(weight=0.01, delay=1.0))
    mapped.run(10.0)
    assert [tuple(row) for row in projection.get(["weight", "delay"], "list")] == [(i, i, 0.5, 2.0) for i in range(4)]
    mapped.setup(timestep=1.0, min_delay=2.0, max_delay=5.0)
    pair = mapped.Population(2, mapped.SpikeSourceArray()), mapped.Population(2, mapped.IF_curr_exp())
    for delay in (1.0, 6.0):
        with pytest.raises(errors.ConnectionError, match=f"has a delay of {delay:g} ms; setup.. allows 2 to 5 ms"):
            mapped.Projection(*pair, mapped.AllToAllConnector(), mapped.StaticSynapse(weight=0.1, delay=delay))


def test_the_sign_of_the_weights_chooses_the_receptor_type(mapped, stock):
    """sPyNNaker drops the sign: without a receptor type, negative weights would excite."""
    stimulus = mapped.Population(4, mapped.SpikeSourceArray())
    of_list = mapped.FromListConnector([(0, 0, -0.5, 1.0), (1, 2, -0.25, 1.0)])
    for connector, weight, options, expected in (
        (mapped.OneToOneConnector(), -0.5, {}, "inhibitory"),
        (mapped.OneToOneConnector(), 0.5, {"receptor_type": None}, "excitatory"),
        (mapped.OneToOneConnector(), 0.5, {"receptor_type": "inhibitory"}, "inhibitory"),
        (of_list, 0.5, {}, "inhibitory"),
    ):
        synapse = mapped.StaticSynapse(weight=weight, delay=1.0)
        projection = mapped.Projection(stimulus, stock, connector, synapse, **options)
        assert projection._synapse_information.receptor_type == expected
    conductances = mapped.Population(4, mapped.IF_cond_exp())
    mixed = mapped.FromListConnector([(0, 0, -0.5, 1.0), (1, 2, 0.25, 1.0)])
    for post, connector, options, message in (
        (
            stock,
            mapped.OneToOneConnector(),
            {"receptor_type": "excitatory"},
            "weight of -0.5, .* Leave receptor_type out",
        ),
        (
            conductances,
            mapped.OneToOneConnector(),
            {},
            "a conductance is not negative. .* receptor_type = 'inhibitory'",
        ),
        (stock, mixed, {}, "has weights from -0.5 to 0.25; .* Use one projection for each sign"),
    ):
        with pytest.raises(errors.ConnectionError, match=message):
            mapped.Projection(stimulus, post, connector, mapped.StaticSynapse(weight=-0.5, delay=1.0), **options)


def test_what_sPyNNakers_cells_cannot_be_wired_with(mapped, stock):
    from pyNN.connectors import CloneConnector, OneToOneConnector

    stimulus = mapped.Population(4, mapped.SpikeSourceArray(), label="stimulus")
    for ends, connector, message in (
        ((stimulus, stock), OneToOneConnector(), "does not lead to .* cells; use OneToOneConnector of pynn_sfdfa.spiN"),
        ((stimulus, stock), CloneConnector(None), "does not lead to .* cells; use one of pynn_sfdfa.spiNNaker"),
        ((stock, stimulus), mapped.OneToOneConnector(), "cannot end on population 'stimulus' .SpikeSourceArray"),
        (
            (stock + stimulus, stock),
            mapped.OneToOneConnector(),
            "not assemblies. Use one projection for each population",
        ),
        (([1, 2], stock), mapped.OneToOneConnector(), "connects populations, views or assemblies, not a list"),
    ):
        with pytest.raises(errors.ConnectionError, match=message):
            mapped.Projection(*ends, connector, mapped.StaticSynapse(weight=1.0, delay=1.0))


def test_rectangles_of_neurons_are_for_convolutions(mapped):
    mapped.setup(timestep=1.0)
    grid = mapped.Grid2D(aspect_ratio=3 / 4)
    cells = mapped.Population(2, mapped.LIF_SFDFA())
    ordinary, split = (
        mapped.Population(
            12, mapped.SpikeSourceArray(), structure=grid, label=f"per {per_core}", neurons_per_core=per_core
        )
        for per_core in (5, (3, 2))
    )
    mapped.Projection(ordinary, cells, mapped.AllToAllConnector(), mapped.StaticSynapse(weight=1.0, delay=1.0))
    with pytest.raises(errors.ConnectionError, match="have rectangles of neurons.* neurons_per_core as a number"):
        mapped.Projection(split, cells, mapped.AllToAllConnector(), mapped.StaticSynapse(weight=1.0, delay=1.0))
    mapped.run(5.0)
    assert [len(p._vertex.machine_vertices) for p in (ordinary, split)] == [3, 2]
