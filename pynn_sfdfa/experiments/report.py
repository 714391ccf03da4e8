"""What a training run leaves behind besides its checkpoints: provenance, summary and pictures."""

from __future__ import annotations

import platform
import resource
import sys
from importlib import metadata
from typing import TYPE_CHECKING, Any

from pynn_sfdfa import plotting
from pynn_sfdfa.common.simulators import SIMULATORS, arguments
from pynn_sfdfa.training.history import best_epoch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pynn_sfdfa.encoding.spikes import Presentations
    from pynn_sfdfa.experiments.schema import Experiment
    from pynn_sfdfa.network.network import Network
    from pynn_sfdfa.plotting import LayerSpikes
    from pynn_sfdfa.training.callbacks import EpochRecord
    from pynn_sfdfa.training.metrics import Evaluation

__all__ = ["peak_rss_mb", "provenance", "run_title", "summary", "trial_title", "versions", "write_pictures"]

_PACKAGES = ("pynn-sfdfa", "PyNN", "neo", "numpy", "scipy", "numba", "safetensors")


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that results can depend on."""
    return {"python": platform.python_version()} | {name: metadata.version(name) for name in _PACKAGES}


def provenance(simulator: str, setup: Mapping[str, Any]) -> dict[str, str | int | float]:
    """Return what wrote a run, for its ``config.toml``: the simulator, the arguments of its ``setup()``, versions."""
    package = next(known.requires for known in SIMULATORS if known.name == simulator)
    own = {} if package is None else {package: metadata.version(package)}
    return {"simulator": simulator, **arguments(simulator, setup), "platform": platform.platform(), **versions(), **own}


def peak_rss_mb() -> float:
    """Return the largest memory this process has had so far, in units of 10**6 bytes."""
    unit = 1 if sys.platform == "darwin" else 1024  # bytes on macOS, KiB on Linux
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def summary(records: Sequence[EpochRecord], *, seed: int, threads: int, n_parameters: int) -> dict[str, float | int]:
    """Return the figures of a run for ``summary.json``; accuracies are fractions, speeds are means over the epochs.

    ``compile_seconds`` came before the first batch and are not in the speeds.

    With validation samples, ``chosen_epoch`` is the one with the best accuracy on them, ``chosen_test_accuracy`` its
    test accuracy, which took no part in the choice. ``silent_outputs`` is the fraction of output neurons that fired for
    no training sample in the last epoch.
    """
    chosen = best_epoch(records)
    choice: dict[str, float | int] = {}
    if chosen.validation_accuracy is not None:
        choice = {
            "chosen_epoch": chosen.epoch,
            "chosen_test_accuracy": chosen.test_accuracy,
            "validation_accuracy": chosen.validation_accuracy,
        }
    return {
        "best_test_accuracy": max(record.test_accuracy for record in records),
        "final_test_accuracy": records[-1].test_accuracy,
        **choice,
        "silent_outputs": records[-1].silent_fraction[-1],
        "epochs": records[-1].epoch,
        "compile_seconds": sum(record.compile_seconds for record in records),
        "seconds_per_epoch": sum(record.seconds for record in records) / len(records),
        "samples_per_second": len(records) / sum(1 / record.samples_per_second for record in records),
        "seed": seed,
        "threads": threads,
        "n_parameters": n_parameters,
        "peak_rss_mb": round(peak_rss_mb(), 1),
    }


def run_title(experiment: Experiment, sizes: Sequence[int]) -> str:
    """Return the title of a run's pictures: what was trained, and how."""
    rule, seed = experiment.learning.rule.upper(), experiment.training.seed
    return f"{experiment.name}, {'-'.join(map(str, sizes))}, {rule}, seed {seed}"


def trial_title(layers: Sequence[LayerSpikes], sample: int, label: int, classes: Sequence[str]) -> str:
    """Return the title of a raster picture: which sample, and what the network made of it, by names if any."""

    def called(k: int) -> str:
        return f"{k} ({classes[k]})" if classes else str(k)

    counts = layers[-1].counts()
    predicted = f"predicted {called(int(counts.argmax()))}" if counts.any() else "no output spike"
    return f"test sample {sample}: label {called(label)}, {predicted}"


def write_pictures(
    folder: Path,
    experiment: Experiment,
    records: Sequence[EpochRecord],
    evaluation: Evaluation,
    test: Presentations,
    layers: Sequence[LayerSpikes],
    network: Network,
) -> None:
    """Write the pictures of a run.

    Parameters
    ----------
    folder : Path
    experiment : Experiment
    records : sequence of EpochRecord
    evaluation : Evaluation
        Of the test samples.
    test : SpikeTrains or other Presentations
    layers : sequence of LayerSpikes
        The first test sample going through the network.
    network : Network
    """
    title, loss = run_title(experiment, [layer.size for layer in layers]), experiment.loss
    rule = experiment.learning.rule.upper()
    label, classes = int(test.labels[0]), experiment.data.classes
    of_trial = trial_title(layers, 0, label, classes)
    accuracy = f"test accuracy {100 * evaluation.accuracy:.2f} %"
    pictures = {
        "learning_curve": plotting.learning_curve({rule: records}, title),
        "confusion_matrix": plotting.confusion_matrix(evaluation.confusion, f"{title}\n{accuracy}", classes),
        "raster": plotting.raster(layers, experiment.network.trial_duration, label, f"{title}\n{of_trial}"),
        "spike_counts": plotting.spike_counts(
            evaluation.counts, test.labels, loss.target, loss.other, f"{title}\nall test samples"
        ),
        "alignment": plotting.alignment(records, f"{title}\nalignment of feedback"),
    }
    if records[-1].extra:
        pictures["gradient_alignment"] = plotting.gradient_alignment({rule: records}, title)
    if plotting.has_maps(network):
        shapes = [network.input.shape, *(layer.shape for layer in network.layers)]
        pictures["feature_maps"] = plotting.feature_maps(layers, shapes, f"{title}\n{of_trial}")
    if plotting.has_filters(network):
        pictures["filters"] = plotting.filters(network, f"{title}\nweights of the convolutions")
    for name, figure in pictures.items():
        plotting.save(figure, folder / f"{name}.png")
