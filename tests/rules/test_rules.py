from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest
from small_nets import network, random_trains

from pynn_sfdfa import BP, DFA, SFDFA, SGD, Trainer
from pynn_sfdfa.common.needs import Need
from pynn_sfdfa.rules import HM2BP, RULES, Combination, EProp, SuperSpike
from pynn_sfdfa.rules.parts.direct import Direct, hidden_error
from pynn_sfdfa.rules.parts.estimated import Estimated, estimate_feedback
from pynn_sfdfa.rules.parts.fixed import Fixed
from pynn_sfdfa.rules.parts.no_feedback import NoFeedback
from pynn_sfdfa.rules.parts.timed import Timed
from pynn_sfdfa.training.metrics import feedback_alignment

SIZES = (6, 5, 3)  # two hidden layers and the output


class Recorded:
    """Trials with random contents that note what a rule does with them (`pynn_sfdfa.rules.trials.Trials`)."""

    def __init__(self, seed=0, trials=4):
        rng = np.random.default_rng(seed)
        self.n_layers = len(SIZES)
        self.all_counts = [rng.integers(0, 4, (trials, n)).astype(np.int32) for n in SIZES]
        self.all_counts[0][:, 2] = 0
        self.draws = [(rng.normal(size=c.shape) * (c > 0)).astype(np.float32) for c in self.all_counts[:-1]]
        self.output_error = rng.normal(size=(trials, SIZES[-1])).astype(np.float32)
        self.d = rng.normal(size=(trials, SIZES[-1])).astype(np.float32)
        self.learned = {}
        self.fed_back = {}

    def shares_feedback(self, layer):
        return False

    def counts(self, layer):
        return self.all_counts[layer]

    def perturbation(self, layer):
        return self.draws[layer]

    def directional(self, layer):
        return self.d

    def neuron_errors(self, layer, error):
        self.learned[layer] = error.copy()

    def spike_errors_by_feedback(self, layer, feedback):
        assert layer in self.learned
        self.fed_back[layer] = feedback


def random_feedback(seed=1):
    rng = np.random.default_rng(seed)
    return [rng.normal(size=(SIZES[-1], n)).astype(np.float32) for n in SIZES[:-1]]


@pytest.mark.parametrize("rule", [SFDFA(rho=0.3, r_target=0.7), DFA(rho=0.3, r_target=0.7)])
def test_errors_of_all_layers(rule):
    trials, feedback = Recorded(), random_feedback()
    before = [f.astype(float) for f in feedback]
    rule.assign_errors(trials, feedback)
    np.testing.assert_array_equal(trials.learned[2], trials.output_error)
    for layer, weights in enumerate(before):
        rate = 0.3 * (0.7 - trials.counts(layer).mean(axis=0))
        np.testing.assert_allclose(trials.learned[layer], trials.output_error @ weights + rate, rtol=1e-5, atol=1e-6)


def test_timed_errors_are_those_of_spikes_beside_the_regularisation():
    trials, feedback = Recorded(), random_feedback()
    SFDFA(rho=0.3, r_target=0.7, timed=True).assign_errors(trials, feedback)
    np.testing.assert_array_equal(trials.learned[2], trials.output_error)
    for layer in (0, 1):
        rate = 0.3 * (0.7 - trials.counts(layer).mean(axis=0))
        np.testing.assert_allclose(trials.learned[layer], np.tile(rate, (4, 1)), rtol=1e-5, atol=1e-6)
        assert trials.fed_back[layer] is feedback[layer]


def test_sfdfa_moves_feedback_towards_the_mean_over_trials_with_spikes():
    trials, feedback = Recorded(), random_feedback()
    before = [f.astype(float) for f in feedback]
    rule = SFDFA(feedback_learning_rate=0.1)
    for layer, weights in enumerate(feedback):
        rule.parts.feedback.improve(trials, layer, weights)
    for layer, (old, new) in enumerate(zip(before, feedback, strict=True)):
        for i in range(SIZES[layer]):
            fired = trials.counts(layer)[:, i] > 0
            wanted = old[:, i]
            if fired.any():
                products = trials.draws[layer][fired, i, np.newaxis] * trials.d[fired]
                wanted = old[:, i] + 0.1 * (products.mean(axis=0) - old[:, i])
            np.testing.assert_allclose(new[:, i], wanted, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(feedback[0][:, 2], before[0][:, 2])  # the silent neuron


def test_dfa_leaves_feedback_alone_and_draws_it_by_seed():
    rule, trials, feedback = DFA(feedback=(-0.5, 2.0)), Recorded(), random_feedback()
    before = [f.copy() for f in feedback]
    rule.assign_errors(trials, feedback)
    for layer, weights in enumerate(feedback):
        rule.parts.feedback.improve(trials, layer, weights)
    for old, new in zip(before, feedback, strict=True):
        np.testing.assert_array_equal(old, new)
    drawn = rule.parts.feedback.initial([400, 300, 10], seed=3)
    assert [f.shape for f in drawn] == [(10, 400), (10, 300)]
    assert -0.5 <= drawn[0].min() < -0.45 < 1.95 < drawn[0].max() < 2.0
    np.testing.assert_array_equal(drawn[0], rule.parts.feedback.initial([400, 300, 10], seed=3)[0])
    assert (drawn[0] != rule.parts.feedback.initial([400, 300, 10], seed=4)[0]).all()


def test_sfdfa_starts_without_feedback():
    assert [f.shape for f in SFDFA().parts.feedback.initial(SIZES, 1)] == [(3, 6), (3, 5)]
    assert not any(f.any() for f in SFDFA().parts.feedback.initial(SIZES, 1))


def test_the_kernels_take_layers_of_any_size():
    rng = np.random.default_rng(2)
    e, b, r = (rng.normal(size=s).astype(np.float32) for s in ((1, 1), (1, 1), 1))
    np.testing.assert_allclose(hidden_error(e, b, r), e @ b + r, rtol=1e-6)
    feedback = np.zeros((1, 1), np.float32)
    estimate_feedback(np.ones((1, 1), np.int32), e, b, np.float32(1.0), feedback)
    np.testing.assert_allclose(feedback, e * b, rtol=1e-6)


def test_estimated_feedback_points_along_the_weights_above():
    """Two hidden layers, no learning of weights: only the feedback moves."""
    net = network([20, 12, 10, 4], c=0.5, weights=(-0.6, 1.0), seed=3, max_spikes=100)
    trains = random_trains(np.random.default_rng(0), 1500, 20, n_classes=4)
    rule = SFDFA(rho=0.0, feedback_learning_rate=0.05)
    Trainer(net, rule=rule, optimizer=SGD(learning_rate=1e-30), batch_size=25, seed=2).fit(trains)
    first, second = feedback_alignment(net.weights, net.feedback)
    assert first > 0.4
    assert second > 0.4


@dataclass(frozen=True)
class OutputOnly(Direct):
    """Hidden layers do not learn."""

    name: ClassVar[str] = "output-only"

    def assign(self, trials, feedback, regularisation):
        trials.neuron_errors(trials.n_layers - 1, trials.output_error)


def test_a_transport_of_ones_own_needs_no_change_elsewhere():
    net = network([20, 15, 2], c=0.2)
    before = [w.copy() for w in net.weights]
    trains = random_trains(np.random.default_rng(1), 60, 20)
    rule = Combination(OutputOnly(), NoFeedback())
    history = Trainer(net, rule=rule, batch_size=10, seed=1).fit(trains, epochs=4)
    np.testing.assert_array_equal(net.weights[0], before[0])
    assert (net.weights[1] != before[1]).any()
    assert history.records[-1].train_loss < history.records[0].train_loss
    assert history.records[-1].alignment == (0.0,)


def test_names():
    of_the_article = {"sfdfa": SFDFA, "dfa": DFA, "bp": BP}
    assert {
        **of_the_article,
        "combination": Combination,
        "hm2bp": HM2BP,
        "e-prop": EProp,
        "superspike": SuperSpike,
    } == RULES


def test_a_rule_needs_what_its_parts_need():
    assert SFDFA().needs == {Need.PERTURBATIONS}
    assert SFDFA(timed=True).needs == {Need.PERTURBATIONS, Need.ALL_SPIKES}
    assert DFA().needs == set()
    assert BP().needs == {Need.ALL_SPIKES, Need.FORWARD_WEIGHTS}
    assert Combination(Timed(), Fixed()).needs == {Need.ALL_SPIKES}


@pytest.mark.parametrize("method", ["backward", "improve_feedback", "initial_feedback"])
def test_methods_that_nothing_calls_any_more_are_refused(method):
    with pytest.raises(TypeError, match=f"Own defines {method}, which nothing calls: .*Transport.*Feedback"):
        type("Own", (SFDFA,), {method: lambda self, *arguments: None})


def test_a_part_that_computes_something_itself_needs_a_simulator_that_lets_it():
    """Whether it is derived from a part that needs nothing or not: else two simulators would learn differently."""

    class Doubled(Estimated):
        def improve(self, trials, layer, feedback):
            super().improve(trials, layer, feedback)
            super().improve(trials, layer, feedback)

    class Renamed(Doubled):
        name = "renamed"

    assert OutputOnly.needs == {Need.OWN_ERRORS}
    assert Doubled.needs == Renamed.needs == {Need.PERTURBATIONS, Need.OWN_FEEDBACK}


@pytest.mark.parametrize(
    ("rule", "settings", "message"),
    [
        (SFDFA, {"rho": -0.1}, "SFDFA: rho = -0.1 is not valid: must be >= 0"),
        (SFDFA, {"r_target": float("nan")}, "SFDFA: r_target = nan"),
        (SFDFA, {"feedback_learning_rate": float("inf")}, "SFDFA: feedback_learning_rate = inf"),
        (DFA, {"rho": -1}, "DFA: rho = -1"),
        (
            DFA,
            {"feedback": (1.0, -1.0)},
            r"DFA: feedback = \(1.0, -1.0\) is not valid: the first number must be s",
        ),
        (DFA, {"feedback": (-float("inf"), 1.0)}, r"DFA: feedback = \(-inf, 1.0\) is not valid"),
    ],
)
def test_settings_that_are_refused(rule, settings, message):
    with pytest.raises(ValueError, match=message):
        rule(**settings)
