"""The task of a benchmark: an experiment on MNIST, on synthetic images of the same size, or on data of its own."""

from __future__ import annotations

import io
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numba
import numpy as np

from pynn_sfdfa import datasets
from pynn_sfdfa.benchmark.synthetic import synthetic_images
from pynn_sfdfa.encoding.spikes import presented
from pynn_sfdfa.experiments import assembly, config
from pynn_sfdfa.rules import SFDFA
from pynn_sfdfa.training import checkpoint
from pynn_sfdfa.training.losses import SpikeCount
from pynn_sfdfa.training.optimizers import Adam

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pynn_sfdfa.encoding import Encoder
    from pynn_sfdfa.encoding.recordings import Recordings
    from pynn_sfdfa.encoding.spikes import SpikeTrains
    from pynn_sfdfa.experiments.schema import Experiment
    from pynn_sfdfa.network.network import Network
    from pynn_sfdfa.training.callbacks import EpochRecord
    from pynn_sfdfa.training.trainer import Trainer

__all__ = ["Task", "prepare", "without_optimizer"]

_CLASSES = 10
_ONLINE = ("training.batch_size=1", 'optimizer={name="sgd", learning_rate=2e-5}')


@dataclass(frozen=True, eq=False)
class Task:
    """Samples and settings.

    Attributes
    ----------
    train, test : SpikeTrains
    source : str
        Where the samples are from.
    batched, online : Experiment
        The settings, and the same with plain gradient descent after every sample.
    """

    train: SpikeTrains
    test: SpikeTrains
    source: str
    batched: Experiment
    online: Experiment

    @property
    def sizes(self) -> tuple[int, ...]:
        """Neurons of input, hidden layers and output."""
        return self.network().sizes

    @property
    def threads(self) -> int:
        """Threads for everything that is measured."""
        return self.batched.training.threads or int(numba.config.NUMBA_NUM_THREADS)

    @property
    def rule(self) -> SFDFA:
        """The rule of the published settings."""
        rule: SFDFA = self.batched.rule.build()
        return rule

    @property
    def optimizer(self) -> Adam:
        """The optimiser of the settings."""
        adam: Adam = self.batched.optimizer.build()
        return adam

    @property
    def loss(self) -> SpikeCount:
        """The loss of the settings."""
        loss: SpikeCount = self.batched.loss.build()
        return loss

    def network(self) -> Network:
        """Return the untrained network."""
        return assembly.build_network(self.batched, self.train.n_units, _CLASSES)

    def batch_trainer(self) -> Trainer:
        """Return a trainer with the settings."""
        return assembly.build_trainer(self.batched, self.network())

    def online_trainer(self) -> Trainer:
        """Return a trainer that learns after every sample."""
        return assembly.build_trainer(self.online, self.network())

    def warmed_up(self, epochs: int) -> tuple[checkpoint.Checkpoint, EpochRecord]:
        """Train for some epochs; an untrained network fires several times as much and so takes longer."""
        with tempfile.TemporaryDirectory() as folder:
            trainer = assembly.build_trainer(self.batched, self.network(), folder=folder)
            records = trainer.fit(self.train, self.test, epochs=epochs).records
            return checkpoint.load(Path(folder) / "last.safetensors"), records[-1]


def prepare(
    folder: Path | None,
    n_train: int,
    n_test: int,
    threads: int | None,
    overrides: Iterable[str] = (),
    experiment: str = "mnist",
) -> Task:
    """Load the first samples of MNIST, or draw as many synthetic ones if it is not found; nothing is downloaded.

    Those of another data set, which has to be there, are drawn without order, for its files may be in that of classes.

    Parameters
    ----------
    folder : Path, optional
        Where to look for the data first.
    n_train, n_test : int
    threads : int, optional
    overrides : iterable of str
        Changes of the settings, as for ``train --set``.
    experiment : str
        Which has the settings.

    Raises
    ------
    ConfigError
        If a setting is not valid, or numba cannot run so many threads.
    DatasetError
        If it is of another data set, which is not there.
    """
    most = int(numba.config.NUMBA_NUM_THREADS)
    if threads is not None and not 1 <= threads <= most:
        raise config.ConfigError(
            f"threads = {threads} is not valid here; choose 1 to {most}, or set NUMBA_NUM_THREADS={threads} before."
        )
    common = [*overrides, *([] if threads is None else [f"training.threads={threads}"])]
    batched, online = config.load(experiment, common), config.load(experiment, [*common, *_ONLINE])
    if batched.data.name != "mnist":
        return _of_its_own(batched, online, folder, n_train, n_test)
    try:
        found = datasets.load("mnist", folder, download=False)
        images, source = [_images(found.train), _images(found.test)], "MNIST"
    except datasets.DatasetError as error:
        images = [synthetic_images(n_train, seed=1), synthetic_images(n_test, seed=2)]
        source = f"synthetic images with MNIST's statistics, because MNIST cannot be used: {error}"
    encode: Encoder = batched.encoding.build()
    train, test = (encode(part.values[:n], part.labels[:n]) for part, n in zip(images, (n_train, n_test), strict=True))
    return Task(train, test, source, batched, online)


def _of_its_own(batched: Experiment, online: Experiment, folder: Path | None, n_train: int, n_test: int) -> Task:
    _, data = assembly.build(batched, folder, io.StringIO())
    draws = np.random.default_rng(batched.training.seed)
    parts = [(data.train, n_train), (data.test, n_test)]
    train, test = (presented(part, draws.permutation(len(part))[:n]) for part, n in parts if part is not None)
    return Task(train, test, batched.data.name, batched, online)


def _images(part: datasets.Samples | Recordings | SpikeTrains) -> datasets.Samples:
    if isinstance(part, datasets.Samples):
        return part
    raise datasets.DatasetError("mnist holds no images.")


def without_optimizer(saved: checkpoint.Checkpoint) -> checkpoint.Checkpoint:
    """Return a checkpoint for a trainer whose optimiser keeps no state."""
    kept = {
        name: a for name, a in saved.arrays.items() if name == "optimizer.step" or not name.startswith("optimizer.")
    }
    return checkpoint.Checkpoint(kept, saved.metadata)
