"""Speed of training and inference, beside the baseline, the floor and the machine, in one alternating run."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np

from pynn_sfdfa.benchmark.baseline import Baseline, first_spikes
from pynn_sfdfa.benchmark.floor import Floor
from pynn_sfdfa.benchmark.machine import MEMORY_LEVELS, BandwidthRun, PeakRun, describe, load_warning
from pynn_sfdfa.benchmark.task import without_optimizer
from pynn_sfdfa.benchmark.timing import Spread, alternate, clock, ratio
from pynn_sfdfa.benchmark.work import count_groups, inference_work, training_work

if TYPE_CHECKING:
    from collections.abc import Callable

    from pynn_sfdfa.benchmark.task import Task
    from pynn_sfdfa.benchmark.work import Work
    from pynn_sfdfa.encoding.spikes import SpikeTrains
    from pynn_sfdfa.training.checkpoint import Checkpoint
    from pynn_sfdfa.training.trainer import Trainer

__all__ = ["measure_speed"]

_ONLINE_PART = 5  # one in so many samples is enough for online training, which is slower


def measure_speed(
    task: Task,
    *,
    samples: int,
    repetitions: int,
    warm_up_epochs: int,
    tell: Callable[[str], object] = lambda _: None,
) -> dict[str, Any]:
    """Measure everything and return a report that JSON can hold; times are in ms per sample.

    Parameters
    ----------
    task : Task
    samples : int
        Samples of one timed run.
    repetitions : int
        Timed runs of each.
    warm_up_epochs : int
        Epochs on all training samples beforehand.
    tell : callable, optional
        Told what is going on.
    """
    load, threads = os.getloadavg()[0], task.threads
    tell(f"training for {warm_up_epochs} epochs of {len(task.train)} samples")
    saved, record = task.warmed_up(warm_up_epochs)
    train = task.train.select(np.arange(min(samples, len(task.train))))
    test = task.test.select(np.arange(min(samples, len(task.test))))
    few = train.select(np.arange(max(1, len(train) // _ONLINE_PART)))
    peak = PeakRun(threads)
    memory = {name: BandwidthRun(threads, size) for name, size in MEMORY_LEVELS.items()}
    runs = {**_own_runs(task, saved, train, test, few), **_baseline_runs(task, saved, train, test, threads)}
    runs |= _floor_runs(task, train, threads) | {"peak": peak, **memory}
    seconds = alternate(runs, repetitions, lambda done: tell(f"round {done} of {repetitions + 1}"))

    per_run = {name: len(train) for name in seconds}
    per_run |= {"inference": len(test), "baseline inference": len(test), "online": len(few)}
    each = {name: [s / per_run[name] for s in values] for name, values in seconds.items()}
    each["floor"] = [sum(parts) for parts in zip(*(each[f"floor {part}"] for part in _FLOOR), strict=True)]
    events = (train.times.size / len(train), record.spikes_per_sample[0])
    groups = (count_groups(train), record.spikes_per_sample[0])
    batch_size = task.batched.training.batch_size
    limits = {
        "multiply_add_gflops": peak.operations / min(seconds["peak"]) / 1e9,
        **{f"{name}_gb_per_s": run.bytes / min(seconds[name]) / 1e9 for name, run in memory.items()},
    }
    work = {
        "training": training_work(task.sizes, events, groups, batch_size),
        "inference": inference_work(task.sizes[1:], events, groups),
    }
    return {
        "machine": describe(threads) | {"load_average": load},
        "warnings": [warning for warning in [load_warning(load)] if warning],
        "task": {
            "sizes": task.sizes,
            "images": task.source,
            "batch_size": batch_size,
            "samples": len(train),
            "repetitions": repetitions,
            "warm_up": {
                "epochs": warm_up_epochs,
                "samples": len(task.train),
                "test_accuracy": record.test_accuracy,
                "spikes_per_sample": record.spikes_per_sample,
            },
            "events_per_sample": events[0],
            "groups_per_sample": groups[0],
        },
        "ms_per_sample": {name: vars(Spread.of(each[name]).scaled(1e3)) for name in (*_TIMED, "floor")},
        "ratios": {name: vars(ratio(each[a], each[b])) for name, (a, b) in _RATIOS.items()},
        "work_per_sample": {name: vars(one) for name, one in work.items()},
        "limits": limits,
        "fractions": {name: _fractions(one, float(np.median(each[name])), limits) for name, one in work.items()},
    }


_FLOOR = ("forward", "backward", "adam")
_TIMED = ("training", "inference", "online", "baseline training", "baseline inference", *(f"floor {p}" for p in _FLOOR))
_RATIOS = {
    "baseline training / training": ("baseline training", "training"),
    "baseline inference / inference": ("baseline inference", "inference"),
    "online / training": ("online", "training"),
    "training / floor": ("training", "floor"),
    "inference / floor forward": ("inference", "floor forward"),
}


def _own_runs(
    task: Task, saved: Checkpoint, train: SpikeTrains, test: SpikeTrains, few: SpikeTrains
) -> dict[str, Callable[[], float]]:
    batched = task.batch_trainer()

    def inference() -> float:
        batched.load(saved)
        return clock(lambda: batched.evaluate(test))

    return {
        "training": _Epoch(task.batch_trainer(), saved, train),
        "inference": inference,
        "online": _Epoch(task.online_trainer(), without_optimizer(saved), few),
    }


class _Epoch:
    """An epoch of training from a checkpoint, the same at every call."""

    def __init__(self, trainer: Trainer, saved: Checkpoint, trains: SpikeTrains) -> None:
        self._trainer, self._saved, self._trains = trainer, saved, trains
        self._done = 0

    def __call__(self) -> float:
        self._trainer.load(self._saved)
        self._done += 1
        return self._trainer.fit(self._trains, epochs=self._done).records[-1].seconds


def _baseline_runs(
    task: Task, saved: Checkpoint, train: SpikeTrains, test: SpikeTrains, threads: int
) -> dict[str, Callable[[], float]]:
    training = task.batched.training
    baseline = Baseline(
        task.network(), task.rule, task.optimizer, task.loss, training.batch_size, training.seed, threads
    )
    train_latencies, test_latencies = first_spikes(train), first_spikes(test)
    order = np.random.default_rng(0).permutation(len(train))

    def learn() -> float:
        baseline.load_state(saved.arrays)
        return clock(lambda: baseline.train(train_latencies, train.labels, order, 0))

    def respond() -> float:
        baseline.load_state(saved.arrays)
        return clock(lambda: baseline.respond(test_latencies))

    return {"baseline training": learn, "baseline inference": respond}


def _floor_runs(task: Task, train: SpikeTrains, threads: int) -> dict[str, Callable[[], float]]:
    cell = task.batched.network.hidden
    floor = Floor(train, task.sizes, cell.tau_syn, cell.tau_m, task.batched.training.batch_size, threads)
    return {f"floor {part}": getattr(floor, part) for part in _FLOOR}


def _fractions(work: Work, seconds: float, limits: dict[str, float]) -> dict[str, float]:
    """Return the part of each limit that is reached if all the work were bound by it alone."""
    fractions = {}
    for name, limit in limits.items():
        amount = work.operations if name.endswith("gflops") else work.bytes
        fractions[name] = amount / seconds / 1e9 / limit
    return fractions
