"""What a run will take of memory, estimated from its settings and data before anything is allocated.

Figures are those of arrays that grow with a setting or with the data; the interpreter and its libraries come on top.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from pynn_sfdfa.encoding.drawn import Drawn
from pynn_sfdfa.encoding.recordings import Recordings
from pynn_sfdfa.encoding.spikes import SpikeTrains
from pynn_sfdfa.experiments.layers import placed_layers
from pynn_sfdfa.network.connectivity import Dense
from pynn_sfdfa.support.memory import Need
from pynn_sfdfa.training.passes import trials_at_once

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pynn_sfdfa.datasets import Dataset, Samples
    from pynn_sfdfa.encoding.augmentation import Augmentation
    from pynn_sfdfa.experiments.schema import Experiment
    from pynn_sfdfa.network.layers import Layer

__all__ = ["NOTEWORTHY", "Purpose", "needs"]

Purpose = Literal["train", "evaluate", "simulate"]

NOTEWORTHY = 4
"""A run that takes more than a fourth of the memory that it may use says so."""

_LOOKED_AT = 1000  # samples, from which the spikes of all are estimated

_SPIKE = 8  # bytes: a time and a unit

_SPIKE_ARRAYS, _EVENT_ARRAYS = 7, 9  # of a batch: values that are kept of each spike, and of each arrival


@dataclass(frozen=True)
class _Encoded:
    """How many spikes a split becomes: in all, and about the most of a sample."""

    samples: int
    spikes: int
    most: int


def needs(settings: Experiment, dataset: Dataset, purpose: Purpose) -> list[Need]:
    """Return what a run needs besides the data set, which is there.

    Parameters
    ----------
    settings : Experiment
    dataset : Dataset
        Not encoded yet, unless it is of spikes; none of recordings, which are encoded before.
    purpose : {"train", "evaluate", "simulate"}
    """
    augmentation = None if settings.augmentation is None else settings.augmentation.build()
    train = _encoded(settings, dataset.train, augmentation if purpose == "train" else None)
    test = _encoded(settings, dataset.test)
    own = dataset.validation if settings.data.validation == 0 else None
    validation = [] if own is None else [_encoded(settings, own)]
    network = settings.network
    n_inputs = settings.encoding.build().n_units(dataset.n_inputs)
    layers = placed_layers(network, n_inputs, dataset.n_classes)
    sizes = [n_inputs, *(layer.size for layer in layers)]
    batch = min(settings.training.batch_sizes.largest, train.samples) if purpose == "train" else 1
    many_sites = any(not isinstance(layer.connectivity, Dense) for layer in layers)
    trials = 1 if purpose == "simulate" else trials_at_once(batch, many_sites)
    found = [] if dataset.encoded else _spikes(settings, train, [test, *validation], trials)
    found += _weights(settings, layers, dataset, purpose)
    found += _outputs(dataset, test, sizes[-1], purpose)
    found.append(
        Need(
            f"the errors of {batch:,} samples at a time (training.batch_size)",
            12 * batch * sum(sizes[1:]),
            "lower training.batch_size",
        )
    )
    if purpose != "simulate":
        found += _workspace(settings, trials, layers, max(train.most, test.most))
    if purpose == "train" and settings.metrics is not None and settings.metrics.gradient_alignment is not None:
        found += _comparison(settings, min(settings.metrics.gradient_alignment, train.samples), layers, train.most)
    return found


def _comparison(settings: Experiment, trials: int, layers: Sequence[Layer], most_inputs: int) -> list[Need]:
    """Return what the two engines of `pynn_sfdfa.training.gradients` need, which learn from all trials at once."""
    weights, neurons = sum(layer.n_weights for layer in layers), sum(layer.size for layer in layers)
    what = f"comparing gradients on {trials:,} samples (metrics.gradient_alignment)"
    certain = Need(what, 2 * 4 * (3 * weights + 3 * trials * neurons), "lower metrics.gradient_alignment")
    aside = _workspace(settings, trials, layers, most_inputs)
    remedy = "lower metrics.gradient_alignment or network.max_spikes"
    return [certain, *(replace(need, bytes=2 * need.bytes, pieces=2 * need.pieces, remedy=remedy) for need in aside)]


def _spikes(settings: Experiment, train: _Encoded, scored: Sequence[_Encoded], trials: int) -> list[Need]:
    encoder, found = settings.encoding.build(), []
    every_one = isinstance(encoder, Drawn)
    of_train = every_one or settings.augmentation is not None
    parts = [(train, of_train), *((part, every_one) for part in scored)]
    when_shown = [part for part, drawn in parts if drawn]
    kept = [part for part, drawn in parts if not drawn]
    if when_shown:
        n = trials * max(part.most for part in when_shown)
        remedy = encoder.remedy if every_one else "lower training.batch_size"
        found.append(Need(f"the {n:,} input spikes of {trials:,} samples at a time", _SPIKE * n, remedy))
    if kept:
        n, samples = sum(part.spikes for part in kept), sum(part.samples for part in kept)
        found.append(Need(f"the {n:,} input spikes of {samples:,} samples", 2 * _SPIKE * n, encoder.remedy))
    return found


def _encoded(
    settings: Experiment, part: Samples | Recordings | SpikeTrains, augmentation: Augmentation | None = None
) -> _Encoded:
    n = len(part)
    if isinstance(part, Recordings):
        raise TypeError("recordings are encoded before it is known what they need")
    if isinstance(part, SpikeTrains):
        return _Encoded(n, part.times.size, int(np.diff(part.offsets).max(initial=0)))
    some = part.values[:: max(1, n // _LOOKED_AT)]
    if augmentation is not None and some.ndim == 3:  # otherwise there are no images, which is refused later
        some = augmentation.distorted(some, np.arange(len(some)), 1)
    counts, times = settings.encoding.build().n_spikes(some.reshape(len(some), -1)), n / len(some)
    return _Encoded(n, _whole(counts.sum() * times), _whole(counts.max(initial=0)))


def _whole(number: Any) -> int:
    return int(number) if 0 < number < np.inf else 0  # what else there may be is refused by the encoder


def _weights(settings: Experiment, layers: Sequence[Layer], dataset: Dataset, purpose: Purpose) -> list[Need]:
    slots = len(settings.optimizer.build().slots)
    copies = {
        "train": 2 + bool(slots) + slots + 2 * (1 + slots),  # network, engine, gradients, optimiser; checkpoint, twice
        "evaluate": 3,
        "simulate": 5,  # wired in double precision
    }[purpose]
    hidden = len(layers) - 1
    found = []
    for layer, own in enumerate(layers):
        n_pre, n_post = math.prod(own.input_shape), own.size
        remedies = [(n_pre, _remedy(layer, hidden, dataset)), (n_post, _remedy(layer + 1, hidden, dataset))]
        what = f"the weights of layer {layer + 1} ({n_pre:,} x {n_post:,} neurons)"
        found.append(Need(what, 4 * copies * own.n_weights, max(remedies)[1]))
    parts = settings.rule.build().parts
    bytes_each = 8 + 4 * len(parts.feedback.keeps)
    if parts.transport.layer_wise:
        shapes = (above.connectivity.feedback_shape(above.input_shape) for above in layers[1:])
        feedback = bytes_each * sum(map(math.prod, shapes))
        return [*found, Need("feedback from layer to layer", feedback, _remedy(1, hidden, dataset))]
    n_out = layers[-1].size
    feedback = bytes_each * n_out * sum(own.size for own in layers[:-1])
    return [*found, Need(f"feedback from {n_out:,} output neurons", feedback, _remedy(hidden + 1, hidden, dataset))]


def _remedy(layer: int, hidden: int, dataset: Dataset) -> str:
    if layer == 0:
        return f"make {'n_units' if dataset.encoded else 'samples'} smaller in {dataset.source}"
    if layer <= hidden:
        return "lower network.hidden_sizes"
    return f"number the classes from 0 without gaps in {dataset.source}, whose labels go to {dataset.n_classes - 1:,}"


def _outputs(dataset: Dataset, test: _Encoded, n_out: int, purpose: Purpose) -> list[Need]:
    if purpose == "simulate":
        return []
    remedy = _remedy(1, 0, dataset)
    return [
        Need(f"the output spikes of {test.samples:,} test samples", 12 * test.samples * n_out, remedy),
        Need(f"the confusion matrix of {n_out:,} classes", 8 * n_out * n_out, remedy),
    ]


def _workspace(settings: Experiment, trials: int, layers: Sequence[Layer], most_inputs: int) -> list[Need]:
    """Return what is set aside for the spikes of a batch; see `pynn_sfdfa.event.batch.workspace`."""
    cap = settings.network.max_spikes
    events, found = max(1, most_inputs), []
    for number, layer in enumerate(layers):
        neurons = layer.size
        what = f"up to {cap:,} spikes (network.max_spikes) of {neurons:,} neurons in {trials:,} samples at a time"
        spikes = neurons * cap
        if not isinstance(layer.connectivity, Dense):  # which has space for the spikes that occur
            sites = layer.connectivity.sites(layer.input_shape)
            what = f"the spikes of {neurons:,} neurons in {trials:,} samples at a time"
            spikes = neurons + sites.lanes * cap
            events *= -(-sites.site.size // max(1, sites.offsets.size - 1))
        if layer.connectivity.recurrent is not None:
            events += spikes
        remedy = "lower network.max_spikes or training.batch_size"
        size = 4 * trials * (_SPIKE_ARRAYS * spikes + _EVENT_ARRAYS * events)
        found.append(Need(f"{what}, layer {number + 1}", size, remedy, _SPIKE_ARRAYS + _EVENT_ARRAYS, reserved=True))
        events = spikes
    return found
