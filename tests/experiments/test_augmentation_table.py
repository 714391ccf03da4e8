"""The table [augmentation] of an experiment."""

from __future__ import annotations

import io

import numpy as np
import pytest

from pynn_sfdfa import datasets
from pynn_sfdfa.datasets import Dataset
from pynn_sfdfa.encoding import Augmentation, EncodedWhenShown
from pynn_sfdfa.encoding.spikes import SpikeTrains, presented
from pynn_sfdfa.experiments import assembly, config
from pynn_sfdfa.experiments.config import ConfigError
from pynn_sfdfa.experiments.resources import needs

TABLE = "augmentation={elastic_scale=3.4, elastic_sigma=2.0, rotation=12.0, seed=3}"


def build(*overrides, experiment="digits"):
    return assembly.build(config.load(experiment, overrides), None, io.StringIO())[1]


def test_the_table_sets_up_the_augmentation_and_is_kept():
    settings = config.load("digits", [TABLE])
    wanted = {"elastic_scale": 3.4, "elastic_sigma": 2.0, "rotation": 12.0, "seed": 3}
    assert settings.augmentation.build() == Augmentation(**wanted)
    assert settings.settings()["augmentation"] == wanted
    assert "augmentation" not in config.load("digits", []).settings()


@pytest.mark.parametrize(
    "encoding",
    [
        '{name="latency", window=100.0, maximum=16.0}',
        '{name="poisson", rate_max=100.0, duration=100.0, maximum=16.0, seed=1}',
        '{name="poisson-grid", p_max=0.1, duration=100.0, step=1.0, maximum=16.0, seed=1}',
    ],
)
def test_training_samples_are_distorted_and_all_others_are_not(encoding):
    overrides = [f"encoding={encoding}", "data.validation=0.1"]
    plain, augmented = build(*overrides), build(*overrides, TABLE)
    assert isinstance(augmented.train, EncodedWhenShown)
    for name in ("train", "validation", "test"):
        got, wanted = (presented(getattr(data, name), [5, 60]) for data in (augmented, plain))
        np.testing.assert_array_equal(got.times, wanted.times)
        np.testing.assert_array_equal(got.units, wanted.units)
    one, other = (presented(augmented.train, [5, 60], epoch) for epoch in (1, 2))
    assert not np.array_equal(one.units, other.units)


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["augmentation={rotation=12.0}"], "augmentation.seed is missing"),
        (["augmentation={rotation=-1.0, seed=1}"], "augmentation.rotation = -1.0 is not valid: must be >= 0 (degrees"),
        (["augmentation={elastic_scale=1.0, seed=1}"], "elastic_scale needs an elastic_sigma > 0"),
        (["augmentation={rotate=1.0, seed=1}"], "augmentation.rotate"),
        ([TABLE, "network.trial_duration=100.0"], "the encoder latency makes spikes until 100 ms"),
    ],
)
def test_what_is_wrong_is_named(overrides, message):
    with pytest.raises(ConfigError) as error:
        build(*overrides)
    assert message in str(error.value)


def test_features_are_no_images():
    with pytest.raises(ConfigError, match="augmentation distorts images, .* leave augmentation out"):
        build(TABLE, experiment="yin-yang")


def test_spikes_are_no_images():
    trains = SpikeTrains.from_samples([([1.0], [0])], [0], 3)
    settings = config.load("digits", ['encoding={name="none"}', TABLE])
    with pytest.raises(ConfigError, match=r"x holds spikes, and augmentation distorts images: leave \[augmentation\]"):
        assembly.encoded(trains, settings.encoding.build(), "x", settings.augmentation.build())
    assert needs(settings, Dataset("x", trains, trains, 1, "x"), "train")


def test_memory_is_that_of_a_batch_of_distorted_samples_and_of_all_test_samples():
    loaded = datasets.load("digits")
    settings = config.load("digits", [TABLE])
    batch, kept = (need for need in needs(settings, loaded, "train") if "input spikes" in need.what)
    data = build(TABLE)
    shown = presented(data.train, np.arange(50), 1).times.size
    assert batch.remedy == "lower training.batch_size"
    assert 8 * shown < batch.bytes < 3 * 8 * shown
    assert kept.bytes == pytest.approx(16 * data.test.times.size, rel=0.02)
