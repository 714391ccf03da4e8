"""What runs need of memory: in proportion to what they take, and said or refused before anything is allocated."""

from __future__ import annotations

import io
import re
import resource
import subprocess
import sys

import numpy as np
import pytest

from pynn_sfdfa import datasets
from pynn_sfdfa.datasets import Dataset, Samples
from pynn_sfdfa.encoding import EncodedWhenShown
from pynn_sfdfa.encoding.spikes import SpikeTrains
from pynn_sfdfa.experiments import assembly, config
from pynn_sfdfa.experiments.config import ConfigError
from pynn_sfdfa.experiments.resources import needs
from pynn_sfdfa.support import memory
from pynn_sfdfa.support.memory import Limit


@pytest.fixture(scope="module")
def loaded():
    return datasets.load("digits", None)


def needed(dataset, *overrides, purpose="train"):
    """Bytes that are certain, and that are set aside."""
    found = needs(config.load("digits", overrides), dataset, purpose)
    return [sum(need.bytes for need in found if need.reserved == reserved) for reserved in (False, True)]


def test_weights_count_by_what_is_done_with_them(loaded):
    at = {
        purpose: needed(loaded, "network.hidden_sizes=[1000000]", purpose=purpose)[0]
        for purpose in ("train", "evaluate", "simulate")
    }
    once = 4 * (64 + 10) * 1_000_000
    assert at["evaluate"] == pytest.approx(3 * once, rel=0.2)
    assert at["simulate"] == pytest.approx(5 * once, rel=0.2)
    assert at["train"] == pytest.approx(12 * once, rel=0.8)
    plain = needed(loaded, "network.hidden_sizes=[1000000]", 'optimizer={name="sgd", learning_rate=2e-5}')[0]
    assert plain < at["train"] / 2


def test_batches_are_of_no_more_than_all_samples(loaded):
    assert needed(loaded, "training.batch_size=1437") == needed(loaded, "training.batch_size=2000000000")
    assert needed(loaded, "training.batch_size=1437") > needed(loaded, "training.batch_size=20")


def test_spikes_are_those_that_the_encoder_makes(loaded):
    """Twice the bytes of the spikes, as they are joined."""
    for encoding in (
        '{name="latency", window=100.0, maximum=16.0}',
        '{name="time_coded", t_min=0.0, t_max=100.0, bias_time=20.0}',
        '{name="poisson", rate_max=100.0, duration=100.0, maximum=16.0, seed=1}',
    ):
        settings = config.load("digits", [f"encoding={encoding}"])
        scaled = [Samples(part.values / 16, part.labels) for part in (loaded.train, loaded.test)]
        time_coded = Dataset("x", *scaled, 10, "x") if "time_coded" in encoding else loaded
        (need,) = [need for need in needs(settings, time_coded, "train") if "input spikes" in need.what]
        encode = settings.encoding.build()
        made = [encode(part.values, part.labels) for part in (time_coded.train, time_coded.test)]
        assert need.bytes == pytest.approx(16 * sum(trains.times.size for trains in made), rel=0.02)


def test_spikes_that_are_drawn_when_shown_take_the_memory_of_a_batch(loaded):
    grid = 'encoding={name="poisson-grid", p_max=0.2, duration=100.0, step=1.0, maximum=16.0, seed=1, redraw=true}'
    for batch in (60, 600):
        settings = config.load("digits", [grid, f"training.batch_size={batch}"])
        (need,) = [need for need in needs(settings, loaded, "train") if "input spikes" in need.what]
        assert f"input spikes of {batch} samples at a time" in need.what
        made = EncodedWhenShown(settings.encoding.build(), loaded.train.values, loaded.train.labels)
        trains, _ = made.shown(np.arange(batch), 1)
        assert trains.times.nbytes + trains.units.nbytes < need.bytes < 3 * (trains.times.nbytes + trains.units.nbytes)


def test_comparing_gradients_takes_engines_of_its_own(loaded):
    plain, compared, fewer = (
        needed(loaded, *overrides)
        for overrides in ([], ["metrics.gradient_alignment=1437"], ["metrics.gradient_alignment=10"])
    )
    assert all(more > less > least for more, less, least in zip(compared, fewer, plain, strict=True))


def test_spikes_that_are_there_are_not_counted_again():
    trains = SpikeTrains.from_samples([([1.0], [0])], [0], 3)
    found = needs(config.load("digits", ['encoding={name="none"}']), Dataset("x", trains, trains, 1, "x"), "train")
    assert not [need for need in found if "input spikes" in need.what]


def refused(*overrides):
    with pytest.raises(ConfigError) as error:
        assembly.build(config.load("digits", overrides), None, io.StringIO())
    return str(error.value)


@pytest.mark.parametrize(
    ("override", "largest", "remedy"),
    [
        ("network.hidden_sizes=[1000000000]", "weights of layer 1 (64 x 1,000,000,000", "lower network.hidden_sizes"),
        ("network.hidden_sizes=[30, 1000000000]", "weights of layer 2 (30 x 1,000,000,000", "lower network.hidden_siz"),
        ("network.max_spikes=2000000000", "up to 2,000,000,000 spikes (network.max_spikes)", "lower network.max_spi"),
        (
            'encoding={name="poisson", rate_max=1e12, duration=100.0, maximum=16.0, seed=1}',
            "input spikes of 1,797 samples",
            "lower encoding.rate_max or encoding.duration",
        ),
    ],
)
def test_what_cannot_fit_is_refused_with_its_key(override, largest, remedy):
    message = refused(override)
    assert re.search(r"it would take [\d.]+ [TPE]B of memory", message)
    assert largest in message
    assert remedy in message


def test_a_run_that_takes_much_says_so(monkeypatch):
    monkeypatch.setattr(memory, "limit", lambda: Limit(5_000_000, "the memory of this machine", None, 10**12))
    said = io.StringIO()
    assembly.build(config.load("digits"), None, said)
    assert re.fullmatch(
        r"This will take about [\d.]+ MB of the 5 MB of memory that it may use \(.*\)\.\n", said.getvalue()
    )
    said = io.StringIO()
    monkeypatch.undo()
    assembly.build(config.load("digits"), None, said)
    assert said.getvalue() == ""


def test_labels_that_leave_gaps_are_named(tmp_path):
    arrays = {"x_train": np.zeros((3, 4)), "y_train": np.array([0, 1, 10**9]), "x_test": np.zeros((1, 4))}
    np.savez(tmp_path / "x.npz", **arrays, y_test=[0])
    message = refused(f"data.name=npz:{tmp_path / 'x.npz'}")
    assert (
        f"number the classes from 0 without gaps in {tmp_path / 'x.npz'}, whose labels go to 1,000,000,000." in message
    )


def test_a_limited_address_space_is_known_before_it_is_exceeded(tmp_path):
    script = "from pynn_sfdfa.cli import main; main()"
    most = 4 << 30
    done = subprocess.run(
        [sys.executable, "-c", script, "train", "digits", "--set", "network.max_spikes=200000", "--out", "run"],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (most, most)),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "GB of addresses that this process may use (ulimit -v): lower network.max_spikes" in done.stderr
    assert not list(tmp_path.iterdir())


def test_feedback_from_layer_to_layer_takes_a_matrix_for_each_pair_of_layers(loaded):
    sizes = "network.hidden_sizes=[5000, 7000]"
    direct, layer_wise = (needed(loaded, sizes, f"rules.sfdfa.feedback={kind}")[0] for kind in ("direct", "layer-wise"))
    assert layer_wise - direct == 8 * (5000 * 7000 + 7000 * 10) - 8 * 10 * (5000 + 7000)
