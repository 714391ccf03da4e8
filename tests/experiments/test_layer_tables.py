"""Tables [[network.layers]] of experiments."""

from __future__ import annotations

import io
import re

import numpy as np
import pytest

from pynn_sfdfa import Convolution, Dense, Local, Pooling
from pynn_sfdfa.experiments import assembly, config
from pynn_sfdfa.experiments.config import ConfigError
from pynn_sfdfa.experiments.layers import layers_of, ranges_of
from pynn_sfdfa.training.checkpoint import CheckpointError

LAYERS = (
    "network.layers=[{kind='convolution', channels=4, kernel=3, stride=1, v_thresh=-60.0, weights=[-1.0, 1.0]}, "
    "{kind='pooling', size=[2, 3]}, {kind='pooling', size=1, weight=0.5}, "
    "{kind='local', channels=2, kernel=[2, 1], padding=[1, 0]}, {kind='dense', neurons=7}]"
)


def changed(layers):
    return ["network.layers=" + layers]


def test_tables_become_layers_with_ranges_of_their_own():
    network = config.load("digits-conv", [LAYERS]).network
    entry, conv, summed, pooled, local, dense, output = layers_of(network, 64, 10)
    assert entry.shape == (1, 8, 8)
    cell = conv.cell
    assert conv == Convolution(4, 3, cell=cell)
    assert cell.v_thresh == -60.0
    assert summed == Pooling((2, 3))
    assert pooled == Pooling(1, weight=0.5, cell=pooled.cell)
    assert pooled.cell.v_thresh == network.hidden.v_thresh
    assert local == Local(2, (2, 1), padding=(1, 0), cell=pooled.cell)
    assert dense == Dense(7, cell=pooled.cell)
    assert output.size == 10
    assert ranges_of(network) == [(-1.0, 1.0), None, network.weights, network.weights, network.weights]
    assert network.hidden_labels == ("4C3", "P2x3", "P1", "2L2x1", "7")


def test_they_are_written_down_as_they_were_read(tmp_path):
    settings = config.load("digits-conv", [LAYERS])
    (tmp_path / "config.toml").write_text(config.dumps(settings, {}))
    assert "[[network.layers]]" in (tmp_path / "config.toml").read_text()
    again = config.load(tmp_path / "config.toml")
    assert config.differences(again, settings) == []
    assert again.settings() == settings.settings()


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["network.hidden_sizes=[10]"], "hidden_sizes = [10] and [[network.layers]] both say"),
        (changed("[]"), "hidden_sizes is missing"),
        (changed("[{kind='pooling', size=2}]"), "a pooling alone learns nothing"),
        (changed("[{kind='convolution', channels=4}]"), "kernel is missing, which kind = 'convolution' needs"),
        (changed("[{kind='dense', neurons=4, kernel=3}]"), "kernel means nothing for kind = 'dense'; it has neurons"),
        (changed("[{kind='pooling', size=2, v_thresh=-50.0}, {kind='dense', neurons=4}]"),
         "v_thresh means nothing for a pooling that sums; it has size, weight"),
        (changed("[{kind='conv', channels=4, kernel=3}]"), "network.layers[0].kind"),
        (changed("[{kind='convolution', channels=0, kernel=3}]"), "network.layers[0].channels = 0 is not valid"),
        (changed("[{kind='pooling', size=2, weight=0.5, weights=[0.0, 1.0]}, {kind='dense', neurons=4}]"),
         "weights means nothing for kind = 'pooling'; it has size, v_thresh, weight"),
        (changed("[{kind='convolution', channels=4, kernel='big'}]"), 'network.layers[0].kernel = "big" is not valid'),
        (changed("[{kind='convolution', channels=4, kernel=3, padding=-1}]"), "network.layers[0].padding[0] = -1"),
        (["network.hidden.inhibition=0.5", "network.delay=1.0"],
         "hidden.inhibition = 0.5 nA means something for dense layers only"),
        (["network.input_shape=[1, 8]"], "network.input_shape"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(overrides, message):
    with pytest.raises(ConfigError, match=re.escape(message)):
        config.load("digits-conv", overrides)


def test_a_shape_of_the_input_without_layers_is_refused():
    with pytest.raises(ConfigError, match="input_shape means something for"):
        config.load("digits", ["network.input_shape=[1, 8, 8]"])


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["network.input_shape=[1, 9, 8]"], "network.input_shape = [1, 9, 8] has 72 units, and samples have 64"),
        (["network.input_shape=[1, 4, 16]"], "input_shape = [1, 4, 16], but the images have the channels, height"),
        (changed("[{kind='convolution', channels=4, kernel=9}]"), "kernel 9 is larger than"),
        (changed("[{kind='convolution', channels=1000000, kernel=3}]"), "neurons"),
    ],
)
def test_what_does_not_fit_the_samples_is_refused_before_memory_is_taken(overrides, message):
    with pytest.raises((ConfigError, ValueError)) as caught:
        assembly.build(config.load("digits-conv", overrides), None, io.StringIO())
    assert message in str(caught.value)
    assert isinstance(caught.value, ConfigError)


def test_a_trained_network_is_rebuilt_from_its_checkpoint_alone(tmp_path):
    settings = config.load("digits-conv", ["training.epochs=1", LAYERS, "network.hidden.v_thresh=-69.0"])
    network, data = assembly.build(settings, None, io.StringIO())
    trainer = assembly.build_trainer(settings, network, folder=tmp_path)
    trainer.fit(data.train.select(np.arange(40)), epochs=1)
    again = assembly.trained_network(tmp_path / "last.safetensors")
    for own, other in zip(again.weights, network.weights, strict=True):
        np.testing.assert_array_equal(own, other)
    renamed = config.load("digits-conv", ["training.epochs=1"])
    other = assembly.build_trainer(renamed, network, folder=tmp_path / "other")
    other.fit(data.train.select(np.arange(40)), epochs=1)
    with pytest.raises(CheckpointError, match=r"does not fit the network: weights.0 is"):
        assembly.trained_network(tmp_path / "other" / "last.safetensors")
