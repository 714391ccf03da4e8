from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pynn_sfdfa import SGD, Adam
from pynn_sfdfa.support.arrays import flat_rows
from pynn_sfdfa.training.optimizers import OPTIMIZERS

SHAPE = (21, 16)


def textbook_adam(weights, gradients, rate, beta1, beta2, epsilon):
    """Algorithm 1 of Kingma and Ba, in float64."""
    m, v, w = np.zeros(SHAPE), np.zeros(SHAPE), weights.astype(float)
    for t, g in enumerate(gradients, start=1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        w = w - rate * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + epsilon)
    return w, m, v


def take_step(optimizer, weights, gradient, state, step):
    flat = {name: values.reshape(-1) for name, values in state.items()}
    optimizer.step(flat_rows(weights), gradient.reshape(-1), flat, step)


def zeros(optimizer):
    return {slot: np.zeros(SHAPE, np.float32) for slot in optimizer.slots}


@pytest.mark.parametrize("settings", [
    {}, {"learning_rate": 0.1, "beta1": 0.5, "beta2": 0.9}, {"epsilon": 0.3}, {"beta1": 0.0, "beta2": 0.0},
])  # fmt: skip
def test_adam_is_the_textbook_one(settings):
    rng = np.random.default_rng(0)
    adam = Adam(**settings)
    gradients = rng.normal(size=(50, *SHAPE)).astype(np.float32) * rng.lognormal(0, 3, SHAPE).astype(np.float32)
    weights, state = np.zeros(SHAPE, np.float32), zeros(adam)
    for step, gradient in enumerate(gradients.copy(), start=1):
        take_step(adam, weights, gradient, state, step)
        assert not gradient.any()
    expected, mean, square = textbook_adam(
        np.zeros(SHAPE), gradients, adam.learning_rate, adam.beta1, adam.beta2, adam.epsilon
    )
    size = abs(expected).max()
    np.testing.assert_allclose(weights, expected, rtol=1e-5, atol=1e-5 * size)
    np.testing.assert_allclose(state["square"], square, rtol=1e-5)
    np.testing.assert_allclose(state["mean"], mean, rtol=1e-5, atol=1e-5 * abs(mean).max())


def test_a_synapse_without_gradient_keeps_its_weight():
    """Also that of a pixel that is never on, whose running means are all zero."""
    for adam in (Adam(), Adam(epsilon=1e-30)):
        weights, state = np.full(SHAPE, 0.5, np.float32), zeros(adam)
        for step in range(1, 4):
            take_step(adam, weights, np.zeros(SHAPE, np.float32), state, step)
        np.testing.assert_array_equal(weights, np.full(SHAPE, 0.5, np.float32))


def test_means_of_synapses_without_gradient_end_at_0_and_change_no_weight_by_it():
    """By decay alone they would stay at the smallest numbers there are, with which computing is slow."""
    adam, rng = Adam(3e-3), np.random.default_rng(3)
    gradient = rng.normal(size=SHAPE).astype(np.float32)
    weights, state = rng.normal(size=SHAPE).astype(np.float32), zeros(adam)
    rest, beta1 = np.float32(1 - adam.beta1), np.float32(adam.beta1)
    kept = {"weights": weights.copy(), "mean": rest * gradient}
    take_step(adam, weights, gradient, state, 1)
    np.testing.assert_array_equal(state["mean"], kept["mean"])
    for step in range(2, 1200):
        take_step(adam, weights, np.zeros(SHAPE, np.float32), state, step)
        kept["mean"] *= beta1
        if step == 600:  # means are at 1e-28: from here on they move nothing
            kept["weights"] = weights.copy()
            assert state["mean"].all()
    assert 0 < abs(kept["mean"]).max() < np.finfo(np.float32).tiny
    assert not state["mean"].any()
    assert state["square"].all()
    np.testing.assert_array_equal(weights, kept["weights"])


def test_a_gradient_that_is_no_number_does_not_become_one():
    adam, gradient = Adam(), np.zeros(SHAPE, np.float32)
    gradient[3, 4] = np.nan
    weights, state = np.ones(SHAPE, np.float32), zeros(adam)
    take_step(adam, weights, gradient, state, 1)
    for values in (weights, state["mean"], state["square"]):
        assert np.argwhere(np.isnan(values)).tolist() == [[3, 4]]


def test_sgd_descends_and_empties_the_gradient():
    rng = np.random.default_rng(1)
    weights, gradient = rng.normal(size=(2, *SHAPE)).astype(np.float32)
    expected = weights - np.float32(0.1) * gradient
    take_step(SGD(learning_rate=0.1), weights, gradient, {}, 1)
    np.testing.assert_array_equal(weights, expected)
    assert not gradient.any()


@pytest.mark.parametrize("optimizer", [Adam(), SGD(learning_rate=0.1)])
@given(blocks=st.lists(st.integers(1, 40), min_size=1, max_size=5), rows=st.integers(1, 6), seed=st.integers(0, 9))
def test_neurons_that_step_by_themselves_do_as_all_do(optimizer, blocks, rows, seed):
    rng, width = np.random.default_rng(seed), sum(blocks)
    weights, gradient, mean, square = rng.normal(size=(4, rows, width)).astype(np.float32)
    state = {name: values for name, values in {"mean": mean, "square": square**2}.items() if name in optimizer.slots}
    whole, of_whole = weights.copy(), {name: values.copy() for name, values in state.items()}
    take_step(optimizer, whole, gradient.copy(), of_whole, 3)
    for end, size in zip(np.cumsum(blocks), blocks, strict=True):
        neurons = slice(int(end) - size, int(end))
        own, of_block = gradient[:, neurons].copy(), {name: values[:, neurons].copy() for name, values in state.items()}
        take_step(optimizer, weights[:, neurons], own, of_block, 3)
        assert not own.any()
        np.testing.assert_array_equal(weights[:, :end], whole[:, :end])
        for name, values in of_block.items():
            np.testing.assert_array_equal(values, of_whole[name][:, neurons])


def test_only_an_optimizer_without_state_works_in_place():
    assert SGD().in_place
    assert not Adam().in_place


def test_names():
    assert {"sgd": SGD, "adam": Adam} == OPTIMIZERS


@pytest.mark.parametrize(
    ("optimizer", "settings", "message"),
    [
        (SGD, {"learning_rate": -1.0}, "SGD: learning_rate = -1.0 is not valid: must be > 0"),
        (SGD, {"learning_rate": float("nan")}, "SGD: learning_rate = nan"),
        (Adam, {"learning_rate": float("inf")}, "Adam: learning_rate = inf"),
        (Adam, {"beta1": 1.0}, "Adam: beta1 = 1.0 is not valid: must be < 1"),
        (Adam, {"beta2": -0.1}, "Adam: beta2 = -0.1"),
        (Adam, {"epsilon": 0.0}, "Adam: epsilon = 0.0 is not valid: must be > 0"),
        (Adam, {"epsilon": -1e-8}, "Adam: epsilon"),
    ],
)
def test_settings_that_are_refused(optimizer, settings, message):
    with pytest.raises(ValueError, match=message):
        optimizer(**settings)
