from __future__ import annotations

import numpy as np
import pytest
from small_nets import network, random_trains

from pynn_sfdfa import SGD, Dense, IF_curr_exp, Input, Network, Trainer
from pynn_sfdfa.training.engine import BatchFigures
from pynn_sfdfa.training.health import CannotLearnError, check_activity, check_weights, warn_of_silence
from pynn_sfdfa.training.tally import Tally

SPIKES = [np.array([5, 0, 3, 1]), np.array([2, 0])]


def tally(spikes=SPIKES, capped=(0, 0), samples=10):
    tally = Tally([4, 2])
    tally.add(BatchFigures(samples, 0, 0.0, tuple(spikes), capped))
    return tally


@pytest.fixture
def net():
    return network([3, 4, 2], c=0.2, max_spikes=7)


def test_a_network_in_order_passes(net):
    check_activity(tally(), net, 1)
    check_activity(tally(capped=(20, 10)), net, 1)  # half of all neurons and trials, and not more
    check_weights(net.weights, net.feedback, 1, net.gradient)


def test_a_silent_hidden_layer(net):
    with pytest.raises(CannotLearnError) as raised:
        check_activity(tally([np.zeros(4, int), SPIKES[1]]), net, 3)
    message = str(raised.value)
    assert "Hidden layer 1 (4 neurons) did not fire once in the 10 trials of epoch 3" in message
    assert "5.2 mV above rest (c = 0.2 nA): lower v_thresh" in message


def test_a_layer_that_fired_before_has_fallen_silent_by_learning(net):
    silent = tally([SPIKES[0], np.zeros(2, int)])
    with pytest.raises(
        CannotLearnError, match=r"before it fired 2.5 spikes a sample, .*: lower the learning rate first"
    ):
        check_activity(silent, net, 2, before=(8.0, 2.5))
    with pytest.raises(CannotLearnError, match="lower v_thresh"):
        check_activity(silent, net, 2, before=(8.0, 0.0))
    with pytest.raises(CannotLearnError, match="lower v_thresh"):
        check_activity(silent, net, 2, before=(8.0, 1 / 301))  # one spike in all trials is no loss


def test_a_layer_that_fires_no_more_after_the_last_epoch_is_told(net, recwarn):
    with pytest.warns(UserWarning, match=r"Hidden layer 1 \(4 neurons\) fires for no test sample after epoch 1, in"):
        warn_of_silence((0.0, 0.0), (16.1, 4.0), net, 1)
    with pytest.warns(UserWarning, match=r"The output layer .* fired 4 spikes a sample.* lower the learning rate"):
        warn_of_silence((2.0, 0.0), (16.1, 4.0), net, 1)
    recwarn.clear()
    warn_of_silence((0.0, 0.0), (0.0, 0.0), net, 1)  # which is an error of its own
    warn_of_silence((1.0, 0.5), (16.1, 4.0), net, 1)
    assert not recwarn.list


def test_training_whose_last_epoch_silenced_the_network_says_so(net):
    trains = random_trains(np.random.default_rng(1), 40, 3)
    with pytest.warns(UserWarning, match="fires for no test sample after epoch 1"):
        Trainer(net, optimizer=SGD(learning_rate=1000.0), batch_size=10).fit(trains, test=trains)


def test_a_silent_output_layer(net):
    with pytest.raises(CannotLearnError, match=r"The output layer \(2 neurons\) did not fire once"):
        check_activity(tally([SPIKES[0], np.zeros(2, int)]), net, 1)


def test_a_silent_layer_of_stock_cells_counts_its_threshold_from_where_they_rest_and_may_be_inhibited():
    cell = IF_curr_exp(i_offset=0.5)  # which lifts it by 10 of 15 mV
    net = Network([Input((3,)), Dense(4), Dense(2, cell=cell, inhibition=0.5)], delay=1.0)
    with pytest.raises(
        CannotLearnError, match=r"threshold is 5 mV above rest .* lower v_thresh, lower its inhibition, wid"
    ):
        check_activity(tally([SPIKES[0], np.zeros(2, int)]), net, 1)


def test_a_layer_at_the_cap(net):
    with pytest.raises(CannotLearnError) as raised:
        check_activity(tally(capped=(30, 0)), net, 2)
    message = str(raised.value)
    assert "Hidden layer 1 (4 neurons) fired 7 spikes, the cap, in 75 % of neurons and trials of epoch 2" in message
    assert "raise v_thresh, narrow the range of the initial weights, or raise max_spikes" in message


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_weights_that_are_not_finite(net, value):
    net.weights[1][2, 0] = value
    with pytest.raises(CannotLearnError, match="Epoch 4: 1 of 8 weights of layer 2 are not finite. Lower the learning"):
        check_weights(net.weights, net.feedback, 4, net.gradient)


def test_weights_with_which_single_precision_overflows(net):
    net.weights[0][0, 1] = -2e9
    with pytest.raises(CannotLearnError, match=r"Epoch 4: 1 of 12 weights of layer 1 are beyond 1e\+09 nA. Lower the"):
        check_weights(net.weights, net.feedback, 4, net.gradient)


def test_feedback_that_is_not_finite(net):
    net.feedback[0][:] = np.nan
    with pytest.raises(CannotLearnError, match="Epoch 1: 8 of 8 feedback weights of layer 1 are not finite"):
        check_weights(net.weights, net.feedback, 1, net.gradient)


@pytest.mark.parametrize(("gradient", "is_proposed"), [("bounded", False), ("exact", True)])
def test_what_is_proposed_is_not_there_already_and_changes_what_is_wrong(net, gradient, is_proposed):
    net.weights[0][0, 0] = np.nan
    with pytest.raises(CannotLearnError, match="weights of layer 1 are not finite. Lower the learning rate") as raised:
        check_weights(net.weights, net.feedback, 1, gradient)
    assert ("gradient = 'bounded'" in str(raised.value)) is is_proposed
    net.weights[0][0, 0] = 0.0
    net.feedback[0][:] = 2e9
    with pytest.raises(CannotLearnError, match="Lower feedback_learning_rate, the rule's, or the") as raised:
        check_weights(net.weights, net.feedback, 1, gradient)
    assert ("gradient = 'bounded'" in str(raised.value)) is is_proposed
