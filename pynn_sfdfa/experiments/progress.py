"""Progress of a training run: a bar on a terminal, plain lines anywhere else."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, TextColumn
from rich.progress import Progress as Bar

from pynn_sfdfa.support.wording import format_duration
from pynn_sfdfa.training.callbacks import Callback

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TextIO

    from rich.progress import TaskID

    from pynn_sfdfa.training.callbacks import EpochRecord, FitStart, Progress

__all__ = ["PlainProgress", "ProgressBar", "epoch_line", "progress_for"]

_LINE_INTERVAL = 10.0  # s between plain lines within an epoch


def progress_for(stream: TextIO) -> Callback:
    """Return a bar if ``stream`` is a terminal, else a callback that prints plain lines to it."""
    if stream.isatty():
        return ProgressBar(Console(file=stream))
    return PlainProgress(stream)


def epoch_line(record: EpochRecord, epochs: int) -> str:
    """Return the figures of a finished epoch as one line."""
    width = len(str(epochs))
    held_out = record.validation_accuracy
    validation = "" if held_out is None else f"validation {100 * held_out:.2f} %  "
    return (
        f"epoch {record.epoch:{width}d}/{epochs}  loss {record.train_loss:.3f}  "
        f"train {100 * record.train_accuracy:.2f} %  {validation}test {100 * record.test_accuracy:.2f} %  "
        f"{_spikes(record.spikes_per_sample)}  {record.seconds:.1f} s"
    )


def _spikes(spikes_per_sample: Sequence[float]) -> str:
    return f"spikes/sample {' + '.join(f'{count:.0f}' for count in spikes_per_sample)}"


def _held_out(start: FitStart) -> str:
    """Return who chooses the best epoch, if that is not the test samples."""
    return f"{start.n_validation} samples are held out for validation: they choose the best epoch"


def _batches(samples: int, start: FitStart) -> int:
    """Return how many whole batches so many samples of an epoch are."""
    return samples * start.batches_per_epoch // start.n_train


class TimeLeft:
    """Estimate of the time a run still needs, from the batches done since the first.

    The first batch does not count: on some simulators it includes preparation.
    """

    def __init__(self, start: FitStart, clock: Callable[[], float]) -> None:
        self._per_epoch = start.batches_per_epoch
        self._total = (start.epochs - start.first_epoch + 1) * start.batches_per_epoch
        self._first_epoch = start.first_epoch
        self._clock = clock
        self._begin: tuple[int, float] | None = None
        self.done = 0

    def update(self, epoch: int, batch: int) -> float | None:
        """Take note that a batch is done; return the seconds left, or None if that cannot be known yet."""
        self.done = (epoch - self._first_epoch) * self._per_epoch + batch
        if self._begin is None:
            self._begin = (self.done, self._clock())
            return None
        batches, moment = self._begin
        if self.done <= batches:
            return None
        return (self._clock() - moment) / (self.done - batches) * (self._total - self.done)

    @property
    def total(self) -> int:
        """Batches of the whole run, from the epoch it starts with."""
        return self._total


class PlainProgress(Callback):
    """One line an epoch, and within an epoch at most one line every ten seconds.

    Parameters
    ----------
    stream : text file
        Where the lines go.
    clock : callable
        Returns a time in s.
    """

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock

    def on_fit_start(self, start: FitStart) -> None:
        """Start the clock."""
        self._start = start
        self._time_left = TimeLeft(start, self._clock)
        self._latest: float | None = None
        self._last_line = self._clock()
        if start.n_validation:
            self._print(_held_out(start))

    def on_compile(self, done: int, total: int) -> None:
        """Say that kernels are compiled, how far that is if the last line is old enough, and when it is done."""
        if done == 0:
            self._compiling_since = self._clock()
            self._print(f"compiling {total} kernels (once: later runs load them)")
        elif done == total:
            self._print(f"compiled in {self._clock() - self._compiling_since:.1f} s")
        elif self._clock() - self._last_line >= _LINE_INTERVAL:
            self._print(f"compiling (once)  {done}/{total} kernels")

    def on_batch_end(self, progress: Progress) -> None:
        """Print the state of the epoch if the last line is old enough."""
        self._latest = self._time_left.update(progress.epoch, progress.batch)
        if self._clock() - self._last_line < _LINE_INTERVAL or progress.batch == self._start.batches_per_epoch:
            return
        self._print(
            f"epoch {progress.epoch}/{self._start.epochs}  {progress.samples}/{self._start.n_train} samples  "
            f"loss {progress.loss:.3f}  accuracy {100 * progress.accuracy:.2f} %  "
            f"{_spikes(progress.spikes_per_sample)}{self._left()}"
        )

    def on_samples(self, epoch: int, samples: int) -> None:
        """Print how far the epoch has got if the last line is old enough."""
        self._latest = self._time_left.update(epoch, _batches(samples, self._start))
        if self._clock() - self._last_line >= _LINE_INTERVAL:
            self._print(f"epoch {epoch}/{self._start.epochs}  {samples}/{self._start.n_train} samples{self._left()}")

    def on_epoch_end(self, record: EpochRecord) -> None:
        """Print the figures of the epoch."""
        last = record.epoch == self._start.epochs
        self._print(epoch_line(record, self._start.epochs) + ("" if last else self._left()))

    def _left(self) -> str:
        return "" if self._latest is None else f"  {format_duration(self._latest)} left"

    def _print(self, line: str) -> None:
        print(line, file=self._stream, flush=True)
        self._last_line = self._clock()


class ProgressBar(Callback):
    """One bar for the run with the figures of the running epoch; finished epochs stay as lines above it.

    Parameters
    ----------
    console : rich.console.Console
    clock : callable
        Returns a time in s.
    """

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        self._console = console
        self._clock = clock
        self._bar = Bar(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            TextColumn("{task.fields[figures]}"),
            console=console,
            transient=True,
            expand=True,
        )
        self._task: TaskID

    def on_fit_start(self, start: FitStart) -> None:
        """Show the bar."""
        self._start = start
        if start.n_validation:
            self._console.print(_held_out(start), highlight=False, soft_wrap=True)
        self._time_left = TimeLeft(start, self._clock)
        self._task = self._bar.add_task(
            self._title(start.first_epoch), total=self._time_left.total, figures="preparing"
        )
        self._bar.start()

    def on_compile(self, done: int, total: int) -> None:
        """Show how many kernels are compiled; the bar is that of the run again with the first batch."""
        self._bar.update(
            self._task, total=total, completed=done, description="compiling (once)", figures=f"{done}/{total} kernels"
        )

    def on_batch_end(self, progress: Progress) -> None:
        """Move the bar."""
        left = self._time_left.update(progress.epoch, progress.batch)
        counts = " + ".join(f"{count:.0f}" for count in progress.spikes_per_sample)
        figures = f"loss {progress.loss:.2f}  accuracy {100 * progress.accuracy:.1f} %  spikes {counts}"
        if left is not None:
            figures += f"  {format_duration(left)} left"
        self._show(progress.epoch, figures)

    def on_samples(self, epoch: int, samples: int) -> None:
        """Move the bar within a stretch of trials whose figures are not known yet."""
        left = self._time_left.update(epoch, _batches(samples, self._start))
        figures = f"{samples}/{self._start.n_train} samples" + (
            "" if left is None else f"  {format_duration(left)} left"
        )
        self._show(epoch, figures)

    def on_epoch_end(self, record: EpochRecord) -> None:
        """Leave a line about the epoch above the bar."""
        self._bar.refresh()
        self._console.print(epoch_line(record, self._start.epochs), highlight=False, soft_wrap=True)

    def on_fit_end(self) -> None:
        """Remove the bar."""
        self._bar.stop()

    def _show(self, epoch: int, figures: str) -> None:
        left = self._time_left
        self._bar.update(
            self._task, total=left.total, completed=left.done, description=self._title(epoch), figures=figures
        )

    def _title(self, epoch: int) -> str:
        return f"epoch {epoch}/{self._start.epochs}"
