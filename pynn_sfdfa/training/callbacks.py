"""What a training run tells its observers, and the interface they implement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from pynn_sfdfa.support.wording import quoted

__all__ = ["Callback", "EpochRecord", "FitStart", "Progress", "observers"]


@dataclass(frozen=True)
class FitStart:
    """Known when training begins (or resumes).

    Attributes
    ----------
    epochs, first_epoch : int
        How many there are to be in all, and with which this run begins, counted from 1.
    batches_per_epoch : int
        Of the largest size, if sizes differ from epoch to epoch.
    n_train, n_test, n_validation : int
        Samples to be learned, those that take no part in any choice, and those held out to choose an epoch by.
    layer_sizes : tuple of int
        From input to output.
    finished : tuple of EpochRecord
        The epochs before ``first_epoch``.
    """

    epochs: int
    first_epoch: int
    batches_per_epoch: int
    n_train: int
    n_test: int
    n_validation: int
    layer_sizes: tuple[int, ...]
    finished: tuple[EpochRecord, ...] = ()


@dataclass(frozen=True)
class Progress:
    """The running epoch so far; sent after every batch, or after several small ones.

    Attributes
    ----------
    epoch, batch : int
        Counted from 1; batches as in `FitStart`.
    samples : int
        Seen so far in this epoch; the figures are means over them.
    loss, accuracy : float
        The accuracy is a fraction.
    spikes_per_sample : tuple of float
        One mean a layer.
    """

    epoch: int
    batch: int
    samples: int
    loss: float
    accuracy: float
    spikes_per_sample: tuple[float, ...]


@dataclass(frozen=True)
class EpochRecord:
    """The figures of one finished epoch, as one line of ``metrics.jsonl``.

    Attributes
    ----------
    epoch : int
        Counts from 1.
    train_loss, train_accuracy, test_accuracy, test_loss : float
        Accuracies are fractions.
    spikes_per_sample : tuple of float
        One mean a layer.
    silent_fraction : tuple of float
        Share of the neurons of each layer that fired for no training sample.
    alignment : tuple of float
        Cosine between the feedback of each hidden layer and the product of forward weights above it.
    seconds, samples_per_second : float
        Of learning alone.
    validation_accuracy : float, optional
        Of samples held out from training, None if there are none.
    extra : dict
        What probes measured.
    compile_seconds : float
        In a process's first epoch, the time before it in which kernels were compiled or loaded.
    """

    epoch: int
    train_loss: float
    train_accuracy: float
    test_accuracy: float
    test_loss: float
    spikes_per_sample: tuple[float, ...]
    silent_fraction: tuple[float, ...]
    alignment: tuple[float, ...]
    seconds: float
    samples_per_second: float
    validation_accuracy: float | None = None
    extra: dict[str, float] = field(default_factory=dict)
    compile_seconds: float = 0.0

    @property
    def score(self) -> float:
        """What epochs are compared by: accuracy on validation samples if there are any, else on test samples."""
        return self.test_accuracy if self.validation_accuracy is None else self.validation_accuracy


class Callback:
    """Observer of a training run; override what you need. Epochs and batches count from 1.

    A subclass whose method is named as events are, ``on_...``, and is none of them, is a TypeError: it would not be
    called.
    """

    def __init_subclass__(cls) -> None:
        """Refuse events that there are not."""
        super().__init_subclass__()
        events = [name for name in vars(Callback) if name.startswith("on_")]
        for name in vars(cls):
            if name.startswith("on_") and name not in events:
                raise TypeError(f"{cls.__name__}.{name} would never be called; there are {', '.join(events)}.")

    def on_fit_start(self, start: FitStart) -> None:
        """Be told the size of the run."""

    def on_compile(self, done: int, total: int) -> None:
        """Be told how many functions are compiled, from 0 on, before the first batch; never if none has to be.

        Perhaps from another thread.
        """

    def on_batch_end(self, progress: Progress) -> None:
        """Be told the state of the running epoch."""

    def on_samples(self, epoch: int, samples: int) -> None:
        """Be told how many samples of the running epoch have been shown, while a long stretch of them runs."""

    def on_epoch_end(self, record: EpochRecord) -> None:
        """Be told the figures of a finished epoch."""

    def on_fit_end(self) -> None:
        """Be told that training has ended, finished or not."""


def observers(callbacks: Any) -> list[Callback]:
    """Return callbacks as a list.

    Parameters
    ----------
    callbacks : iterable of Callback

    Raises
    ------
    TypeError
        If they are something else.
    """
    given = list(callbacks) if isinstance(callbacks, Iterable) else [callbacks]
    for one in given:
        if not isinstance(one, Callback) or not isinstance(callbacks, Iterable):
            raise TypeError(
                f"callbacks = {quoted(callbacks)} is not valid; give a list of instances of classes that derive "
                "from Callback, such as [Callback()]."
            )
    return given
