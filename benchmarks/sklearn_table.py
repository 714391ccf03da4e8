"""A spiking network beside scikit-learn's own classifiers, on the sets that come with it.

python benchmarks/sklearn_table.py > benchmarks/results/sklearn_table.md

Three tenths of the samples of each set, chosen by the seed and by class, are for testing; all classifiers see the same.
All have their default settings; those of scikit-learn get standardised features, as they need, and 1,000 iterations at
most. Times are of `fit` on one core, without compiling.
"""

from __future__ import annotations

import time
import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from small_sets import SETS

from pynn_sfdfa.sklearn import SpikingClassifier

SEEDS = range(5)
CLASSIFIERS = {
    "LogisticRegression": lambda seed: make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)),
    "MLPClassifier": lambda seed: make_pipeline(StandardScaler(), MLPClassifier(max_iter=1000, random_state=seed)),
    "SpikingClassifier": lambda seed: SpikingClassifier(random_state=seed),
    'SpikingClassifier(rule="dfa")': lambda seed: SpikingClassifier(rule="dfa", random_state=seed),
    'SpikingClassifier(rule="bp")': lambda seed: SpikingClassifier(rule="bp", random_state=seed),
}


def main() -> None:
    """Print the table in Markdown."""
    warnings.simplefilter("ignore", ConvergenceWarning)
    print(f"Test accuracy in %, mean ± SD over {len(SEEDS)} seeds and splits, and seconds of training.")
    print(
        "The defaults of SpikingClassifier were chosen on these sets, and some of these splits: its row leans high.\n"
    )
    print("| classifier |", " | ".join(SETS), "|")
    print("| --- |" + " ---: |" * len(SETS))
    for name, made in CLASSIFIERS.items():
        cells = []
        for load in SETS.values():
            samples, labels = load(return_X_y=True)
            made(0).fit(samples[::2], labels[::2])  # compiles what is not compiled yet
            scores, seconds = [], []
            for seed in SEEDS:
                train, test, of_train, of_test = train_test_split(
                    samples, labels, test_size=0.3, random_state=seed, stratify=labels
                )
                classifier, started = made(seed), time.perf_counter()
                classifier.fit(train, of_train)
                seconds.append(time.perf_counter() - started)
                scores.append(100 * classifier.score(test, of_test))
            cells.append(f"{np.mean(scores):.1f} ± {np.std(scores, ddof=1):.1f}, {np.median(seconds):.2g} s")
        print(f"| `{name}` |", " | ".join(cells), "|", flush=True)


if __name__ == "__main__":
    main()
