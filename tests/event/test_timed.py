"""Timed feedback in scripts: gradients of the batch engine, refusals before a run."""

import numpy as np
import pytest
from small_nets import network, random_trains

import pynn_sfdfa.event as sim
from pynn_sfdfa import SFDFA, SGD, SpikeCount

RULE = {"rho": 0.3, "r_target": 2.0}


@pytest.mark.parametrize("gradient", ["bounded", "exact"])
@pytest.mark.parametrize("sizes", [[20, 12, 3], [20, 9, 8, 3]], ids=str)
def test_a_script_learns_as_the_trainer_does(sizes, gradient):
    net = network(sizes, c=0.3, weights=(-0.4, 0.9), delay=2.0, gradient=gradient, max_spikes=500)
    trains = random_trains(np.random.default_rng(3), 3, 20, n_classes=3)
    feedback = [np.random.default_rng(n).normal(size=(3, n)).astype(np.float32) for n in sizes[1:-1]]
    before = [weights.copy() for weights in net.weights]
    rule = SFDFA(**RULE, feedback_learning_rate=0.0, timed=True)
    engine = sim.training_engine(net, rule, SGD(1e-5), SpikeCount(), 1, 0)
    engine.load_state(engine.state() | {f"feedback.{k}": matrix for k, matrix in enumerate(feedback)})
    list(engine.train(trains, np.arange(3), 0))
    expected = [after - weights for after, weights in zip(engine.weights(), before, strict=True)]

    sim.setup(timestep=0.1)
    net.feedback = feedback
    targets = SpikeCount().targets(trains.labels, 3)
    wiring = net.wire(sim, trains, targets=targets, learning_rate=1e-5, **RULE, timed=True)
    sim.run(0.4 * wiring.duration)  # into a trial
    sim.run(0.6 * wiring.duration)
    net.read(wiring)
    for found, weights, right in zip(net.weights, before, expected, strict=True):
        assert abs(right).max() > 1e-4
        np.testing.assert_allclose(found - weights, right, rtol=1e-3, atol=1e-3 * abs(right).max())


def test_feedback_from_where_nothing_arrives_is_refused_before_a_run():
    sim.setup()
    hidden = sim.Population(2, sim.LIF_SFDFA(), label="hidden")
    output = sim.Population(2, sim.LIF_SFDFA(targets=[[1.0], [2.0]]), label="output")
    sim.Projection(output, hidden, sim.AllToAllConnector(), sim.SFDFAFeedback(timed=True))
    with pytest.raises(ValueError, match="from population 'output' to 'hidden' is timed, but no projection leads from"):
        sim.run(10.0)


def test_timed_is_true_or_false():
    with pytest.raises(ValueError, match="SFDFAFeedback: timed = 'yes' is not valid; choose True or False"):
        sim.SFDFAFeedback(timed="yes")
