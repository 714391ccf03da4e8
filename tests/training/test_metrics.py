from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pynn_sfdfa.training.metrics import confusion_matrix, feedback_alignment, sign_agreement


@settings(deadline=None, derandomize=True, max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4))))
def test_confusion_matrix_counts_every_sample_once(pairs):
    labels, predictions = (np.array([pair[k] for pair in pairs], np.int64) for k in range(2))
    matrix = confusion_matrix(labels, predictions, 5)
    assert matrix.shape == (5, 5)
    for label in range(5):
        for prediction in range(5):
            assert matrix[label, prediction] == pairs.count((label, prediction))


def test_alignment_of_feedback_with_the_weights_above():
    rng = np.random.default_rng(0)
    weights = [rng.normal(size=shape).astype(np.float32) for shape in ((6, 5), (5, 4), (4, 3))]
    first, second = (weights[1] @ weights[2]).T, weights[2].T
    assert feedback_alignment(weights, [2 * first, -second]) == pytest.approx((1.0, -1.0))
    other = rng.normal(size=(3, 5)).astype(np.float32)
    cosine = (first * other).sum() / np.sqrt((first**2).sum() * (other**2).sum())
    assert feedback_alignment(weights, [other, second]) == pytest.approx((cosine, 1.0))


def test_feedback_of_zero_has_no_direction():
    weights = [np.ones((2, 3), np.float32), np.ones((3, 2), np.float32)]
    assert feedback_alignment(weights, [np.zeros((2, 3), np.float32)]) == (0.0,)


def test_a_network_without_hidden_layer_has_no_alignment():
    assert feedback_alignment([np.ones((2, 3), np.float32)], []) == ()


def test_sign_agreement_counts_feedback_with_the_sign_of_the_path_above():
    rng = np.random.default_rng(0)
    weights = [rng.normal(size=shape).astype(np.float32) for shape in ((6, 5), (5, 4), (4, 3))]
    first, second = (weights[1] @ weights[2]).T, weights[2].T
    assert sign_agreement(weights, [2 * first, -second]) == (1.0, 0.0)
    mixed = second.copy()
    mixed[0] *= -1.0  # one output of three
    mixed[1, 0] = 0.0
    assert sign_agreement(weights, [first, mixed]) == pytest.approx((1.0, 7 / 12))
    assert sign_agreement([weights[2]], []) == ()
