"""Parity of early and late groups: what the classes are, and that nothing simpler tells them apart."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.testing import assert_array_equal

from pynn_sfdfa.datasets import load
from pynn_sfdfa.datasets.parity import generate


def groups(samples):
    """The mean time of each of the four groups in ms."""
    return 26 * samples.values.reshape(-1, 4, 6).mean(axis=2)


def test_the_number_of_late_groups_is_odd_in_class_1():
    samples = generate(500, seed=3)
    late = groups(samples)[:, :3] > 9
    assert_array_equal(late.sum(axis=1) % 2, samples.labels)
    assert np.abs(groups(samples)[:, 3] - 2).max() < 3
    assert len(np.unique(late, axis=0)) == 8


def test_two_groups_alone_say_nothing():
    samples = generate(4000, seed=3)
    late = groups(samples)[:, :3] > 9
    for pair in itertools.combinations(range(3), 2):
        _, seen = np.unique(late[:, pair], axis=0, return_inverse=True)
        for kind in range(4):
            labels = samples.labels[seen == kind]
            assert abs(labels.mean() - 0.5) < 4 * 0.5 / np.sqrt(labels.size)


def test_it_is_always_the_same_within_the_unit_interval():
    one, other = load("parity"), load("parity")
    assert (len(one.train), len(one.test), one.n_classes, one.n_inputs) == (600, 200, 2, 24)
    assert_array_equal(one.train.values, other.train.values)
    assert not np.array_equal(one.train.values[:200], one.test.values)
    assert one.train.values.min() == 1 / 26
    assert one.train.values.max() <= 1
