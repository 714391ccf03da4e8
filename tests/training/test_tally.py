from __future__ import annotations

import json

import numpy as np
import pytest

from pynn_sfdfa.training.engine import BatchFigures
from pynn_sfdfa.training.tally import Tally


def figures(samples, correct, loss, hidden, output, capped):
    return BatchFigures(samples, correct, loss, (np.array(hidden), np.array(output)), capped)


@pytest.fixture
def tally():
    tally = Tally([3, 2])
    tally.add(figures(4, 1, 10.0, [4, 0, 0], [2, 2], (0, 1)))
    tally.add(figures(2, 2, 2.0, [2, 0, 3], [0, 1], (2, 0)))
    tally.seconds = 1.5
    return tally


def test_means_over_the_samples(tally):
    assert (tally.samples, tally.correct) == (6, 3)
    assert tally.accuracy == 0.5
    assert tally.mean_loss == 2.0
    assert tally.spikes_per_sample == pytest.approx((9 / 6, 5 / 6))
    assert tally.silent_fraction == pytest.approx((1 / 3, 0.0))
    assert tally.capped == [2, 1]


def test_an_empty_tally_divides_by_nothing():
    tally = Tally([3, 2])
    assert (tally.accuracy, tally.mean_loss) == (0.0, 0.0)
    assert tally.spikes_per_sample == (0.0, 0.0)
    assert tally.silent_fraction == (1.0, 1.0)


def test_batches_are_added_not_kept(tally):
    batch = figures(1, 0, 0.0, [1, 1, 1], [1, 1], (0, 0))
    tally.add(batch)
    np.testing.assert_array_equal(batch.spikes[0], [1, 1, 1])


def test_it_survives_a_checkpoint(tally):
    scalars = json.loads(json.dumps(tally.as_dict()))
    restored = Tally.restore([3, 2], scalars, tally.arrays())
    for one in (tally, restored):
        one.add(figures(1, 0, 0.1, [1, 1, 1], [1, 1], (1, 1)))
    assert restored.as_dict() == tally.as_dict()
    for mine, other in zip(restored.spikes, tally.spikes, strict=True):
        np.testing.assert_array_equal(mine, other)


def test_restored_arrays_are_its_own(tally):
    arrays = tally.arrays()
    restored = Tally.restore([3, 2], tally.as_dict(), arrays)
    restored.spikes[0] += 1
    np.testing.assert_array_equal(arrays["tally.spikes.0"], [6, 0, 3])
