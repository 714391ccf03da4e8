"""Yin-Yang: the published recipe, draw for draw."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from pynn_sfdfa.datasets import load


def recipe(n, seed):
    """The recipe in words turned into the plainest code."""
    random = np.random.RandomState(seed)
    points, labels = [], []
    while len(points) < n:
        goal = random.randint(3)
        while True:
            x, y = random.rand(2)
            if np.sqrt((x - 0.5) ** 2 + (y - 0.5) ** 2) > 0.5:
                continue
            right, left = np.sqrt((x - 0.75) ** 2 + (y - 0.5) ** 2), np.sqrt((x - 0.25) ** 2 + (y - 0.5) ** 2)
            if right < 0.1 or left < 0.1:
                found = 2
            elif 0.1 < left <= 0.25 or (y > 0.5 and right > 0.25):
                found = 1
            else:
                found = 0
            if found == goal:
                break
        points.append((x, y, 1 - x, 1 - y))
        labels.append(goal)
    return np.array(points), np.array(labels)


@pytest.fixture(scope="module")
def dataset():
    return load("yin-yang")


@pytest.mark.parametrize(("split", "n", "seed"), [("train", 5000, 42), ("validation", 1000, 41), ("test", 1000, 40)])
def test_each_split_follows_the_recipe(dataset, split, n, seed):
    part = getattr(dataset, split)
    assert part.values.shape == (n, 4)
    points, labels = recipe(200, seed)
    assert_array_equal(part.values[:200], points)
    assert_array_equal(part.labels[:200], labels)


def test_classes_are_even_and_features_lie_in_the_unit_interval(dataset):
    counts = np.bincount(dataset.train.labels)
    assert (abs(counts - 5000 / 3) < 5 * np.sqrt(5000 * 2 / 9)).all()
    assert dataset.train.values.min() >= 0
    assert dataset.train.values.max() <= 1
    assert (dataset.n_classes, dataset.n_inputs, dataset.image_shape) == (3, 4, None)
