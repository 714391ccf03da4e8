"""Direct and layer-wise feedback, errors by neuron and timed: how near gradients come, and how well networks learn.

python benchmarks/layer_wise.py mnist-3x800 --data DIR [--samples 10000] [--epochs 1] [--set KEY=VALUE ...] [RULE ...]
python benchmarks/layer_wise.py                            # the tables of all results again

Each run writes its figures to results/layer_wise.json when it is done, and is left out the next time. On the way it
measures the cosine of its gradient with exact backpropagation's, layer by layer, the cosine of its feedback with the
weights that it stands for, how large it is beside them, and the accuracy on held-out samples: after the first batches,
and after each epoch.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import pynn_sfdfa.event as sim
from pynn_sfdfa import BP, DFA, SFDFA
from pynn_sfdfa.experiments import assembly, config
from pynn_sfdfa.support import files
from pynn_sfdfa.training.gradients import GradientAlignment
from pynn_sfdfa.training.metrics import feedback_alignment
from pynn_sfdfa.training.readouts import MostSpikes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.experiments.schema import Experiment
    from pynn_sfdfa.rules import LearningRule

RESULTS = Path(__file__).parent / "results"
EARLY = (10, 20, 50, 100, 200)
"""Batches after which figures are taken in the first epoch."""
COMPARED, HELD_OUT = 200, 2000
"""Samples on which gradients are compared, and on which accuracy is measured."""
ETA_B = 1e-3
"""Feedback learning rate of all rules that estimate."""


@dataclass(frozen=True)
class Task:
    """What is trained on: as an experiment says, with the first so many training samples, others held out."""

    experiment: str
    changes: tuple[str, ...]
    samples: int
    epochs: int

    @property
    def name(self) -> str:
        """By which results are found again."""
        return " ".join([self.experiment, *self.changes, f"{self.samples} x {self.epochs}"])


def rules(settings: Experiment) -> dict[str, LearningRule]:
    """Return the rules by name; those with timed errors are regularised as exact backpropagation is."""
    rates = {
        name: {"rho": table.rho, "r_target": table.r_target}
        for name, table in settings.rules.items()
        if name in ("sfdfa", "dfa", "bp")
    }
    found: dict[str, LearningRule] = {"dfa": DFA(**rates["dfa"]), "bp": BP(**rates["bp"])}
    for feedback in ("direct", "layer-wise"):
        for timed, regularised in ((False, "sfdfa"), (True, "bp")):
            for corrected in (False, True):
                name = f"{feedback}, {'timed' if timed else 'by neuron'}{', corrected' if corrected else ''}"
                found[name] = SFDFA(
                    feedback_learning_rate=ETA_B,
                    timed=timed,
                    feedback=feedback,
                    bias_correction=corrected,
                    **rates[regularised],
                )
    for timed, regularised in ((False, "sfdfa"), (True, "bp")):
        found[f"layer-wise, {'timed' if timed else 'by neuron'}, both fired"] = SFDFA(
            feedback_learning_rate=ETA_B,
            timed=timed,
            feedback="layer-wise",
            bias_correction=True,
            both_fired=True,
            **rates[regularised],
        )
    return found


def run(task: Task, rule: LearningRule, data: Path | None) -> list[dict[str, Any]]:
    """Train, and return the figures that were taken on the way."""
    settings = config.load(task.experiment, list(task.changes))
    network, parts = assembly.build(settings, data, sys.stderr)
    train = parts.train.select(np.arange(task.samples))
    held_out = parts.train.select(np.arange(task.samples, len(parts.train))[-HELD_OUT:])
    batch, seed, loss = settings.training.batch_size, settings.training.seed, settings.loss.build()
    engine = sim.training_engine(network, rule, settings.optimizer.build(), loss, batch, seed)
    probe = GradientAlignment(network, rule, loss, held_out.select(np.arange(COMPARED)))
    taken, started, layer_wise = [], time.perf_counter(), rule.parts.transport.layer_wise
    for epoch in range(1, task.epochs + 1):
        order = np.random.default_rng([seed, epoch]).permutation(len(train))
        stops = [batch * early for early in EARLY if epoch == 1 and batch * early < len(train)] + [len(train)]
        for start, stop in zip([0, *stops], stops, strict=False):
            learned = list(engine.train(train, order[start:stop], (epoch - 1) * len(train) + start, epoch))
            weights, feedback = engine.weights(), engine.feedback()
            measured, paths = probe.measure(weights, feedback), network.paths(weights, layer_wise)
            responses = engine.respond(held_out)
            taken.append({
                "samples": (epoch - 1) * len(train) + stop,
                "gradient_cosine": [measured[f"gradient_cosine_{k}"] for k in range(1, len(weights))],
                "alignment": list(feedback_alignment(paths, feedback, layer_wise)),
                "size": [size(b, w) for b, w in zip(feedback, paths[1:], strict=True)] if layer_wise else None,
                "accuracy": float((MostSpikes().decide(responses) == held_out.labels).mean()),
                "output_silent": float((responses.counts.sum(axis=1) == 0).mean()),
                "spikes": [float(np.sum(s)) for s in learned[-1].spikes],
                "seconds": time.perf_counter() - started,
            })  # fmt: skip
    return taken


def size(feedback: NDArray[np.float32], weights: NDArray[np.float32]) -> float:
    """Return how many times weights, shape (n_hidden, n_next), come nearest feedback, shape (n_next, n_hidden)."""
    return float((feedback.T * weights).sum() / (weights * weights).sum())


def table(results: dict[str, dict[str, list[dict[str, Any]]]]) -> str:
    """Return the figures of all runs in Markdown, one table a task."""
    text = ""
    for task, runs in results.items():
        points = [point["samples"] for point in next(iter(runs.values()))]
        sized = any("size" in taken[-1] for taken in runs.values())  # figures of earlier versions have none
        headings = ("rule", *(f"{samples:,}" for samples in points), "cosine of gradients", "of feedback")
        headings += ("its size",) * sized
        lines = [headings, ("---", *["---:"] * (len(headings) - 1))]
        for rule, taken in runs.items():
            accuracies = [f"{100 * point['accuracy']:.1f} %" for point in taken]
            cosines = [" ".join(f"{value:.2f}" for value in taken[-1][key]) for key in ("gradient_cosine", "alignment")]
            sizes = " ".join(f"{value:.2f}" for value in taken[-1].get("size") or ())
            lines.append((rule, *accuracies, *cosines, *[sizes] * sized))
        text += f"\n`{task}`, held-out accuracy after so many samples:\n\n"
        text += "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
    return text


def main(task: Task | None, chosen: list[str], data: Path | None, results: Path = RESULTS) -> None:
    """Train by every rule that has no results for the task; write and print the tables."""
    file = results / "layer_wise.json"
    known = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    if task is not None:
        offered = rules(config.load(task.experiment, list(task.changes)))
        unknown = set(chosen) - set(offered)
        if unknown:
            sys.exit(f"There is no rule {', '.join(sorted(unknown))} here; there are: {'; '.join(offered)}.")
        runs = known.setdefault(task.name, {})
        for name in chosen or offered:
            if name not in runs:
                runs[name] = run(task, offered[name], data)
                files.write_text(file, json.dumps(known, indent=1) + "\n")
                print(f"{name}: {100 * runs[name][-1]['accuracy']:.1f} %", file=sys.stderr, flush=True)
    text = table(known)
    files.write_text(results / "layer_wise.md", text.lstrip())
    print(text, end="")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("experiment", nargs="?")
    parser.add_argument("rules", nargs="*")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--samples", type=int, default=10_000)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--set", action="append", default=[])
    given = parser.parse_intermixed_args()
    asked = given.experiment and Task(given.experiment, tuple(given.set), given.samples, given.epochs)
    main(asked or None, given.rules, given.data)
