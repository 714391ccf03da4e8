"""Run an exported network in snnTorch and compare its output spikes with those of the event-driven simulator.

    pynn-sfdfa train digits --out runs/nir
    pynn-sfdfa export runs/nir/best.safetensors --format nir
    python benchmarks/nir_snntorch.py runs/nir/best.nir

snnTorch reads NIR with a fixed step of 0.1 ms, Euler's method and a reset to zero.
It needs torch, snntorch and nirtorch.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click
import nir
import numpy as np

from pynn_sfdfa import SpikeTrains, Trainer
from pynn_sfdfa.experiments import assembly, config
from pynn_sfdfa.network.nir_graph import from_nir
from pynn_sfdfa.support import files

RESULT = Path(__file__).parent / "results" / "nir_snntorch.json"
STEP = 0.1  # ms


def counts_in_snntorch(path: Path, samples: SpikeTrains, duration: float) -> np.ndarray:
    """Return the output spikes of each sample, shape (samples, n_out)."""
    import torch
    from snntorch.import_nir import import_from_nir

    steps = round(duration / STEP)
    unit, sample = samples.units, np.repeat(np.arange(len(samples)), np.diff(samples.offsets))
    at = np.minimum((samples.times / STEP).astype(int), steps - 1)
    inputs = torch.zeros(steps, len(samples), samples.n_units)
    inputs.index_put_(tuple(map(torch.as_tensor, (at, sample, unit))), torch.ones(len(at)), accumulate=True)
    network = import_from_nir(nir.read(path))
    total, state = 0, None
    with torch.no_grad():
        for step in inputs:
            spikes, state = network(step, state)
            total = total + spikes
    return total.numpy().astype(int)


@click.command()
@click.argument("graph", type=click.Path(exists=True, path_type=Path))
@click.option("--samples", default=300, show_default=True, help="Test samples of digits.")
def main(graph: Path, samples: int) -> None:
    """Compare GRAPH, a network trained on digits, in snnTorch and here."""
    network = from_nir(nir.read(graph))
    _, data = assembly.build(config.load("digits"), None, sys.stderr)
    test = data.test.select(np.arange(min(samples, len(data.test))))
    ours = Trainer(network).evaluate(test).counts
    theirs = counts_in_snntorch(graph, test, network.trial_duration)
    figures = {
        "samples": len(test),
        "equal predictions": float((ours.argmax(1) == theirs.argmax(1)).mean()),
        "accuracy here": float((ours.argmax(1) == test.labels).mean()),
        "accuracy in snnTorch": float((theirs.argmax(1) == test.labels).mean()),
        "equal spike counts": float((ours == theirs).mean()),
        "largest difference of counts": int(np.abs(ours - theirs).max()),
        "spikes per sample here": float(ours.sum(1).mean()),
        "spikes per sample in snnTorch": float(theirs.sum(1).mean()),
    }
    files.write_text(RESULT, json.dumps(figures, indent=2) + "\n")
    for name, value in figures.items():
        click.echo(f"{name:32s} {value:.4g}")


if __name__ == "__main__":
    main()
