"""scikit-learn's digits on pynn_sfdfa.brian2: accuracy beside the exact simulator, and seconds per trial.

The settings are those of pynn_sfdfa/experiments/digits-online.toml.

python benchmarks/brian2_digits.py accuracy                 # all epochs on both simulators, from the same weights
python benchmarks/brian2_digits.py accuracy --trial 200     # with the published time constants
python benchmarks/brian2_digits.py once --trial 200         # the end only, all epochs in one compiled run of Brian2
python benchmarks/brian2_digits.py seeds                    # the event simulator, from several initial weights
python benchmarks/brian2_digits.py speed --code standalone  # how a trial's time grows with the hidden neurons
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from pynn_sfdfa.common.simulators import set_up
from pynn_sfdfa.experiments import assembly, config
from pynn_sfdfa.experiments.schema import Experiment
from pynn_sfdfa.support import files

EXPERIMENT = "digits-online"
RESULTS = Path(__file__).parent / "results"
_FEW = 10  # trials


def settings(
    trial: float = 40.0,
    seed: int = 1,
    hidden: int = 100,
    epochs: int = 12,
    weights: list[float] | None = None,
) -> Experiment:
    """Return the experiment with all times scaled to trials of another length.

    Thresholds in mV grow with the times, so that c stays, and the learning rate shrinks, since eligibilities are times.
    """
    shipped = config.load(EXPERIMENT)
    scale = trial / shipped.network.trial_duration
    changes = {
        "encoding.window": shipped.encoding.window * scale,
        "network.trial_duration": trial,
        "network.hidden_sizes": [hidden],
        "network.weights": weights or list(shipped.network.weights),
        "optimizer.learning_rate": shipped.optimizer.learning_rate / scale,
        "training.seed": seed,
        "training.epochs": epochs,
    }
    for layer in ("hidden", "output"):
        cell = getattr(shipped.network, layer)
        changes |= {f"network.{layer}.{name}": getattr(cell, name) * scale for name in ("tau_m", "tau_syn")}
        changes[f"network.{layer}.v_thresh"] = cell.v_rest + (cell.v_thresh - cell.v_rest) * scale
    return config.load(EXPERIMENT, [f"{name}={value}" for name, value in changes.items()])


def epochs(experiment: Experiment, simulator: str, setup: dict[str, Any] | None = None) -> Iterator[tuple[float, int]]:
    """Train; yield the test accuracy after each epoch, and how many output neurons are silent on all test samples."""
    sim = set_up(simulator, setup or {})
    network, data = assembly.build(experiment, None, sys.stderr)
    trainer = assembly.build_trainer(experiment, network, sim)
    for epoch in range(1, experiment.training.epochs + 1):
        trainer.fit(data.train, epochs=epoch)
        counts = trainer.evaluate(data.test).counts
        yield float((counts.argmax(axis=1) == data.test.labels).mean()), int((counts.sum(axis=0) == 0).sum())


def accuracy(options: argparse.Namespace) -> None:
    """Train on both simulators with the same settings; print the test accuracies."""
    experiment = settings(options.trial, options.seed, epochs=options.epochs)
    for simulator, setup in (("event", {}), ("brian2", {"timestep": 1.0, **code(options.code)})):
        started = time.perf_counter()
        for epoch, (right, _) in enumerate(epochs(experiment, simulator, setup), start=1):
            seconds = time.perf_counter() - started
            print(f"{simulator:<8} epoch {epoch:>2}  test {right:.2%}  after {seconds:.0f} s", flush=True)


def once(options: argparse.Namespace) -> None:
    """Train all epochs in one run of each simulator, Brian2's compiled as a whole; print and keep the accuracies."""
    experiment = settings(options.trial, options.seed, epochs=options.epochs)
    generator = np.random.default_rng(options.seed)
    found = {}
    for simulator, setup, reader in (
        ("event", {}, None),
        ("brian2", {"timestep": 1.0, "standalone": True}, {"timestep": 1.0, "target": "numpy"}),
    ):
        sim = set_up(simulator, setup)
        network, data = assembly.build(experiment, None, sys.stderr)
        engine = assembly.build_trainer(experiment, network, sim)._engine
        if not found:
            order = np.concatenate([generator.permutation(len(data.train)) for _ in range(options.epochs)])
        started = time.perf_counter()
        for _ in engine.train(data.train, order, 0):
            pass
        seconds = time.perf_counter() - started
        if reader:  # answering with compiled code would mean compiling once more
            set_up(simulator, reader)
            state, engine = engine.state(), assembly.build_trainer(experiment, network, sim)._engine
            engine.load_state(state)
        found[simulator] = float((engine.respond(data.test).counts.argmax(axis=1) == data.test.labels).mean())
        print(f"{simulator:<8} test {found[simulator]:.2%}  trained in {seconds:.0f} s", flush=True)
    name = f"brian2_digits-{options.trial:g}ms-seed{options.seed}.json"
    figures = {"trial_ms": options.trial, "epochs": options.epochs, "seed": options.seed, "test_accuracy": found}
    files.write_text(RESULTS / name, json.dumps(figures, indent=2) + "\n")


def seeds(options: argparse.Namespace) -> None:
    """Print the test accuracy on the event simulator for several seeds of weights, samples and perturbations."""
    print(f"trials of {options.trial:g} ms; test accuracy after epoch {options.epochs}, best, silent output neurons")
    last = []
    for seed in range(1, options.seeds + 1):
        experiment = settings(options.trial, seed, epochs=options.epochs, weights=options.weights)
        results = list(epochs(experiment, "event"))
        last.append(results[-1][0])
        print(f"seed {seed:>2}  {last[-1]:.2%}  {max(right for right, _ in results):.2%}  {results[-1][1]}", flush=True)
    print(f"mean     {np.mean(last):.2%}, lowest {min(last):.2%}")


def code(kind: str) -> dict[str, Any]:
    """Return the arguments of setup() for a kind of code."""
    return {"standalone": True} if kind == "standalone" else {"target": kind}


def speed(options: argparse.Namespace) -> None:
    """Print what a trial takes while learning, without preparation and compilation, and what preparing a run takes."""
    print(f"{options.code}, timestep 1 ms, trials of {options.trial:g} ms, learning; processor time")
    for hidden in options.hidden:
        few, many = (_processor_time(options, hidden, trials) for trials in (_FEW, _FEW + options.trials))
        trial = (many - few) / options.trials
        print(f"64-{hidden}-10: {trial * 1e3:.2f} ms/trial, {few - _FEW * trial:.1f} s to prepare a run", flush=True)


def _processor_time(options: argparse.Namespace, hidden: int, trials: int) -> float:
    """Return the seconds in which so many trials are learned in one run, whose code has been compiled before."""
    experiment = settings(options.trial, hidden=hidden)
    sim = set_up("brian2", {"timestep": 1.0, **code(options.code)})
    network, data = assembly.build(experiment, None, sys.stderr)
    engine = assembly.build_trainer(experiment, network, sim)._engine
    if trials == _FEW:
        list(engine.train(data.train, np.arange(1), 0))
    started = sum(os.times()[:4])  # programs that this one has started count as well
    list(engine.train(data.train, np.arange(trials), 0))
    return sum(os.times()[:4]) - started


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["accuracy", "once", "seeds", "speed"])
    parser.add_argument("--code", choices=["cython", "numpy", "standalone"], default="cython")
    parser.add_argument("--trial", type=float, default=40.0, help="length of a trial in ms")
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=10, help="seeds to compare")
    parser.add_argument("--weights", type=float, nargs=2, help="other range of the initial weights, with seeds")
    parser.add_argument("--hidden", type=int, nargs="+", default=[100, 400, 1600])
    parser.add_argument("--trials", type=int, default=100, help="trials to time")
    options = parser.parse_args()
    {"accuracy": accuracy, "once": once, "seeds": seeds, "speed": speed}[options.what](options)


if __name__ == "__main__":
    main()
