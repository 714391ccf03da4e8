"""Fashion-MNIST: pictures of clothes in ten classes, in files of MNIST's names and shapes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pynn_sfdfa.datasets.idx import IdxFile
from pynn_sfdfa.datasets.idx_set import IdxSet
from pynn_sfdfa.datasets.mnist import Mnist

__all__ = ["FashionMnist"]


@dataclass(frozen=True)
class FashionMnist(IdxSet):
    """The four files of Fashion-MNIST, and where they are downloaded from."""

    name: str = "fashion-mnist"
    n_classes: int = 10
    train_images: IdxFile = replace(Mnist.train_images, md5="f4a8712d7a061bf5bd6d2ca38dc4d50a")
    train_labels: IdxFile = replace(Mnist.train_labels, md5="9018921c3c673c538a1fc5bad174d6f9")
    test_images: IdxFile = replace(Mnist.test_images, md5="8181f5470baa50b63fa0f6fddb340f0a")
    test_labels: IdxFile = replace(Mnist.test_labels, md5="15d484375f8d13e6eb1aabb0c3f46965")
    mirrors: tuple[str, ...] = (
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    )
