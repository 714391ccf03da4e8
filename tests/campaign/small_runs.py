"""Small runs on digits, for the tests of campaigns."""

from __future__ import annotations

import io
import json

import numpy as np

from pynn_sfdfa.campaign.execution import execute
from pynn_sfdfa.campaign.spec import RunSpec
from pynn_sfdfa.experiments import config
from pynn_sfdfa.training import checkpoint


def spec(folder, *overrides, epochs=1):
    """A run of some epochs with few neurons."""
    settings = config.load("digits", ["network.hidden_sizes=[12]", f"training.epochs={epochs}", *overrides])
    return RunSpec(settings, folder)


def run_here(one):
    """Execute a run in this process."""
    return execute(one, data=None, threads=1, stream=io.StringIO())


def arrays(folder):
    """All arrays of the last checkpoint: weights, feedback, state of the optimiser, sums of the epoch."""
    return checkpoint.load(folder / "last.safetensors").arrays


def check_same(folder, other):
    """The last checkpoints agree bit by bit."""
    got, wanted = arrays(folder), arrays(other)
    assert set(got) == set(wanted)
    for name, array in wanted.items():
        np.testing.assert_array_equal(got[name], array, err_msg=name)


def lines(folder):
    """The metrics, one dict an epoch."""
    return [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
