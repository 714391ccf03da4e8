"""The passes through a batch of trials, shared out among threads; results do not depend on how."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pynn_sfdfa.event.batch.arrivals_by_unit import sort_by_unit
from pynn_sfdfa.event.batch.arrive import Inputs, arrive_inputs, arrive_spikes
from pynn_sfdfa.event.batch.distribute import distribute_inputs, distribute_spikes
from pynn_sfdfa.event.batch.forward import advance_layer
from pynn_sfdfa.event.batch.forward_inhibited import InhibitedNeurons, InhibitedScratch, advance_inhibited
from pynn_sfdfa.event.batch.forward_recurrent import advance_recurrent
from pynn_sfdfa.event.batch.lateral_effects import LateralSpace, lateral_effects
from pynn_sfdfa.event.batch.layout import aligned_zeros
from pynn_sfdfa.event.batch.neuron_errors_through_weights import Passage, neuron_errors_through_weights
from pynn_sfdfa.event.batch.pool import share_out
from pynn_sfdfa.event.batch.replayed import Accumulators
from pynn_sfdfa.event.batch.spike_errors_by_feedback import AnswersSpace, Pathway, spike_errors_by_feedback
from pynn_sfdfa.event.batch.spike_errors_through_weights import spike_errors_through_weights
from pynn_sfdfa.event.batch.spike_errors_within import spike_errors_within
from pynn_sfdfa.event.batch.workspace import Room

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from pynn_sfdfa.encoding.spikes import SpikeTrains
    from pynn_sfdfa.event.batch.forward import Draw
    from pynn_sfdfa.event.batch.pool import Pool
    from pynn_sfdfa.event.batch.records import LayerConstants, LayerTrials
    from pynn_sfdfa.event.batch.replayed import Replayed
    from pynn_sfdfa.event.batch.site_layout import SiteLayout
    from pynn_sfdfa.event.batch.workspace import Workspace

__all__ = [
    "PARTS_PER_THREAD",
    "Run",
    "lateral_effect",
    "neuron_errors_below",
    "propagate_errors",
    "propagate_within",
    "return_answers",
    "run_trials",
]

_GROWTH = 150
"""Percent of what would have sufficed for one trial, to which space grows."""

PARTS_PER_THREAD = 2
"""Trials differ in their number of spikes, so a thread that is done early takes another part."""


def _share(pool: Pool, n_trials: int, work: Callable[[int, slice], None], of: str) -> None:
    """Do work on parts of the trials, with their numbers; ``of`` is what it is, for the pool."""
    parts = share_out(n_trials, PARTS_PER_THREAD * pool.threads)
    pool.run((partial(work, number, part) for number, part in enumerate(parts)), of)


class Run(NamedTuple):
    """The layers of a network, and how trials run through them."""

    layouts: Sequence[SiteLayout]
    weights: Sequence[NDArray[np.float32]]
    """Shape (rows * width,) each."""
    inhibition: Sequence[float]
    """By which a spike of a neuron inhibits each other one of its layer, in nA."""
    delays_within: Sequence[float]
    """After which spikes of a recurrent layer arrive at it, in ms."""
    constants: Sequence[LayerConstants]
    draws: Sequence[Draw]
    every: bool | None = None
    """Whether the events of all layers are sorted by the unit they came from, for the way back, or only where it pays;
    None: nowhere."""


def run_trials(pool: Pool, workspace: Workspace, trains: SpikeTrains, samples: NDArray[np.int64], how: Run) -> None:
    """Run trials through all layers, one after the other: trial k shows ``samples[k]``.

    If more happens than the workspace has space for, it gets more and they are run again.
    """
    inputs = Inputs(trains.times, trains.units, trains.offsets, np.ascontiguousarray(samples, np.int64))
    run = partial(_run_part, workspace, inputs, how)
    while True:
        workspace.merged = [[0] * len(workspace.layers) for _ in workspace.scratch]
        _share(pool, samples.size, run, "trials")
        if not workspace.grown():
            return


def _run_part(workspace: Workspace, inputs: Inputs, how: Run, number: int, part: slice) -> None:
    layers, order, deal = workspace.layers, workspace.orders[number][0], workspace.deals[number]
    first, last, (layouts, weights, inhibition, delays_within, constants, draws, every) = part.start, part.stop, how
    for layer, (own, space, layout) in enumerate(zip(layers, workspace.scratch[number], layouts, strict=True)):
        missing = 0
        if layout.dense and layer == 0:
            arrive_inputs(first, last, inputs, constants[0], own)
        elif layout.dense:
            arrive_spikes(first, last, layers[layer - 1], constants[layer], order, own)
        elif layer == 0:
            missing = distribute_inputs(first, last, inputs, constants[0], layout.reach, deal, own)
        else:
            missing = distribute_spikes(first, last, layers[layer - 1], constants[layer], layout.reach, deal, own)
        room = workspace.rooms[layer]
        if missing:
            workspace.lacks(layer, Room(missing * _GROWTH // 100, room.spikes))
            return
        if isinstance(space, InhibitedScratch):
            neurons = InhibitedNeurons(constants[layer], draws[layer], space, own)
            if layout.within:
                n_below, within = layout.rows - layout.within, np.float32(delays_within[layer])
                neurons = neurons._replace(constants=constants[layer]._replace(delay=within))
                advance_recurrent(first, last, weights[layer], n_below, neurons)
            else:
                advance_inhibited(first, last, weights[layer], np.float32(inhibition[layer]), neurons)
        elif not advance_layer(first, last, weights[layer], constants[layer], draws[layer], space, own):
            workspace.lacks(layer, Room(room.events, room.spikes * _GROWTH // 100))
            return
        if every is not None:  # while they are in the cache
            workspace.merged[number][layer] = sort_by_unit(first * own.sites, last * own.sites, every, own)


def propagate_errors(
    pool: Pool, n_trials: int, weights: NDArray[np.float32], what: Replayed, below: LayerTrials
) -> None:
    """Set the errors of the spikes below a layer by backpropagation through it; arguments as of the kernel."""
    width = what.layer.counts.size // what.layer.places.size

    def propagate(_: int, part: slice) -> None:
        sums = Accumulators(*aligned_zeros((3, width)))
        spike_errors_through_weights(part.start, part.stop, weights, what, sums, below)

    _share(pool, n_trials, propagate, "errors of spikes")


def propagate_within(
    pool: Pool, n_trials: int, layout: SiteLayout, weights: NDArray[np.float32], what: Replayed
) -> None:
    """Set the errors of the spikes of a recurrent layer by backpropagation within it; arguments as of the kernel."""

    def propagate(_: int, part: slice) -> None:
        sums = Accumulators(*aligned_zeros((3, layout.width)))
        spike_errors_within(part.start, part.stop, weights, layout.rows - layout.within, what, sums)

    _share(pool, n_trials, propagate, "errors within")


def neuron_errors_below(
    pool: Pool,
    workspace: Workspace,
    layouts: Sequence[SiteLayout],
    layer: int,
    weights: NDArray[np.float32],
    error: NDArray[np.float32],
    constants: LayerConstants,
    silent_ratio: np.float32,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the errors of the neurons below a layer, and its summed potentials in units of theta; as of the kernel.

    Parameters
    ----------
    error : float32, shape (trials, neurons)

    Returns
    -------
    float32 array, shape (trials, n_pre)
        Of no use for the first layer.
    float32 array, shape (trials, neurons)
    """
    layout, above, trials = layouts[layer], workspace.layers[layer], len(error)
    below = workspace.layers[max(0, layer - 1)]
    lanes = layout.lanes if layout.count == 1 else layout.width
    by_site = np.ascontiguousarray(error, np.float32) if layout.count == 1 else layout.by_site(error)
    potential = np.empty(by_site.shape, np.float32)
    result = np.empty((trials, below.counts.size // workspace.trials if layer > 0 else 1), np.float32)

    passage = Passage(
        weights=weights,
        layer=above,
        constants=constants,
        error=by_site.reshape(-1),
        ones=np.ones(lanes, np.float32),
        of_below=layer > 0,
        below=below,
        reach=layout.reach,
        silent_ratio=silent_ratio,
        potential=potential.reshape(-1),
        result=result.reshape(-1),
    )

    def propagate(_: int, part: slice) -> None:
        sums = Accumulators(*np.empty((3, lanes), np.float32))
        neuron_errors_through_weights(part.start, part.stop, passage, sums)

    _share(pool, trials, propagate, "errors of neurons")
    return layouts[layer - 1].as_pynn(result) if layer > 0 else result, layout.as_pynn(potential)


def lateral_effect(
    pool: Pool, workspace: Workspace, layer: int, n_trials: int, inhibition: np.float32, constants: LayerConstants
) -> NDArray[np.float32]:
    """Return how much each neuron of a layer with inhibition excites itself, shape (trials, neurons)."""
    own, n = workspace.layers[layer], workspace.counts(layer, n_trials).shape[1]
    effect = np.empty((n_trials, n), np.float32)

    def work(number: int, part: slice) -> None:
        S1, S2 = np.empty((2, n), np.float32)
        space = LateralSpace(workspace.orders[number][0], S1, S2, np.empty(n * n, np.float32))
        lateral_effects(part.start, part.stop, inhibition, constants, own, space, effect.reshape(-1))

    _share(pool, n_trials, work, "lateral effects")
    return effect


def return_answers(
    pool: Pool,
    workspace: Workspace,
    layer: int,
    n_trials: int,
    layout: SiteLayout,
    feedback: NDArray[np.float32],
    output: Replayed,
    delay: np.float32,
) -> None:
    """Set the errors of the spikes of a hidden layer by the output spikes that follow them; arguments as of the kernel.

    Parameters
    ----------
    feedback : float32, shape (n_out, n_hidden)
    """
    hidden = workspace.layers[layer]
    pathway = Pathway(layout.by_site(feedback).T.ravel(), delay)

    def answer(number: int, part: slice) -> None:
        sums = Accumulators(*np.empty((3, len(feedback)), np.float32))
        _, answered, released = workspace.orders[number]
        space = AnswersSpace(workspace.deals[number], answered, released, sums)
        spike_errors_by_feedback(part.start, part.stop, hidden, output, pathway, space)

    _share(pool, n_trials, answer, "answers")
