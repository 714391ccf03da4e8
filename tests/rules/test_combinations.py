"""Every combination of parts: the fused kernels against the parts written plainly, and learning on real samples."""

from __future__ import annotations

import functools
import itertools
from dataclasses import dataclass

import numpy as np
import pytest
from plain_rule import LOCAL as PLAIN_LOCAL
from plain_rule import TRANSPORTS, PlainTrial, plain_gradients
from small_nets import network, random_trains

import pynn_sfdfa.event as sim
from pynn_sfdfa import Adam, FeedForward, SpikeCount, Trainer
from pynn_sfdfa.common.simulators import offers
from pynn_sfdfa.rules import Combination
from pynn_sfdfa.rules.parts.estimated import Estimated
from pynn_sfdfa.rules.parts.feedback import Feedback
from pynn_sfdfa.rules.parts.fixed import Fixed
from pynn_sfdfa.rules.parts.local_gradient import LocalGradient
from pynn_sfdfa.rules.parts.macro import Macro
from pynn_sfdfa.rules.parts.no_feedback import NoFeedback
from pynn_sfdfa.rules.parts.spike_times import SpikeTimes
from pynn_sfdfa.rules.parts.spsp import SPSP
from pynn_sfdfa.rules.parts.transport import Transport
from pynn_sfdfa.support.registry import registry


def parts_of_event(base):
    """Return the parts of a kind that the event simulator has."""
    found = registry("pynn_sfdfa.rules.parts", base)
    return {name: part for name, part in found.items() if part.needs <= offers("event")}


@dataclass(frozen=True)
class Given(Feedback):
    """Feedback weights as a function of the layers' sizes makes them."""

    make: object = None

    def initial(self, sizes, seed):
        return self.make(sizes)


TRANSPORT, FEEDBACK, LOCAL = (parts_of_event(base) for base in (Transport, Feedback, LocalGradient))
COMBINATIONS = [
    *itertools.product(TRANSPORT, FEEDBACK, ["spike-times"]),
    *((name, "estimated", "s-psp") for name in TRANSPORT),
]
SIZES = [20, 12, 9, 3]


def test_every_part_is_written_plainly_too():
    assert set(TRANSPORT) == set(TRANSPORTS)
    assert set(FEEDBACK) == {"none", "fixed", "estimated"}
    assert set(LOCAL) == set(PLAIN_LOCAL)


@functools.cache
def trials(gradient, delay):
    """Return a network, samples, and what it does with them, written plainly; no rule matters to that."""
    net = network(SIZES, c=0.1, weights=(-0.4, 0.8), max_spikes=200, seed=5, gradient=gradient, delay=delay)
    trains = random_trains(np.random.default_rng(2), 4, 20, n_classes=3)
    return net, trains, [PlainTrial(net, trains, sample) for sample in range(len(trains))]


@pytest.mark.slow
@pytest.mark.parametrize(("gradient", "delay", "margin"), [("bounded", 0.0, 0.0), ("exact", 1.5, 6.0)])
@pytest.mark.parametrize("local", [SpikeTimes(), SPSP(silent=0.0)])
@pytest.mark.parametrize("transport", TRANSPORT)
def test_gradients_are_those_of_the_parts_written_plainly(transport, local, gradient, delay, margin):
    (net, trains, plain_trials), rng = trials(gradient, delay), np.random.default_rng(1)
    part = Macro(silent_target_spikes=0) if transport == "macro" else TRANSPORT[transport]()
    rule, loss = Combination(part, Fixed(), local, rho=2.0, r_target=1.0), SpikeCount(margin=margin)
    engine = sim.training_engine(net, rule, loss=loss, batch_size=len(trains))
    feedback = [rng.normal(size=weights.shape).astype(np.float32) for weights in engine.feedback()]
    engine.load_state(engine.state() | {f"feedback.{layer}": f for layer, f in enumerate(feedback)})
    plain, counts = plain_gradients(net, plain_trials, trains.labels, rule, feedback, loss)
    np.testing.assert_array_equal(engine.respond(trains).counts, counts[-1])  # no spike hangs on rounding
    assert all(count.mean() >= 1.5 for count in counts)
    for fused, exact in zip(engine.gradient(trains), plain, strict=True):
        np.testing.assert_allclose(fused, exact, rtol=2e-3, atol=2e-5 * abs(exact).max())


@pytest.mark.slow
@pytest.mark.parametrize(("transport", "feedback", "local"), COMBINATIONS)
def test_every_combination_descends_on_digits(transport, feedback, local, digits):
    train = digits[0].select(np.arange(600))
    net = FeedForward([64, 40, 10], hidden={"v_thresh": -60.0}, output={"v_thresh": -55.0}, seed=1)
    part = Estimated(1e-2) if feedback == "estimated" else FEEDBACK[feedback]()
    rule = Combination(TRANSPORT[transport](), part, LOCAL[local](), rho=0.1, r_target=0.5)
    trainer = Trainer(net, rule=rule, optimizer=Adam(5e-3), batch_size=10, seed=1, threads=1)
    history = trainer.fit(train, epochs=3)
    assert history.records[-1].train_loss < 0.8 * history.records[0].train_loss  # without feedback by the output alone


def test_a_gradient_is_what_the_weights_change_by():
    net = network(SIZES, c=0.3, weights=(-0.4, 0.8), max_spikes=100, seed=5)
    trains = random_trains(np.random.default_rng(2), 7, 20, n_classes=3)
    before = [w.copy() for w in net.weights]
    trainer = Trainer(net, rule=Combination(TRANSPORT["through-spike-times"](), NoFeedback()), batch_size=3)
    gradients = trainer.gradients(trains)
    for weights, start, gradient in zip(net.weights, before, gradients, strict=True):
        assert gradient.shape == weights.shape
        np.testing.assert_array_equal(weights, start)  # nothing is learned
    whole = sim.training_engine(net, Combination(TRANSPORT["through-spike-times"](), NoFeedback()), batch_size=7)
    for part, one in zip(gradients, whole.gradient(trains), strict=True):
        np.testing.assert_allclose(part, one, rtol=1e-4, atol=1e-5 * abs(one).max())


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda sizes: [np.ones((3, 3), np.float32)] * 2,
            r"shapes \[\(3, 3\), \(3, 3\)\]; combination needs \[\(3, 12\), \(3, 9\)\]",
        ),
        (
            lambda sizes: [np.ones((own, sizes[-1])) for own in sizes[:-1]],
            r"Given.initial returned .* one array for each hidden",
        ),
        (lambda sizes: [], r"shapes \[\]; combination needs"),
        (lambda sizes: [np.full((sizes[-1], own), np.nan) for own in sizes[:-1]], "not finite"),
    ],
)
def test_feedback_that_does_not_fit_is_refused_before_kernels_read_beyond_it(make, message):
    net = network(SIZES, c=0.3, weights=(-0.4, 0.8), max_spikes=100, seed=5)
    with pytest.raises(ValueError, match=message):
        Trainer(net, rule=Combination(feedback=Given(make=make)))


def test_feedback_may_be_lists_of_numbers_and_is_not_changed_where_it_came_from():
    net = network(SIZES, c=0.3, weights=(-0.4, 0.8), max_spikes=100, seed=5)
    given = [np.ones((3, own)) for own in (12, 9)]
    for feedback in (given, [array.tolist() for array in given]):
        engine = sim.training_engine(net, Combination(feedback=Given(make=lambda sizes, own=feedback: own)))
        for own in engine.feedback():
            assert own.dtype == np.float32
            np.testing.assert_array_equal(own, 1.0)
