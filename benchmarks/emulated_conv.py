"""A trained convolutional network on emulated SpiNNaker cores: accuracy beside that of the engine that trained it.

pynn-sfdfa train benchmarks/mnist-conv-small.toml --out runs/mnist-conv-small
python benchmarks/emulated_conv.py runs/mnist-conv-small/best.safetensors
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import click
import numpy as np
from of_checkpoint import of_checkpoint

import pynn_sfdfa.event as event
from pynn_sfdfa.common.simulators import set_up
from pynn_sfdfa.experiments import assembly
from pynn_sfdfa.support import files

RESULT = Path(__file__).parent / "results" / "emulated_conv.json"
AT_ONCE = 25
"""Samples of a run: a board is set up anew for the next ones."""


def main(checkpoint: Path, samples: int, data: Path | None) -> None:
    """Show test samples to the network in CHECKPOINT on both, and print and keep how they answer."""
    settings, saved = assembly.from_checkpoint(checkpoint)
    network, parts = assembly.build(settings, data, sys.stderr)
    assembly.restore(network, saved, checkpoint)
    test = parts.test.select(np.arange(samples))
    expected = event.training_engine(network).respond(test)
    counts, cores, started = [], 0, time.perf_counter()
    for first in range(0, samples, AT_ONCE):
        sim = set_up("spiNNaker", {"timestep": 1.0, "board": "emulated"})
        wiring = network.wire(sim, test.select(np.arange(first, min(first + AT_ONCE, samples))))
        for population in wiring.populations:
            population.record("spikes")
        sim.run(wiring.duration)
        counts.append([wiring.counts(population) for population in wiring.populations])
        cores = sum(len(population._vertex.machine_vertices) for population in wiring.populations)
        sim.end()
        print(f"{first + len(counts[-1][-1])} of {samples} samples", file=sys.stderr)
    layers = [np.concatenate(parts) for parts in zip(*counts, strict=True)]
    answers = {"event": expected.counts.argmax(axis=1), "spiNNaker": layers[-1].argmax(axis=1)}
    result = {
        "network": repr(network),
        "cores": cores,
        "samples": samples,
        "accuracy": {name: float((found == test.labels).mean()) for name, found in answers.items()},
        "equal predictions": float((answers["event"] == answers["spiNNaker"]).mean()),
        "equal output spike counts": float((expected.counts == layers[-1]).mean()),
        "spikes of a sample": {
            "event": [float(n) / samples for n in expected.spikes],
            "spiNNaker": [float(found.sum()) / samples for found in layers],
        },
        "seconds of a sample": (time.perf_counter() - started) / samples,
    }
    files.write_text(RESULT, json.dumps(result, indent=2) + "\n")
    click.echo(json.dumps(result, indent=2))


if __name__ == "__main__":
    of_checkpoint(main, samples=100)()
