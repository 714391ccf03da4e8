"""What fixed point costs in accuracy (docs/arithmetic.md); results go to benchmarks/results/fixed_point.json.

python benchmarks/fixed_point.py ranges CHECKPOINT ...      # largest value of each variable
python benchmarks/fixed_point.py inference                  # digits-online, trained in float: accuracy by format
python benchmarks/fixed_point.py inference CHECKPOINT ...   # the same for other networks
python benchmarks/fixed_point.py training --seeds 1 2 3     # digits-online, trained in fixed point

Checkpoints are those of ``pynn-sfdfa train``; --data names the folder with their data sets.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from oracles.fixed_point_network import FixedPointNetwork, LayerTrial, LearningParameters
from oracles.float_network import FloatNetwork

import pynn_sfdfa.event as event
from pynn_sfdfa.encoding.spikes import SpikeTrains
from pynn_sfdfa.experiments import assembly, config
from pynn_sfdfa.experiments.schema import Experiment
from pynn_sfdfa.hardware.arithmetic import VARIABLES, Formats
from pynn_sfdfa.network.network import Network
from pynn_sfdfa.rules import SFDFA
from pynn_sfdfa.support import files
from pynn_sfdfa.training import checkpoint
from pynn_sfdfa.training.losses import SpikeCount
from pynn_sfdfa.training.optimizers import SGD

RESULTS = Path(__file__).parent / "results" / "fixed_point.json"
EXPERIMENT = "digits-online"

WIDTHS: dict[str, dict[str, Any]] = {
    "as specified": {},
    "state 18": {"state": 18},
    "state 15": {"state": 15, "input": 15},
    "state 12": {"state": 12, "input": 12},
    "state 9": {"state": 9, "input": 9},
    "input 12": {"input": 12},
    "input 8": {"input": 8},
    "weight 11 of 16 bits": {"weight": 11, "weight_bits": 16},
    "weight 7 of 16 bits": {"weight": 7, "weight_bits": 16, "input": 7},
    "weight 4 of 16 bits": {"weight": 4, "weight_bits": 16, "input": 4},
}
"""Fraction bits that matter when nothing is learned."""

LEARNING: dict[str, dict[str, Any]] = {
    "as specified": {},
    "weight 11 of 16 bits": {"weight": 11, "weight_bits": 16},
    "weight 11 of 16 bits, stochastic": {"weight": 11, "weight_bits": 16, "stochastic": True},
    "weight 9 of 16 bits": {"weight": 9, "weight_bits": 16, "input": 9},
    "weight 9 of 16 bits, stochastic": {"weight": 9, "weight_bits": 16, "input": 9, "stochastic": True},
    "weight 7 of 16 bits": {"weight": 7, "weight_bits": 16, "input": 7},
    "weight 7 of 16 bits, stochastic": {"weight": 7, "weight_bits": 16, "input": 7, "stochastic": True},
    "weight 5 of 16 bits": {"weight": 5, "weight_bits": 16, "input": 5},
    "weight 5 of 16 bits, stochastic": {"weight": 5, "weight_bits": 16, "input": 5, "stochastic": True},
    "change 20, weight 11 of 16 bits": {"change": 20, "weight": 11, "weight_bits": 16},
    "change 14, weight 11 of 16 bits": {"change": 14, "weight": 11, "weight_bits": 16},
    "factor 12": {"factor": 12},
    "grade 8, feedback 16, error 8": {"grade": 8, "feedback": 16, "error": 8},
}
"""Fraction bits that matter when weights are learned."""


def save(section: str, entry: dict[str, Any], key: tuple[str, ...]) -> None:
    """Put an entry into a section of the results, in place of one with the same key."""
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    entries = [e for e in results.get(section, []) if any(e.get(name) != entry.get(name) for name in key)]
    results[section] = [*entries, entry]
    files.write_text(RESULTS, json.dumps(results, indent=1) + "\n")
    print(section, json.dumps(entry), flush=True)


def restored(path: Path, data: Path | None) -> tuple[Network, SpikeTrains, str]:
    """Return the network of a checkpoint, its test samples, and a name for both."""
    settings, saved = assembly.from_checkpoint(path)
    network, samples = assembly.build(settings, data, sys.stderr)
    assembly.restore(network, saved, path)
    sizes = "-".join(map(str, network.sizes))
    return network, samples.test, f"{settings.data.name} {sizes}, {settings.learning.rule}"


def accuracy(counts: np.ndarray, labels: np.ndarray) -> float:
    """Return the share of samples that are classified correctly."""
    return float((counts.argmax(axis=1) == labels).mean())


def losses(network: FixedPointNetwork) -> dict[str, dict[str, int]]:
    """Return what was saturated and what was rounded to zero, if anything was."""
    tally = network.tally
    kinds = {"saturated": tally.saturated, "vanished": tally.vanished}
    return {kind: {name: n for name, n in counts.items() if n} for kind, counts in kinds.items()}


def ranges(options: argparse.Namespace) -> None:
    """Record the largest value of each variable while samples are shown and errors fed back."""
    for path in options.checkpoints:
        network, test, name = restored(path, options.data)
        targets = SpikeCount().targets(test.labels, network.sizes[-1])
        shown = range(min(options.samples, len(test)))
        # So small a rate leaves the weights as they are; nothing but "change" depends on it.
        for timed in (False, True):
            fixed = FixedPointNetwork(network, 1.0)  # a new one, for its tally begins with the weights and feedback
            parameters = LearningParameters(1e-7, 0.0, timed=timed)
            trials = [fixed.train(test, k, targets[k], parameters, k) for k in shown]
            record(f"{name}, timed errors" if timed else name, fixed, trials)
    for timed in (False, True):
        experiment, network, data = digits_online(1)
        fixed = FixedPointNetwork(network, 1.0)
        learn(fixed, data.train, experiment, timed)
        trials = [fixed.run(data.test, k) for k in range(len(data.test))]
        record(f"digits 64-100-10, learning{', timed' if timed else ''}", fixed, trials)


def record(name: str, fixed: FixedPointNetwork, trials: list[list[LayerTrial]]) -> None:
    """Save the largest values that a network has seen, and how much happens in a trial."""
    fractions = [getattr(fixed.formats, variable) for variable in VARIABLES]
    largest = {
        variable: float(np.ldexp(fixed.tally.largest[variable], -fraction))
        for variable, fraction in zip(VARIABLES, fractions, strict=True)
    }
    activity = {
        "ticks": fixed.ticks,
        "input spikes": float(np.mean([trial[0].arriving.offsets[-1] for trial in trials])),
        "spikes": [
            float(np.mean([layer.state.count.sum() for layer in layers])) for layers in zip(*trials, strict=True)
        ],
    }
    save("ranges", {"network": name, "largest": largest, **activity, **losses(fixed)}, ("network",))


def compare(name: str, network: Network, test: SpikeTrains, options: argparse.Namespace) -> None:
    """Save the accuracies of a trained network in float and in fixed point."""
    shown = test.select(np.arange(min(options.samples, len(test))))
    key = ("network", "samples", "arithmetic", "timestep")
    base = {"network": name, "samples": len(shown)}
    exact = event.training_engine(network, SFDFA(), SGD(1e-4), SpikeCount(), 1, 1)
    exact.load_state({**exact.state(), **{f"weights.{k}": w for k, w in enumerate(network.weights)}})
    counts = exact.respond(shown).counts
    save("inference", {**base, "arithmetic": "float, event-driven", "accuracy": accuracy(counts, shown.labels)}, key)
    for timestep in options.timesteps:
        at = {**base, "timestep": timestep}
        right = accuracy(FloatNetwork(network, timestep).counts(shown)[-1], shown.labels)
        save("inference", {**at, "arithmetic": "float", "accuracy": right}, key)
        for kind, fractions in WIDTHS.items():
            if options.only and kind not in options.only:
                continue
            fixed = FixedPointNetwork(network, timestep, Formats(**fractions))
            right = accuracy(fixed.counts(shown)[-1], shown.labels)
            save("inference", {**at, "arithmetic": kind, "accuracy": right, **losses(fixed)}, key)


def inference(options: argparse.Namespace) -> None:
    """Compare arithmetics on networks that were trained in float: those of checkpoints, and digits, trained here."""
    for path in options.checkpoints:
        network, test, name = restored(path, options.data)
        compare(name, network, test, options)
    if not options.checkpoints:
        experiment, network, data = digits_online(1)
        assembly.build_trainer(experiment, network).fit(data.train, epochs=experiment.training.epochs)
        compare("digits 64-100-10, trials of 40 ms", network, data.test, options)


def digits_online(seed: int) -> tuple[Experiment, Network, assembly.Data]:
    """Return the experiment with another seed, its initial network and its data."""
    experiment = config.load(EXPERIMENT, [f"training.seed={seed}"])
    network, data = assembly.build(experiment, None, sys.stderr)
    return experiment, network, data


def learn(
    network: FixedPointNetwork | FloatNetwork, train: SpikeTrains, experiment: Experiment, timed: bool = False
) -> None:
    """Train a network online, as the experiment says, or with timed errors."""
    rates = experiment.rule_parameters()
    parameters = LearningParameters(
        experiment.optimizer.learning_rate, rates["feedback_learning_rate"], rates["rho"], rates["r_target"], timed
    )
    targets = SpikeCount(experiment.loss.target, experiment.loss.other).targets(train.labels, network.sizes[-1])
    order = np.random.default_rng(experiment.training.seed)
    for epoch in range(experiment.training.epochs):
        for n, sample in enumerate(order.permutation(len(train)).tolist()):
            network.train(train, sample, targets[sample], parameters, epoch * len(train) + n)


def training(options: argparse.Namespace) -> None:
    """Train digits in float and in fixed point, from the same weights with the same perturbations."""
    timed = "as specified, timed"
    for seed in options.seeds:
        experiment, start, data = digits_online(seed)
        for timestep in options.timesteps:
            for kind, fractions in {"float": None, **LEARNING, timed: {}}.items():
                if options.only and kind not in options.only:
                    continue
                network = (
                    FloatNetwork(start, timestep, seed)
                    if fractions is None
                    else FixedPointNetwork(start, timestep, Formats(**fractions), seed)
                )
                learn(network, data.train, experiment, kind == timed)
                right = accuracy(network.counts(data.test)[-1], data.test.labels)
                lost = losses(network) if isinstance(network, FixedPointNetwork) else {}
                entry = {"arithmetic": kind, "timestep": timestep, "seed": seed, "accuracy": right, **lost}
                save("training", entry, ("arithmetic", "timestep", "seed"))


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["ranges", "inference", "training"])
    parser.add_argument("checkpoints", nargs="*", type=Path)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--samples", type=int, default=2000, help="test samples to show")
    parser.add_argument("--timesteps", type=float, nargs="+", default=[1.0, 0.1], help="ms")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--only", nargs="+", help="these arithmetics only")
    options = parser.parse_args()
    try:
        {"ranges": ranges, "inference": inference, "training": training}[options.what](options)
    except checkpoint.CheckpointError as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
