"""``v_thresh = "auto"`` in experiments: chosen once, recorded, and never chosen again."""

from __future__ import annotations

import io
import json
import re

import numpy as np
import pytest
from click.testing import CliRunner

import pynn_sfdfa
import pynn_sfdfa.event as event
from pynn_sfdfa.campaign import finished_run
from pynn_sfdfa.campaign.spec import RunSpec
from pynn_sfdfa.cli import main
from pynn_sfdfa.experiments import assembly, config, thresholds
from pynn_sfdfa.experiments.config import ConfigError
from pynn_sfdfa.training import checkpoint
from pynn_sfdfa.training.thresholds import first_samples

AUTO = ["network.hidden.v_thresh=auto", "network.output.v_thresh=auto", "network.hidden_sizes=[30, 20]"]


def built(*overrides):
    settings = config.load("digits", overrides)
    network, data = assembly.build(settings, None, io.StringIO())
    return settings, network, data


def train(*words):
    result = CliRunner().invoke(main, ["train", *map(str, words)])
    assert result.exit_code == 0, result.output
    return result


def with_auto(*words):
    return [word for setting in AUTO for word in ("--set", setting)] + list(words)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A finished run of one epoch whose thresholds were chosen."""
    folder = tmp_path_factory.mktemp("auto") / "run"
    train("digits", *with_auto("--epochs", "1", "--threads", "1", "--out", folder))
    return folder


def test_each_layer_begins_with_the_spikes_that_are_stated():
    settings, network, data = built(*AUTO, "network.hidden.initial_spikes=1.5", "network.output.initial_spikes=3.0")
    first = first_samples(data.train, settings.training.seed)
    totals = event.training_engine(network).respond(first).spikes
    found = [total / (len(first) * layer.size) for total, layer in zip(totals, network.layers, strict=True)]
    assert found == [pytest.approx(1.5, rel=0.05), pytest.approx(1.5, rel=0.05), pytest.approx(3.0, rel=0.05)]


def test_the_choice_is_in_the_settings_of_the_run_and_of_its_checkpoints(run):
    settings = config.load(run / "config.toml")
    assert settings.network.hidden.v_thresh == settings.network.output.v_thresh == "auto"
    chosen = settings.network.thresholds
    assert len(chosen) == 3
    for name in ("best", "last"):
        saved = checkpoint.load(run / f"{name}.safetensors")
        assert tuple(saved.metadata["configuration"]["network"]["thresholds"]) == chosen
        assert pynn_sfdfa.load(run / f"{name}.safetensors").network.thresholds == chosen
    assert built(*AUTO)[1].thresholds == chosen
    assert built(*AUTO, "training.seed=2")[1].thresholds != chosen
    evaluated = CliRunner().invoke(main, ["evaluate", str(run / "last.safetensors"), "--json"])
    summary = json.loads((run / "summary.json").read_text())
    assert json.loads(evaluated.stdout)["accuracy"] == summary["final_test_accuracy"]


@pytest.mark.slow
def test_neither_threads_nor_a_resumed_run_nor_one_from_its_config_change_a_bit(run, tmp_path, monkeypatch):
    one, other = tmp_path / "one", tmp_path / "other"
    train("digits", *with_auto("--epochs", "2", "--threads", "3", "--out", one))
    train("digits", *with_auto("--epochs", "1", "--threads", "1", "--out", other))

    def never(*_):
        raise AssertionError("chosen again")

    monkeypatch.setattr(thresholds, "chosen", never)
    train("digits", *with_auto("--epochs", "2", "--threads", "1", "--out", other, "--resume"))
    again = tmp_path / "again"
    train(other / "config.toml", "--out", again)
    ends = [checkpoint.load(folder / "last.safetensors") for folder in (one, other, again)]
    for name, array in ends[0].arrays.items():
        np.testing.assert_array_equal(array, ends[1][name])
        np.testing.assert_array_equal(array, ends[2][name])


def test_a_campaign_finds_its_run_finished(run):
    spec = RunSpec(config.load("digits", [*AUTO, "training.epochs=1"]), run)
    assert finished_run.read(spec) is not None


def test_layers_in_tables_have_thresholds_of_their_own():
    layers = (
        "network.layers=[{kind='convolution', channels=3, kernel=3, v_thresh='auto'}, {kind='pooling', size=2},"
        "{kind='dense', neurons=9, v_thresh=-61.0}]"
    )
    settings, network, _ = built("network.hidden_sizes=[]", "network.input_shape=[1, 8, 8]", layers)
    assert settings.network.auto_layers == (0,)
    assert network.thresholds[1:] == (-61.0, -55.0)
    assert thresholds.recorded(settings, network).network.thresholds == network.thresholds[:1]


def test_stock_cells_are_chosen_for_from_where_they_rest():
    stock = "cell='IF_curr_exp', tau_m=20.0, tau_syn=5.0, cm=1.0, v_rest=-65.0, i_offset=0.5, tau_refrac=2.0"
    _, network, _ = built(f"network.hidden={{{stock}, v_thresh='auto'}}")
    assert network.thresholds[0] > -55.0


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["network.hidden.v_thresh=atuo"], 'hidden.v_thresh = "atuo" is not valid: must be a number or "auto"'),
        (["network.hidden.initial_spikes=3.0"], 'hidden.initial_spikes means something with hidden.v_thresh = "auto"'),
        ([*AUTO, "network.output.initial_spikes=30.0"], "output.initial_spikes = 30 must be less than max_spikes = 30"),
        ([*AUTO, "network.thresholds=[-60.0]"], "3 layers have v_thresh = \"auto\". Leave thresholds out"),
        (["network.thresholds=[-60.0]"], "0 layers have"),
    ],
)  # fmt: skip
def test_settings_that_contradict_each_other_are_refused(overrides, message):
    with pytest.raises(ConfigError, match=re.escape(message)):
        config.load("digits", overrides)


def test_what_cannot_be_chosen_is_refused():
    with pytest.raises(ConfigError, match="digits: Layer 'hidden 1' .* by any threshold.*Widen the range"):
        built(*AUTO, "network.weights=[-2.0, -1.0]")
    with pytest.raises(ConfigError, match="network.thresholds: LIF_SFDFA: v_thresh = -80 mV is not valid"):
        built(*AUTO, "network.thresholds=[-60.0, -60.0, -80.0]")


def test_a_network_whose_thresholds_were_never_chosen_is_refused():
    settings = config.load("digits", AUTO)
    with pytest.raises(ConfigError, match="network.thresholds, which says what was chosen, is missing"):
        assembly.build_network(settings, 64, 10)


def test_two_classes_of_seven_features_learn_by_thresholds_that_were_chosen(tmp_path):
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 400)
    values = rng.uniform(0.0, 1.0, (400, 7))
    values[:, 0] = 0.5 * values[:, 0] + 0.5 * labels
    np.savez(tmp_path / "own.npz", x_train=values[:300], y_train=labels[:300], x_test=values[300:], y_test=labels[300:])
    own = [
        f"data.name=npz:{tmp_path / 'own.npz'}",
        "encoding={name='time_coded', t_min=0.0, t_max=100.0, bias_time=0.0}",
    ]
    out = tmp_path / "run"
    words = [word for setting in [*AUTO[:2], *own] for word in ("--set", setting)]
    train("digits", "--epochs", "10", "--out", out, *words)
    assert json.loads((out / "summary.json").read_text())["best_test_accuracy"] > 0.85
