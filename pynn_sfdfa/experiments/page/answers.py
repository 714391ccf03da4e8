"""What a trained network makes of the test samples, for its page: always on the exact simulator, so always the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pynn_sfdfa.common.simulators import load_simulator
from pynn_sfdfa.encoding.spikes import presented
from pynn_sfdfa.experiments.page.spikes import MOST_SPIKES, LayerEvents, packed
from pynn_sfdfa.training.evaluator import Evaluator
from pynn_sfdfa.training.metrics import confusion_matrix
from pynn_sfdfa.training.readouts import FirstSpike
from pynn_sfdfa.training.responses import Responses

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pynn_sfdfa.encoding.spikes import Presentations, SpikeTrains
    from pynn_sfdfa.network.network import Network
    from pynn_sfdfa.training.losses import Loss
    from pynn_sfdfa.training.readouts import Readout
    from pynn_sfdfa.training.responses import OutputSpikes

__all__ = ["LayerEvents", "chosen", "content", "early", "events", "output_of"]

_WRONG, _RIGHT = 16, 8
"""Samples to choose from: at most so many that are taken for another class, and so many that are not."""
_CUT = 400
"""Test samples by which it is told how early the decision is right."""
_MOMENTS = 51


def content(
    network: Network, test: Presentations, loss: Loss, readout: Readout, image: tuple[int, int] | None
) -> dict[str, Any]:
    """Return what the page of a run shows of its answers: confusions, samples with their spikes, early decisions.

    Parameters
    ----------
    network : Network
        With trained weights.
    test : SpikeTrains or other Presentations
    loss : Loss
    readout : Readout
    image : tuple of int, optional
        Height and width of the samples, if they are images whose pixels are the input units.
    """
    predictions = Evaluator(network, loss=loss, readout=readout).answer(test)[0]
    labels = test.labels
    numbers = chosen(labels, predictions)
    layers = events(network, presented(test, numbers))
    n = _within(layers, len(numbers))
    cut = presented(test, np.arange(min(_CUT, len(test))))
    return {
        "accuracy": float((predictions == labels).mean()),
        "confusion": confusion_matrix(labels, predictions, network.sizes[-1]).tolist(),
        "samples": {
            "of": len(test),
            "wrong": int((predictions != labels).sum()),
            "duration": network.trial_duration,
            "image": image,
            "list": [
                {"number": int(k), "label": int(labels[k]), "prediction": int(predictions[k])} for k in numbers[:n]
            ],
            "layers": [packed(layer, n, network.trial_duration) for layer in layers],
        },
        "early": early(output_of(network, cut), network.sizes[-1], cut.labels, readout),
    }


def chosen(labels: NDArray[np.int64], predictions: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the samples that a page offers: wrong ones first, then right ones of as many classes as can be."""
    wrong = np.flatnonzero(labels != predictions)
    right = np.flatnonzero(labels == predictions)
    _, first = np.unique(labels[right], return_index=True)
    of_classes = np.sort(right[first])[:_RIGHT]
    more = np.setdiff1d(right, of_classes)[: _RIGHT - of_classes.size]
    return np.concatenate([wrong[:_WRONG], of_classes, more])


def events(network: Network, samples: SpikeTrains) -> list[LayerEvents]:
    """Return the spikes of the input and of each layer for some samples, on the exact simulator."""
    sim = load_simulator("event")
    sim.setup()
    wiring = network.wire(sim, samples)
    for population in wiring.populations:
        population.record("spikes")
    sim.run(wiring.duration)
    trials = np.repeat(np.arange(len(samples)), np.diff(samples.offsets))
    layers = [_ordered("input", network.sizes[0], trials, samples.units.astype(np.int64), samples.times)]
    for population in wiring.populations:
        layers.append(_ordered(population.label, population.size, *wiring.spikes(population)))
    sim.end()
    return layers


def output_of(network: Network, samples: SpikeTrains) -> OutputSpikes:
    """Return the output spikes of some samples, on the exact simulator; many take far less time than by `events`."""
    spikes = Evaluator(network, readout=FirstSpike()).respond(samples).output
    assert spikes is not None, "that readout asks for them"
    return spikes


def _ordered(
    name: str, size: int, trials: NDArray[np.int64], units: NDArray[np.int64], times: NDArray[np.float32]
) -> LayerEvents:
    order = np.lexsort((units, times, trials))
    return LayerEvents(trials[order], units[order], times[order], name, size)


def _within(layers: Sequence[LayerEvents], n: int) -> int:
    """Return how many of the first of n trials have no more spikes than a page shall hold."""
    spikes = sum(np.bincount(layer.trials, minlength=n) for layer in layers)
    return int(np.searchsorted(np.cumsum(spikes), MOST_SPIKES, side="right"))


def early(output: OutputSpikes, n_out: int, labels: NDArray[np.int64], readout: Readout) -> dict[str, Any]:
    """Return the accuracy if the trials ended earlier: what spikes until then would be decided on.

    Parameters
    ----------
    output : OutputSpikes
        Of one trial for each label.
    n_out : int
        Neurons of the output.
    labels : int64, shape (trials,)
    readout : Readout
    """
    moments = np.linspace(0.0, output.duration, _MOMENTS)
    accuracies = []
    for moment in moments:
        until = output.until(float(moment))
        counts = np.zeros((labels.size, n_out), np.int32)
        np.add.at(counts, (until.samples, until.units), 1)
        decided = readout.decide(Responses(counts, until))
        accuracies.append(round(float((decided == labels).mean()), 5))
    return {"times": [round(float(moment), 3) for moment in moments], "accuracy": accuracies, "samples": labels.size}
