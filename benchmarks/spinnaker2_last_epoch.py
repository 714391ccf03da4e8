"""Integer weights for SpiNNaker2 with and without a last epoch that is learned with them.

pynn-sfdfa train digits --set learning.rule=bp --epochs 10 --out runs/digits-bp
python benchmarks/spinnaker2_last_epoch.py runs/digits-bp/last.safetensors

Both last epochs start at the weights of CHECKPOINT and see the same batches. One learns with weights in float, which
are rounded afterwards; the other takes gradients where rounded weights are, and adds them to weights in float.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click
import numpy as np

import pynn_sfdfa.event as event
from pynn_sfdfa.experiments import assembly
from pynn_sfdfa.network.spinnaker2 import MODELS, quantised
from pynn_sfdfa.network.spinnaker2_reference import counts

BATCH = 50


def rounded(weights, most):
    """Return weights of a layer as the exporter rounds them, in nA."""
    step = np.abs(weights).max() / most
    return (np.rint(weights / step) * step).astype(np.float32)


def learned(network, settings, train, seed, rate, most=None):
    """Return the weights after one epoch of Adam; with ``most``, gradients are those of rounded weights."""
    engine = event.training_engine(
        network, rule=settings.rule.build(), optimizer=settings.optimizer.build(), loss=settings.loss.build(),
        batch_size=BATCH, seed=seed,
    )  # fmt: skip
    weights = [own.astype(np.float64) for own in network.weights]
    first, second = ([np.zeros_like(own) for own in weights] for _ in range(2))
    order, state = np.random.default_rng(seed).permutation(len(train)), engine.state()
    for step, start in enumerate(range(0, len(train), BATCH), start=1):
        for k, own in enumerate(weights):
            state[f"weights.{k}"] = own.astype(np.float32) if most is None else rounded(own, most)
        engine.load_state(state)
        for k, slope in enumerate(engine.gradient(train.select(order[start : start + BATCH]))):
            first[k] += 0.1 * (slope - first[k])
            second[k] += 0.001 * (np.square(slope, dtype=np.float64) - second[k])
            ahead = first[k] / (1 - 0.9**step), second[k] / (1 - 0.999**step)
            weights[k] -= rate * ahead[0] / (np.sqrt(ahead[1]) + 1e-8)
    return [own.astype(np.float32) for own in weights]


@click.command()
@click.argument("checkpoint", type=click.Path(exists=True, path_type=Path))
@click.option("--data", type=click.Path(exists=True, path_type=Path), help="Folder with data sets.")
@click.option("--samples", default=1000, show_default=True, help="Test samples, at most.")
@click.option("--rate", default=3e-4, show_default=True, help="Learning rate of the last epoch, nA.")
@click.option("--seeds", default=3, show_default=True, help="Orders of the last epoch.")
def main(checkpoint: Path, data: Path | None, samples: int, rate: float, seeds: int) -> None:
    """Print test accuracies in percent, in the arithmetic that the exporter counts on."""
    settings, saved = assembly.from_checkpoint(checkpoint)
    network, parts = assembly.build(settings, data, sys.stderr)
    assembly.restore(network, saved, checkpoint)
    test = parts.test.select(np.arange(min(samples, len(parts.test))))
    before = [own.copy() for own in network.weights]

    def right(weights, bits=None):
        network.weights = weights
        found = event.training_engine(network).respond(test).counts if bits is None else None
        if bits is not None:
            found = counts(quantised(network, bits, 1.0), test)[-1]
        network.weights = before
        return round(100 * float((found.argmax(axis=1) == test.labels).mean()), 2)

    result = {"network": "-".join(map(str, network.sizes)), "samples": len(test), "float": right(before)}
    for bits, (_, most) in MODELS.items():
        result[f"{bits} bits"] = right(before, bits)
        in_float, in_bits = [], []
        for seed in range(1, seeds + 1):
            in_float.append(right(learned(network, settings, parts.train, seed, rate), bits))
            in_bits.append(right(learned(network, settings, parts.train, seed, rate, most), bits))
        result[f"{bits} bits after an epoch in float"] = in_float
        result[f"{bits} bits after an epoch in {bits} bits"] = in_bits
        click.echo(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
