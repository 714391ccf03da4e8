"""Thresholds that are chosen by what a network is shown."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_nets import network, random_trains

import pynn_sfdfa.event as event
from pynn_sfdfa import (
    LIF_SFDFA,
    Convolution,
    Dense,
    IF_curr_exp,
    Input,
    Network,
    Pooling,
    SpikeCount,
    SpikeTrains,
    Trainer,
    fit_thresholds,
)
from pynn_sfdfa.training.thresholds import first_samples, initial_spikes, proposal
from pynn_sfdfa.training.trainer import CannotLearnError


@pytest.fixture(scope="module")
def trains():
    return random_trains(np.random.default_rng(3), 60, 16, n_classes=3)


def spikes(net, trains):
    totals = event.training_engine(net).respond(trains).spikes
    return [total / (len(trains) * layer.size) for total, layer in zip(totals, net.layers, strict=True)]


def of_windows():
    hard = IF_curr_exp(tau_m=20.0, tau_syn=5.0, v_reset=-63.0, tau_refrac=1.0, trial_duration=200.0)
    layers = [Input((1, 4, 4)), Convolution(3, 3), Pooling(2), Dense(20, cell=hard), Dense(3)]
    return Network(layers, seed=2, weights=(-5.0, 8.0))


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 1000), scale=st.sampled_from([1e-6, 0.1, 1.0, 1e3]), wanted=st.floats(0.3, 6.0))
def test_each_layer_fires_as_often_as_it_should(seed, scale, wanted):
    trains = random_trains(np.random.default_rng(seed), 40, 20, n_classes=3)
    net = network([20, 30, 25, 8], seed=seed, weights=(-0.6 * scale, scale))
    found = spikes(fit_thresholds(net, trains, [wanted] * 3), trains)
    assert all(wanted <= own < 1.1 * wanted for own in found)


def test_layers_of_windows_and_cells_that_are_reset_to_a_value_are_fitted_too(trains):
    net = of_windows()
    fitted = fit_thresholds(net, trains, [1.0, 1.0, 2.0])
    np.testing.assert_allclose(spikes(fitted, trains), [1.0, 1.0, 2.0], rtol=0.1)
    assert fitted.thresholds[1] > -63.0
    assert [layer.shape for layer in fitted.layers] == [layer.shape for layer in net.layers]


def test_nothing_but_thresholds_changes_and_they_do_not_depend_on_the_present_ones(trains):
    net = network([16, 20, 3], c=0.3, seed=4)
    before = [weights.copy() for weights in net.weights]
    fitted = fit_thresholds(net, trains)
    assert net.thresholds == network([16, 20, 3], c=0.3).thresholds != fitted.thresholds
    assert fitted.thresholds == fit_thresholds(network([16, 20, 3], c=40.0, seed=4), trains).thresholds
    for own, old, new in zip(net.weights, before, fitted.weights, strict=True):
        np.testing.assert_array_equal(own, old)
        np.testing.assert_array_equal(new, old)
        assert new is not own
    assert type(fitted) is type(net)
    Trainer(fitted).fit(trains)  # a network like any other
    np.testing.assert_array_equal(net.weights[0], before[0])


def test_a_layer_without_a_number_keeps_its_threshold(trains):
    net = network([16, 20, 3], c=0.3, seed=4)
    fitted = fit_thresholds(net, trains, [None, 3.0])
    assert fitted.thresholds[0] == net.thresholds[0]
    assert spikes(fitted, trains)[1] == pytest.approx(3.0, rel=0.1)


def test_an_output_neuron_begins_with_half_the_mean_of_its_targets():
    assert initial_spikes(network([5, 4, 10])) == (2.0, pytest.approx(0.5 * (15 + 9 * 3) / 10))
    assert initial_spikes(network([5, 4, 4, 2]), SpikeCount(35.0, 5.0)) == (2.0, 2.0, 10.0)


def test_the_samples_are_those_that_a_training_shows_first(trains):
    one, other = first_samples(trains, 1), first_samples(trains, 2)
    assert len(one) == len(trains)
    assert one.times.tolist() != other.times.tolist()
    many = random_trains(np.random.default_rng(1), 250, 4)
    assert len(first_samples(many, 1)) == 200


@pytest.mark.parametrize(
    ("options", "wanted", "message"),
    [
        ({}, [1.0], "give a number, or None, for each of the 2 layers"),
        ({}, [1.0, 0.0], "0 spikes to begin with are not possible: it must be more than 0 and less than max_"),
        ({"max_spikes": 4}, [4.0, 1.0], "less than max_spikes = 4"),
        ({"weights": (-2.0, -1.0)}, None, r"Layer 'hidden 1' .* by any threshold: too few inputs are active, or"),
        ({"weights": [(-1.0, 1.0), (-2.0, -1.0)]}, None, "Layer 'output' .* the layer 'hidden 1' is too silent"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(options, wanted, message, trains):
    net = network([16, 20, 3], **options)
    with pytest.raises(ValueError, match=message):
        fit_thresholds(net, trains, wanted)


def test_samples_without_spikes_are_named():
    silent = SpikeTrains.from_samples([([], [])] * 3, None, 4)
    with pytest.raises(ValueError, match="by any threshold: samples have no spikes"):
        fit_thresholds(network([4, 3, 2]), silent)


def test_thresholds_of_a_network_are_one_for_each_layer():
    net = Network([Input((3,)), Dense(4), Dense(2, cell=LIF_SFDFA(v_thresh=-51.0))])
    assert net.thresholds == (-50.0, -51.0)
    assert net.with_thresholds([-60.0, -61.0]).thresholds == (-60.0, -61.0)
    with pytest.raises(ValueError, match="give one for each of the 2 layers of neurons"):
        net.with_thresholds([-60.0])


@pytest.mark.parametrize(("c", "change"), [(50.0, "lower v_thresh"), (1e-6, "raise v_thresh")])
def test_a_training_that_cannot_learn_proposes_a_threshold_with_which_it_can(c, change, trains):
    def net(thresholds=None):
        made = network([16, 20, 3], c=0.2, seed=4, weights=(-0.6, 0.8))
        return made.with_thresholds(thresholds or [made.thresholds[0], -65.0 + 26.0 * c])

    with pytest.raises(CannotLearnError, match=f"The output layer .* {change}") as raised:
        Trainer(net()).fit(trains)
    proposed = float(str(raised.value).partition("With v_thresh = ")[2].split()[0])
    fitting = net([net().thresholds[0], proposed])
    assert spikes(fitting, trains)[1] == pytest.approx(initial_spikes(fitting)[1], rel=0.1)
    Trainer(fitting).fit(trains)


def test_a_training_that_silences_a_layer_is_told_to_learn_more_slowly(trains):
    net = fit_thresholds(network([16, 20, 3], seed=4), trains)
    higher = net.with_thresholds([net.thresholds[0], net.thresholds[1] - 1.0])
    told = proposal(higher, trains, 1, SpikeCount(), 1, lower=True)
    assert "it has come by learning, so lower the learning rate first" in told
    assert "mV suits them" in told


def test_an_output_that_gets_hardly_a_spike_is_told_of_the_layer_below_it(trains):
    net = network([16, 20, 3], seed=4, weights=(-0.6, 0.8))
    lowest = fit_thresholds(net, trains, [0.2, None])
    told = proposal(lowest, trains, 1, SpikeCount(), 1, lower=True)
    assert "The cause lies below it: Layer 'hidden 1'" in told
    assert "hardly fires, 4" in told
    proposed = float(told.partition("With v_thresh = ")[2].split()[0])
    assert spikes(net.with_thresholds([proposed, net.thresholds[1]]), trains)[0] == pytest.approx(2.0, rel=0.1)
