from __future__ import annotations

import types

import numpy as np
import pytest
from small_nets import network, random_trains

import pynn_sfdfa.event as sim
from pynn_sfdfa import SpikeCount, Trainer
from pynn_sfdfa.training.evaluator import Evaluator

TRAINS = random_trains(np.random.default_rng(0), 7, 20)


@pytest.mark.parametrize("simulator", [None, sim])
def test_a_network_is_evaluated_without_a_rule_or_an_optimiser_as_by_a_trainer(simulator):
    net = network([20, 8, 2], c=0.2)
    evaluator, trainer = Evaluator(net, simulator, loss=SpikeCount(9.0, 1.0)), Trainer(net, loss=SpikeCount(9.0, 1.0))
    found, expected = evaluator.evaluate(TRAINS), trainer.evaluate(TRAINS)
    np.testing.assert_array_equal(found.counts, expected.counts)
    assert (found.accuracy, found.loss) == (expected.accuracy, expected.loss)
    np.testing.assert_array_equal(evaluator.predict(TRAINS), trainer.predict(TRAINS))


def test_what_is_misplaced_is_answered_with_the_right_form():
    net = network([20, 8, 2])
    with pytest.raises(TypeError, match=r"^pynn_sfdfa.other offers no training: .* Evaluator\(network, sim, loss="):
        Evaluator(net, types.ModuleType("pynn_sfdfa.other"))
    with pytest.raises(TypeError, match=r"^Evaluator takes the network, a simulator such as pynn_sfdfa.event, and all"):
        Evaluator(net, sim, SpikeCount())
