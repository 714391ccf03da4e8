"""Regularisation of weights, against the formula and within a training."""

from __future__ import annotations

import numpy as np
import pytest
from small_nets import network, random_trains

import pynn_sfdfa.event as sim
from pynn_sfdfa import DFA, SGD, Adam, SpikeCount, Trainer, WeightRegularisation
from pynn_sfdfa.event.batch.layout import block_width, blocks_of, pad
from pynn_sfdfa.experiments import assembly, config


def expected(weights, strength, beta, scale):
    w = weights.astype(float)
    return strength * beta * (w / scale) * np.exp(beta * (((w / scale) ** 2).mean(axis=0) - 1.0))


@pytest.mark.parametrize("n", [3, 50, 270])
def test_it_adds_what_the_formula_says(n):
    rng = np.random.default_rng(n)
    weights, gradient = (
        pad(rng.normal(0, 9, (31, n)).astype(np.float32)),
        pad(rng.normal(size=(31, n)).astype(np.float32)),
    )
    before, width = gradient.copy(), weights.shape[1]
    for neurons in blocks_of(width, block_width(width)):
        WeightRegularisation(7.0, 0.05, 6.0).add(weights[:, neurons], gradient[:, neurons])
    np.testing.assert_allclose(
        (gradient - before)[:, :n], expected(weights[:, :n], 7.0, 0.05, 6.0), rtol=2e-5, atol=1e-5
    )
    np.testing.assert_array_equal(gradient[:, n:], 0.0)


def test_it_may_add_to_the_weights_themselves():
    weights = np.random.default_rng(1).normal(size=(31, 48)).astype(np.float32)
    elsewhere, before = np.zeros_like(weights), weights.copy()
    WeightRegularisation().add(before, elsewhere, -0.3)
    WeightRegularisation().add(weights, weights, -0.3)
    np.testing.assert_allclose(weights, before + elsewhere, rtol=1e-6)


@pytest.mark.parametrize("optimizer", [SGD(1e-4), Adam(1e-3)])
def test_weights_descend_along_the_gradient_and_it(optimizer):
    """A rule without effect leaves the regularisation alone: the first step of either optimiser is known."""
    net = network([20, 230, 3], c=1e5, weights=(-2.0, 2.0), seed=2)  # nobody fires
    trains = random_trains(np.random.default_rng(3), 4, 20, n_classes=3)
    results = []
    for threads in (1, 3):
        engine = sim.training_engine(net, DFA(rho=0.0), optimizer, SpikeCount(), 4, 1, threads,
                                     regularisation=WeightRegularisation(5.0, 0.3, 2.0))  # fmt: skip
        list(engine.train(trains, np.arange(4), 0))
        results.append(engine.weights())
    for w, mine, theirs in zip(net.weights, *results, strict=True):
        gradient = expected(w, 5.0, 0.3, 2.0)
        step = 1e-4 * gradient if isinstance(optimizer, SGD) else 1e-3 * np.sign(gradient)
        np.testing.assert_allclose(mine - w, -step, rtol=2e-3, atol=3e-7)
        np.testing.assert_array_equal(mine, theirs)


def test_an_experiment_may_have_it():
    own = ["regularisation={strength=3.0, beta=0.1, scale=2.0}", "boosting={gain=0.1}"]
    settings = config.load("digits", own)
    assert settings.regularisation.build() == WeightRegularisation(3.0, 0.1, 2.0)
    assert config.from_settings(settings.settings(), "again") == settings
    assert "regularisation" not in config.load("digits").settings()
    net = assembly.build_network(settings, 64, 10)
    trainer = assembly.build_trainer(settings, net)
    assert isinstance(trainer, Trainer)
    assert {"boosting.weights", "boosting.missed"} <= set(trainer._engine.state())
    assert trainer._engine._descent._regularisation == settings.regularisation.build()
    for wrong, message in (
        ("regularisation={strength=3.0}", "regularisation: beta, scale are missing. With all keys"),
        ("regularisation={strength=3.0, beta=0.1, scale=0.0}", "regularisation.scale = 0.0 is not valid: must be > 0"),
        ("regularisation.rate=1", "regularisation.rate is not a known key; valid here: strength, beta, scale"),
        ("boosting.gian=1.0", "boosting.gian is not a known key .did you mean gain.*valid here: gain"),
    ):
        with pytest.raises(config.ConfigError, match=message):
            config.load("digits", [wrong])
