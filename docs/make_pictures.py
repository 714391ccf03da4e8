"""Draw the picture at the top of the README from the run of ``make demo``, and keep the figures of that run.

make demo && .venv/bin/python docs/make_pictures.py runs/demo
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pynn_sfdfa.event as sim
from pynn_sfdfa import plotting
from pynn_sfdfa.experiments import assembly
from pynn_sfdfa.experiments.single_trial import run_trial
from pynn_sfdfa.plotting.style import COLOURS, GREY, INK, clean, epoch_axis, new_figure
from pynn_sfdfa.support import files

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

HERE = Path(__file__).parent
SAMPLE = 0
"""Test sample whose spikes are drawn."""


def draw(run: Path) -> Figure:
    """Return one test sample going through the network of a run's best checkpoint, beside how the run went."""
    settings, saved = assembly.from_checkpoint(run / "best.safetensors")
    network, samples = assembly.build(settings, None, sys.stderr)
    network.restore(saved.arrays)
    sample = samples.test.select([SAMPLE])
    layers = run_trial(network, sim, sample)
    figure = new_figure(10.5, 4.6)
    left, right = figure.subfigures(1, 2, width_ratios=[1.15, 1.0], wspace=0.03)
    _draw_spikes(left, layers, int(sample.labels[0]), network.trial_duration)
    records = [json.loads(line) for line in (run / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]
    _draw_training(right, records, settings.name)
    return figure


def _draw_spikes(figure: SubFigure, layers: list[plotting.LayerSpikes], label: int, duration: float) -> None:
    panels = figure.subplots(len(layers), 1, sharex=True, height_ratios=[1.5, *[1.0] * (len(layers) - 1)])
    for axes, layer in zip(panels, reversed(layers), strict=True):
        is_output = layer is layers[-1]
        of_label = layer.units == label if is_output else layer.units < 0
        for chosen, colour in ((~of_label, INK), (of_label, COLOURS[1])):
            size, width = (6.0, 1.3) if is_output else (3.0, 0.9)
            axes.plot(layer.times[chosen], layer.units[chosen], "|", color=colour, ms=size, mew=width)
        axes.set_ylim(-0.04 * layer.size - 0.5, 1.04 * layer.size - 0.5)
        axes.set_ylabel(f"{layer.name.removesuffix(' 1')}\n{layer.size} neurons", fontsize=9)
        axes.set_yticks([])
        clean(axes)
    output = panels[0]
    output.set_yticks(range(layers[-1].size))
    output.tick_params(axis="y", labelsize=7, length=0)
    for neuron, count in enumerate(layers[-1].counts()):
        colour, weight = (COLOURS[1], "bold") if neuron == label else (GREY, "normal")
        place = {"xytext": (9, 0), "textcoords": "offset points", "annotation_clip": False}
        text = {"va": "center", "ha": "center", "fontsize": 7, "color": colour, "weight": weight}
        output.annotate(str(count), (duration, neuron), **place, **text)
    clean(output, f"A handwritten {label} after training: every spike of one trial")
    panels[-1].set_xlim(-0.01 * duration, duration)  # shows spikes at 0
    panels[-1].set_xlabel("time (ms)")


def _draw_training(figure: SubFigure, records: list[dict[str, Any]], name: str) -> None:
    accuracy, alignment = figure.subplots(2, 1, sharex=True, height_ratios=[1.6, 1.0])
    epochs = [record["epoch"] for record in records]
    _curve(accuracy, epochs, [100 * record["test_accuracy"] for record in records], COLOURS[0])
    best = max(records, key=lambda record: record["test_accuracy"])
    clean(accuracy, f"{name}: best test accuracy {100 * best['test_accuracy']:.1f} % (epoch {best['epoch']})")
    accuracy.set_ylabel("test accuracy (%)", fontsize=9)
    _curve(alignment, epochs, [record["alignment"][0] for record in records], COLOURS[2])
    clean(alignment, "Feedback learns to follow the forward weights")
    alignment.set_ylabel("cosine", fontsize=9)
    alignment.set_ylim(0, 1.02)
    for axes in (accuracy, alignment):
        epoch_axis(axes, epochs[-1])
    accuracy.set_xlabel("")


def _curve(axes: Axes, epochs: list[int], values: list[float], colour: str) -> None:
    axes.plot(epochs, values, color=colour, linewidth=2, marker="o", markersize=3)


def main(run: Path, picture: Path, results: Path) -> None:
    """Write the picture, and copy the summary of the run under the name of its experiment, rule and seed."""
    settings, _ = assembly.from_checkpoint(run / "best.safetensors")
    plotting.save(draw(run), picture)
    name = f"{settings.name}-{settings.learning.rule}-seed{settings.training.seed}.json"
    files.write_bytes(results / name, (run / "summary.json").read_bytes())


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Name the folder of a run of `pynn-sfdfa train`: python docs/make_pictures.py runs/demo")
    main(Path(sys.argv[1]), HERE / "digits.png", HERE.parent / "benchmarks" / "results")
