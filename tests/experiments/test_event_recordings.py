"""Experiments on events: from files of a camera to a trained network that sees another file."""

from __future__ import annotations

import io
import re
import shutil

import numpy as np
import pytest
from click.testing import CliRunner

import pynn_sfdfa
from pynn_sfdfa.cli import main
from pynn_sfdfa.datasets.event_files import EventFiles
from pynn_sfdfa.experiments import assembly, config
from pynn_sfdfa.training import checkpoint

ENCODING = 'encoding={name="event-bins", bin=5.0, duration=100.0, block=2, merge_polarities=true, stabilise=false}'
SMALL = (ENCODING, "network.hidden_sizes=[12]", "training.epochs=4", "training.batch_size=4")


def events(left, random):
    """Return events of one half of a camera of 8 x 16 pixels."""
    x, y, p = left + random.integers(0, 8, 150), random.integers(0, 8, 150), random.integers(0, 2, 150)
    return {"x": x, "y": y, "t": np.sort(random.integers(0, 100_000, 150)), "p": p}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder, out, random = tmp_path_factory.mktemp("seen"), tmp_path_factory.mktemp("run"), np.random.default_rng(1)
    for label, left in (("left", 0), ("right", 8)):
        (folder / label).mkdir()
        for number in range(10):
            np.savez(folder / label / f"{number}.npz", **events(left, random))
    with pytest.MonkeyPatch.context() as patch:
        cache = tmp_path_factory.mktemp("cache")
        patch.setattr("pynn_sfdfa.datasets.files.platformdirs.user_cache_dir", lambda name: str(cache / name))
        done = train(out, f"data.name=events:{folder}", *SMALL)
        assert done.exit_code == 0, done.output
        yield out


def train(out, *settings, options=()):
    words = [word for setting in settings for word in ("--set", setting)]
    return CliRunner().invoke(main, ["train", "digits", *words, "--threads", "1", "--out", str(out), *options])


@pytest.fixture
def seen(tmp_path):
    """A recording of the right half, in each form of file."""
    found = events(8, np.random.default_rng(2))
    columns = np.stack([found[name] for name in "xytp"], axis=1)
    high = found["p"] << 7 | found["t"] >> 16
    rows = np.stack([found["x"], found["y"], high, found["t"] >> 8 & 255, found["t"] & 255], axis=1)
    np.savez(tmp_path / "seen.npz", **found)
    np.save(tmp_path / "seen.npy", columns)
    (tmp_path / "seen.bin").write_bytes(rows.astype(np.uint8).tobytes())
    return tmp_path


def predict(*words):
    return CliRunner().invoke(main, ["predict", *map(str, words)])


@pytest.mark.parametrize("ending", ["npz", "npy", "bin"])
def test_a_trained_network_sees_a_recording(run, seen, ending):
    file = seen / f"seen.{ending}"
    expected = pynn_sfdfa.load(run).counts(EventFiles([file], np.array([-1]), (8, 16)))[0]
    done = predict(run, file, "--sensor", 8, 16)
    assert done.exit_code == 0, done.output
    answer = expected.argmax()
    assert done.output.splitlines() == [
        "sample,class,name,spikes_0,spikes_1",
        f"0,{answer},{('left', 'right')[answer]},{','.join(map(str, expected))}",
    ]


def test_names_of_folders_are_those_of_classes_wherever_a_run_is_read(run):
    settings = config.load(run / "config.toml")
    assert settings.data.classes == pynn_sfdfa.load(run).classes == ("left", "right")
    assert '"classes":["left","right"]' in (run / "report.html").read_text()


def test_a_run_that_was_begun_without_names_goes_on_with_them(run, tmp_path):
    out, settings = tmp_path / "run", config.load(run / "config.toml")
    shutil.copytree(run, out)
    text = (out / "config.toml").read_text()
    (out / "config.toml").write_text(text.replace('classes = ["left", "right"]\n', ""))
    own = [f"data.name={settings.data.name}", *SMALL]
    done = train(out, *own, options=["--resume"])
    assert done.exit_code == 0, done.output
    assert (out / "config.toml").read_text() == text
    for names, told in (("['l', 'r']", "says l, r, and .* has the classes left, right"), ("['l']", "says l, and")):
        done = train(tmp_path / "other", *own, f"data.classes={names}")
        assert done.exit_code == 2
        assert re.search(f"data.classes {told}", done.output)


@pytest.mark.parametrize("ending", ["npz", "npy", "bin"])
def test_without_the_sensor_it_is_that_of_the_run_or_is_asked_for(run, seen, ending):
    file = seen / f"seen.{ending}"
    done = predict(run, file)
    assert done.exit_code == 0, done.output
    assert done.output == predict(run, file, "--sensor", 8, 16).output
    saved = checkpoint.load(run / "best.safetensors")
    del saved.metadata["configuration"]["data"]["sensor"]  # as runs of earlier versions are
    checkpoint.save(seen / "old.safetensors", saved.arrays, saved.metadata)
    old = predict(seen / "old.safetensors", file)
    assert old.exit_code == 2
    assert "--sensor HEIGHT WIDTH" in old.output
    assert predict(seen / "old.safetensors", file, "--sensor", 8, 16).output == done.output
    other = predict(seen / "old.safetensors", file, "--sensor", 20, 20)
    assert "has 100 units, and the network has 32 inputs" in other.output
    assert "give that of its training data: of events:PATH" in " ".join(other.output.split())


def test_spikes_of_events_need_no_sensor(run, seen):
    recording = EventFiles([seen / "seen.npz"], np.array([-1]), (8, 16))
    spikes = pynn_sfdfa.load(run).encoder(recording, recording.labels)
    arrays = {name: getattr(spikes, name) for name in ("times", "units", "offsets", "n_units")}
    np.savez(seen / "spikes.npz", **arrays)
    assert predict(run, seen / "spikes.npz").output == predict(run, seen / "seen.npz").output


@pytest.mark.parametrize("sensor", [(16, 8), (20, 20), (8, 17)])
def test_another_camera_than_that_of_the_run_is_refused(run, tmp_path, sensor):
    found = events(0, np.random.default_rng(3))
    np.savez(tmp_path / "few.npz", **found)
    told = (
        f"samples are of a sensor of {sensor[0]} x {sensor[1]} pixels, height x width, and the network was trained on"
    )
    with pytest.raises(ValueError, match=told + r" one of 8 x 16.*EventFiles\(files, labels, \(8, 16\)\)"):
        pynn_sfdfa.load(run).predict(EventFiles([tmp_path / "few.npz"], np.array([-1]), sensor))
    done = predict(run, tmp_path / "few.npz", "--sensor", *sensor)
    assert done.exit_code == 2
    assert told in done.output


@pytest.mark.parametrize(
    ("name", "sensor", "told"),
    [
        ("seen.npz", (8, 12), "seen.npz has an event ("),
        ("seen.csv", (8, 16), "is none of .bin, .npy, .npz, .aedat4"),
        ("none.bin", (8, 16), "none.bin cannot be read"),
    ],
)
def test_what_is_no_recording_of_the_sensor_is_refused(run, seen, name, sensor, told):
    done = predict(run, seen / name, "--sensor", *sensor)
    assert done.exit_code == 2
    assert told in done.output


def test_a_run_writes_down_how_large_the_camera_is_and_goes_on_with_it(run, seen):
    assert config.load(run / "config.toml").data.sensor == (8, 16)
    own = [f"data.name={config.load(run / 'config.toml').data.name}", *SMALL]
    longer = train(run, *own, "training.epochs=4", options=["--resume"])
    assert longer.exit_code == 0, longer.output
    assert config.load(run / "config.toml").data.sensor == (8, 16)
    other = train(run, *own, "training.epochs=4", "data.sensor=[10, 18]", options=["--resume"])
    assert other.exit_code == 2
    assert "data.sensor" in other.output


def test_an_experiment_says_how_large_the_camera_is(run, seen):
    own = [f"data.name={config.load(run / 'config.toml').data.name}", *SMALL, "data.sensor=[10, 18]"]
    settings = config.load("digits", own)
    network, _ = assembly.build(settings, None, io.StringIO())
    assert network.sizes[0] == 5 * 9
    with pytest.raises(
        ValueError, match="of 20 x 20 pixels, height x width, and the network was trained on one of 10 x 18"
    ):
        pynn_sfdfa.Model(network, settings).predict(EventFiles([seen / "seen.npz"], [-1], (20, 20)))
    for sensor, told in (("[8, 12]", r"with x = \d+, which must lie in 0..11"), ("[8]", r"data.sensor")):
        done = train(seen / "run", *own, f"data.sensor={sensor}")
        assert done.exit_code == 2
        assert re.search(told, done.output)
    done = train(seen / "run", "data.sensor=[8, 8]")
    assert "sensor = [8, 8]: this data set says itself how large its samples are" in done.output


def test_a_sensor_goes_with_events_alone(seen, tmp_path):
    train = pynn_sfdfa.datasets.load("digits").train
    network = pynn_sfdfa.FeedForward([64, 50, 10], hidden={"v_thresh": -60.0}, output={"v_thresh": -55.0})
    pynn_sfdfa.Trainer(network, folder=tmp_path / "own").fit(
        pynn_sfdfa.encoding.latency(train.values[:50], train.labels[:50], maximum=16.0)
    )
    done = predict(tmp_path / "own", seen / "seen.npz", "--sensor", 8, 16)
    assert done.exit_code == 2
    assert "--sensor is for networks that were trained on events, and this is Model(of a Trainer" in done.output
