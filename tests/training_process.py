"""A small training run for a process of its own, which may be killed; and the same run's pieces for the tests."""

from __future__ import annotations

from pathlib import Path

from small_nets import network

from pynn_sfdfa import SFDFA, Boosting, Callback, Trainer, WeightRegularisation, datasets
from pynn_sfdfa.encoding import Augmentation, EncodedWhenShown, PoissonGrid, latency
from pynn_sfdfa.experiments.run_folder import MetricsLog

EPOCHS, N_TRAIN, BATCH = 6, 250, 20  # the last batch of an epoch is smaller
BATCHES = -(-N_TRAIN // BATCH)


class Beats(Callback):
    """Sends a byte after every batch and at the end of every epoch, before the epoch is saved."""

    def __init__(self, connection):
        self.connection = connection

    def on_batch_end(self, progress):
        self.connection.send_bytes(b"batch")

    def on_epoch_end(self, record):
        self.connection.send_bytes(b"epoch")


def samples(drawn=False):
    """Return training and test samples: some digits, which may be distorted and drawn anew in every epoch."""
    loaded = datasets.load("digits", None)
    parts = [(part.values[:n], part.labels[:n]) for part, n in ((loaded.train, N_TRAIN), (loaded.test, 40))]
    if drawn:
        encoder = PoissonGrid(p_max=0.1, duration=100.0, maximum=16.0, redraw=True)
        augmentation = Augmentation(elastic_scale=2.0, elastic_sigma=2.0, scaling=0.1, rotation=9.0, shift=0.5)
        return tuple(EncodedWhenShown(encoder, *part, augmentation=augmentation) for part in parts)
    return tuple(latency(*part, maximum=16.0) for part in parts)


def trainer(folder, callbacks=(), **options):
    """Return a trainer as all runs here have it: with all that changes while it learns."""
    net = network([64, 40, 10], c=0.4, seed=3)
    settings = {"batch_size": BATCH, "seed": 5, "folder": folder, "callbacks": callbacks} | options
    settings |= {"boosting": Boosting(2.0), "regularisation": WeightRegularisation(0.1, scale=1.0)}
    return Trainer(net, rule=SFDFA(feedback_learning_rate=1e-2), **settings)


def train(folder, connection=None, drawn=False):
    """Train, or go on, until all epochs are finished; return the trainer."""
    folder = Path(folder)
    callbacks = [MetricsLog(folder / "metrics.jsonl")]
    if connection is not None:
        callbacks.append(Beats(connection))
    one = trainer(folder, callbacks)
    one.fit(*samples(drawn), epochs=EPOCHS, resume=(folder / "last.safetensors").exists())
    return one
