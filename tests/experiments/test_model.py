"""Trained networks that predict: load, Model, and the command predict."""

from __future__ import annotations

import csv
import gzip
import io
import re
import struct

import numpy as np
import pytest
from click.testing import CliRunner

import pynn_sfdfa
from pynn_sfdfa import datasets
from pynn_sfdfa.cli import main
from pynn_sfdfa.encoding import Latency
from pynn_sfdfa.encoding.spikes import presented
from pynn_sfdfa.experiments import assembly, config
from pynn_sfdfa.training.checkpoint import CheckpointError


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A folder with a network that has learned a few digits."""
    folder = tmp_path_factory.mktemp("run")
    settings = config.load("digits", ["training.epochs=1", "network.hidden_sizes=[20]"])
    network, data = assembly.build(settings, None, io.StringIO())
    trainer = assembly.build_trainer(settings, network, folder=folder)
    trainer.fit(data.train.select(np.arange(400)), data.test.select(np.arange(50)), epochs=1)
    return folder, trainer, data


@pytest.fixture(scope="module")
def images():
    return datasets.load("digits").test


def test_it_answers_what_the_trainer_does(run, images):
    folder, trainer, data = run
    model = pynn_sfdfa.load(folder)
    shown = presented(data.test, np.arange(60))
    values, labels = images.values[:60], images.labels[:60]
    np.testing.assert_array_equal(model.predict(values), trainer.predict(shown))
    np.testing.assert_array_equal(model.predict(shown), trainer.predict(shown))
    np.testing.assert_array_equal(model.predict(values.reshape(60, 64)), trainer.predict(shown))
    np.testing.assert_array_equal(model.counts(values), trainer.evaluate(shown).counts)
    assert model.score(values, labels) == trainer.evaluate(shown).accuracy
    assert repr(model) == "Model(digits, 64-20-10, encoder latency)"
    np.testing.assert_array_equal(pynn_sfdfa.load(folder / "last.safetensors").predict(values), model.predict(values))


def test_samples_without_an_output_spike_are_told(run, images, tmp_path):
    values = np.concatenate([np.zeros((3, 8, 8)), images.values[:5]])
    told = r"^3 of 8 samples \(37.5 %\) make no output neuron spike, so class 0 is no answer to them: samples 0, 1, 2,"
    with pytest.warns(UserWarning, match=told):
        assert pynn_sfdfa.load(run[0]).predict(values)[:3].tolist() == [0, 0, 0]
    with pytest.warns(UserWarning, match=told):
        run[1].predict(Latency(maximum=16.0)(values, np.zeros(8, int)))
    np.save(tmp_path / "black.npy", values)
    printed = invoke(run[0], tmp_path / "black.npy")
    assert re.match(told, printed.stderr)
    np.save(tmp_path / "lit.npy", values[3:])
    assert invoke(run[0], tmp_path / "lit.npy").stderr == ""


@pytest.mark.parametrize(
    ("samples", "message"),
    [
        (np.zeros((3, 65)), "has 65 units, and the network has 64 inputs"),
        (np.zeros((4, 4, 4)), r"the shape \(4, 4, 4\) is that of one sample, give samples\[np.newaxis\]\.$"),
        (np.zeros(64), r"shape \(64,\); give \(samples, features\)"),
        (np.full((2, 64), 99.0), "99"),
    ],
)
def test_samples_that_do_not_fit_are_refused(run, samples, message):
    with pytest.raises(ValueError, match=message):
        pynn_sfdfa.load(run[0]).predict(samples)


def test_labels_that_do_not_fit_are_refused(run, images):
    with pytest.raises(ValueError, match=r"shape \(3,\); give one for each of the 2 samples"):
        pynn_sfdfa.load(run[0]).score(images.values[:2], [1, 2, 3])


def test_a_folder_without_a_checkpoint_is_refused(tmp_path):
    with pytest.raises(CheckpointError, match=r"best\.safetensors"):
        pynn_sfdfa.load(tmp_path)


def invoke(*words):
    return CliRunner().invoke(main, ["predict", *map(str, words)])


@pytest.mark.parametrize("suffix", [".npy", ".npz", ".csv", ".names.csv"])
def test_the_command_writes_classes_and_counts(run, images, tmp_path, suffix):
    folder, _, _ = run
    values, file = images.values[:7], tmp_path / f"samples{suffix}"
    if suffix == ".npy":
        np.save(file, values)
    elif suffix == ".npz":
        np.savez(file, x=values, other=np.zeros(3))
    else:
        header = ",".join(f"pixel {k}" for k in range(64)) if suffix == ".names.csv" else ""
        np.savetxt(file, values.reshape(7, 64), delimiter=",", header=header, comments="")
    model = pynn_sfdfa.load(folder)
    printed = invoke(folder, file)
    assert printed.exit_code == 0, printed.output
    rows = list(csv.DictReader(printed.stdout.splitlines()))
    assert [int(row["class"]) for row in rows] == model.predict(values).tolist()
    assert [[int(row[f"spikes_{k}"]) for k in range(10)] for row in rows] == model.counts(values).tolist()
    out = tmp_path / "classes.csv"
    assert "7 samples are in" in invoke(folder / "best.safetensors", file, "--out", out).output
    assert out.read_text() == printed.stdout


def idx(values, *, kind=8):
    header = struct.pack(f">HBB{values.ndim}I", 0, kind, values.ndim, *values.shape)
    return header + values.astype(np.uint8).tobytes()


def npy(values):
    stream = io.BytesIO()
    np.save(stream, values)
    return stream.getvalue()


@pytest.mark.parametrize("name", ["t10k-images-idx3-ubyte", "t10k-images-idx3-ubyte.gz", "x.idx", "x.IDX.gz"])
def test_the_command_reads_idx_files(run, images, tmp_path, name):
    content = idx(images.values[:7])
    (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith("ubyte.gz") else content)
    rows = list(csv.DictReader(invoke(run[0], tmp_path / name).stdout.splitlines()))
    assert [int(row["class"]) for row in rows] == pynn_sfdfa.load(run[0]).predict(images.values[:7]).tolist()


def test_the_command_reads_spike_trains(run, tmp_path):
    shown = presented(run[2].test, np.arange(7))
    arrays = {"times": shown.times, "units": shown.units, "offsets": shown.offsets, "n_units": shown.n_units}
    np.savez(tmp_path / "spikes.npz", **arrays)
    rows = list(csv.DictReader(invoke(run[0], tmp_path / "spikes.npz").stdout.splitlines()))
    assert [int(row["class"]) for row in rows] == run[1].predict(shown).tolist()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"n_units": None}, "holds times, and lacks n_units"),
        ({"n_units": 65}, "Each sample has 65 units, and the network has 64 inputs"),
        ({"n_units": [64, 64]}, "n_units must be an integer >= 1"),
        ({"times": [3.0, 2.0]}, "times must be sorted within a sample"),
        ({"times": [3.0, 1e9]}, "must exceed every spike time"),
        ({"offsets": [0, 3]}, "offsets must rise from 0 to the number of spikes"),
    ],
)
def test_spike_trains_that_are_none_are_named(run, tmp_path, changed, message):
    arrays = {"times": [1.0, 2.0], "units": [3, 4], "offsets": [0, 2], "n_units": 64} | changed
    np.savez(tmp_path / "x.npz", **{name: value for name, value in arrays.items() if value is not None})
    result = invoke(run[0], tmp_path / "x.npz")
    assert result.exit_code == 2
    assert message in result.output


def archive():
    """An ``.npz``, which numpy.load reads whatever the file's name ends in."""
    stream = io.BytesIO()
    np.savez(stream, x=np.ones((2, 64)))
    return stream.getvalue()


def announced(shape):
    """A file of an array, which ends with its header."""
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(stream, {"descr": "<f8", "fortran_order": False, "shape": shape})
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("x.txt", b"1,2", "is none of .npy, .npz, .csv, .wav"),
        ("no.npy", None, "is not a file"),
        ("x.npy", archive(), "is not an array. Write it with numpy.save."),
        ("x.npy", announced((10**13, 64)), "is damaged: its header announces (10000000000000, 64) values of float64"),
        ("x.npy", b"nothing", "x.npy is not an array. Write it with numpy.save."),
        ("x.npy", b"\x93NUMPY\x01\x00\x06\x00{'a':(", "x.npy is damaged: its header cannot be read ("),
        ("x.npy", b"\x93NUMPY\x01\x00\x10\x27" + b"(" * 10_000, "x.npy is damaged: its header cannot be read ("),
        ("x.npy", npy(np.ones((2, 64), complex)), "or (samples, channels, height, width). Convert them.\n"),
        ("x.npy", npy(np.ones((0, 64))), "or (samples, channels, height, width). There are none.\n"),
        ("x.npy", npy(np.array([None])), "Store arrays of numbers, not of Python objects."),
        ("x.npz", b"nothing", "truncated or no npz file"),
        ("x.csv", b"a,b\n", "has no line of numbers"),
        ("x.csv", b"1;2\n", "has no line of numbers; give it a sample a line, its numbers separated by commas."),
        ("x.csv", b"1,2\n1,a\n", "Separate numbers with commas"),
        ("x.csv", b"1,NA\n1,2\n", "Separate numbers with commas"),
        (
            "x.csv",
            b"1,nan\n",
            "not finite; sample 0 has nan in column 1; columns with such values: 1 (1 sample). Replace",
        ),
        ("x.csv", b"1,2\n", "Each sample has 2 units"),
    ],
)
def test_files_that_cannot_be_used_are_named(run, tmp_path, name, content, message):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    result = invoke(run[0], tmp_path / name)
    assert result.exit_code == 2
    assert message in result.output
