"""MNIST: handwritten digits, 28 x 28, 60,000 to train on and 10,000 to test with."""

from __future__ import annotations

from dataclasses import dataclass

from pynn_sfdfa.datasets.idx import IdxFile
from pynn_sfdfa.datasets.idx_set import IdxSet

__all__ = ["Mnist"]


@dataclass(frozen=True)
class Mnist(IdxSet):
    """The four files of MNIST, and where they are downloaded from."""

    name: str = "mnist"
    n_classes: int = 10
    train_images: IdxFile = IdxFile("train-images-idx3-ubyte", (60_000, 28, 28), "6bbc9ace898e44ae57da46a324031adb")
    train_labels: IdxFile = IdxFile("train-labels-idx1-ubyte", (60_000,), "a25bea736e30d166cdddb491f175f624")
    test_images: IdxFile = IdxFile("t10k-images-idx3-ubyte", (10_000, 28, 28), "2646ac647ad5339dbf082846283269ea")
    test_labels: IdxFile = IdxFile("t10k-labels-idx1-ubyte", (10_000,), "27ae3e4e09519cfbb04c329615203637")
    mirrors: tuple[str, ...] = (
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
    )
