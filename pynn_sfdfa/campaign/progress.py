"""Progress of several runs, as plain lines, read from the folders that the runs write to."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from pynn_sfdfa.experiments.run_folder import RunFolder
from pynn_sfdfa.support.wording import format_duration

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from typing import TextIO

    from pynn_sfdfa.campaign.execution import Outcome
    from pynn_sfdfa.campaign.spec import RunSpec

__all__ = ["CampaignProgress", "scores"]


class CampaignProgress:
    """One line for each run that has come an epoch further, or has ended.

    Parameters
    ----------
    specs : sequence of RunSpec
        Runs that are not finished yet.
    stream : text file
        Where the lines go.
    clock : callable
        Returns a time in s.
    """

    def __init__(self, specs: Sequence[RunSpec], stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream, self._clock = stream, clock
        self._specs = {spec.name: spec for spec in specs}
        self._metrics = {spec.name: RunFolder(spec.folder).metrics for spec in specs}
        self._epochs = {name: _last_epoch(path)[0] for name, path in self._metrics.items()}
        self._began, self._at_start = clock(), sum(self._epochs.values())
        self._total = sum(spec.epochs for spec in specs)

    def look(self) -> None:
        """Print a line for each run that has come further since the last look."""
        for name, path in self._metrics.items():
            epoch, accuracy = _last_epoch(path)
            if epoch > self._epochs[name]:
                self._epochs[name] = epoch
                self._print(f"{name}  epoch {epoch}/{self._specs[name].epochs}  test {100 * accuracy:.2f} %")

    def end(self, outcome: Outcome) -> None:
        """Print that a run has ended; a run that failed counts as done in the time left."""
        self.look()
        path, spec = self._metrics.pop(outcome.name), self._specs.pop(outcome.name)
        if outcome.error is None:
            self._print(f"{outcome.name}  finished, test {100 * _last_epoch(path)[1]:.2f} %")
        else:
            self._total -= spec.epochs - self._epochs[outcome.name]
            self._print(f"{outcome.name}  failed: {outcome.error}")

    def _print(self, text: str) -> None:
        done = sum(self._epochs.values())
        new = done - self._at_start
        left = ""
        if new and done < self._total:
            seconds = (self._clock() - self._began) / new * (self._total - done)
            left = f", about {format_duration(seconds)} left"
        print(f"{text}  [{done} of {self._total} epochs{left}]", file=self._stream, flush=True)


def scores(spec: RunSpec) -> list[tuple[int, float]]:
    """Return number of each finished epoch of a run with held-out samples, and its accuracy on them."""
    found = []
    try:
        for line in RunFolder(spec.folder).metrics.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            found.append((int(record["epoch"]), float(record["validation_accuracy"])))
    except (FileNotFoundError, ValueError, KeyError, TypeError, RecursionError):  # none yet; or damaged: written anew
        pass
    return found


def _last_epoch(path: Path) -> tuple[int, float]:
    """Return number and test accuracy of the last epoch in the metrics of a run; 0 epochs if there are none."""
    if not path.exists():
        return 0, 0.0
    try:
        record = json.loads(path.read_text(encoding="utf-8").splitlines()[-1])
        return int(record["epoch"]), float(record["test_accuracy"])
    except (IndexError, ValueError, KeyError, TypeError, RecursionError):  # empty; or damaged, and written anew soon
        return 0, 0.0
