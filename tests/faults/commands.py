"""Small commands to be disturbed: what each starts from, and what must be there when it has come to its end."""

from __future__ import annotations

import csv
import json
import tomllib
from pathlib import Path

import nir
import numpy as np
from click.testing import CliRunner
from matplotlib.figure import Figure

from pynn_sfdfa import plotting
from pynn_sfdfa.cli import main
from pynn_sfdfa.training import checkpoint

DATA, SWEEP = "data.npz", "sweep.toml"
OLD = b"an older file"
THRESHOLDS = {"network.hidden.v_thresh": -64.0, "network.output.v_thresh": -64.5}  # low, so that all neurons fire


def write_inputs(folder):
    """Write a data set of 40 pictures, and a sweep of two runs on it."""
    rng = np.random.default_rng(1)
    labels = np.arange(40) % 2
    images = rng.uniform(0.1, 1.0, (40, 4, 4))
    images[labels == 1, :, :2] = 0.0
    np.savez(folder / DATA, x_train=images[:30], y_train=labels[:30], x_test=images[30:], y_test=labels[30:])
    lines = ["experiment = 'digits'", "[set]", *(f"{key} = {value}" for key, value in _settings(folder).items())]
    lines += ["training.epochs = 1", "[grid]", "rules.sfdfa.rho = [0.1, 0.2]"]
    (folder / SWEEP).write_text("\n".join(lines))


def _settings(folder):
    fixed = {"data.name": f"'npz:{folder / DATA}'", "encoding.maximum": 1.0, "network.hidden_sizes": [10]}
    return {**fixed, **THRESHOLDS}


def train(inputs, out, epochs, *more):
    """The words of a command that trains a small network."""
    settings = [word for key, value in _settings(inputs).items() for word in ("--set", f"{key}={value}")]
    return ["train", "digits", *settings, "--epochs", str(epochs), "--threads", "1", "--out", str(out), *more]


def resumed(words, out):
    """The same command, to be given again: with ``--resume`` if there is something to go on with."""
    return [*words, "--resume"] if (Path(out) / "config.toml").exists() else words


def invoke(words):
    """Run a command in this process."""
    return CliRunner().invoke(main, [str(word) for word in words], catch_exceptions=False)


def run(words, ready, draw):
    """Be a process that runs a command, and says when it begins."""
    if not draw:
        draw_nothing()
    ready.send_bytes(b"ready")
    raise SystemExit(invoke(words).exit_code)


def draw_nothing():
    """Let all pictures be the same few bytes: drawing takes longer than all the rest."""
    content = b"\x89PNG" + bytes(3000) + b"IEND\xaeB`\x82"
    Figure.savefig = lambda self, file, **_: file.write(content)
    for name in ("learning_curve", "confusion_matrix", "raster", "spike_counts", "alignment", "heat_map"):
        setattr(plotting, name, lambda *_: Figure())
    plotting.parallel_coordinates = plotting.heat_map


def leftovers(folder):
    """Files that are no result: temporary ones, locks."""
    return sorted(str(path.relative_to(folder)) for path in Path(folder).rglob(".*"))


def check_whole(folder):
    """Every file below a folder can be read to its end."""
    for path in Path(folder).rglob("*"):
        if path.suffix == ".toml":
            tomllib.loads(path.read_text())
        elif path.suffix == ".jsonl":
            for line in path.read_text().splitlines():
                json.loads(line)
        elif path.suffix == ".json":
            json.loads(path.read_text())
        elif path.suffix == ".safetensors":
            checkpoint.load(path)
        elif path.suffix == ".png":
            assert path.read_bytes().endswith(b"IEND\xaeB`\x82"), path
        elif path.suffix == ".nir":
            assert path.read_bytes() == OLD or nir.read(path).nodes, path
        elif path.suffix == ".csv":
            assert all(list(csv.reader(path.open()))), path


def results(folder):
    """What a run has computed: all arrays of its checkpoints, and the figures of its epochs but for times."""
    found = {}
    for name in ("best", "last"):
        for key, array in checkpoint.load(Path(folder) / f"{name}.safetensors").arrays.items():
            found[f"{name} {key}"] = array.tobytes()
    for line in (Path(folder) / "metrics.jsonl").read_text().splitlines():
        figures = json.loads(line)
        del figures["seconds"], figures["samples_per_second"], figures["compile_seconds"]
        found[f"epoch {figures['epoch']}"] = figures
    assert len(found) > 20
    return found
