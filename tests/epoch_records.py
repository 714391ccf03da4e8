"""Records of epochs, for the tests of what is made of them."""

from __future__ import annotations

from pynn_sfdfa.training.callbacks import EpochRecord

PLAIN = {
    "train_loss": 1.0,
    "train_accuracy": 0.9,
    "test_accuracy": 0.8,
    "test_loss": 1.0,
    "spikes_per_sample": (200.0, 40.0),
    "silent_fraction": (0.0, 0.0),
    "alignment": (0.5,),
    "seconds": 1.0,
    "samples_per_second": 100.0,
}


def epoch_record(epoch, **figures):
    """The record of an epoch with these figures, and plain ones where none is given."""
    return EpochRecord(epoch=epoch, **PLAIN | figures)
