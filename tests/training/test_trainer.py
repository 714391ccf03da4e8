from __future__ import annotations

import os
import subprocess
import sys
import time
import types
from pathlib import Path

import numpy as np
import pytest
from epoch_records import epoch_record
from small_nets import network, random_trains

import pynn_sfdfa.event as sim
from pynn_sfdfa import DFA, SFDFA, SGD, Adam, Callback, FeedForward, SpikeCount, SpikeTrains, Trainer
from pynn_sfdfa.experiments import report
from pynn_sfdfa.rules import Combination
from pynn_sfdfa.rules.parts.direct import Direct
from pynn_sfdfa.training.callbacks import EpochRecord
from pynn_sfdfa.training.gradients import GradientAlignment
from pynn_sfdfa.training.trainer import CannotLearnError, History, checkpoint


@pytest.fixture
def trains():
    return random_trains(np.random.default_rng(1), 23, 20, n_classes=3)


class Noted(Callback):
    """Keeps all it is told."""

    def __init__(self):
        self.calls = []

    def on_fit_start(self, start):
        self.calls.append(start)

    def on_batch_end(self, progress):
        self.calls.append(progress)

    def on_epoch_end(self, record):
        self.calls.append(record)

    def on_fit_end(self):
        self.calls.append("end")


def test_learns_digits(digits):
    train, test = digits
    net = FeedForward([64, 100, 10], hidden={"v_thresh": -60.0}, output={"v_thresh": -55.0}, seed=1)
    rule = SFDFA(rho=0.1, r_target=0.5, feedback_learning_rate=1e-3)
    history = Trainer(net, rule=rule, optimizer=Adam(learning_rate=3e-3), batch_size=20, seed=1).fit(
        train, test, epochs=5
    )
    assert history.best.test_accuracy > 0.9
    assert history.records[-1].alignment[0] > history.records[0].alignment[0] > 0.1


@pytest.mark.parametrize("sizes", [[20, 3], [20, 12, 3], [20, 9, 8, 7, 3]])
@pytest.mark.parametrize("batch_size", [1, 7, 100])
def test_any_depth_and_batch_size(trains, sizes, batch_size):
    net = network(sizes, c=0.2, weights=(-0.4, 1.0), max_spikes=500)
    noted = Noted()
    before = [w.copy() for w in net.weights]
    history = Trainer(net, batch_size=batch_size, seed=2, callbacks=[noted]).fit(trains, epochs=2)
    for old, new in zip(before, net.weights, strict=True):
        assert (old != new).any()
        assert new.dtype == np.float32
    assert [len(record.spikes_per_sample) for record in history.records] == [len(sizes) - 1] * 2
    assert [len(record.alignment) for record in history.records] == [len(sizes) - 2] * 2
    batches = -(-23 // batch_size)
    start, *middle, end = noted.calls
    assert (start.batches_per_epoch, start.epochs, start.first_epoch, start.n_train, start.n_test) == (
        batches, 2, 1, 23, 0,
    )  # fmt: skip
    assert start.layer_sizes == tuple(sizes)
    assert end == "end"
    progress = [call for call in middle if not isinstance(call, EpochRecord)]
    together = -(-20 // batch_size)  # small batches are reported together
    reported = [*range(together, batches, together), batches]
    assert [p.batch for p in progress] == reported * 2
    assert [p.samples for p in progress] == [min(k * batch_size, 23) for k in reported] * 2
    assert [call for call in middle if isinstance(call, EpochRecord)] == history.records


def test_compiling_is_told_of_and_measured_apart_from_learning(trains, monkeypatch):
    told = []

    class Noted(Callback):
        def on_compile(self, done, total):
            told.append((done, total))

    trainer = Trainer(network([20, 8, 3], c=0.2), callbacks=[Noted()])

    trainer._engine.prepare()

    def prepare(told):
        for done in range(3):
            told(done, 2)
            time.sleep(0.1)

    monkeypatch.setattr(trainer._engine, "prepare", prepare)
    first, second = trainer.fit(trains, epochs=2).records
    assert told == [(0, 2), (1, 2), (2, 2)]
    assert first.seconds < 0.3 <= first.compile_seconds
    assert first.samples_per_second == len(trains) / first.seconds
    assert second.compile_seconds == 0
    assert (
        report.summary([first, second], seed=1, threads=1, n_parameters=1)["compile_seconds"] == first.compile_seconds
    )


def test_a_training_that_is_finished_compiles_nothing(trains, monkeypatch):
    trainer = Trainer(network([20, 8, 3], c=0.2))
    trainer.fit(trains, epochs=1)
    monkeypatch.setattr(trainer._engine, "prepare", pytest.fail)
    trainer.fit(trains, epochs=1)


def test_without_test_samples_the_test_figures_are_those_of_training(trains):
    (record,) = Trainer(network([20, 8, 3], c=0.2)).fit(trains).records
    assert (record.test_accuracy, record.test_loss) == (record.train_accuracy, record.train_loss)


def test_the_test_samples_are_evaluated_after_the_epoch_and_changes_nothing(trains):
    nets = [network([20, 8, 3], c=0.2) for _ in range(2)]
    other = random_trains(np.random.default_rng(5), 70, 20, n_classes=3)
    trainers = [Trainer(net, batch_size=5) for net in nets]
    (record,) = trainers[0].fit(trains, other).records
    trainers[1].fit(trains)
    np.testing.assert_array_equal(nets[0].weights[0], nets[1].weights[0])
    evaluation = trainers[1].evaluate(other)
    assert record.test_accuracy == evaluation.accuracy
    assert record.test_loss == evaluation.loss
    assert evaluation.confusion.sum() == 70
    np.testing.assert_array_equal(evaluation.confusion.sum(axis=1), np.bincount(other.labels, minlength=3))
    assert evaluation.confusion.trace() / 70 == evaluation.accuracy
    assert evaluation.spikes_per_sample[1] * 70 == pytest.approx(evaluation.counts.sum())


def test_spikes_after_the_end_of_the_trial_are_refused_wherever_samples_are_shown(trains):
    late = random_trains(np.random.default_rng(1), 23, 20, last=300.0, n_classes=3)
    trainer = Trainer(network([20, 8, 3], c=0.2))
    shows = (
        lambda: trainer.fit(late),
        lambda: trainer.fit(trains, test=late),
        lambda: trainer.fit(trains, validation=late),
        lambda: trainer.evaluate(late),
        lambda: GradientAlignment(trainer.network, SFDFA(), SpikeCount(), late),
    )
    for show in shows:
        with pytest.raises(
            ValueError, match=r"trial_duration \(200.0 ms\) must exceed every spike time; sample 0 has a"
        ):
            show()


def test_evaluating_nothing():
    evaluation = Trainer(network([20, 8, 3])).evaluate(random_trains(np.random.default_rng(0), 0, 20))
    assert (evaluation.accuracy, evaluation.loss) == (0.0, 0.0)
    assert evaluation.counts.shape == (0, 3)


def test_every_sample_is_seen_once_an_epoch_in_an_order_of_its_own(trains):
    seen = []

    class Watched(Direct):
        def assign(self, trials, feedback, regularisation):
            seen.append(trials.output_error.copy())

    net = network([20, 8, 3], c=0.2)
    Trainer(net, rule=Combination(Watched()), batch_size=23, seed=1).fit(trains, epochs=2)
    first, second = (np.array(sorted(map(tuple, batch))) for batch in seen)
    np.testing.assert_array_equal(first, second)
    assert (seen[0] != seen[1]).any()


SCRIPT = """
import hashlib, sys
import numpy as np
from small_nets import network, random_trains
from pynn_sfdfa import DFA, SFDFA, SGD, Adam, Trainer
trains = random_trains(np.random.default_rng(0), 60, 30, n_classes=3)
for rule, optimizer in ((SFDFA(rho=0.3, r_target=2.0), Adam()), (DFA(), SGD(learning_rate=1e-5))):
    for threads in (1, 2, 4, 4):
        net = network([30, 230, 20, 3], c=0.3, weights=(-0.4, 0.6), max_spikes=200, seed=2)
        trainer = Trainer(net, rule=rule, optimizer=optimizer, batch_size=25, seed=1, threads=threads)
        trainer.fit(trains, epochs=2)
        digest = hashlib.sha256()
        for name, array in sorted(trainer._engine.state().items()):
            digest.update(name.encode() + array.tobytes())
        print(rule.name, digest.hexdigest())
"""


def test_results_do_not_depend_on_the_number_of_threads():
    tests = str(Path(__file__).parent)
    environment = os.environ | {"NUMBA_NUM_THREADS": "4", "PYTHONPATH": os.pathsep.join([tests, *sys.path])}
    finished = subprocess.run(
        [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stderr
    lines = finished.stdout.splitlines()
    assert len(lines) == 8
    assert len(set(lines[:4])) == len(set(lines[4:])) == 1
    assert lines[0] != lines[4]


def test_another_seed_gives_another_result(trains):
    results = []
    for seed in (1, 1, 2):
        net = network([20, 8, 3], c=0.2)
        Trainer(net, batch_size=5, seed=seed).fit(trains)
        results.append(net.weights[0])
    np.testing.assert_array_equal(results[0], results[1])
    assert (results[0] != results[2]).any()


def test_best_and_last_checkpoint(tmp_path, trains):
    net = network([20, 8, 3], c=0.2)
    folder = tmp_path / "made" / "by fit"
    configuration = {"name": "mine", "sizes": [1, 2]}
    one = Trainer(net, batch_size=5, folder=folder, configuration=configuration)
    history = one.fit(trains, epochs=4)
    last, best = (checkpoint.load(folder / f"{name}.safetensors") for name in ("last", "best"))
    np.testing.assert_array_equal(last["weights.0"], net.weights[0])
    assert len(last.metadata["records"]) == 4
    assert len(best.metadata["records"]) == history.best.epoch
    assert best.metadata["configuration"] == configuration
    other = Trainer(network([20, 8, 3], c=0.2, seed=9), batch_size=5)
    other.load(last)
    assert other.evaluate(trains).loss == one.evaluate(trains).loss
    np.testing.assert_array_equal(other.network.weights[1], net.weights[1])


def test_a_checkpoint_of_another_network_is_refused(tmp_path, trains):
    Trainer(network([20, 8, 3], c=0.2), folder=tmp_path).fit(trains)
    saved = checkpoint.load(tmp_path / "last.safetensors")
    with pytest.raises(checkpoint.CheckpointError, match=r"does not fit: weights.0 is float32 \(20, 8\); this network"):
        Trainer(network([20, 9, 3])).load(saved)
    with pytest.raises(checkpoint.CheckpointError, match="sizes = .20, 8, 3.; this training has .20, 9, 3."):
        Trainer(network([20, 9, 3]), folder=tmp_path).fit(trains, epochs=2, resume=True)
    with pytest.raises(checkpoint.CheckpointError, match="rule = sfdfa; this training has dfa"):
        Trainer(network([20, 8, 3]), rule=DFA(), folder=tmp_path).fit(trains, epochs=2, resume=True)


def break_after_the_first_epoch(trainer, trains, **options):
    """Train one epoch, then a second that cannot succeed; return the error and whether the checkpoint was kept."""
    trainer.fit(trains, epochs=1)
    path = trainer._folder / "last.safetensors"
    before = path.read_bytes()
    with pytest.raises(CannotLearnError) as raised:
        trainer.fit(options.get("then", trains), epochs=2)
    return str(raised.value), path.read_bytes() == before


def test_weights_that_are_lost_stop_the_run_and_keep_the_last_good_checkpoint(tmp_path, trains):
    class Poison(Callback):
        def on_batch_end(self, progress):
            if progress.epoch == 2:
                state = one._engine.state()
                state["weights.1"][3, 1] = np.nan
                one._engine.load_state(state)

    one = Trainer(network([20, 8, 3], c=0.2), optimizer=SGD(), batch_size=5, folder=tmp_path, callbacks=[Poison()])
    message, kept = break_after_the_first_epoch(one, trains)
    assert "Epoch 2:" in message
    assert "weights of layer 2 are not finite" in message
    assert kept


def test_a_silent_network_stops_the_run_and_keeps_the_last_good_checkpoint(tmp_path, trains):
    silence = SpikeTrains.from_samples([([199.0], [0]), *[([], [])] * 22], np.arange(23) % 3, 20)
    one = Trainer(network([20, 8, 3], c=0.2), batch_size=5, folder=tmp_path)
    message, kept = break_after_the_first_epoch(one, trains, then=silence)
    assert "Hidden layer 1 (8 neurons) did not fire once in the 23 trials of epoch 2" in message
    assert kept


def test_a_network_at_the_cap_stops_the_run(tmp_path, trains):
    one = Trainer(network([20, 8, 3], c=0.001, weights=(0.5, 1.0), max_spikes=3), batch_size=5, folder=tmp_path)
    with pytest.raises(CannotLearnError, match="fired 3 spikes, the cap, in 100 % of neurons and trials of epoch 1"):
        one.fit(trains)
    assert list(tmp_path.iterdir()) == []


def test_a_simulator_without_training_is_refused():
    other = types.ModuleType("pynn_sfdfa.other")
    with pytest.raises(TypeError, match="^pynn_sfdfa.other offers no training: Trainer takes the network, a"):
        Trainer(network([20, 8, 3]), other)


def test_a_rule_in_place_of_the_simulator_is_answered_with_the_right_form():
    net = network([20, 8, 3])
    with pytest.raises(TypeError, match=r"^SFDFA\(.*all else by name: Trainer\(network, sim, rule=SFDFA\(\)"):
        Trainer(net, SFDFA())
    with pytest.raises(TypeError, match="^Trainer takes the network, a simulator such as pynn_sfdfa.event, and all"):
        Trainer(net, sim, SFDFA(), Adam())


def test_the_event_simulator_is_the_default():
    assert isinstance(Trainer(network([20, 8, 3]))._engine, sim.training_engine)


@pytest.mark.parametrize(
    ("epochs", "n", "message"),
    [(0, 23, "epochs = 0 is not valid; it must be an integer >= 1"), (1, 0, "There are no training samples")],
)
def test_nothing_to_do_is_refused(trains, epochs, n, message):
    with pytest.raises(ValueError, match=message):
        Trainer(network([20, 8, 3])).fit(trains.select(np.arange(n)), epochs=epochs)


def test_trains_without_a_spike_are_refused_before_a_network_falls_silent():
    trains = SpikeTrains.from_samples([([], []), ([], [])], [0, 1], 20)
    with pytest.raises(ValueError, match="No training sample has a spike: change the values"):
        Trainer(network([20, 8, 3])).fit(trains)


def test_a_configuration_that_no_checkpoint_can_hold_is_refused_at_once():
    with pytest.raises(ValueError, match="configuration cannot be kept in checkpoints, which are JSON: .*PosixPath"):
        Trainer(network([20, 8, 3]), configuration={"data": Path("here")})


def test_the_best_epoch_is_the_first_of_several():
    records = [epoch_record(epoch, test_accuracy=accuracy) for epoch, accuracy in enumerate((0.5, 0.9, 0.9), start=1)]
    assert History(records).best.epoch == 2
    with pytest.raises(ValueError, match="No epoch is finished yet"):
        _ = History().best


def test_the_loss_is_that_of_the_targets(trains):
    loss = SpikeCount(4.0, 1.0)
    one = Trainer(network([20, 8, 3], c=0.2), loss=loss)
    evaluation = one.evaluate(trains)
    assert evaluation.loss == pytest.approx(loss.loss(loss.error(evaluation.counts, trains.labels)) / 23)


def test_an_argument_of_an_old_name_is_told_the_new_one(trains):
    trainer = Trainer(network([20, 8, 3]))
    with pytest.raises(TypeError, match=r"'held_out'; samples held out from training are validation=, test samples te"):
        trainer.fit(trains, held_out=trains)
    with pytest.raises(TypeError, match=r"fit\(\) has no argument 'epoch'\.$"):
        trainer.fit(trains, epoch=3)


def test_observers_know_how_many_samples_test_and_validate(trains):
    noted = Noted()
    Trainer(network([20, 8, 3], c=0.2), callbacks=[noted]).fit(
        trains, trains.select(np.arange(3)), validation=trains.select(np.arange(7))
    )
    assert (noted.calls[0].n_train, noted.calls[0].n_test, noted.calls[0].n_validation) == (23, 3, 7)


def test_an_observer_of_an_event_that_there_is_not_is_refused_where_it_is_written():
    with pytest.raises(
        TypeError, match=r"^Mine.on_epoch_ended would never be called; there are on_fit_start, .*on_epoch_end"
    ):
        type("Mine", (Callback,), {"on_epoch_ended": lambda self, record: None})
    type("Mine", (Callback,), {"on_epoch_end": lambda self, record: None, "once": 3})
