"""A trained network that says what it sees: no labels, no optimiser and no data set are needed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pynn_sfdfa.encoding.encoder import Encoder
from pynn_sfdfa.encoding.recordings import Recordings
from pynn_sfdfa.encoding.spikes import SpikeTrains
from pynn_sfdfa.encoding.values import SHAPES, reshaping
from pynn_sfdfa.experiments import assembly
from pynn_sfdfa.network.checks import check_network
from pynn_sfdfa.support.given import check_given
from pynn_sfdfa.support.registry import registry
from pynn_sfdfa.support.wording import short
from pynn_sfdfa.training import checkpoint
from pynn_sfdfa.training.checkpoint import CheckpointError
from pynn_sfdfa.training.configuration import classes_in, named
from pynn_sfdfa.training.evaluator import Evaluator
from pynn_sfdfa.training.readouts import Readout
from pynn_sfdfa.training.silence import warn_of_unanswered

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from pynn_sfdfa.experiments.schema import Experiment
    from pynn_sfdfa.network.network import Network
    from pynn_sfdfa.training.checkpoint import Checkpoint

__all__ = ["Model", "load"]

_RECORDINGS = {
    "sound": "sounds, on the command line a .wav file, in Python pynn_sfdfa.datasets.wav.read_sounds([path]) or "
    "pynn_sfdfa.encoding.recordings.Sounds([Sound(wave, rate)], [-1])",
    "events": "a recording of them, on the command line with --sensor HEIGHT WIDTH, in Python "
    "pynn_sfdfa.datasets.event_files.EventFiles([path], [-1], (height, width)), or their spikes, an .npz file",
}
"""What to give to a network that was trained on recordings of a kind."""


class Model:
    """A trained network, and how its samples become spikes.

    Parameters
    ----------
    network : Network
        With its trained weights.
    settings : Experiment, optional
        Whose encoder and readout are used.
    encoder : Encoder, optional
        What makes spikes of values, if there is no experiment that says so; without it, spike trains alone are taken.
    readout : Readout, optional
        Which class output spikes stand for, if there is no experiment that says so; default: `MostSpikes`.
    classes : sequence of str
        Names of the classes, if there is no experiment that says so.

    Attributes
    ----------
    classes : tuple of str
        Names of the classes in the order of their numbers; empty where nobody has named them.

    Raises
    ------
    TypeError
        If the network is none, or encoder or readout is a name or a class in the place of an instance.
    ValueError
        If there are classes, but not a name for each output neuron.

    Examples
    --------
    ``pynn_sfdfa.load("runs/digits-sfdfa-seed1/best.safetensors").predict(images)``
    """

    def __init__(
        self,
        network: Network,
        settings: Experiment | None = None,
        *,
        encoder: Encoder | None = None,
        readout: Readout | None = None,
        classes: Sequence[str] = (),
    ) -> None:
        check_network(network)
        self.network, self.settings = network, settings
        if settings is not None:
            self.classes = settings.data.classes
        else:
            self.classes = named("classes", classes, network.sizes[-1]) if len(classes) else ()
        if encoder is not None:
            check_given("encoder", encoder, Encoder)
        if settings is None:
            self.encoder, self._evaluator = encoder, Evaluator(network, readout=readout)
        else:
            self.encoder, self._evaluator = settings.encoding.build(), assembly.build_evaluator(settings, network)

    def __repr__(self) -> str:
        sizes = "-".join(map(str, self.network.sizes))
        name = "of a Trainer" if self.settings is None else self.settings.name
        return f"Model({name}, {sizes}, encoder {'none' if self.encoder is None else self.encoder.name})"

    @property
    def sensor(self) -> tuple[int, int] | None:
        """Height and width in pixels of the camera of the training data, if the experiment says so."""
        return None if self.settings is None else self.settings.data.sensor

    def answer(self, samples: SpikeTrains | Recordings | ArrayLike) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Return the class of each sample and the spikes of each output neuron.

        Parameters
        ----------
        samples : SpikeTrains, Recordings, or array
            Arrays, of shape (samples, features), (samples, height, width) or (samples, channels, height, width), and
            recordings, such as `Sounds`, are encoded as the training samples were.

        Returns
        -------
        int64 array, shape (samples,)
        int32 array, shape (samples, classes)

        Raises
        ------
        ValueError
            If samples do not fit the network or its encoder.
        """
        return self._evaluator.answer(self._encoded(samples))

    def predict(self, samples: SpikeTrains | Recordings | ArrayLike) -> NDArray[np.int64]:
        """Return the class of each sample, shape (samples,); see `answer`.

        Warns of samples for which no output neuron spikes, which are taken for class 0.
        """
        classes, counts = self.answer(samples)
        warn_of_unanswered(counts)
        return classes

    def counts(self, samples: SpikeTrains | Recordings | ArrayLike) -> NDArray[np.int32]:
        """Return the spikes of each output neuron for each sample, shape (samples, classes); see `answer`."""
        return self.answer(samples)[1]

    def score(self, samples: SpikeTrains | Recordings | ArrayLike, labels: ArrayLike) -> float:
        """Return the share of samples that are taken for what their labels say; warns as `predict` does.

        Raises
        ------
        ValueError
            As of `answer`, or if there is not a label for each sample.
        """
        (found, counts), wanted = self.answer(samples), np.asarray(labels)
        if wanted.shape != found.shape:
            raise ValueError(f"labels have the shape {wanted.shape}; give one for each of the {found.size} samples.")
        warn_of_unanswered(counts)
        return float((found == wanted).mean())

    def _encoded(self, samples: SpikeTrains | Recordings | ArrayLike) -> SpikeTrains:
        if isinstance(samples, SpikeTrains):
            return self._fitting(samples)
        encoder: Any = self.encoder
        if encoder is None:
            raise ValueError(
                "How values become spikes is not in this checkpoint, which a Trainer wrote: give spikes (SpikeTrains, "
                "or on the command line a file of them), or name the encoder, pynn_sfdfa.load(path, encoder=...)."
            )
        if encoder.takes == "spikes":
            raise ValueError("This network was trained on spikes, not on values to encode; give it SpikeTrains.")
        if encoder.takes != "values" or isinstance(samples, Recordings):
            if not isinstance(samples, Recordings) or samples.kind != encoder.takes:
                raise ValueError(
                    f"This network was trained on {encoder.takes}, by the encoder {encoder.name}; give it "
                    f"{_RECORDINGS[encoder.takes]}."
                )
            self._check_sensor(samples)
            return self._fitting(encoder(samples, samples.labels), what=self._of_sensor(samples))
        values = np.asarray(samples)
        remedy = reshaping(values.shape)
        if remedy:
            raise ValueError(
                f"samples have the shape {values.shape}; give {SHAPES}. {remedy} A single sample is "
                "samples[np.newaxis]."
            )
        return self._fitting(encoder(values, np.zeros(len(values), np.int64)), values.shape)

    def _check_sensor(self, samples: Recordings) -> None:
        """Raise ValueError if recordings are of another sensor than those of the training, where it is known."""
        if samples.kind != "events" or self.sensor is None or tuple(samples.shape) == self.sensor:
            return
        (height, width), known = samples.shape, self.sensor
        raise ValueError(
            f"samples are of a sensor of {height} x {width} pixels, height x width, and the network was trained on one "
            f"of {known[0]} x {known[1]} (data.sensor): give recordings of such a one, on the command line --sensor "
            f"{known[0]} {known[1]}, in Python EventFiles(files, labels, {known})."
        )

    def _of_sensor(self, samples: Recordings) -> str:
        """Return what is to be said of recordings of a sensor that does not fit."""
        if samples.kind != "events":
            return ""
        height, width = samples.shape
        return (
            f" These are of a sensor of {height} x {width} pixels, height x width; give that of its training data: of "
            "events:PATH the largest y and x of all files, plus 1, unless data.sensor said otherwise."
        )

    def _fitting(self, trains: SpikeTrains, shape: tuple[int, ...] | None = None, what: str = "") -> SpikeTrains:
        if trains.n_units != self.network.sizes[0]:
            wanted = "samples like those that it was trained on."
            if shape is not None and trains.n_units * shape[0] == self.network.sizes[0]:
                wanted += f" If the shape {shape} is that of one sample, give samples[np.newaxis]."
            raise ValueError(
                f"Each sample has {trains.n_units} units, and the network has {self.network.sizes[0]} inputs: give it "
                f"{wanted}{what}"
            )
        return trains


def load(path: str | Path, encoder: Encoder | None = None) -> Model:
    """Return the trained network of a checkpoint, ready to predict.

    Parameters
    ----------
    path : path
        A ``.safetensors`` file that ``pynn-sfdfa train`` or a ``Trainer(folder=...)`` wrote, or the folder, of which
        ``best.safetensors``, or else ``last.safetensors``, is taken.
    encoder : Encoder, optional
        What makes spikes of values. Checkpoints of ``pynn-sfdfa train`` know theirs, those of a Trainer do not; without
        it, these take spike trains.

    Raises
    ------
    pynn_sfdfa.training.checkpoint.CheckpointError
        If it is none, or does not say what the network is.
    TypeError
        If the encoder is a name or a class in the place of an instance.
    ValueError
        If an encoder is given for a checkpoint that knows its own.
    """
    if encoder is not None:
        check_given("encoder", encoder, Encoder)
    given = checkpoint.named(Path(path))
    saved = checkpoint.load(given)
    if not assembly.of_experiment(saved):
        network = assembly.of_trainer(saved, given)
        names = classes_in(saved.metadata.get("configuration"), network.sizes[-1])
        return Model(network, encoder=encoder, readout=_readout(saved), classes=names)
    settings = assembly.settings_of(saved, given)
    if encoder is not None:
        raise ValueError(
            f"{given} was trained with the encoder {settings.encoding.name}, which it knows; leave encoder out."
        )
    return Model(assembly.rebuilt(settings, saved, given), settings)


def _readout(saved: Checkpoint) -> Readout:
    known = registry("pynn_sfdfa.training.readouts", Readout)  # type: ignore[type-abstract]  # what it finds is not
    name = saved.metadata.get("readout")
    if not isinstance(name, str) or name not in known:
        raise CheckpointError(f"The checkpoint has the readout {short(repr(name))}; known are {', '.join(known)}.")
    return known[name]()
