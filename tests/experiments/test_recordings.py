"""Experiments on sounds: from wav files to a trained network that hears another file."""

from __future__ import annotations

import io

import numpy as np
import pytest
from click.testing import CliRunner
from sounds import tone, write_tone

import pynn_sfdfa
from pynn_sfdfa.cli import main
from pynn_sfdfa.datasets.wav import read_sounds, read_wav
from pynn_sfdfa.encoding.recordings import Sounds
from pynn_sfdfa.experiments import assembly, config
from pynn_sfdfa.experiments.config import ConfigError

ENCODING = (
    'encoding={name="gammatone-lif", rate=8000, channels=8, lowest=80.0, highest=3600.0, compression=0.3, gain=20.0, '
    "tau_m=10.0, tau_refrac=5.0, pace=1.0, step=1.0, duration=150.0}"
)
SMALL = (ENCODING, "network.hidden_sizes=[12]", "training.epochs=4", "training.batch_size=4")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Low tones and high ones."""
    folder = tmp_path_factory.mktemp("tones")
    for label, frequency in (("high", 2000), ("low", 200)):
        for number in range(15):
            write_tone(folder / label / f"{number:02}.wav", frequency + 10 * number)
    return folder


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        cache = tmp_path_factory.mktemp("cache")
        patch.setattr("pynn_sfdfa.datasets.files.platformdirs.user_cache_dir", lambda name: str(cache / name))
        yield cache


@pytest.fixture(scope="module")
def run(folder, cache, tmp_path_factory):
    out = tmp_path_factory.mktemp("run")
    settings = config.load("digits", [f"data.name=sound:{folder}", *SMALL])
    stream = io.StringIO()
    network, data = assembly.build(settings, None, stream)
    trainer = assembly.build_trainer(settings, network, folder=out)
    trainer.fit(data.train, data.test, epochs=4)
    return out, data, stream.getvalue()


def test_sounds_become_spikes_before_a_network_learns_them(run, folder):
    _, data, told = run
    assert (len(data.train), len(data.test), data.train.n_units) == (24, 6, 8)
    assert f"{folder}: the train split: 24 recordings become spikes, by gammatone-lif" in told


def test_a_trained_network_hears_a_wav_file(run, tmp_path):
    path = write_tone(tmp_path / "own.wav", 2030, rate=16000)
    model = pynn_sfdfa.load(run[0])
    expected = model.predict(Sounds([tone(2030, rate=16000)], np.array([-1])))
    done = CliRunner().invoke(main, ["predict", str(run[0]), str(path)])
    assert done.exit_code == 0, done.output
    assert done.output.splitlines()[1].startswith(f"0,{expected[0]},")
    assert model.predict(read_sounds([str(path)])) == model.predict(Sounds([read_wav(path)], [-1])) == expected
    told = r"trained on sound, by the encoder gammatone-lif; give it sounds, on .* in Python .*read_sounds\(\[path\]\)"
    for given in (np.zeros((1, 8)), path, [str(path)]):
        with pytest.raises(ValueError, match=told):
            model.predict(given)


def test_a_damaged_wav_file_is_named(run, tmp_path):
    (tmp_path / "own.wav").write_bytes(b"RIFF")
    done = CliRunner().invoke(main, ["predict", str(run[0]), str(tmp_path / "own.wav")])
    assert done.exit_code == 2
    assert "own.wav is no wav file" in done.output


def test_what_fits_no_sound_is_refused(folder, cache):
    with pytest.raises(pynn_sfdfa.datasets.DatasetError, match="the encoder latency cannot encode: give"):
        assembly.build(config.load("digits", [f"data.name=sound:{folder}"]), None, io.StringIO())
    settings = config.load("digits", [f"data.name=sound:{folder}", *SMALL, "augmentation={shift=1.0, seed=0}"])
    with pytest.raises(ConfigError, match="holds spikes, and augmentation distorts images"):
        assembly.build(settings, None, io.StringIO())


def test_values_need_an_encoder_of_values():
    settings = config.load("digits", SMALL)
    with pytest.raises(ConfigError, match="holds values, which need an encoder: set encoding.name to one of latency"):
        assembly.build(settings, None, io.StringIO())


def test_the_speaker_that_is_left_out_stands_in_the_file():
    settings = config.load("digits", ["data.leave_out=theo"])
    assert settings.settings()["data"] == {"name": "digits", "leave_out": "theo", "validation": 0.0}
    assert "leave_out" not in config.load("digits").settings()["data"]
