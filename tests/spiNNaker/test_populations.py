"""Populations and projections as PyNN has them, on a board where nothing runs."""

import numpy as np
import pytest
from pyNN import errors
from pyNN.random import NumpyRNG, RandomDistribution

CELL = {"tau_m": 52.0, "tau_syn": 26.0, "cm": 10.0, "v_rest": -70.0, "v_thresh": -68.0, "trial_duration": 40.0}


def pair(sim, n_pre=4, n_post=3, **cell):
    sim.setup(timestep=1.0)
    stimulus = sim.Population(n_pre, sim.SpikeSourceArray(spike_times=[[1.0]] * n_pre), label="stimulus")
    return stimulus, sim.Population(n_post, sim.LIF_SFDFA(**{**CELL, **cell}), label="cells")


def connect(sim, pre, post, synapse=None, connector=None, **options):
    return sim.Projection(
        pre, post, connector or sim.AllToAllConnector(), synapse or sim.SFDFASynapse(delay=1.0), **options
    )


def test_everything_of_spynnaker_is_there(sim):
    import pyNN.spiNNaker as stock

    public = {name for name in stock.__all__ if not name.startswith("_")} if hasattr(stock, "__all__") else set()
    assert public <= set(dir(sim))
    assert {"IF_curr_exp", "SpikeSourcePoisson", "STDPMechanism", "LIF_SFDFA"} <= set(sim.__all__)
    assert "LIF_SFDFA" in sim.list_standard_models() and "IF_curr_exp" in sim.list_standard_models()


def test_parameters_can_be_read_and_set(mapped):
    _, cells = pair(mapped)
    cells.set(v_thresh=-60.0, rho=0.5)
    assert cells.get("v_thresh") == -60.0 and cells.get("rho", simplify=False).tolist() == [0.5] * 3
    cells.initialize(v=-69.0)
    assert cells._vertex.initial_values("v").tolist() == [-69.0] * 3
    cells[1:2].initialize(v=-65.0)
    assert cells._vertex.initial_values("v").tolist() == [-69.0, -65.0, -69.0]
    assert cells._vertex.get_units("v") == "mV" and cells._vertex.get_units("tau_m") == "ms"
    with pytest.raises(errors.InvalidParameterValueError, match="v_thresh = -80 mV is not valid; it must be greater"):
        cells.set(v_thresh=-80.0)
    assert cells.get("v_thresh") == -60.0
    with pytest.raises(errors.InvalidParameterValueError, match="v_thresh = -60 and -55 within one population"):
        cells.set(v_thresh=[-60.0, -60.0, -55.0])


def test_a_cell_type_serves_populations_of_any_size(mapped):
    pair(mapped)
    cell = mapped.LIF_SFDFA(targets=[1.0, 2.0], **CELL)
    assert [mapped.Population(n, cell)._vertex.targets.shape for n in (2, 5)] == [(2, 2), (5, 2)]


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ({"trial_duration": 40.5}, r"trial_duration = 40.5 ms is not a multiple of the timestep of 1 ms; choose 40 ms"),
        ({"tau_m": [52.0, 53.0, 52.0]}, "tau_m = 52 and 53 within one population is not possible on SpiNNaker"),
        ({"targets": [[1.0], [], [2.0]]}, "neuron 1 has no targets, others have up to 1"),
    ],
)
def test_cells_that_the_machine_cannot_have(mapped, cell, message):
    with pytest.raises(errors.InvalidParameterValueError, match=message):
        pair(mapped, **cell)


def test_weights_of_all_kinds(mapped):
    stimulus, cells = pair(mapped)
    given = np.random.default_rng(1).uniform(-1, 1, (4, 3))
    projection = connect(mapped, stimulus, cells, mapped.SFDFASynapse(weight=given, delay=2.0, learning_rate=1e-4))
    np.testing.assert_array_equal(projection.get("weight", format="array"), given)
    assert projection.size() == len(projection) == 12 and projection.shape == (4, 3)
    rows = projection.get(["weight", "delay"], format="list")
    assert rows[5] == (1, 2, given[1, 2], 2.0)
    assert projection.get("learning_rate", format="list", with_address=False) == [1e-4] * 12
    projection.set(weight=RandomDistribution("uniform", (0.0, 1.0), rng=NumpyRNG(seed=2)))
    assert np.ptp(projection.get("weight", format="array")) > 0
    projection.set(weight=np.arange(12.0))
    assert projection.get("weight", format="array")[3, 2] == 11.0
    with pytest.warns(UserWarning, match=r"12 of 12 weights of .* lie outside the machine's range, \+-16 nA"):
        projection.set(weight=20.0)
    projection.set(delay=3.0)
    assert projection.get("delay", format="list", with_address=False) == [3.0] * 12 and projection.delay_ticks == 3
    with pytest.raises(errors.NonExistentParameterError, match="eligibility .* are: delay, learning_rate, weight"):
        projection.get("eligibility", format="array")


def test_weights_can_be_saved(mapped, tmp_path):
    stimulus, cells = pair(mapped)
    projection = connect(mapped, stimulus, cells, mapped.SFDFASynapse(weight=0.5, delay=1.0))
    projection.save("weight", str(tmp_path / "weights.txt"))
    saved = np.loadtxt(tmp_path / "weights.txt")
    assert saved.shape == (12, 3) and (saved[:, 2] == 0.5).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"synapse": ("SFDFAFeedback", {})}, "SFDFAFeedback comes from an output population of LIF_SFDFA neurons"),
        ({"receptor_type": "error"}, "SFDFASynapse does not go with receptor_type = 'error'"),
        ({"synapse": ("SFDFASynapse", {"delay": 0.5})}, r"delay of 0.5 ms, which is not a multiple of the timestep"),
        ({"synapse": ("SFDFASynapse", {"delay": 20.0})}, "delay of 20 ms; from 'stimulus' .* can take 1 to 14 ms"),
        ({"synapse": ("STDPMechanism", None)}, "does not lead to LIF_SFDFA neurons; choose one of StaticSynapse"),
    ],
)
def test_connections_that_are_refused(mapped, options, message):
    stimulus, cells = pair(mapped)
    if "synapse" in options:
        name, arguments = options["synapse"]
        if arguments is None:
            times, weights = mapped.SpikePairRule(), mapped.AdditiveWeightDependence()
            arguments = {"timing_dependence": times, "weight_dependence": weights}
        options = {**options, "synapse": getattr(mapped, name)(**arguments)}
    with pytest.raises(errors.ConnectionError, match=message):
        connect(mapped, stimulus, cells, **options)


def test_more_connections_that_are_refused(mapped):
    stimulus, cells = pair(mapped)
    connect(mapped, stimulus, cells)
    with pytest.raises(errors.ConnectionError, match="'stimulus' is connected to 'cells' already"):
        connect(mapped, stimulus, cells)
    with pytest.raises(errors.ConnectionError, match="connects populations, views or assemblies, not a int"):
        connect(mapped, stimulus, 3)
    stock = mapped.Population(2, mapped.IF_curr_exp(), label="stock")
    with pytest.raises(errors.ConnectionError, match="send graded spikes, which sPyNNaker's own cells"):
        connect(mapped, cells, stock, mapped.StaticSynapse())
    other = mapped.Population(2, mapped.SpikeSourcePoisson(rate=10.0), label="other")
    connect(mapped, other, cells, mapped.SFDFASynapse(delay=1.0, learning_rate=1e-4))
    third = mapped.Population(2, mapped.SpikeSourcePoisson(rate=10.0), label="third")
    with pytest.raises(errors.ConnectionError, match="those onto one population share theirs"):
        connect(mapped, third, cells, mapped.SFDFASynapse(delay=1.0, learning_rate=2e-4))


def test_stock_cells_are_stock_cells(mapped):
    stimulus, _ = pair(mapped)
    stock = mapped.Population(2, mapped.IF_curr_exp(), label="stock")
    projection = connect(mapped, stimulus, stock, mapped.StaticSynapse(weight=1.0, delay=1.0))
    assert type(projection).__module__.startswith("spynnaker.")


def test_a_delay_of_zero_from_a_stimulus_is_one_timestep(mapped):
    stimulus, cells = pair(mapped)
    with pytest.warns(UserWarning, match="its delay of 0 ms was taken for 1 ms"):
        projection = connect(mapped, stimulus, cells, mapped.SFDFASynapse(delay=0.0))
    assert projection.get("delay", format="array")[0, 0] == 1.0
    following = mapped.Population(2, mapped.LIF_SFDFA(**CELL), label="following")
    between = connect(mapped, cells, following, mapped.SFDFASynapse(delay=0.0))
    assert between.get("delay", format="array")[0, 0] == 0.0 and between.delay_ticks == 1


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("timestep", 0.00025, "timestep = 0.00025 ms is not valid; on SpiNNaker it must be a multiple of 0.001 ms"),
        ("seed", 2**32, "seed = 4294967296 is not valid"),
        ("first_trial", 2**31, "first_trial = 2147483648 is not valid"),
        ("board", "no board!", "'no board!' is no board"),
    ],
)
def test_settings_that_are_refused(sim, name, value, message):
    with pytest.raises(ValueError, match=message):
        sim.setup(**{name: value})
