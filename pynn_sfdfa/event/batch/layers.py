"""The layers of a network as the kernels take them, and trials through them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np

from pynn_sfdfa.event.batch.activity import spikes_of
from pynn_sfdfa.event.batch.arrive import arrive_inputs, arrive_spikes
from pynn_sfdfa.event.batch.distribute import distribute_inputs, distribute_spikes
from pynn_sfdfa.event.batch.forward import Draw, advance_layer
from pynn_sfdfa.event.batch.forward_inhibited import advance_inhibited
from pynn_sfdfa.event.batch.forward_recurrent import advance_recurrent
from pynn_sfdfa.event.batch.layout import pad, part_of
from pynn_sfdfa.event.batch.passes import PARTS_PER_THREAD, Run, run_trials
from pynn_sfdfa.event.batch.pool import Pool
from pynn_sfdfa.event.batch.site_layout import layouts_of
from pynn_sfdfa.event.batch.workspace import Workspace, layer_constants, of_silent
from pynn_sfdfa.support.numbers import is_integer
from pynn_sfdfa.training.passes import trials_at_once
from pynn_sfdfa.training.responses import OutputSpikes, Responses, joined

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from pynn_sfdfa.encoding.spikes import Presentations, SpikeTrains
    from pynn_sfdfa.event.batch.site_layout import SiteLayout
    from pynn_sfdfa.network.network import Network
    from pynn_sfdfa.network.recurrent import Recurrent

__all__ = ["Layers"]

_GROWTH = 125
"""Percent; to which space for input spikes grows at least if it does not suffice."""


class Layers:
    """Weights and constants of all layers, and the threads and arrays that run trials through them.

    Parameters
    ----------
    network, threads
        As of `pynn_sfdfa.event.batch.engine.BatchEngine`.
    seed : int
        Of the perturbations.

    Attributes
    ----------
    silent : list of float
        Of each layer; see `pynn_sfdfa.event.batch.workspace.of_silent`.
    layouts : list of SiteLayout
    learns : list of bool
        Whether the weights of a layer change.
    weights : tuple of float32 arrays, shape (rows, width)
    flat_weights : list of float32 arrays, shape (rows * width,)
        The same memory, as the kernels take it.

    inhibition : list of float
        By which a spike of a neuron inhibits each other one of its layer, in nA.
    delays_within : list of float
        After which spikes of a recurrent layer arrive at it, in ms; 0 for others.
    at_threshold : list of bool
        Whether the potential that inputs have given a neuron at its spikes is theta for each: resets are to rest, and
        there is no inhibition within the layer.
    longest_first : list of int
        The layers, that with the most weights first.

    Raises
    ------
    ValueError
        If the number of threads is not valid, or the output layer has more than one site.
    """

    def __init__(self, network: Network, seed: int, threads: int | None) -> None:
        network.check_trains_on("event")
        self._network, self._seed = network, seed
        self.pool = Pool(_checked_threads(threads))
        self.sizes, self.max_spikes, self.delay = network.sizes, network.max_spikes, network.delay
        self.constants = tuple(layer_constants(layer, network) for layer in network.layers)
        self.silent = [of_silent(layer) for layer in network.layers]
        self.inhibition = [layer.connectivity.inhibition for layer in network.layers]
        self._recurrent = [layer.connectivity.recurrent for layer in network.layers]
        self.delays_within = [0.0 if own is None else own.delay for own in self._recurrent]
        self.at_threshold = [
            layer.cell.reset_current == layer.cell.threshold_current and not inhibition
            for layer, inhibition in zip(network.layers, self.inhibition, strict=True)
        ]
        self.layouts = layouts_of(network)
        if self.layouts[-1].count > 1:
            raise ValueError(
                f"The {network.layers[-1].name} layer has the shape {network.layers[-1].shape}, but classes are the "
                "neurons of a layer without positions. Put Dense(classes) above it."
            )
        self.learns = [layer.connectivity.learns for layer in network.layers]
        self.weights = tuple(own.padded_weights(w) for own, w in zip(self.layouts, network.weights, strict=True))
        self.flat_weights = [w.reshape(-1) for w in self.weights]
        self.longest_first = sorted(range(len(self.weights)), key=lambda layer: -self.weights[layer].size)
        self._present = [_present(own, recurrent) for own, recurrent in zip(self.layouts, self._recurrent, strict=True)]
        self._workspaces: dict[int, Workspace] = {}

    @property
    def see_parts(self) -> bool:
        """Whether neurons above the first hidden layer see a part of the layer below."""
        return not all(layout.sees_all for layout in self.layouts[1:])

    @property
    def advancing(self) -> tuple[Any, ...]:
        """The kernels that find the spikes of the layers, those that take longest to compile first."""
        plain = not all(own.within or inhibition for own, inhibition in zip(self.layouts, self.inhibition, strict=True))
        recurrent = any(own.within for own in self.layouts)
        kernels = [advance_recurrent] * recurrent + [advance_inhibited] * any(self.inhibition)
        return (*kernels, *[advance_layer] * plain)

    @property
    def arriving(self) -> tuple[Any, ...]:
        """The kernels that lay out what arrives at the layers."""
        first, *others = (own.dense for own in self.layouts)
        inputs = arrive_inputs if first else distribute_inputs
        spikes = [arrive_spikes] * any(others) + [distribute_spikes] * (not all(others))
        return (*spikes, inputs)

    def without_absent(self, gradients: Callable[[int], NDArray[np.float32]], by_block: bool) -> None:
        """Set gradients, or weights, to 0 where recurrent layers have no synapse.

        Parameters
        ----------
        gradients : callable
            Returns that of a layer, shape (rows * width,).
        by_block : bool
            Whether they lie block after block; row after row otherwise, as weights do.
        """
        for layer, (present, layout) in enumerate(zip(self._present, self.layouts, strict=True)):
            if present is not None:
                for neurons in layout.blocks if by_block else [slice(0, layout.width)]:
                    part_of(gradients(layer), layout.width, neurons)[-len(present) :] *= present[:, neurons]

    def all_present(self, layer: int) -> bool:
        """Whether a layer has all the synapses that its weights have room for."""
        return self._present[layer] is None

    def workspace(self, trains: SpikeTrains, trials: int) -> Workspace:
        """Return the arrays for so many trials at a time; ValueError if the samples do not fit the network."""
        if trains.n_units != self.sizes[0]:
            raise ValueError(f"The spike trains have {trains.n_units} units, the network {self.sizes[0]} inputs.")
        max_events, workspace = trains.most_spikes, self._workspaces.get(trials)
        if workspace is None or workspace.max_events < max_events:
            if workspace is not None:  # samples that are drawn are not all known: there may soon be one with more
                max_events = max(max_events, _GROWTH * workspace.max_events // 100)
            parts = PARTS_PER_THREAD * self.pool.threads
            workspace = Workspace(self._network, self.layouts, trials, max_events, parts, former=workspace)
            self._workspaces[trials] = workspace
        return workspace

    def run(
        self,
        workspace: Workspace,
        trains: SpikeTrains,
        samples: NDArray[np.int64],
        first_trial: int,
        perturbed: bool,
        passed_on: bool = True,
        every: bool | None = None,
    ) -> None:
        """Run trials through all layers: trial k of the workspace shows ``samples[k]``.

        Parameters
        ----------
        first_trial : int
            Index of the first of them since the training began; it determines the perturbations.
        perturbed : bool
            Whether hidden neurons draw perturbations.
        passed_on : bool
            Whether spikes carry perturbations of lower layers on, or their own alone.
        every : bool, optional
            As in `Run`; `Trials.gradient_tasks` needs one, which is whether what is replayed is of the potential.
        """
        top = len(self.weights) - 1
        draws = tuple(
            Draw(perturbed and layer > 0, perturbed and layer < top, self._seed, layer, first_trial, passed_on)
            for layer in range(top + 1)
        )
        what = (self.layouts, self.flat_weights, self.inhibition, self.delays_within, self.constants, draws, every)
        run_trials(self.pool, workspace, trains, samples, Run(*what))

    def respond(self, trains: Presentations, batch_size: int, of_times: bool) -> Responses:
        """Run all samples without learning, as many at a time as `trials_at_once` says."""
        trials = trials_at_once(batch_size, any(own.count > 1 for own in self.layouts))
        counts = np.empty((len(trains), self.sizes[-1]), np.int32)
        output: list[tuple[int, OutputSpikes]] = []
        totals = np.zeros(len(self.weights), np.int64)
        for start in range(0, len(trains), trials):
            samples = np.arange(start, min(start + trials, len(trains)))
            shown, at = trains.shown(samples, 0)
            workspace = self.workspace(shown, trials)
            self.run(workspace, shown, at, start, perturbed=False)
            counts[samples] = workspace.counts(len(totals) - 1, samples.size)
            if of_times:
                output.append((samples.size, self.output_spikes(workspace, samples.size)))
            totals += [int(workspace.counts(layer, samples.size).sum()) for layer in range(len(totals))]
        return Responses(counts, joined(output), tuple(int(total) for total in totals))

    def output_spikes(self, workspace: Workspace, n_trials: int) -> OutputSpikes:
        """Return copies of the output spikes of the first trials of a workspace that has been run."""
        return spikes_of(workspace.layers[-1], n_trials, self._network.trial_duration)


def _present(layout: SiteLayout, recurrent: Recurrent | None) -> NDArray[np.float32] | None:
    """Return 1 for each synapse within a layer and 0 where there is none, padded; None if there are all or none."""
    if recurrent is None or recurrent.p_connect == 1:
        return None
    return pad(recurrent.connected(layout.lanes).astype(np.float32))


def _checked_threads(threads: int | None) -> int:
    if threads is None:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if not is_integer(threads, 1):
        raise ValueError(f"threads = {threads!r} is not valid; it must be an integer >= 1.")
    return int(threads)
