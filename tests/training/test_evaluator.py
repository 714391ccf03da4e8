from __future__ import annotations

import re
import types
from functools import partial

import numpy as np
import pytest
from small_nets import network, random_trains

import pynn_sfdfa
import pynn_sfdfa.event as sim
from pynn_sfdfa import (
    LIF_SFDFA,
    SFDFA,
    SGD,
    Boosting,
    Callback,
    Convolution,
    Dense,
    FirstSpike,
    Model,
    SpikeCount,
    Trainer,
    fit_thresholds,
)
from pynn_sfdfa.datasets.dataset import Samples
from pynn_sfdfa.encoding import EncodedWhenShown, Poisson
from pynn_sfdfa.encoding.recordings import Sound, Sounds
from pynn_sfdfa.training.evaluator import Evaluator
from pynn_sfdfa.training.gradients import GradientAlignment

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


NET = network([20, 8, 2], c=0.2)
VALUES = Samples(np.full((2, 20), 7.0), np.zeros(2, int))
SOUNDS = Sounds([Sound(np.ones(4, np.float32), 100)], np.zeros(1, int))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        *[
            (partial(Trainer, NET, **{name: given}), f"{name} = {told}")
            for name, given, told in (
                ("rule", "sfdfa", "'sfdfa' is not valid: names are for experiment files and the command line. In Pyth"),
                ("rule", SFDFA, "SFDFA is a class; give SFDFA(), not SFDFA."),
                ("rule", "sgd", "'sgd' is not valid; give one of BP(), Combination(), DFA(), "),
                ("optimizer", "adam", "'adam' is not valid: names are for experiment files and the command line. In P"),
                ("optimizer", SGD, "SGD is a class; give SGD(), not SGD."),
                ("loss", "count", "'count' is not valid; give loss=SpikeCount()."),
                ("readout", "first", "'first' is not valid; give one of EarlySpikes(), FirstSpike(), MostSpikes()."),
                ("regularisation", 0.1, "0.1 is not valid; give regularisation=WeightRegularisation()."),
                (
                    "callbacks",
                    [Callback],
                    "[<class 'pynn_sfdfa.training.callbacks.Callback'>] is not valid; give a lis",
                ),
                ("boosting", Boosting, "Boosting is a class; give Boosting(), not Boosting."),
            )
        ],
        (partial(Trainer, [20, 8, 2]), "network = [20, 8, 2] is not valid; give a Network, such as FeedForward([64, "),
        (partial(Evaluator, NET, readout=FirstSpike), "readout = FirstSpike is a class; give FirstSpike(), not Fir"),
        (partial(Model, NET, encoder="poisson"), "encoder = 'poisson' is not valid: names are for experiment files an"),
        (partial(pynn_sfdfa.load, "nowhere", "latency"), "encoder = 'latency' is not valid: names are for experiment"),
        (
            partial(EncodedWhenShown, Poisson, VALUES.values, VALUES.labels),
            "encoder = Poisson is a class; give Poisson",
        ),
        (partial(GradientAlignment, NET, "bp", SpikeCount(), TRAINS), "rule = 'bp' is not valid: names are for exper"),
        (
            partial(GradientAlignment, NET, SFDFA(), SpikeCount, TRAINS),
            "loss = SpikeCount is a class; give SpikeCount(",
        ),
        (partial(fit_thresholds, NET, TRAINS, loss="spike-count"), "loss = 'spike-count' is not valid: names are for "),
        (partial(Dense, 3, cell=LIF_SFDFA), "cell = LIF_SFDFA is a class; give LIF_SFDFA(), not LIF_SFDFA."),
        (partial(Convolution, 3, 2, cell="LIF"), "cell = 'LIF' is not valid; give one of IF_curr_exp(), LIF_SFDFA()."),
        (
            partial(NET.wire, "event", TRAINS),
            "sim = 'event' is not a simulator; give a module, such as import pynn_sfd",
        ),
    ],
)
def test_a_name_or_a_class_in_place_of_an_instance_is_answered_with_the_form_that_is_right(call, message):
    with pytest.raises(TypeError, match=f"^{re.escape(message)}"):
        call()


@pytest.mark.parametrize(
    "call",
    [
        Trainer(NET).fit,
        lambda samples: Trainer(NET).fit(TRAINS, samples),
        lambda samples: Trainer(NET).fit(TRAINS, validation=samples),
        Trainer(NET).gradients,
        Evaluator(NET).evaluate,
        Evaluator(NET).predict,
        partial(fit_thresholds, NET),
        partial(NET.wire, sim),
        partial(GradientAlignment, NET, SFDFA(), SpikeCount()),
    ],
)
@pytest.mark.parametrize(
    ("samples", "message"),
    [
        (
            VALUES,
            "is Samples, values that are not spikes yet; encode them first, such as pynn_sfdfa.encoding.latency(s",
        ),
        (
            VALUES.values,
            "is ndarray, values that are not spikes yet; encode them first, such as pynn_sfdfa.encoding.la",
        ),
        (SOUNDS, "is Sounds, which are not spikes yet; encode the samples first, such as pynn_sfdfa.encoding.gammat"),
        (0.1, "= 0.1 is not valid; give samples that an encoder has made spikes of, SpikeTrains; split(samples, fra"),
    ],
)
def test_samples_that_are_no_spikes_are_told_the_call_that_makes_them(call, samples, message):
    with pytest.raises(TypeError, match=f"^(train|test|validation|trains) {re.escape(message)}"):
        call(samples)


@pytest.mark.parametrize("seed", ["a", 0.5, 1.0, np.float32(1), True, None, -1, 2**63, float("nan")])
def test_a_seed_that_is_none_is_refused(seed):
    with pytest.raises(ValueError, match=r"^seed = .* is not valid; it must be an integer from 0 to 2\*\*63 - 1\.$"):
        Trainer(NET, seed=seed)


def test_numbers_of_numpy_are_written_into_checkpoints(tmp_path):
    chosen = {"seed": np.int64(3), "batch_size": np.int64(4), "folder": tmp_path}
    history = Trainer(NET, **chosen).fit(TRAINS, epochs=np.float64(1))
    assert len(history.records) == 1
    assert len(Trainer(NET, seed=3, batch_size=4, folder=tmp_path).fit(TRAINS, epochs=2, resume=True).records) == 2


def test_a_folder_that_cannot_be_made_is_refused_before_anything_is_learned(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ValueError, match=r"file/run cannot be made \(Not a directory\); choose one for the checkpoint"):
        Trainer(NET, folder=tmp_path / "file" / "run").fit(TRAINS)


@pytest.mark.parametrize("weights", [1.0, "auto", [1.0, (-1.0, 1.0)]])
def test_a_range_of_weights_that_is_no_pair_is_refused(weights):
    with pytest.raises(ValueError, match=r"= .* is not valid; give \(lowest, highest\) in nA\.$"):
        network([20, 8, 2], weights=weights)
