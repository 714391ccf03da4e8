"""A network trained by the event-driven simulator, run on emulated SpiNNaker cores: accuracy beside the float figure.

pynn-sfdfa train mnist --set network.hidden_sizes=[100] --epochs 3 --out runs/mnist-100
python benchmarks/emulated_mnist.py runs/mnist-100/best.safetensors
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import click
import numpy as np
from of_checkpoint import of_checkpoint

from pynn_sfdfa.common.simulators import set_up
from pynn_sfdfa.experiments import assembly
from pynn_sfdfa.support import files

RESULT = Path(__file__).parent / "results" / "emulated_mnist.json"

SIMULATORS = {"event": {}, "spiNNaker": {"timestep": 1.0, "board": "emulated"}}


def main(checkpoint: Path, samples: int, data: Path | None) -> None:
    """Run CHECKPOINT on both simulators and print and keep how they answer."""
    settings, saved = assembly.from_checkpoint(checkpoint)
    counts, seconds = {}, {}
    for simulator, setup in SIMULATORS.items():
        sim = set_up(simulator, setup)
        network, parts = assembly.build(settings, data, sys.stderr)
        assembly.restore(network, saved, checkpoint)
        test = parts.test.select(np.arange(samples))
        started = time.perf_counter()
        counts[simulator] = assembly.build_evaluator(settings, network, sim).evaluate(test).counts
        seconds[simulator] = (time.perf_counter() - started) / samples
    predicted = {simulator: found.argmax(axis=1) for simulator, found in counts.items()}
    result = {
        "network": "-".join(map(str, network.sizes)),
        "samples": samples,
        "accuracy": {name: float((answers == test.labels).mean()) for name, answers in predicted.items()},
        "equal predictions": float((predicted["event"] == predicted["spiNNaker"]).mean()),
        "equal output spike counts": float((counts["event"] == counts["spiNNaker"]).mean()),
        "seconds per sample": seconds,
    }
    files.write_text(RESULT, json.dumps(result, indent=2) + "\n")
    click.echo(json.dumps(result, indent=2))


if __name__ == "__main__":
    of_checkpoint(main, samples=200)()
