"""The page of one run, ``report.html``: how it learned, what it answers, and what it was made with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pynn_sfdfa import plotting
from pynn_sfdfa.experiments.page import answers, weights
from pynn_sfdfa.experiments.page.curves import curves, flat_settings, grouped, percent
from pynn_sfdfa.experiments.page.render import render
from pynn_sfdfa.support import files
from pynn_sfdfa.training.history import best_epoch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pynn_sfdfa.experiments.assembly import Data
    from pynn_sfdfa.experiments.schema import Experiment
    from pynn_sfdfa.network.network import Network
    from pynn_sfdfa.training.callbacks import EpochRecord

__all__ = ["NAME", "PICTURE", "write"]

NAME = "report.html"
PICTURE = "accuracy_over_time.png"
"""Beside the page: how early the decisions are right."""


def write(
    path: Path,
    settings: Experiment,
    network: Network,
    samples: Data,
    records: Sequence[EpochRecord],
    provenance: Mapping[str, Any],
) -> None:
    """Write the page of a run, and beside it a picture of how early its decisions are right.

    The same run has the same page, byte by byte, whoever writes it and when.

    Parameters
    ----------
    path : Path
        Of the file.
    settings : Experiment
    network : Network
        With the weights of the best epoch.
    samples : Data
    records : sequence of EpochRecord
        Of the finished epochs, at least one.
    provenance : mapping
        What wrote the run.

    Raises
    ------
    pynn_sfdfa.support.files.WriteError
        If a file cannot be written.
    """
    readout = settings.readout_or_default()
    shown: dict[str, Any] = {
        "kind": "run",
        "name": settings.name,
        "what": _what(settings, network),
        "figures": _figures(network, records),
        "epochs": [record.epoch for record in records],
        "chosen": best_epoch(records).epoch,
        "curves": curves(records),
        "layers": _layers(network, records[-1]),
        **answers.content(network, samples.test, settings.loss.build(), readout, samples.image),
        "classes": list(samples.classes),
        "weights": weights.content(network, samples.image),
        "settings": [*grouped(flat_settings(settings)), {"table": "provenance", "rows": _rows(provenance)}],
        "simulator": str(provenance.get("simulator", "event")),
    }
    files.write_text(path, render(f"{settings.name}: {shown['what']}", shown))
    early = shown["early"]
    title = f"{settings.name}, {shown['what']}\n{readout.name} until then, {early['samples']} test samples"
    picture = PICTURE if path.name == NAME else f"{path.stem}-{PICTURE}"
    plotting.save(plotting.accuracy_over_time(early["times"], early["accuracy"], title), path.with_name(picture))


def _rows(table: Mapping[str, Any]) -> list[list[str]]:
    return [[name, str(value)] for name, value in table.items()]


def _what(settings: Experiment, network: Network) -> str:
    sizes = "-".join(map(str, network.sizes))
    return f"{settings.learning.rule.upper()}, {sizes} neurons, seed {settings.training.seed}"


def _figures(network: Network, records: Sequence[EpochRecord]) -> list[list[str]]:
    """Return the figures at the head of the page: value, and what it is."""
    best, chosen, last = max(records, key=lambda record: record.test_accuracy), best_epoch(records), records[-1]
    figures = [[percent(best.test_accuracy), f"best test accuracy, epoch {best.epoch}"]]
    if chosen.validation_accuracy is not None:
        figures = [[percent(chosen.test_accuracy), f"test accuracy of epoch {chosen.epoch}, chosen by validation"]]
    figures.append([percent(last.test_accuracy), f"test accuracy after epoch {last.epoch}"])
    figures.append([f"{sum(w.size for w in network.weights):,}", "weights"])
    figures.append([f"{sum(last.spikes_per_sample):.0f}", "spikes per sample in all layers"])
    figures.append([f"{sum(record.seconds for record in records):.1f} s", f"for {len(records)} epochs of learning"])
    return figures


def _layers(network: Network, last: EpochRecord) -> list[dict[str, Any]]:
    return [
        {
            "name": layer.name,
            "kind": f"{type(layer.connectivity).__name__} of {layer.cell.name}",
            "shape": " × ".join(map(str, layer.shape)),
            "spikes": f"{spikes:.1f}",
            "silent": f"{100 * silent:.1f} %",
        }
        for layer, spikes, silent in zip(network.layers, last.spikes_per_sample, last.silent_fraction, strict=True)
    ]
