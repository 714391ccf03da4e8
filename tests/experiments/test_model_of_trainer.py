"""Checkpoints of a Trainer without an experiment: they say what the network is, and are asked like any other."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from click.testing import CliRunner
from small_nets import random_trains

import pynn_sfdfa
from pynn_sfdfa import FirstSpike, Input, Network, Trainer, fit_thresholds
from pynn_sfdfa.cli import main
from pynn_sfdfa.encoding import Latency
from pynn_sfdfa.experiments.model import Model
from pynn_sfdfa.network.cells import LIF_SFDFA, IF_curr_exp
from pynn_sfdfa.network.connectivity import Convolution, Dense, Local, Pooling
from pynn_sfdfa.network.description import described, from_description
from pynn_sfdfa.training import checkpoint
from pynn_sfdfa.training.checkpoint import CheckpointError

LIF = LIF_SFDFA(v_thresh=-68.0)


def networks():
    stock = IF_curr_exp(tau_m=20.0, tau_syn=5.0, v_thresh=-64.0, tau_refrac=1.0, trial_duration=200.0)
    yield Network([Input((16,)), Dense(9, cell=LIF), Dense(3, cell=LIF)], weights=(-1.0, 2.0), max_spikes=9, seed=4)
    yield Network([Input((16,)), Dense(9, cell=stock), Dense(3, cell=LIF, inhibition=0.1)], delay=2.0)
    yield Network([Input((1, 4, 4)), Convolution(2, (2, 3), cell=LIF), Local(3, 2, cell=LIF), Dense(3, cell=LIF)])
    spiking = Pooling(2, weight=1.5, cell=LIF)
    yield Network(
        [Input((1, 4, 4)), Convolution(2, 3, padding=1, cell=LIF), spiking, Dense(3, cell=LIF)],
        gradient="exact", weights=[(-1.0, 2.0), None, (-1.0, 1.0)],
    )  # fmt: skip
    yield Network([Input((1, 4, 4)), Pooling(2), Dense(5, cell=LIF), Dense(3, cell=LIF)])


@pytest.fixture(scope="module")
def trains():
    return random_trains(np.random.default_rng(1), 30, 16, n_classes=3)


@pytest.fixture(scope="module")
def folder(tmp_path_factory, trains):
    """What a Trainer has written without an experiment, and the Trainer."""
    path = tmp_path_factory.mktemp("trainer")
    network = fit_thresholds(next(networks()), trains)
    trainer = Trainer(network, folder=path, readout=FirstSpike(), configuration={"note": "mine"})
    trainer.fit(trains)
    return path, trainer


@pytest.mark.parametrize("network", list(networks()), ids=str)
def test_every_network_is_read_as_it_was_written(network, tmp_path, trains):
    network = fit_thresholds(network, trains)
    trainer = Trainer(network, folder=tmp_path)
    trainer.fit(trains)
    model = pynn_sfdfa.load(tmp_path / "last.safetensors")
    assert described(model.network) == described(network)
    assert model.network.layers == network.layers
    np.testing.assert_array_equal(model.counts(trains), trainer.evaluate(trains).counts)


def test_it_answers_by_the_readout_of_the_trainer(folder, trains):
    path, trainer = folder
    model = pynn_sfdfa.load(path)
    np.testing.assert_array_equal(model.predict(trains), trainer.predict(trains))
    assert repr(model) == "Model(of a Trainer, 16-9-3, encoder none)"


def test_values_need_an_encoder(folder):
    path, trainer = folder
    values = np.random.default_rng(2).uniform(0, 1, (5, 16))
    with pytest.raises(ValueError, match=r"name the encoder, pynn_sfdfa.load\(path, encoder=...\)"):
        pynn_sfdfa.load(path).predict(values)
    encoder = Latency(window=80.0, maximum=1.0)
    found = pynn_sfdfa.load(path, encoder=encoder).predict(values)
    np.testing.assert_array_equal(found, trainer.predict(encoder(values, np.zeros(5, int))))


def test_the_command_line_predicts_exports_and_refuses(folder, trains, tmp_path):
    path, trainer = folder
    arrays = {"times": trains.times, "units": trains.units, "offsets": trains.offsets, "n_units": trains.n_units}
    np.savez(tmp_path / "spikes.npz", **arrays)
    np.save(tmp_path / "values.npy", np.zeros((2, 16)))

    def invoke(*words):
        return CliRunner().invoke(main, [str(word) for word in words])

    rows = csv.DictReader(invoke("predict", path, tmp_path / "spikes.npz").stdout.splitlines())
    assert [int(row["class"]) for row in rows] == trainer.predict(trains).tolist()
    refused = invoke("predict", path, tmp_path / "values.npy")
    assert refused.exit_code == 2
    assert "How values become spikes is not in this checkpoint" in refused.output
    pytest.importorskip("nir")
    exported = invoke("export", path / "best.safetensors", "--format", "nir", "--out", tmp_path / "own.nir")
    assert exported.exit_code == 0, exported.output
    for words in (["evaluate"], ["export", "--format", "pynn"], ["simulate", "--sample", "0"]):
        refused = invoke(*words, path / "best.safetensors")
        assert refused.exit_code == 2
        assert "does not say which experiment it belongs to" in refused.output


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda kept: kept.pop("network"), "says neither which experiment it belongs to nor what its network is"),
        (lambda kept: kept["network"].pop("delay"), "its description of the network is damaged .*delay"),
        (lambda kept: kept["network"]["layers"][0].update(kind="Popen"), "damaged .*Popen"),
        (lambda kept: kept["network"]["layers"][0].update(size=10**12), r"weights.0 has the shape \(16, 9\)"),
        (lambda kept: kept["network"].update(input=[10**12]), r"weights.0 has the shape \(16, 9\)"),
        (lambda kept: kept["network"].update(gradient="none"), "gradient = 'none' is not valid"),
        (lambda kept: kept["network"]["layers"][0]["cell"].update(v_thresh=-90.0), "v_thresh = -90 mV is not valid"),
        (lambda kept: kept["network"]["layers"].pop(), "has the weights of 2 layers, and describes 1"),
        (lambda kept: kept.update(readout="loudest"), "readout 'loudest'; known are early-spikes, first-spike, most"),
    ],
)
def test_descriptions_that_are_none_are_refused(folder, tmp_path, change, message):
    saved = checkpoint.load(folder[0] / "last.safetensors")
    saved.metadata["configuration"] = {}
    change(saved.metadata)
    checkpoint.save(tmp_path / "x.safetensors", saved.arrays, saved.metadata)
    with pytest.raises(CheckpointError, match=message):
        pynn_sfdfa.load(tmp_path / "x.safetensors")


def test_networks_with_parts_of_ones_own_are_not_described():
    class Own(Dense):
        """Is not of the package."""

    network = Network([Input((3,)), Own(4), Dense(2)])
    assert described(network) is None
    with pytest.raises(ValueError, match="damaged"):
        from_description(None, {})


def test_names_of_classes_are_kept_by_its_configuration_and_shown_by_predict(tmp_path, trains):
    net, names = fit_thresholds(next(networks()), trains), ["cat", "dog", "owl"]
    Trainer(net, folder=tmp_path, configuration={"classes": names}).fit(trains)
    assert pynn_sfdfa.load(tmp_path).classes == tuple(names)
    arrays = {"times": trains.times, "units": trains.units, "offsets": trains.offsets, "n_units": trains.n_units}
    np.savez(tmp_path / "shown.npz", **arrays)
    result = CliRunner().invoke(main, ["predict", str(tmp_path), str(tmp_path / "shown.npz")])
    assert result.exit_code == 0, result.output
    rows = list(csv.DictReader(result.stdout.splitlines()))
    assert [row["name"] for row in rows] == [names[int(row["class"])] for row in rows]


@pytest.mark.parametrize("classes", ["abc", ["cat", "dog"], ["cat", "dog", 3], None])
def test_names_that_are_not_one_for_each_output_neuron_are_refused(classes):
    with pytest.raises(ValueError, match=r"configuration\['classes'\] = .* is not valid; give a list of 3 names"):
        Trainer(next(networks()), configuration={"classes": classes})


@pytest.mark.parametrize("classes", ["abcd", ["cat", "dog"], ["cat", "dog", 3]])
def test_a_model_takes_a_name_for_each_output_neuron_or_none(classes):
    network = next(networks())
    with pytest.raises(ValueError, match=r"classes = .* is not valid; give a list of 3 names, one for each output"):
        Model(network, classes=classes)
    assert Model(network).classes == ()
    assert Model(network, classes=["cat", "dog", "owl"]).classes == ("cat", "dog", "owl")


@pytest.mark.parametrize("configuration", ["classes", ["cat", "dog", "owl"], 3])
def test_what_is_no_configuration_and_what_is_no_folder_is_refused(configuration):
    with pytest.raises(TypeError, match=r"configuration = .* is not valid; give a dict, such as"):
        Trainer(next(networks()), configuration=configuration)
    with pytest.raises(TypeError, match="folder = 3 is not valid; give a path"):
        Trainer(next(networks()), folder=3)
