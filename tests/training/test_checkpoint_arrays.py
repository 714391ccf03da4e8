"""Arrays of a checkpoint with a valid checksum that no network can be: refused with array and index."""

from __future__ import annotations

import re

import numpy as np
import pytest

from pynn_sfdfa.training import checkpoint
from pynn_sfdfa.training.checkpoint import CheckpointError
from pynn_sfdfa.training.checkpoint_arrays import check_chain, first_wrong

WEIGHTS = "weights must be finite and of at most 1e+09 nA, beyond which single precision overflows. Take another"


def arrays():
    return {
        "weights.0": np.ones((4, 3), np.float32),
        "weights.1": np.ones((3, 2), np.float32),
        "feedback.0": np.ones((2, 3), np.float32),
        "feedback_share.0": np.ones((2, 3), np.float32),
        "optimizer.square.1": np.ones((3, 2), np.float32),
        "optimizer.step": np.array([7]),
        "tally.spikes.0": np.array([0, 1, 2]),
    }


@pytest.mark.parametrize(
    ("name", "index", "value", "message"),
    [
        ("weights.0", (1, 2), np.nan, f"weights.0[1, 2] is nan; {WEIGHTS}"),
        ("weights.1", (2, 0), np.inf, f"weights.1[2, 0] is inf; {WEIGHTS}"),
        ("weights.1", (0, 1), -np.inf, f"weights.1[0, 1] is -inf; {WEIGHTS}"),
        ("weights.0", (0, 0), 3e38, f"weights.0[0, 0] is 3e+38; {WEIGHTS}"),
        ("feedback.0", (1, 1), np.nan, f"feedback.0[1, 1] is nan; {WEIGHTS}"),
        ("optimizer.square.1", (0, 1), np.nan, "optimizer.square.1[0, 1] is nan; it must be finite"),
        ("optimizer.square.1", (2, 1), -1.0, "optimizer.square.1[2, 1] is -1; it must not be negative"),
        ("feedback_share.0", (0, 1), -0.5, "feedback_share.0[0, 1] is -0.5; it must not be negative"),
        ("optimizer.step", (0,), -1, "optimizer.step[0] is -1; it must not be negative"),
        ("tally.spikes.0", (1,), -5, "tally.spikes.0[1] is -5; it must not be negative"),
    ],
)
def test_numbers_that_cannot_be_computed_with(tmp_path, name, index, value, message):
    saved = arrays()
    saved[name][index] = value
    checkpoint.save(tmp_path / "x.safetensors", saved, {})
    with pytest.raises(CheckpointError, match=re.escape(f"x.safetensors: {message}")):
        checkpoint.load(tmp_path / "x.safetensors")


@pytest.mark.parametrize(
    ("name", "array", "message"),
    [
        ("weights.1", np.ones(6, np.float32), "weights.1 must be a 2- or 3-dimensional array of float32"),
        ("weights.1", np.float32(1.0), "weights.1 must be a 2- or 3-dimensional array of float32"),
        ("weights.1", np.ones((3, 0), np.float32), "that is not empty, not float32 of shape (3, 0)"),
        ("weights.1", np.ones((3, 2)), "not float64 of shape (3, 2)"),
        ("optimizer.step", np.array(7), "optimizer.step must be a 1-dimensional array of int64"),
        (
            "optimizer.mean.0",
            np.ones((4, 3), np.int32),
            "optimizer.mean.0 must be a 2- or 3-dimensional array of float32",
        ),
    ],
)
def test_types_and_dimensions(tmp_path, name, array, message):
    checkpoint.save(tmp_path / "x.safetensors", arrays() | {name: array}, {})
    with pytest.raises(CheckpointError, match=re.escape(message)):
        checkpoint.load(tmp_path / "x.safetensors")


def test_layers_that_follow_each_other():
    assert check_chain(arrays(), 1) == [4, 3, 2]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"weights.1": None}, "weights.1 is missing; there is feedback.0, feedback_share.0, "),
        ({"feedback.0": None}, "feedback.0 is missing"),
        ({"weights.2": np.ones((2, 2), np.float32)}, "weights.2 is one too many for 1 hidden layers"),
        ({"weights.1": np.ones((4, 2), np.float32)}, "weights.1 has the shape (4, 2); beside the other arrays it must"),
        ({"feedback.0": np.ones((3, 2), np.float32)}, "feedback.0 has the shape (3, 2)"),
    ],
)
def test_layers_that_do_not(change, message):
    changed = {name: array for name, array in (arrays() | change).items() if array is not None}
    with pytest.raises(ValueError, match=re.escape(message)):
        check_chain(changed, 1)


def test_no_weight_that_can_be_computed_with_is_wrong():
    assert first_wrong(np.array([[1e9, -1e9, 0.0, 1e-45]], np.float32)) is None
    assert first_wrong(np.empty((0, 3), np.float32)) is None
