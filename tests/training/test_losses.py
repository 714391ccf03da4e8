from __future__ import annotations

import numpy as np
import pytest

from pynn_sfdfa import SpikeCount

LABELS = np.array([1, 0, 2])
COUNTS = np.array([[3, 15, 3], [0, 20, 1], [7, 7, 7]], np.int32)


def test_the_published_targets_are_the_default():
    assert SpikeCount() == SpikeCount(target=15.0, other=3.0)


def test_targets_error_and_loss():
    loss = SpikeCount(target=15.0, other=3.0)
    np.testing.assert_array_equal(loss.targets(LABELS, 3), [[3, 15, 3], [15, 3, 3], [3, 3, 15]])
    error = loss.error(COUNTS, LABELS)
    np.testing.assert_array_equal(error, [[0, 0, 0], [15, -17, 2], [-4, -4, 8]])
    assert error.dtype == np.float32
    assert loss.loss(error) == 0.5 * (15**2 + 17**2 + 2**2 + 4**2 + 4**2 + 8**2)


def test_what_is_within_the_margin_is_no_error():
    loss = SpikeCount(target=15.0, other=3.0, margin=4.0)
    np.testing.assert_array_equal(loss.error(COUNTS, LABELS), [[0, 0, 0], [15, -17, 0], [0, 0, 8]])
    with pytest.raises(ValueError, match="SpikeCount: margin = -1 is not valid: must be >= 0"):
        SpikeCount(margin=-1)


def test_a_perfect_response_has_no_loss():
    loss = SpikeCount(5.0, 0.0)
    assert loss.loss(loss.error(loss.targets(LABELS, 3).astype(np.int32), LABELS)) == 0.0


def test_no_samples():
    error = SpikeCount().error(np.empty((0, 4), np.int32), np.empty(0, np.int64))
    assert error.shape == (0, 4)
    assert SpikeCount().loss(error) == 0.0


@pytest.mark.parametrize(("target", "other"), [(3.0, 3.0), (1.0, 2.0), (5.0, -1.0), (np.inf, 0.0), (np.nan, 0.0)])
def test_targets_that_are_refused(target, other):
    wrong = "target|other" if 0 <= other < np.inf > target else f"target = {target}|other = {other}"
    with pytest.raises(ValueError, match=rf"SpikeCount: ({wrong})"):
        SpikeCount(target, other)
