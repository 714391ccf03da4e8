"""Recurrent layers in descriptions: what is valid, what their weights are, and who cannot express them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_nets import random_trains

import pynn_sfdfa.event as event
from pynn_sfdfa import SFDFA, SGD, Convolution, Dense, Input, Network, Recurrent, Trainer
from pynn_sfdfa.common.needs import Need
from pynn_sfdfa.common.simulators import SIMULATORS
from pynn_sfdfa.experiments.config import ConfigError, load
from pynn_sfdfa.experiments.layers import layers_of
from pynn_sfdfa.network.cells import LIF_SFDFA
from pynn_sfdfa.network.nir_graph import NIRError, to_nir
from pynn_sfdfa.network.pynn_script import PyNNScriptError, write

CELL = LIF_SFDFA(tau_m=20.0, tau_syn=10.0, cm=1.0, v_rest=-65.0, v_thresh=-58.0, trial_duration=40.0)


@given(n=st.integers(1, 30), p_connect=st.floats(0.01, 1.0), seed=st.integers(0, 5))
def test_weights_are_zero_where_there_is_no_synapse_and_within_their_range_elsewhere(n, p_connect, seed):
    loop = Recurrent(p_connect=p_connect, weights=(0.5, 1.0), seed=seed)
    weights = loop.initial_weights(n, np.random.default_rng(1))
    assert weights.shape == (n, n) and weights.dtype == np.float32
    assert ((weights != 0) == loop.connected(n)).all()
    assert (weights[loop.connected(n)] >= 0.5).all() and (weights <= 1.0).all()
    np.testing.assert_array_equal(loop.connected(n), Recurrent(p_connect=p_connect, seed=seed).connected(n))


def test_the_weights_of_a_recurrent_layer_lie_below_those_of_the_layer_below():
    plain, looped = (
        Network([Input((4,)), Dense(3, cell=CELL, recurrent=loop), Dense(2, cell=CELL)], seed=7)
        for loop in (None, Recurrent(weights=(-0.2, 0.2)))
    )
    assert [w.shape for w in looped.weights] == [(7, 3), (3, 2)]
    np.testing.assert_array_equal(looped.weights[0][:4], plain.weights[0])
    np.testing.assert_array_equal(looped.matrices(looped.weights)[0], plain.weights[0])
    assert abs(looped.weights[0][4:]).max() <= 0.2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"delay": 0.0}, "delay = 0.0 is not valid: must be >= 1e-06 .ms after which a spike arrives"),
        ({"p_connect": 0.0}, "p_connect = 0.0 is not valid: must be > 0 .probability"),
        ({"p_connect": 1.5}, "p_connect = 1.5 is not valid: must be <= 1"),
        ({"weights": (1.0, -1.0)}, "weights = .* the first number must be smaller"),
        ({"seed": -1}, "seed = -1 is not valid"),
    ],
)
def test_what_is_not_valid(options, message):
    with pytest.raises(ValueError, match=f"Recurrent: {message}"):
        Recurrent(**options)


def test_what_does_not_go_together():
    with pytest.raises(ValueError, match=r"inhibition = 1 nA in a recurrent layer is not possible.*Recurrent\("):
        Dense(3, inhibition=1.0, recurrent=Recurrent())
    with pytest.raises(ValueError, match=r"recurrent = 1.0 is not valid; give Recurrent\(delay=1.0\)"):
        Dense(3, recurrent=1.0)
    with pytest.raises(ValueError, match="'output'.* has a delay of 40 ms within it.*shorter than the trial .40 ms"):
        Network([Input((4,)), Dense(3, cell=CELL, recurrent=Recurrent(delay=40.0))])


def network():
    return Network(
        [Input((6,)), Dense(5, cell=CELL, recurrent=Recurrent(1.5, 0.6, (-0.5, 0.5))), Dense(2, cell=CELL)],
        delay=1.0, weights=(-0.3, 0.9), seed=2, max_spikes=200,
    )  # fmt: skip


def test_formats_that_cannot_say_it_refuse_and_name_a_way_out(tmp_path):
    pytest.importorskip("nir")
    with pytest.raises(NIRError, match="'hidden 1'.*within the layer have a delay of 1.5 ms.*network.wire"):
        to_nir(network(), 0.1)
    trains = random_trains(np.random.default_rng(1), 1, 6)
    about = {"title": "a", "readout": "most-spikes", "timestep": 0.1}
    with pytest.raises(PyNNScriptError, match="'hidden 1'.*is recurrent.*network.wire"):
        write(network(), tmp_path / "a.py", trains, np.zeros((1, 2), int), np.zeros(1, int), **about)
    assert not list(tmp_path.iterdir())


def test_experiments_have_recurrent_layers():
    keys = [f"network.hidden.recurrent.{key}" for key in ("delay=2.0", "p_connect=0.5", "weights=[-0.2, 0.3]")]
    settings = load("digits", keys)
    hidden = layers_of(settings.network, 64, 10)[1]
    assert hidden.recurrent == Recurrent(2.0, 0.5, (-0.2, 0.3))
    table = settings.settings()["network"]["hidden"]["recurrent"]
    assert table == {"delay": 2.0, "p_connect": 0.5, "weights": [-0.2, 0.3]}
    assert "recurrent" not in load("digits").settings()["network"]["hidden"]
    for other, message in (
        ("network.hidden.inhibition=1.0", "both say what goes on within the layer"),
        ("network.hidden.recurrent.delay=200.0", "hidden.recurrent.delay = 200 ms must be shorter"),
    ):
        with pytest.raises(ConfigError, match=message):
            load("digits", [*keys, other])
    with pytest.raises(ConfigError, match="hidden.recurrent means something for dense layers only"):
        load("digits-conv", keys)


@pytest.mark.slow
def test_brian2_shows_and_learns_what_event_does():
    sim = pytest.importorskip("pynn_sfdfa.brian2", reason="run: pip install 'pynn-sfdfa[brian2]'")
    trains = random_trains(np.random.default_rng(5), 1, 6, spikes=(20, 30), last=25.0, grid=0.1)
    wanted = event.training_engine(network()).respond(trains)
    learned = []
    for simulator in (event, sim):
        net = network()
        simulator.setup(timestep=0.025, **({} if simulator is event else {"target": "numpy"}))
        made = net.wire(simulator, trains, targets=[[9.0, 1.0]], learning_rate=1e-5, rho=1.0, r_target=9.0)
        for population in made.populations:
            population.record("spikes")
        simulator.run(made.duration)
        found = [int(made.counts(population).sum()) for population in made.populations]
        net.read(made)
        learned.append(net.weights)
        simulator.end()
        assert min(wanted.spikes) > 10
        np.testing.assert_allclose(found, wanted.spikes, rtol=0.05)
    moved = learned[0][0] - network().weights[0]
    assert abs(moved[6:]).max() > 1e-5
    np.testing.assert_allclose(learned[1][0], learned[0][0], atol=0.01 * abs(moved).max())


def test_simulators_that_have_it_not_refuse_to_train():
    assert [s.name for s in SIMULATORS if Need.RECURRENCE in s.offers] == ["event", "brian2"]
    with pytest.raises(ValueError, match="'hidden 1'.*spiNNaker: it needs synapses within a layer.*event or brian2"):
        network().check_trains_on("spiNNaker")


def test_a_network_is_trained_on_brian2():
    sim = pytest.importorskip("pynn_sfdfa.brian2", reason="run: pip install 'pynn-sfdfa[brian2]'")
    sim.setup(timestep=0.1, target="numpy")
    net = network()
    trainer = Trainer(net, sim, rule=SFDFA(rho=1.0, r_target=9.0), optimizer=SGD(1e-3), batch_size=1, seed=1)
    trainer.fit(random_trains(np.random.default_rng(5), 2, 6, spikes=(20, 30), last=25.0, grid=0.1), epochs=1)
    assert (net.weights[0] != network().weights[0])[6:].sum() > 5
    sim.end()


def test_windows_have_no_synapses_within():
    assert Convolution(2, 2).recurrent is None
