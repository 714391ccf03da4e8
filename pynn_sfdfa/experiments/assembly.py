"""From an experiment's settings to its data, network and trainer."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pyNN import errors

from pynn_sfdfa import datasets
from pynn_sfdfa.encoding import ENCODERS, EncodedWhenShown
from pynn_sfdfa.encoding.drawn import Drawn
from pynn_sfdfa.encoding.recordings import Recordings
from pynn_sfdfa.encoding.spikes import SpikeTrains, split
from pynn_sfdfa.experiments import images, resources, thresholds
from pynn_sfdfa.experiments.config import ConfigError, from_settings
from pynn_sfdfa.experiments.layers import layers_of, placed_layers, ranges_of
from pynn_sfdfa.experiments.loading import loaded
from pynn_sfdfa.experiments.written_down import class_names
from pynn_sfdfa.network.description import from_description
from pynn_sfdfa.network.network import Network
from pynn_sfdfa.support import memory
from pynn_sfdfa.support.jit import announced
from pynn_sfdfa.support.wording import short
from pynn_sfdfa.training import checkpoint, checkpoint_arrays
from pynn_sfdfa.training.checkpoint import Checkpoint, CheckpointError
from pynn_sfdfa.training.evaluator import Evaluator
from pynn_sfdfa.training.trainer import Trainer

if TYPE_CHECKING:
    from pathlib import Path
    from typing import TextIO

    from pynn_sfdfa.encoding import Augmentation, Encoder
    from pynn_sfdfa.encoding.spikes import Presentations
    from pynn_sfdfa.experiments.schema import Experiment

__all__ = [
    "Data",
    "build",
    "build_evaluator",
    "build_network",
    "build_trainer",
    "encoded",
    "from_checkpoint",
    "of_experiment",
    "of_trainer",
    "restore",
    "settings_of",
    "trained_network",
]


@dataclass(frozen=True, eq=False)
class Data:
    """The samples of an experiment: spike trains, or what makes them when they are shown.

    Attributes
    ----------
    train, test : SpikeTrains or other Presentations
    validation : SpikeTrains or other Presentations, optional
        Training samples that are held out, as ``data.validation`` of the experiment says; without it those that the
        data set has for that.
    image : tuple of int, optional
        Height and width, if the samples are images and each pixel is an input unit.
    classes : tuple of str
        What the classes are called; empty where they have no names.
    sensor : tuple of int, optional
        Height and width of the camera of ``events:PATH``.
    """

    train: Presentations
    test: Presentations
    validation: Presentations | None = None
    image: tuple[int, int] | None = None
    classes: tuple[str, ...] = ()
    sensor: tuple[int, int] | None = None


def build(
    settings: Experiment, folder: Path | None, stream: TextIO, purpose: resources.Purpose = "train"
) -> tuple[Network, Data]:
    """Load the data of an experiment and return its network, with initial weights.

    Parameters
    ----------
    settings, folder, stream
        As for `loaded`; the memory that is needed is shown, too, if that is much.
    purpose : {"train", "evaluate", "simulate"}
        What network and data are for, and so how much memory they need.

    Raises
    ------
    pynn_sfdfa.datasets.DatasetError
        If the data cannot be found, read or trusted.
    ConfigError
        If the encoder of the experiment, its share for validation or its trials do not fit the data, thresholds that
        are to be chosen cannot be, or the memory that this process may use does not suffice.
    """
    dataset, encoder = loaded(settings, folder, stream)
    _check_memory(settings, dataset, purpose, stream)
    augmentation = None if settings.augmentation is None else settings.augmentation.build()
    train = encoded(dataset.train, encoder, dataset.source, augmentation)
    test = encoded(dataset.test, encoder, dataset.source)
    own = dataset.validation if settings.data.validation == 0 else None
    validation = None if own is None else encoded(own, encoder, dataset.source)
    for name, part in (("training", train), ("test", test), ("validation", validation)):
        if part is None:
            continue
        if part.silent:
            raise ConfigError(
                f"{dataset.source}, {name} samples: none of {len(part):,} has a spike, by the encoder "
                f"{settings.encoding.name}. Change the values, or the settings of [encoding]."
            )
        try:
            part.check_within(settings.network.trial_duration)
        except ValueError as error:
            raise ConfigError(
                f"{dataset.source}, {name} samples: network.{error} Set network.trial_duration to more than that, or "
                "shorten the samples."
            ) from None
    images.check(settings, dataset.train, train.n_units)
    image = images.height_and_width(dataset.train, train.n_units)
    names = class_names(settings, dataset)
    data = _set_aside(settings, Data(train, test, validation, image, names, dataset.sensor))
    if thresholds.to_choose(settings):
        with announced(stream):
            return thresholds.chosen(settings, _untrained(settings, train.n_units, dataset.n_classes), data.train), data
    return build_network(settings, train.n_units, dataset.n_classes), data


def _check_memory(settings: Experiment, dataset: datasets.Dataset, purpose: resources.Purpose, stream: TextIO) -> None:
    try:
        needed, most = resources.needs(settings, dataset, purpose), memory.limit()
    except ValueError as error:  # layers that do not fit the samples, or each other
        raise ConfigError(f"{settings.name}: {error}") from None
    reason = memory.shortage(needed, most)
    if reason is not None:
        raise ConfigError(f"{settings.name} on {dataset.name}: {reason}")
    taken = sum(need.bytes for need in needed if not need.reserved)
    if taken * resources.NOTEWORTHY > most.memory:
        print(
            f"This will take about {memory.size(taken)} of the {memory.size(most.memory)} of memory that it may use "
            f"({most.whose}).",
            file=stream,
            flush=True,
        )


def build_network(settings: Experiment, n_inputs: int, n_out: int) -> Network:
    """Return the untrained network of an experiment; ConfigError if its settings do not fit together.

    Parameters
    ----------
    n_inputs, n_out : int
        Units of the input and neurons of the output.
    """
    return thresholds.given(settings, _untrained(settings, n_inputs, n_out))


def _untrained(settings: Experiment, n_inputs: int, n_out: int) -> Network:
    """Return the network, with thresholds that stand for those that are to be chosen; ConfigError as above."""
    network = settings.network
    try:
        return Network(
            layers_of(network, n_inputs, n_out),
            gradient=network.gradient,
            delay=network.delay,
            weights=ranges_of(network),
            max_spikes=network.max_spikes,
            seed=settings.training.seed,
        )
    except ValueError as error:
        raise ConfigError(f"{settings.name}: {error}") from None


def _set_aside(settings: Experiment, data: Data) -> Data:
    fraction = settings.data.validation
    if fraction == 0:
        return data
    try:
        rest, validation = split(data.train, fraction, settings.training.seed % 2**32)  # the largest seed of a split
    except ValueError:
        raise ConfigError(
            f"data.validation = {fraction:g} of {len(data.train)} training samples leaves none on one side; "
            "0.1 sets every tenth aside."
        ) from None
    return replace(data, train=rest, validation=validation)


def encoded(
    part: datasets.Samples | Recordings | SpikeTrains,
    encoder: Encoder,
    source: str,
    augmentation: Augmentation | None = None,
) -> Presentations:
    """Return samples from ``source`` as they are shown; ConfigError if encoder or augmentation do not fit them."""
    if isinstance(part, Recordings):
        raise ConfigError(f"{source} holds recordings of {part.kind}; as_spikes makes spikes of them.")
    if isinstance(part, SpikeTrains):
        if augmentation is not None:
            raise ConfigError(f"{source} holds spikes, and augmentation distorts images: leave [augmentation] out.")
        if encoder.takes != "spikes":
            raise ConfigError(
                f"{source} holds spikes, which the encoder {encoder.name} cannot encode: "
                "--set 'encoding={name=\"none\"}'."
            )
        return part
    if encoder.takes != "values":
        fitting = [name for name, other in ENCODERS.items() if other.takes == "values"]
        raise ConfigError(
            f"{source} holds values, which need an encoder: set encoding.name to one of {', '.join(fitting)}."
        )
    try:
        if isinstance(encoder, Drawn) or augmentation is not None:
            return EncodedWhenShown(encoder, part.values, part.labels, augmentation=augmentation)
        return encoder(part.values, part.labels)
    except ValueError as error:
        raise ConfigError(f"{source} with the encoder {encoder.name}: {error}") from None


def build_trainer(
    settings: Experiment, network: Network, sim: Any = None, n_train: int | None = None, **options: Any
) -> Trainer:
    """Return the trainer of an experiment; ``options`` are those of Trainer that change no result.

    Without a simulator it trains on ``pynn_sfdfa.event``. With the number of training samples, no memory is taken for
    larger batches than there can be. The settings go into every checkpoint, so that network and data can be rebuilt
    from it.

    Raises
    ------
    ConfigError
        If the settings do not fit this machine or simulator.
    """
    training, sizes = settings.training, settings.training.batch_sizes
    try:
        return Trainer(
            network,
            sim,
            rule=settings.rule.build(),
            optimizer=settings.optimizer.build(),
            loss=settings.loss.build(),
            readout=settings.readout_or_default(),
            regularisation=None if settings.regularisation is None else settings.regularisation.build(),
            boosting=None if settings.boosting is None else settings.boosting.build(),
            batch_size=(sizes if n_train is None else sizes.within(n_train)).plain,
            seed=training.seed,
            threads=training.threads,
            configuration=settings.settings(),
            **options,
        )
    except (ValueError, TypeError) as error:
        raise ConfigError(str(error)) from error


def build_evaluator(settings: Experiment, network: Network, sim: Any = None) -> Evaluator:
    """Return what evaluates the network as it is; without a simulator on ``pynn_sfdfa.event``.

    Raises
    ------
    ConfigError
        If the network does not fit the simulator.
    """
    try:
        return Evaluator(network, sim, loss=settings.loss.build(), readout=settings.readout_or_default())
    except ValueError as error:
        raise ConfigError(str(error)) from error


def trained_network(path: Path) -> Network:
    """Return the network of a checkpoint with its trained weights; no data are needed.

    Raises
    ------
    pynn_sfdfa.training.checkpoint.CheckpointError, ConfigError
        If the checkpoint cannot be used.
    """
    saved = checkpoint.load(path)
    if not of_experiment(saved):
        return of_trainer(saved, path)
    return rebuilt(settings_of(saved, path), saved, path)


def of_trainer(saved: Checkpoint, path: Path) -> Network:
    """Return the network of a Trainer without an experiment; CheckpointError if the checkpoint does not describe it."""
    described = saved.metadata.get("network")
    if not described:
        raise CheckpointError(
            f"{path} says neither which experiment it belongs to nor what its network is: it is of an earlier version, "
            "or of a network with parts that are not of this package. Build the network, and give it to "
            "network.restore(checkpoint.load(path).arrays)."
        )
    try:
        return from_description(described, saved.arrays)
    except (ValueError, errors.InvalidParameterValueError) as error:
        raise CheckpointError(f"{path}: {short(str(error))}.") from None


def rebuilt(settings: Experiment, saved: Checkpoint, path: Path) -> Network:
    """Return the network of what `from_checkpoint` has read from a file; errors as of `trained_network`."""
    sizes = _sizes(saved, settings, path)
    if settings.data.classes and len(settings.data.classes) != sizes[-1]:
        raise CheckpointError(f"{path} names {len(settings.data.classes)} classes, and has {sizes[-1]} output neurons.")
    network = build_network(settings, sizes[0], sizes[-1])
    restore(network, saved, path)
    return network


def _sizes(saved: Checkpoint, settings: Experiment, path: Path) -> list[int]:
    """Return the neurons of each layer of a checkpoint.

    Raises
    ------
    CheckpointError
        If its arrays do not fit each other, or its experiment.
    """
    if settings.network.layers:
        return _sizes_of_layers(saved, settings, path)
    hidden = settings.network.hidden_sizes
    try:
        sizes = checkpoint_arrays.check_chain(saved.arrays, len(hidden))
    except ValueError as error:
        raise CheckpointError(f"{path} does not fit the network: {short(str(error))}.") from None
    for layer, (found, expected) in enumerate(zip(sizes[1:-1], hidden, strict=True)):
        if found != expected:
            raise CheckpointError(
                f"{path} does not fit the network: weights.{layer} is for {found} neurons, network.hidden_sizes says "
                f"{expected}."
            )
    return sizes


def _sizes_of_layers(saved: Checkpoint, settings: Experiment, path: Path) -> list[int]:
    """Return the neurons of each layer of a checkpoint, as of `_sizes`, where the experiment says what layers are."""
    shape = settings.network.input_shape
    assert shape is not None
    last = max((name for name in saved.arrays if name.startswith("weights.")), key=lambda name: (len(name), name))
    try:
        layers = placed_layers(settings.network, math.prod(shape), saved.arrays[last].shape[-1])
        expected = {f"weights.{k}": layer.connectivity.sites(layer.input_shape) for k, layer in enumerate(layers)}
        for name, sites in expected.items():
            if name not in saved.arrays or saved.arrays[name].shape != sites.weight_shape:
                found = saved.arrays[name].shape if name in saved.arrays else "missing"
                raise ValueError(f"{name} is {found}, [[network.layers]] say {sites.weight_shape}")
    except ValueError as error:
        raise CheckpointError(f"{path} does not fit the network: {short(str(error))}.") from None
    return [math.prod(shape), *(layer.size for layer in layers)]


def restore(network: Network, saved: Checkpoint, path: Path) -> None:
    """Give a network the weights and the feedback of a checkpoint.

    Raises
    ------
    CheckpointError
        If they do not fit.
    """
    try:
        network.restore(saved.arrays)
    except ValueError as error:
        raise CheckpointError(f"{path} does not fit the network: {error}") from None


def from_checkpoint(path: Path) -> tuple[Experiment, Checkpoint]:
    """Read a checkpoint and the experiment it belongs to.

    Raises
    ------
    pynn_sfdfa.training.checkpoint.CheckpointError
        If it cannot be read or was not written by ``pynn-sfdfa train``.
    ConfigError
        If its experiment is not valid in this version.
    """
    saved = checkpoint.load(path)
    return settings_of(saved, path), saved


def of_experiment(saved: Checkpoint) -> bool:
    """Return whether a checkpoint says which experiment it belongs to."""
    tables = saved.metadata.get("configuration")
    return bool(tables) and (not isinstance(tables, dict) or "encoding" in tables or "network" not in saved.metadata)


def settings_of(saved: Checkpoint, path: Path) -> Experiment:
    """Return the experiment that a checkpoint belongs to; raises what `from_checkpoint` does."""
    tables = saved.metadata.get("configuration")
    if not of_experiment(saved) or not isinstance(tables, dict):
        raise CheckpointError(
            f"{path} does not say which experiment it belongs to, and so not which samples; pynn-sfdfa train writes "
            "such files. Of a Trainer's checkpoint pynn_sfdfa.load makes a model, and pynn-sfdfa export --format nir a "
            "graph; pynn-sfdfa predict shows it files of spikes."
        )
    settings = from_settings(tables, str(path))
    _sizes(saved, settings, path)
    return settings
