"""With how many spikes should a network begin? Accuracy on held-out samples after few and after many epochs.

python benchmarks/thresholds.py > benchmarks/results/thresholds.md

Thresholds are chosen for each pair of spikes in hidden and output layer; what learns is SFDFA with Adam, on sets that
come with scikit-learn. Each seed sets test samples aside, which take no part, and of the others some that are held out.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.datasets import load_breast_cancer, load_digits, load_wine
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import MinMaxScaler

from pynn_sfdfa import SFDFA, Adam, FeedForward, SpikeTrains, Trainer, encoding, fit_thresholds
from pynn_sfdfa.training.thresholds import SAMPLES, initial_spikes
from pynn_sfdfa.training.trainer import CannotLearnError

SETS = {"breast cancer": (load_breast_cancer, 20), "wine": (load_wine, 40), "digits": (load_digits, 20)}
"""Loader, and epochs."""
SPIKES = (0.5, 1.0, 2.0, 4.0)
SEEDS = range(3)
EARLY = 5  # the share of the epochs after which it is looked at the first time, one in


def samples(load: Callable[..., Any], seed: int) -> tuple[SpikeTrains, SpikeTrains]:
    """Return training and held-out samples of a set, one spike a feature."""
    values, labels = load(return_X_y=True)
    others, _ = train_test_split(np.arange(len(labels)), test_size=0.3, random_state=seed, stratify=labels)
    train, held_out = train_test_split(others, test_size=0.3, random_state=seed, stratify=labels[others])
    scaled = MinMaxScaler(clip=True).fit(values[train]).transform(values)
    trains = encoding.time_coded(scaled, labels, t_min=0.0, t_max=100.0, bias_time=0.0)
    return trains.select(train), trains.select(held_out)


def accuracies(
    train: SpikeTrains, held_out: SpikeTrains, spikes: tuple[float, float] | None, seed: int, epochs: int
) -> tuple[float, float]:
    """Return held-out accuracy after a fifth of the epochs and after all; 0 if a layer falls silent."""
    network = FeedForward([train.n_units, 100, int(train.labels.max()) + 1], seed=seed)
    network = fit_thresholds(network, train.select(range(min(SAMPLES, len(train)))), spikes)
    rule = SFDFA(feedback_learning_rate=1e-3, rho=0.1, r_target=0.5)
    trainer = Trainer(network, rule=rule, optimizer=Adam(5e-3), batch_size=20, seed=seed, threads=1)
    try:
        records = trainer.fit(train, held_out, epochs=epochs).records
    except CannotLearnError:
        return 0.0, 0.0
    return records[epochs // EARLY - 1].test_accuracy, records[-1].test_accuracy


def main() -> None:
    """Print the table in Markdown."""
    when = "after a fifth of the epochs and after all of them"
    print(f"Accuracy on held-out samples in %, mean of {len(SEEDS)} seeds, {when}.\n")
    print("| spikes of a hidden neuron | of an output neuron |", " | ".join(SETS), "|")
    print("| ---: | ---: |" + " ---: |" * len(SETS))
    data = {name: [samples(load, seed) for seed in SEEDS] for name, (load, _) in SETS.items()}
    for pair in [*itertools.product(SPIKES, SPIKES), None]:
        cells = []
        for name, (_, epochs) in SETS.items():
            found = [accuracies(*data[name][seed], pair, seed, epochs) for seed in SEEDS]
            cells.append(", ".join(f"{100 * figure:.1f}" for figure in np.mean(found, axis=0)))
        defaults = [initial_spikes(FeedForward([1, 1, int(own[0][0].labels.max()) + 1]))[1] for own in data.values()]
        words = pair or ("2 (default)", ", ".join(f"{own:.3g}" for own in defaults) + " (default)")
        print(f"| {words[0]} | {words[1]} |", " | ".join(cells), "|", flush=True)


if __name__ == "__main__":
    main()
