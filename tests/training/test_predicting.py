"""What a trainer says about samples without learning from them: classes, by any readout, of samples without labels."""

from __future__ import annotations

import importlib
import json

import numpy as np
import pytest
from click.testing import CliRunner
from small_nets import network, random_trains

import pynn_sfdfa.event as event
from pynn_sfdfa import SGD, SpikeTrains, Trainer
from pynn_sfdfa.cli import main
from pynn_sfdfa.experiments import assembly
from pynn_sfdfa.training.readouts import EarlySpikes, FirstSpike, MostSpikes


@pytest.fixture(scope="module")
def trains():
    return random_trains(np.random.default_rng(3), 60, 20, n_classes=3)


def unlabelled(trains):
    return SpikeTrains(trains.times, trains.units, trains.offsets, None, trains.n_units)


def net():
    return network([20, 15, 3], c=0.3, weights=(-0.6, 0.8), seed=2)


@pytest.mark.parametrize("readout", [MostSpikes(), FirstSpike(), EarlySpikes()])
def test_predictions_need_no_labels(readout, trains):
    trainer = Trainer(net(), readout=readout)
    predictions = trainer.predict(unlabelled(trains))
    np.testing.assert_array_equal(predictions, trainer.predict(trains))
    evaluation = trainer.evaluate(trains)
    assert evaluation.accuracy == (predictions == trains.labels).mean()
    assert len(set(predictions)) > 1


def test_what_needs_labels_says_so(trains):
    trainer = Trainer(net())
    for use in (trainer.evaluate, trainer.fit, trainer.gradients):
        with pytest.raises(ValueError, match="The samples have no labels, and here they are needed"):
            use(unlabelled(trains))


def test_samples_without_labels_stay_without(trains):
    some = unlabelled(trains).select([3, 1])
    assert some.labels.tolist() == [-1, -1]
    np.testing.assert_array_equal(some.sample(0)[0], trains.sample(3)[0])


def by_hand(trains):
    """Return the neuron that spikes first in each trial, as the PyNN path records it; the first of several."""
    event.setup()
    shown = net()
    wiring = shown.wire(event, trains)
    wiring.populations[-1].record("spikes")
    event.run(len(trains) * shown.trial_duration)
    found = np.full((len(trains), 3), np.inf)
    for neuron, train in enumerate(wiring.populations[-1].get_data().segments[0].spiketrains):
        for time in train.magnitude:
            trial = int(time // shown.trial_duration)
            found[trial, neuron] = min(found[trial, neuron], time - trial * shown.trial_duration)
    return found


def test_the_first_spike_is_that_of_the_pynn_path(trains):
    engine = event.training_engine(net(), readout=FirstSpike())
    responses = engine.respond(trains)
    found = responses.output.first(responses.counts.shape)
    np.testing.assert_allclose(found, by_hand(trains), atol=1e-3)
    np.testing.assert_array_equal(
        np.bincount(responses.output.samples * 3 + responses.output.units, minlength=found.size),
        responses.counts.ravel(),
    )
    assert np.isfinite(found).any()
    assert event.training_engine(net()).respond(trains).output is None  # nobody has asked


def test_accuracy_while_learning_is_by_the_readout_too(trains):
    for readout in (FirstSpike(), EarlySpikes()):
        history = Trainer(net(), optimizer=SGD(1e-30), batch_size=7, readout=readout).fit(trains)
        assert history.records[0].train_accuracy == Trainer(net(), readout=readout).evaluate(trains).accuracy


@pytest.mark.parametrize("simulator", ["brian2", "spiNNaker"])
def test_simulators_with_steps_tell_first_spikes_within_a_step_or_two(simulator):
    pytest.importorskip({"brian2": "brian2", "spiNNaker": "spynnaker"}[simulator])
    sim = importlib.import_module(f"pynn_sfdfa.{simulator}")
    sim.setup(timestep=1.0, **({"board": "emulated"} if simulator == "spiNNaker" else {}))
    rng = np.random.default_rng(4)  # one spike a unit, since a source emits at most one in a step
    samples = [(rng.integers(0, 90, 20).astype(float), np.arange(20)) for _ in range(4)]
    few = SpikeTrains.from_samples(samples, None, 20)
    found, exact = (
        one.training_engine(net(), readout=FirstSpike()).respond(few).output.first((4, 3)) for one in (sim, event)
    )
    both = np.isfinite(found) & np.isfinite(exact)
    assert both.mean() > 0.5
    assert np.median(abs(found - exact)[both]) <= 2.0


def test_an_experiment_names_its_readout_and_its_checkpoints_keep_it(tmp_path):
    settings = ["--set", "readout=first-spike", "--set", "network.hidden_sizes=[12]", "--set", "training.epochs=1"]
    trained = CliRunner().invoke(main, ["train", "digits", *settings, "--out", str(tmp_path)], catch_exceptions=False)
    assert trained.exit_code == 0
    experiment, saved = assembly.from_checkpoint(tmp_path / "last.safetensors")
    assert experiment.readout_or_default() == FirstSpike()
    evaluated = CliRunner().invoke(main, ["evaluate", str(tmp_path / "last.safetensors"), "--json"])
    records = saved.metadata["records"]
    assert json.loads(evaluated.stdout)["accuracy"] == records[-1]["test_accuracy"]
    wrong = CliRunner().invoke(main, ["train", "digits", "--set", "readout=fist-spike", "--out", str(tmp_path / "b")])
    assert 'readout.name = "fist-spike" is not valid (did you mean first-spike?)' in wrong.stderr
