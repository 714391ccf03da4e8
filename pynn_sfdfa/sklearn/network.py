"""The network of an estimator: built for its samples, and built again from what an estimator keeps."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from pynn_sfdfa.common.simulators import offers
from pynn_sfdfa.network.feed_forward import FeedForward
from pynn_sfdfa.rules import RULES, SFDFA, LearningRule
from pynn_sfdfa.support import memory
from pynn_sfdfa.support.given import misfit
from pynn_sfdfa.support.numbers import is_integer
from pynn_sfdfa.support.wording import quoted
from pynn_sfdfa.training.passes import trials_at_once
from pynn_sfdfa.training.thresholds import SAMPLES, fit_thresholds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from pynn_sfdfa.encoding.spikes import SpikeTrains
    from pynn_sfdfa.network.network import Network

__all__ = ["build", "rebuild", "resolved_rule"]

_HIDDEN, _OUTPUT = (-1.0, 1.0), (-0.6, 1.0)
"""nA; ranges of the initial weights. Those of the output are positive in the mean: with few classes a neuron with more
negative weights than positive ones would be silent for every sample, by any threshold, and never learn."""

_MAX_SPIKES = 30
"""Of a neuron in a sample."""

_WEIGHT, _SPIKE = 28, 32
"""Bytes: of a weight, with its gradient, what Adam keeps and the copy of what was best; and of what is set aside for a
spike."""

_FEEDBACK_LEARNING_RATE = 1e-3  # ten times that of long trainings: there are few batches


def resolved_rule(rule: Any) -> LearningRule:
    """Return the learning rule that is meant; ValueError if there is none of that name, or event does not run it."""
    offered = offers("event")
    if isinstance(rule, LearningRule) and rule.needs <= offered:
        return rule
    if isinstance(rule, str) and rule == "sfdfa":
        return SFDFA(feedback_learning_rate=_FEEDBACK_LEARNING_RATE)
    names = [name for name in RULES if name != "combination" and RULES[name]().needs <= offered]
    if isinstance(rule, str) and rule in names:
        return RULES[rule]()
    if isinstance(rule, type) and issubclass(rule, LearningRule):
        raise ValueError(misfit("rule", rule, LearningRule))
    raise ValueError(
        f"rule = {quoted(rule)} is not valid; choose one of {', '.join(map(repr, names))}, or give a rule of "
        f"pynn_sfdfa.rules that runs on event, such as SFDFA(feedback_learning_rate={_FEEDBACK_LEARNING_RATE:g})."
    )


def build(
    trains: SpikeTrains,
    n_out: int,
    hidden: Any,
    v_thresh: Any,
    initial_spikes: float | None,
    seed: int,
) -> Network:
    """Return an untrained network for these samples, of which the first decide on its thresholds.

    Parameters
    ----------
    trains : SpikeTrains
    n_out : int
        Classes.
    hidden : int or sequence of int
        Neurons of each hidden layer.
    v_thresh : "auto" or sequence of float
        mV, for each layer of neurons.
    initial_spikes : float, optional
        That a neuron of each layer begins with in a sample; see `pynn_sfdfa.training.thresholds`.
    seed : int

    Raises
    ------
    ValueError
        If a setting is not valid.
    """
    sizes = [hidden] if is_integer(hidden, 1) else list(hidden) if hasattr(hidden, "__len__") else []
    if not sizes or not all(is_integer(size, 1) for size in sizes):
        raise ValueError(
            f"hidden = {quoted(hidden)} is not valid; give the neurons of each hidden layer, such as (100,)."
        )
    weights = [_HIDDEN] * len(sizes) + [_OUTPUT]
    every = [trains.n_units, *map(int, sizes), n_out]
    _check_memory(every, hidden)
    network = FeedForward(every, weights=weights, seed=seed, max_spikes=_MAX_SPIKES)
    if isinstance(v_thresh, str) and v_thresh == "auto":
        wanted = None if initial_spikes is None else [initial_spikes] * len(network.layers)
        return fit_thresholds(network, trains.select(range(min(SAMPLES, len(trains)))), wanted)
    if isinstance(v_thresh, str) or not hasattr(v_thresh, "__len__"):
        raise ValueError(
            f'v_thresh = {quoted(v_thresh)} is not valid; give "auto", or a threshold in mV for each of the '
            f"{len(network.layers)} layers of neurons."
        )
    if initial_spikes is not None:
        raise ValueError(
            f'initial_spikes = {initial_spikes!r} means something with v_thresh = "auto" only; leave one of them out.'
        )
    return network.with_thresholds(v_thresh)


def _check_memory(sizes: Sequence[int], hidden: Any) -> None:
    """Raise ValueError, before any memory is taken, if a network of these sizes needs more than there is."""
    trials, remedy = trials_at_once(1, many_sites=False), "make the hidden layers smaller"
    needs = [
        memory.Need(f"the weights of {below:,} x {size:,} neurons", _WEIGHT * below * size, remedy)
        for below, size in pairwise(sizes)
    ]
    needs += [
        memory.Need(
            f"up to {_MAX_SPIKES} spikes of {size:,} neurons in {trials} samples at a time",
            _SPIKE * trials * _MAX_SPIKES * size,
            remedy,
            reserved=True,
        )
        for size in sizes[1:]
    ]
    reason = memory.shortage(needs, memory.limit())
    if reason is not None:
        raise ValueError(f"hidden = {quoted(hidden)} is too large: {reason}")


def rebuild(thresholds: NDArray[np.float64], state: Mapping[str, NDArray[np.generic]]) -> Network:
    """Return the network with weights and thresholds that were kept."""
    shapes = [state[f"weights.{layer}"].shape for layer in range(len(thresholds))]
    network = FeedForward([shapes[0][0], *(shape[1] for shape in shapes)]).with_thresholds(thresholds.tolist())
    network.restore(state)
    return network
