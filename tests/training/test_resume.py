"""Training that is killed or interrupted, and goes on: the end is that of the uninterrupted run, bit by bit."""

from __future__ import annotations

import json
import multiprocessing
import signal
import time

import numpy as np
import pytest
from training_process import BATCHES, EPOCHS, Beats, samples, train, trainer

from pynn_sfdfa import SGD, Callback
from pynn_sfdfa.training.checkpoint import CheckpointError
from pynn_sfdfa.training.trainer import CannotLearnError, checkpoint


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("uninterrupted")
    train(folder)
    return folder


@pytest.fixture(scope="module")
def uninterrupted_of_drawn(tmp_path_factory):
    """The same with samples that are distorted, and whose spikes are drawn, anew in every epoch."""
    folder = tmp_path_factory.mktemp("uninterrupted_of_drawn")
    train(folder, drawn=True)
    return folder


def check_same(folder, uninterrupted):
    """All arrays of both checkpoints, and all figures of all epochs but the time they took."""
    for name in ("last.safetensors", "best.safetensors"):
        got, wanted = checkpoint.load(folder / name), checkpoint.load(uninterrupted / name)
        assert set(got.arrays) == set(wanted.arrays)
        assert len(wanted.arrays) > 8
        for array in wanted.arrays:
            np.testing.assert_array_equal(got[array], wanted[array], err_msg=array)
    records = [
        [json.loads(line) for line in (path / "metrics.jsonl").read_text().splitlines()]
        for path in (folder, uninterrupted)
    ]
    assert [record["epoch"] for record in records[0]] == list(range(1, EPOCHS + 1))
    for got, wanted in zip(*records, strict=True):
        for record in (got, wanted):
            del record["seconds"], record["samples_per_second"], record["compile_seconds"]
        assert got == wanted


def run_and_kill(context, folder, beats, pause, drawn):
    """Run in a process until that many beats have come; kill it some time after. Return whether it had finished."""
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=train, args=(folder, sender, drawn))
    process.start()
    sender.close()
    try:
        for _ in range(beats):
            receiver.recv_bytes()
        time.sleep(pause)
        process.kill()
    except EOFError:  # it came to its end before
        pass
    process.join()
    receiver.close()
    return process.exitcode == 0


@pytest.mark.parametrize(("seed", "drawn"), [(0, False), (1, False), (2, True)])
def test_killed_at_random_moments(tmp_path, request, seed, drawn):
    wanted = request.getfixturevalue("uninterrupted_of_drawn" if drawn else "uninterrupted")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(
        ["pynn_sfdfa.event", "pynn_sfdfa.training.trainer", "pynn_sfdfa.experiments.run_folder"]
    )
    rng = np.random.default_rng(seed)
    kills = 0
    # Each attempt comes to at least one whole epoch and its checkpoint, so that the run ends.
    while not run_and_kill(
        context,
        tmp_path,
        int(rng.integers(BATCHES + 2, 2 * BATCHES + 2)),
        float(rng.choice([0.0, rng.uniform(0, 0.02)])),
        drawn,
    ):
        kills += 1
        assert kills <= EPOCHS
    assert kills >= 2
    check_same(tmp_path, wanted)


class At(Callback):
    """Does something after a batch, counted over the run."""

    def __init__(self, batch, action):
        self.left, self.action = batch, action

    def on_batch_end(self, progress):
        self.left -= 1
        if self.left == 0:
            self.action()


def press_ctrl_c():
    """In this thread: a signal to the process may reach another one first, and Python then a little later."""
    signal.raise_signal(signal.SIGINT)


@pytest.mark.parametrize("batch", [1, BATCHES - 1, BATCHES, BATCHES + 1, 3 * BATCHES + 5])
def test_ctrl_c_saves_within_the_epoch(tmp_path, uninterrupted, batch):
    handler = signal.getsignal(signal.SIGINT)
    interrupted = trainer(tmp_path, [At(batch, press_ctrl_c)])
    with pytest.raises(KeyboardInterrupt):
        interrupted.fit(*samples(), epochs=EPOCHS)
    assert signal.getsignal(signal.SIGINT) is handler
    saved = checkpoint.load(tmp_path / "last.safetensors")
    assert int(saved["optimizer.step"][0]) == batch
    assert len(saved.metadata["records"]) == (batch - 1) // BATCHES
    for layer, weights in enumerate(interrupted.network.weights):
        np.testing.assert_array_equal(weights, saved[f"weights.{layer}"])
    resumed = trainer(tmp_path)
    history = resumed.fit(*samples(), epochs=EPOCHS, resume=True)
    wanted = checkpoint.load(uninterrupted / "last.safetensors")
    for name, array in checkpoint.load(tmp_path / "last.safetensors").arrays.items():
        np.testing.assert_array_equal(array, wanted[name], err_msg=name)
    figures = [(r.train_loss, r.train_accuracy, r.test_accuracy, r.spikes_per_sample) for r in history.records]
    assert figures == [
        (r["train_loss"], r["train_accuracy"], r["test_accuracy"], tuple(r["spikes_per_sample"]))
        for r in wanted.metadata["records"]
    ]


def test_ctrl_c_within_an_epoch_of_its_own_spikes(tmp_path, uninterrupted_of_drawn):
    with pytest.raises(KeyboardInterrupt):
        trainer(tmp_path, [At(2 * BATCHES + 5, press_ctrl_c)]).fit(*samples(drawn=True), epochs=EPOCHS)
    assert 0 < checkpoint.load(tmp_path / "last.safetensors").metadata["tally"]["samples"] < 250
    train(tmp_path, drawn=True)
    wanted = checkpoint.load(uninterrupted_of_drawn / "last.safetensors")
    for name, array in checkpoint.load(tmp_path / "last.safetensors").arrays.items():
        np.testing.assert_array_equal(array, wanted[name], err_msg=name)


def test_ctrl_c_twice_interrupts_at_once(tmp_path):
    seen = []

    class Twice(Callback):
        def on_batch_end(self, progress):
            press_ctrl_c()
            seen.append("deferred")
            press_ctrl_c()
            seen.append("not reached")

    with pytest.raises(KeyboardInterrupt):
        trainer(tmp_path, [Twice()]).fit(*samples())
    assert seen == ["deferred"]


def test_the_same_trainer_goes_on_after_ctrl_c(tmp_path, uninterrupted):
    one = trainer(tmp_path, [At(BATCHES + 4, press_ctrl_c)])
    with pytest.raises(KeyboardInterrupt):
        one.fit(*samples(), epochs=EPOCHS)
    one.fit(*samples(), epochs=EPOCHS)
    wanted = checkpoint.load(uninterrupted / "last.safetensors")
    for layer, weights in enumerate(one.network.weights):
        np.testing.assert_array_equal(weights, wanted[f"weights.{layer}"])


def test_a_finished_run_resumes_to_nothing_and_may_be_prolonged(tmp_path):
    trainer(tmp_path).fit(*samples(), epochs=2)
    before = (tmp_path / "last.safetensors").read_bytes()
    assert len(trainer(tmp_path).fit(*samples(), epochs=2, resume=True).records) == 2
    assert (tmp_path / "last.safetensors").read_bytes() == before
    trainer(tmp_path).fit(*samples(), epochs=3, resume=True)
    trainer(tmp_path / "whole").fit(*samples(), epochs=3)
    for name, array in checkpoint.load(tmp_path / "whole" / "last.safetensors").arrays.items():
        np.testing.assert_array_equal(array, checkpoint.load(tmp_path / "last.safetensors")[name])


def test_a_save_that_fails_keeps_the_last_checkpoint(tmp_path, monkeypatch, uninterrupted):
    trainer(tmp_path).fit(*samples(), epochs=1)
    before = (tmp_path / "last.safetensors").read_bytes()
    with monkeypatch.context() as patch, pytest.raises(OSError, match="disk full"):
        patch.setattr("pathlib.Path.replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
        trainer(tmp_path).fit(*samples(), epochs=2, resume=True)
    assert (tmp_path / "last.safetensors").read_bytes() == before
    trainer(tmp_path).fit(*samples(), epochs=EPOCHS, resume=True)
    wanted = checkpoint.load(uninterrupted / "last.safetensors")
    np.testing.assert_array_equal(checkpoint.load(tmp_path / "last.safetensors")["weights.0"], wanted["weights.0"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"seed": 6}, "last.safetensors was written with seed = 5; this training has 6"),
        ({"batch_size": 21}, "last.safetensors was written with batch_size = 20; this training has 21"),
        ({"optimizer": SGD()}, "last.safetensors: The checkpoint does not fit: The state has optimizer.mean.0"),
    ],
)
def test_resume_refuses_another_training(tmp_path, options, message):
    trainer(tmp_path).fit(*samples(), epochs=1)
    other = trainer(tmp_path, **options)
    before = [w.copy() for w in other.network.weights]
    with pytest.raises(CheckpointError, match=message):
        other.fit(*samples(), epochs=2, resume=True)
    for old, new in zip(before, other.network.weights, strict=True):
        np.testing.assert_array_equal(old, new)


def test_resume_refuses_other_samples(tmp_path):
    trainer(tmp_path).fit(*samples(), epochs=1)
    with pytest.raises(CheckpointError, match="was written with n_train = 250; this training has 249"):
        trainer(tmp_path).fit(samples()[0].select(np.arange(249)), epochs=2, resume=True)


def test_resume_needs_a_folder_and_a_checkpoint(tmp_path):
    with pytest.raises(CheckpointError, match="There is nothing to resume from: the trainer was given no folder"):
        trainer(None).fit(*samples(), resume=True)
    with pytest.raises(CheckpointError, match=r"There is no checkpoint .*last.safetensors"):
        trainer(tmp_path).fit(*samples(), resume=True)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("records", 3),
        ("records", [3]),
        ("records", [{}]),
        ("records", [{"epoch": "1"}]),
        ("tally", []),
        ("tally", {"samples": 10**9}),
        ("tally", {"samples": 20}),
        ("tally", {"samples": -1}),
        ("tally", {"capped": [0]}),
        ("tally", {"loss": "x"}),
    ],
)
def test_a_checkpoint_that_describes_no_training_is_refused(tmp_path, key, value):
    trainer(tmp_path).fit(*samples(), epochs=1)
    path = tmp_path / "last.safetensors"
    saved = checkpoint.load(path)
    if isinstance(value, dict):
        value = saved.metadata[key] | value
    elif value and isinstance(value, list) and isinstance(value[0], dict):
        value = [saved.metadata[key][0] | value[0]] if value[0] else [{}]
    checkpoint.save(path, saved.arrays, saved.metadata | {key: value})
    with pytest.raises(CheckpointError, match="last.safetensors does not describe a training in full"):
        trainer(tmp_path).fit(*samples(), epochs=2, resume=True)


def test_weights_that_cannot_be_loaded_again_are_not_saved_on_ctrl_c(tmp_path):
    """A checkpoint with them would take the place of the last good one."""

    class Spoil(Callback):
        def on_batch_end(self, progress):
            if progress.epoch == 2:
                one._engine._layers.weights[0][0, 0] = np.nan
                signal.raise_signal(signal.SIGINT)

    one = trainer(tmp_path, [Spoil()])
    with pytest.raises(CannotLearnError, match="Epoch 2: 1 of 2560 weights of layer 1 are not finite"):
        one.fit(*samples(), epochs=3)
    assert len(checkpoint.load(tmp_path / "last.safetensors").metadata["records"]) == 1


def test_batches_of_more_than_all_samples_are_of_all_samples(tmp_path):
    """A checkpoint of such a training is resumed whichever of the two it says."""
    train, _ = samples()
    sizes = (len(train), len(train) + 100)
    for size, other in (sizes, sizes[::-1]):
        folder = tmp_path / str(size)
        trainer(folder, batch_size=size).fit(train, epochs=1)
        trainer(folder, batch_size=other).fit(train, epochs=2, resume=True)
    small, large = (checkpoint.load(tmp_path / str(size) / "last.safetensors") for size in sizes)
    for name, array in small.arrays.items():
        np.testing.assert_array_equal(array, large[name])


@pytest.mark.parametrize("missing", ["tally.spikes.1", "records", "tally"])
def test_a_checkpoint_that_lacks_something_changes_nothing(tmp_path, missing):
    trainer(tmp_path).fit(*samples(), epochs=1)
    path = tmp_path / "last.safetensors"
    saved = checkpoint.load(path)
    arrays = {name: array for name, array in saved.arrays.items() if name != missing}
    checkpoint.save(path, arrays, {key: value for key, value in saved.metadata.items() if key != missing})
    other = trainer(tmp_path)
    before = [w.copy() for w in other.network.weights]
    with pytest.raises(CheckpointError, match=f"last.safetensors .*{missing}"):
        other.fit(*samples(), epochs=2, resume=True)
    for old, new in zip(before, other.network.weights, strict=True):
        np.testing.assert_array_equal(old, new)


def test_beats_come_before_the_epoch_is_saved(tmp_path):
    """The kills above hit between the metrics and the checkpoint, too."""
    seen = []

    class Connection:
        def send_bytes(self, what):
            seen.append((what, (tmp_path / "last.safetensors").exists()))

    trainer(tmp_path, [Beats(Connection())]).fit(*samples(), epochs=1)
    assert seen[-1] == (b"epoch", False)
    assert [what for what, _ in seen] == [b"batch"] * BATCHES + [b"epoch"]
