from __future__ import annotations

import sys
from dataclasses import asdict

import nir
import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from nir_reader import spike_times

import pynn_sfdfa.event as sim
from pynn_sfdfa import LIF_SFDFA, Dense, FeedForward, IF_curr_exp, Input, Network, SpikeTrains, Trainer
from pynn_sfdfa.cli import main
from pynn_sfdfa.network.nir_graph import NIRError, from_nir, to_nir, write
from pynn_sfdfa.training.checkpoint import load

DURATION = 200.0


def network(**changes):
    options = {"hidden": {"v_thresh": -62.0}, "output": {"v_thresh": -50.0}, "weights": (-0.5, 1.0), "seed": 3}
    return FeedForward([20, 12, 4], **(options | changes))


def exact(built, trains):
    sim.setup()
    samples = SpikeTrains.from_samples(
        [(np.concatenate(trains), np.repeat(np.arange(len(trains)), [len(t) for t in trains]))],
        [0],
        n_units=len(trains),
    )
    wiring = built.wire(sim, samples)
    for population in wiring.populations:
        population.record("spikes")
    sim.run(built.trial_duration)
    times = [p.get_data().segments[0].spiketrains for p in wiring.populations]
    found = [[np.asarray(train.magnitude) for train in layer] for layer in times]
    sim.end()
    return found


@pytest.fixture(scope="module")
def trains():
    rng = np.random.default_rng(5)
    return [np.sort(rng.uniform(1.0, 100.0, 2)) for _ in range(20)]


def test_a_file_gives_the_same_network_back(tmp_path):
    built = network()
    nir.write(tmp_path / "network.nir", to_nir(built))
    again = from_nir(nir.read(tmp_path / "network.nir"))
    assert again.layers == built.layers
    for one, other in zip(again.weights, built.weights, strict=True):
        np.testing.assert_array_equal(one, other)


def stock(inhibition=0.0, delay=0.0, **cell):
    kind = IF_curr_exp(**{"tau_refrac": 0.0, "v_reset": -72.5} | cell)
    layers = [Input((5,)), Dense(4, cell=kind), Dense(3, cell=LIF_SFDFA(), inhibition=inhibition)]
    return Network(layers, delay=delay)


def test_stock_cells_come_back_from_a_file_beside_those_that_learn(tmp_path):
    nir.write(tmp_path / "network.nir", to_nir(stock()))
    assert from_nir(nir.read(tmp_path / "network.nir")).layers == stock().layers


def test_graphs_that_do_not_tell_their_cells_are_of_the_article_s():
    graph = to_nir(network())
    del graph.metadata["cells"]
    assert from_nir(graph).layers == network().layers
    graph.metadata["cells"] = ["LIF_SFDFA", "LIF_OF_THE_MOON"]
    with pytest.raises(NIRError, match="LIF_OF_THE_MOON as CubaLIF for neurons; cells here are IF_curr_exp, LIF_SFDFA"):
        from_nir(graph)


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"tau_refrac": 2.0}, r"Layer 'hidden 1' .*: IF_curr_exp with tau_refrac = 2 ms has no counterpart in NIR"),
        ({"i_offset": -0.1}, "IF_curr_exp with i_offset = -0.1 nA has no counterpart"),
        (
            {"tau_refrac": 2.0, "i_offset": 0.1},
            "tau_refrac = 2 ms and i_offset = 0.1 nA .* Train with tau_refrac = 0 and",
        ),
        ({"inhibition": 2.0, "delay": 1.0}, r"Layer 'output' .*: inhibition = 2 nA acts after a delay"),
        (
            {"tau_refrac": 2.0, "inhibition": 2.0, "delay": 1.0},
            r"(?s)'hidden 1' .* tau_refrac = 2 ms.*\nLayer 'output' .* inhibition = 2 nA.*\nThe network has a delay of",
        ),
    ],
)
def test_what_nir_has_not_is_refused_by_layer_and_reason(changes, message):
    with pytest.raises(NIRError, match=message):
        to_nir(stock(**changes))


@given(
    tau_syn=st.floats(5.0, 150.0),
    ratio=st.floats(1.1, 4.0),
    cm=st.floats(0.1, 20.0),
    v_rest=st.floats(-90.0, -50.0),
    above=st.floats(0.5, 80.0),
    dt=st.floats(0.01, 1.0),
)
@settings(max_examples=50, deadline=None)
def test_parameters_come_back(tau_syn, ratio, cm, v_rest, above, dt):
    cell = {"tau_syn": tau_syn, "tau_m": ratio * tau_syn, "cm": cm, "v_rest": v_rest, "v_thresh": v_rest + above}
    built = FeedForward([2, 3], output=cell)
    (layer,), (again,) = built.layers, from_nir(to_nir(built, dt)).layers
    for name, value in asdict(layer.cell).items():
        assert getattr(again.cell, name) == pytest.approx(value, rel=1e-9)


def test_spike_times_converge_with_the_step_of_the_reader(trains):
    """Reset and Euler steps of a reader cost an error of first order, no more: half the step, half the error."""
    built = network()
    reference = sum(exact(built, trains), [])
    assert sum(map(len, reference)) > 40
    errors, differing = [], []
    for dt in (0.1, 0.05, 0.025):
        found = sum(spike_times(to_nir(built, dt), trains, DURATION, dt), [])
        differing.append(sum(abs(len(a) - len(b)) for a, b in zip(found, reference, strict=True)))
        pairs = zip(found, reference, strict=True)
        errors.append(np.mean([abs(t - exactly) for a, b in pairs for t, exactly in zip(a[:3], b[:3], strict=False)]))
    assert errors[1] < 0.6 * errors[0]
    assert errors[2] < 0.6 * errors[1]
    assert errors[2] < 0.05  # ms
    assert differing[2] == 0


def test_the_graph_says_how_it_was_made():
    about = to_nir(network(), dt=0.05).metadata
    assert about["dt_ms"] == 0.05
    assert "subtract" in about["reset"]


@pytest.mark.parametrize("dt", [0.0, -0.1, 50.0, float("nan")])
def test_a_step_that_resolves_nothing_is_refused(dt):
    with pytest.raises(NIRError, match="must be > 0 and at most tau_syn/4 = "):
        to_nir(network(), dt=dt)


def test_delays_are_refused():
    with pytest.raises(NIRError, match="delay of 1 ms"):
        to_nir(network(delay=1.0))


def test_foreign_graphs_are_refused():
    lonely = nir.NIRGraph.from_list(nir.Linear(weight=np.ones((2, 3))))
    with pytest.raises(NIRError, match="not written by pynn-sfdfa"):
        from_nir(lonely)
    graph = to_nir(network())
    graph.nodes["extra"] = nir.Linear(weight=np.ones((2, 3)))
    with pytest.raises(NIRError, match="no sequence of layers.*extra"):
        from_nir(graph)


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "digits"
    small = ["--set", "network.hidden_sizes=[10]", "--epochs", "1", "--threads", "1"]
    assert CliRunner().invoke(main, ["train", "digits", *small, "--out", str(out)]).exit_code == 0
    return out / "best.safetensors"


def test_export_writes_the_trained_weights(checkpoint):
    done = CliRunner().invoke(main, ["export", str(checkpoint), "--format", "nir", "--dt", "0.2"])
    assert done.exit_code == 0, done.output
    graph = nir.read(checkpoint.with_suffix(".nir"))
    assert f"{checkpoint.with_suffix('.nir')}: 64 - 10 - 10 neurons" in done.output
    trained = load(checkpoint)
    for k in range(2):
        np.testing.assert_array_equal(graph.nodes[f"weights_{k + 1}"].weight.T, trained[f"weights.{k}"])
    assert graph.metadata["dt_ms"] == 0.2


def test_export_of_something_else_changes_nothing(tmp_path, checkpoint):
    old = tmp_path / "old.nir"
    old.write_text("mine")
    for arguments, message in [
        ([str(old)], "old.nir"),
        ([str(checkpoint), "--dt", "99"], "at most tau_syn/4"),
    ]:
        done = CliRunner().invoke(main, ["export", *arguments, "--format", "nir", "--out", str(old)])
        assert done.exit_code == 2
        assert message in done.output
    assert old.read_text() == "mine"
    assert list(tmp_path.iterdir()) == [old]


def test_export_without_nir_says_how_to_get_it(monkeypatch, checkpoint):
    monkeypatch.setitem(sys.modules, "nir", None)
    done = CliRunner().invoke(main, ["export", str(checkpoint), "--format", "nir"])
    assert done.exit_code == 2
    assert "pip install nir" in done.output


def test_what_is_no_network_is_refused_and_where_it_has_one_is_said():
    with pytest.raises(TypeError, match=r"give a Network, that of this one, \.network\.$"):
        to_nir(Trainer(FeedForward([3, 2])))
    with pytest.raises(TypeError, match=r"network = 3 is not valid; give a Network, such as"):
        to_nir(3)


@pytest.mark.parametrize("given", ["net.nir", FeedForward([3, 2]), None])
def test_what_is_no_graph_is_refused(given, tmp_path):
    for use in (from_nir, lambda graph: write(graph, tmp_path / "net.nir")):
        with pytest.raises(TypeError, match=r"graph = .* is not valid; give a NIRGraph, such as to_nir\(network\)"):
            use(given)
    with pytest.raises(TypeError, match="dt = '1' is not valid; give a number of ms"):
        to_nir(FeedForward([3, 2]), "1")
    with pytest.raises(TypeError, match="path = 3 is not valid; give a path"):
        write(to_nir(FeedForward([3, 2])), 3)
    assert not list(tmp_path.iterdir())
