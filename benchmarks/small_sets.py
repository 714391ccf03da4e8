"""The sets that come with scikit-learn, split so that no choice is made on what a table is made of."""

from __future__ import annotations

from typing import Any, NamedTuple

from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine
from sklearn.model_selection import train_test_split

__all__ = ["SETS", "Split", "split"]

SETS = {"iris": load_iris, "wine": load_wine, "breast cancer": load_breast_cancer, "digits": load_digits}


class Split(NamedTuple):
    """Samples to learn and samples that are held out, each with labels."""

    train: Any
    held_out: Any
    of_train: Any
    of_held_out: Any


def split(name: str, seed: int) -> Split:
    """Set three tenths of a set aside as test samples, which take no part, and hold a fifth of the others out."""
    samples, labels = SETS[name](return_X_y=True)
    samples, _, labels, _ = train_test_split(samples, labels, test_size=0.3, random_state=seed, stratify=labels)
    return Split(*train_test_split(samples, labels, test_size=0.2, random_state=seed, stratify=labels))
