"""Several hidden layers: what the feedback of each comes to in a frozen network, and learning with every rule."""

from __future__ import annotations

from functools import reduce

import numpy as np
import pytest
from small_nets import network, random_trains

import pynn_sfdfa.event as sim
from pynn_sfdfa import BP, DFA, SFDFA, SGD, Adam, FeedForward, SpikeCount, Trainer
from pynn_sfdfa.common.needs import Need
from pynn_sfdfa.rules import Combination
from pynn_sfdfa.rules.parts.estimated import Estimated
from pynn_sfdfa.rules.parts.transport import Transport
from pynn_sfdfa.training.metrics import feedback_alignment, sign_agreement

DEPTHS = ([10, 6, 5, 3], [10, 6, 5, 4, 3])
TRIALS = 300


class Watched(Transport):
    """Keeps what the feedback is estimated from."""

    name = "watched"

    def assign(self, trials, feedback, regularisation):
        hidden = range(trials.n_layers - 1)
        type(self).seen = [trials.perturbation(layer).astype(float) for layer in hidden], trials.directional()
        type(self).counts = [trials.counts(layer) for layer in range(trials.n_layers)]


@pytest.fixture(scope="module", params=DEPTHS, ids=["2 hidden layers", "3 hidden layers"])
def frozen(request):
    """A frozen network that sees one sample many times, every neuron firing to the end of the trial; its feedback."""
    sizes = request.param
    net = network(sizes, c=0.3, weights=(-0.4, 1.0), max_spikes=200, seed=2)
    trains = random_trains(np.random.default_rng(0), 1, sizes[0], spikes=(60, 61), last=190.0, n_classes=3)
    rule = Combination(Watched(), Estimated(1.0))  # feedback is the mean over the batch
    engine = sim.training_engine(net, rule, SGD(learning_rate=1e-30), SpikeCount(), TRIALS, 0, 1)
    list(engine.train(trains, np.zeros(TRIALS, int), 0))
    assert all((counts[0] > 1).all() for counts in Watched.counts)
    return net, engine.feedback(), *Watched.seen


def paths(net):
    return [reduce(np.matmul, net.weights[layer + 1 :]).astype(float) for layer in range(len(net.weights) - 1)]


def test_perturbations_travel_to_the_output_along_all_weights(frozen):
    """Directional derivatives are linear in the perturbations of all layers, with the products of the weights."""
    net, _, perturbations, directional = frozen
    expected = sum(v @ path for v, path in zip(perturbations, paths(net), strict=True))
    np.testing.assert_allclose(directional, expected, rtol=1e-5, atol=1e-5)


def test_the_feedback_of_every_layer_converges_to_the_product_of_the_weights_above(frozen):
    net, feedback, *_ = frozen
    assert len(feedback) == len(net.weights) - 1
    together = sum((path**2).sum(axis=0) for path in paths(net))  # variance of a directional derivative
    for estimate, path in zip(feedback, paths(net), strict=True):
        assert (abs(estimate.T - path) < 5 * np.sqrt((together + path**2) / TRIALS)).all()
    assert min(feedback_alignment(net.weights, feedback)) > 0.9
    assert min(sign_agreement(net.weights, feedback)) > 0.8


@pytest.mark.slow
@pytest.mark.parametrize("hidden", [[60, 40], [60, 50, 40]], ids=["2 hidden layers", "3 hidden layers"])
@pytest.mark.parametrize(
    "rule",
    [SFDFA(rho=0.1, r_target=0.5, feedback_learning_rate=1e-2), DFA(rho=3.0, r_target=0.5), BP()],
    ids=lambda rule: rule.name,
)
def test_every_rule_learns_digits(rule, hidden, digits):
    train, test = digits[0].select(np.arange(1000)), digits[1].select(np.arange(300))
    net = FeedForward([64, *hidden, 10], hidden={"v_thresh": -60.0}, output={"v_thresh": -55.0}, seed=1)
    before = [w.copy() for w in net.weights]
    trainer = Trainer(net, rule=rule, optimizer=Adam(learning_rate=5e-3), batch_size=10, seed=1, threads=1)
    history = trainer.fit(train, test, epochs=5)
    assert history.records[0].test_accuracy < history.best.test_accuracy > 0.7  # chance: 0.1
    assert all((old != new).any() for old, new in zip(before, net.weights, strict=True))
    if Need.PERTURBATIONS in rule.needs:
        assert min(history.records[-1].alignment) > 0.3
