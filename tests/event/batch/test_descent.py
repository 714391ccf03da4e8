from __future__ import annotations

import numpy as np
import pytest

from pynn_sfdfa import SGD, Adam, Dense, Input, Network
from pynn_sfdfa.event.batch.descent import Descent
from pynn_sfdfa.event.batch.layers import Layers
from pynn_sfdfa.event.batch.layout import part_of
from pynn_sfdfa.training.regularisation import WeightRegularisation

HIDDEN = 420  # three blocks of neurons


@pytest.fixture
def layers():
    network = Network([Input((7,)), Dense(HIDDEN), Dense(3)], seed=2)
    return Layers(network, 0, 2)


def gradient_of(block, shape):
    return np.random.default_rng(block).normal(size=shape).astype(np.float32)


@pytest.mark.parametrize("regularisation", [None, WeightRegularisation()])
def test_blocks_that_learn_by_themselves_do_as_layers_with_gradients(layers, regularisation):
    optimizer, blocks = Adam(), layers.layouts[0].blocks
    assert len(blocks) > 1
    start, ends = layers.weights[0].copy(), []
    for by_itself in (True, False):
        layers.weights[0][...] = start
        descent = Descent(layers, optimizer.slots, regularisation)
        for _ in range(3):
            if not by_itself:
                descent.regularise(taken=[1])
            descent.steps += 1
            for neurons in blocks:
                given = gradient_of(neurons.start, (7, neurons.stop - neurons.start))
                if by_itself:
                    descent.learn(optimizer, 0, neurons, lambda own, given=given: np.add(own, given.ravel(), out=own))
                else:
                    part_of(descent.gradient(0), layers.weights[0].shape[1], neurons)[...] += given
            if not by_itself:
                descent.take_steps(optimizer, taken=[1])
        ends.append([layers.weights[0].copy(), *descent.slots[0].values()])
    assert (ends[0][0] != start).any()
    for one, other in zip(*ends, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_gradient_that_was_given_up_is_forgotten(layers):
    descent, neurons, begun = Descent(layers, Adam.slots, None), layers.layouts[0].blocks[0], []

    def interrupted(gradient):
        gradient += 1
        raise KeyboardInterrupt

    for add in (interrupted, lambda gradient: begun.append(gradient.copy())):
        descent.steps += 1
        try:
            descent.learn(Adam(), 0, neurons, add)
        except KeyboardInterrupt:
            continue
    assert not begun[0].any()


def test_regularisation_goes_to_the_weights_where_they_change_in_place(layers):
    before = layers.weights[0].copy()
    Descent(layers, SGD.slots, WeightRegularisation(strength=10.0)).regularise(weights_at=0.1)
    changed = before != 0
    assert (np.abs(layers.weights[0][changed]) < np.abs(before[changed])).all()
