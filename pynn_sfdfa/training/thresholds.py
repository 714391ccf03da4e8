"""Thresholds that suit what a network is shown: with which every layer begins with some spikes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pynn_sfdfa.common.simulators import load_simulator
from pynn_sfdfa.encoding.presentable import presentable
from pynn_sfdfa.encoding.spikes import presented
from pynn_sfdfa.network.checks import check_network
from pynn_sfdfa.support.given import check_given
from pynn_sfdfa.support.limits import LARGEST_WEIGHT, LEAST
from pynn_sfdfa.training.losses import Loss, SpikeCount
from pynn_sfdfa.training.passes import sample_order

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pynn_sfdfa.encoding.spikes import Presentations, SpikeTrains
    from pynn_sfdfa.network.network import Network

__all__ = [
    "HIDDEN_SPIKES",
    "OUTPUT_SHARE",
    "SAMPLES",
    "first_samples",
    "fit_thresholds",
    "initial_spikes",
    "proposal",
    "threshold_for",
]

HIDDEN_SPIKES = 2.0
"""Mean spikes of a hidden neuron in a trial to begin with; measured in benchmarks/results/thresholds.md."""

OUTPUT_SHARE = 0.5
"""Spikes of an output neuron to begin with, as a share of the mean of its targets: the fewer classes, the more.

With half of this one training in eight falls silent (benchmarks/results/output_share.md).
"""

SAMPLES = 200
"""Training samples from which thresholds are chosen."""

_STEP = 4.0  # by which a threshold is multiplied until it is known to lie between two
_STRIDE = 3  # of these steps, while hardly a neuron fires
_CLOSE = 1.01  # ratio of these two at the end
_LEAST = 1e-9  # of the potential at rest, above which thresholds can still be told from it
_DIGITS = 3  # of what is chosen, above rest
_HARDLY = 0.5
"""Spikes of a neuron in a sample: a layer above that has no more than these is not to blame for its silence."""


def initial_spikes(network: Network, loss: Loss | None = None) -> tuple[float, ...]:
    """Return how many spikes a neuron of each layer should begin with in a sample, if nobody says otherwise.

    Two in hidden layers, and in the output half the mean of what the loss wants.

    Parameters
    ----------
    network : Network
    loss : Loss, optional
        Default: ``SpikeCount()``.
    """
    n_out = network.sizes[-1]
    wanted = (SpikeCount() if loss is None else loss).targets(np.arange(n_out), n_out)
    return (*[HIDDEN_SPIKES] * (len(network.layers) - 1), OUTPUT_SHARE * float(np.mean(wanted)))


def fit_thresholds(
    network: Network,
    trains: Presentations,
    spikes: Sequence[float | None] | None = None,
    loss: Loss | None = None,
) -> Network:
    """Return the network with thresholds by which each layer fires as often as it should before it has learned.

    They are chosen from the lowest layer up, by bisection, on ``pynn_sfdfa.event``, whichever simulator is to train;
    nothing but network, samples and ``spikes`` has an influence on them, and no weight changes.

    Parameters
    ----------
    network : Network
        Untrained; it is not changed.
    trains : SpikeTrains or other Presentations
        Some 200 training samples; no labels are needed.
    spikes : sequence of float, optional
        Mean spikes of a neuron in a sample for each layer of neurons, above 0 and below the network's ``max_spikes``;
        None for a layer whose threshold stays as it is. Default: `initial_spikes` of network and loss.
    loss : Loss, optional
        Of the training; default: ``SpikeCount()``.

    Returns
    -------
    Network

    Raises
    ------
    TypeError
        If the network is none, samples are not spikes, or the loss is none.
    ValueError
        If samples do not fit the network, ``spikes`` is not valid, or a layer does not fire so often by any threshold.

    Examples
    --------
    >>> network = fit_thresholds(FeedForward([64, 100, 10]), samples.select(range(200)))
    >>> history = Trainer(network).fit(samples)
    """
    check_network(network)
    if loss is not None:
        check_given("loss", loss, Loss)
    wanted = initial_spikes(network, loss) if spikes is None else tuple(spikes)
    if len(wanted) != len(network.layers):
        raise ValueError(
            f"spikes = {list(wanted)} is not valid; give a number, or None, for each of the {len(network.layers)} "
            "layers of neurons."
        )
    for layer, of_layer in enumerate(wanted):
        if of_layer is not None:
            thresholds = list(network.thresholds)
            thresholds[layer] = threshold_for(network, layer, trains, of_layer)
            network = network.with_thresholds(thresholds)
    return network


def threshold_for(network: Network, layer: int, trains: Presentations, spikes: float) -> float:
    """Return the threshold in mV by which one layer fires so many spikes a neuron and sample; as of `fit_thresholds`.

    Parameters
    ----------
    network : Network
        Layers below are as they are in it.
    layer : int
        Of the layers of neurons, counted from 0.
    trains : SpikeTrains or other Presentations
    spikes : float
    """
    if not 0 < spikes < network.max_spikes:
        raise ValueError(
            f"{spikes:g} spikes to begin with are not possible: it must be more than 0 and less than max_spikes = "
            f"{network.max_spikes}."
        )
    presentable("trains", trains).check_within(network.trial_duration)
    cell = network.layers[layer].cell
    floor = max(cell.resting_potential, cell.resting_potential if cell.v_reset is None else cell.v_reset)

    def enough(above: float) -> bool:
        return _mean_spikes(network, layer, trains, _sum(floor, above)) >= spikes

    # From above, where hardly a neuron fires: below what suits, a network may fire a thousand times as much.
    steps = [_rounded(cell.kappa)]  # a threshold of 1 nA, if the floor is rest
    while _rounded(steps[-1] * _STEP) <= LARGEST_WEIGHT * cell.kappa:
        steps.append(_rounded(steps[-1] * _STEP))
    low = steps.pop()
    if enough(low):
        raise ValueError(
            f"{network.layers[layer]} fires more than {spikes:g} spikes a neuron and sample by any threshold: its "
            "weights are too large. Narrow the range of the initial weights."
        )
    while len(steps) >= _STRIDE and not enough(steps[-_STRIDE]):
        low = steps[-_STRIDE]
        del steps[-_STRIDE:]
    least = max(_LEAST * abs(floor), LEAST * cell.kappa)
    low, high = _below(low, steps), low
    while not enough(low):
        low, high = _below(low, steps), low
        if low < least:
            raise ValueError(_never(network, layer, trains, spikes))
    while high / low > _CLOSE:
        middle = _rounded((low * high) ** 0.5)
        if not low < middle < high:
            break
        low, high = (middle, high) if enough(middle) else (low, middle)
    return _sum(floor, low)


def first_samples(trains: Presentations, seed: int) -> SpikeTrains:
    """Return the samples that a training with this seed shows first, from which thresholds are chosen."""
    return presented(trains, sample_order(len(trains), seed, 1)[:SAMPLES])


def proposal(network: Network, trains: Presentations, seed: int, loss: Loss, layer: int, lower: bool) -> str:
    """Return what to tell who has to make a threshold lower, or higher: the one that would suit untrained weights.

    Parameters
    ----------
    network : Network
        With the weights that a training began with.
    trains : SpikeTrains or other Presentations
        That are trained on.
    seed : int
        Of the training.
    loss : Loss
    layer : int
        Whose threshold does not suit.
    lower : bool
        Whether its threshold is too high, and not too low.
    """
    spikes, now, shown = initial_spikes(network, loss)[layer], network.thresholds[layer], first_samples(trains, seed)
    if lower and layer:
        below = network.layers[layer - 1]
        mean = _mean_spikes(network, layer - 1, shown, network.thresholds[layer - 1])
        if mean < _HARDLY:
            return (
                f"The cause lies below it: {below} hardly fires, {mean * below.size:.3g} spikes a sample in all. "
                f"{proposal(network, trains, seed, loss, layer - 1, lower)}"
            )
    try:
        fitting = threshold_for(network, layer, shown, spikes)
    except ValueError as error:
        return f"No v_thresh suits the weights that it began with: {error}"
    if (fitting < now) == lower:
        return (
            f"With v_thresh = {fitting:.12g} mV it begins with {spikes:.3g} spikes a neuron and sample; so v_thresh = "
            '"auto" chooses it in an experiment, and fit_thresholds in Python.'
        )
    return (
        f"With the weights that it began with that was not so (v_thresh = {fitting:.12g} mV suits them): it has come "
        "by learning, so lower the learning rate first."
    )


def _mean_spikes(network: Network, layer: int, trains: Presentations, v_thresh: float) -> float:
    """Return the spikes of a neuron of a layer in a sample with this threshold; layers above are kept silent."""
    above = [own.cell.resting_potential + LARGEST_WEIGHT * own.cell.kappa for own in network.layers[layer + 1 :]]
    tried = network.with_thresholds([*network.thresholds[:layer], v_thresh, *above])
    spikes = load_simulator("event").training_engine(tried).respond(trains).spikes
    return float(spikes[layer] / (len(trains) * network.layers[layer].size))


def _never(network: Network, layer: int, trains: Presentations, spikes: float) -> str:
    below = "samples have no spikes" if layer == 0 else f"the layer '{network.layers[layer - 1].name}' is too silent"
    shown = presented(trains, np.arange(len(trains)))
    because = below if layer or not shown.times.size else "too few inputs are active, or too many weights negative"
    return (
        f"{network.layers[layer]} does not fire {spikes:g} spikes a neuron and sample by any threshold: {because}. "
        "Widen the range of the initial weights, ask for fewer spikes, or give it more active inputs."
    )


def _below(above: float, steps: list[float]) -> float:
    """Return the step below a threshold: the last of the list, which it loses, or one below all of them."""
    return steps.pop() if steps else _rounded(above / _STEP)


def _rounded(above: float) -> float:
    return float(f"{above:.{_DIGITS}g}")


def _sum(floor: float, above: float) -> float:
    """Return the threshold; no more digits than those of both."""
    return float(f"{floor + above:.12g}")
