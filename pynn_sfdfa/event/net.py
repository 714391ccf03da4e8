"""A network of connected populations: how it is advanced, and its trials."""

from __future__ import annotations

import math
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from pynn_sfdfa.common.targets import check_learning
from pynn_sfdfa.common.wiring import check_trial_durations
from pynn_sfdfa.event.advance import Samples, Spikes
from pynn_sfdfa.event.learning import check_timed, end_trial
from pynn_sfdfa.event.neurons import Neurons
from pynn_sfdfa.event.stages import stages
from pynn_sfdfa.event.stock_neurons import StockNeurons

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pynn_sfdfa.event.stages import Stage

__all__ = ["Net", "at_trial_end", "connected_nets", "trial_index"]


def at_trial_end(t: float, trial_duration: float) -> bool:
    """Return whether ``t`` is a multiple of the trial duration, but for rounding."""
    return math.isfinite(trial_duration) and math.isclose(t, round(t / trial_duration) * trial_duration, rel_tol=1e-12)


def trial_index(t: float, trial_duration: float) -> int:
    """Return the index of the trial that runs at time ``t`` (ms); at a multiple of the duration it is the next one."""
    return round(t / trial_duration) if at_trial_end(t, trial_duration) else math.floor(t / trial_duration)


def connected_nets(populations: Sequence[Any]) -> list[Net]:
    """Split populations into networks, each in an order in which signals travel."""
    order = stages(populations)
    place = {population: index for index, stage in enumerate(order) for population in stage.populations}
    links = [(place[way.source], place[population]) for population in place for way in population.incoming]
    ends = tuple(np.array(links, np.int64).reshape(-1, 2).T)
    graph = coo_array((np.ones(len(links)), ends), shape=(len(order), len(order)))
    count, net_of = connected_components(graph, directed=False)
    return [Net([stage for stage, own in zip(order, net_of, strict=True) if own == net]) for net in range(count)]


class Net:
    """Populations that are connected with each other, in the order in which signals travel.

    Raises
    ------
    pyNN.errors.ConnectionError
        If their trials differ in length.
    """

    def __init__(self, order: Sequence[Stage]) -> None:
        self.stages = order
        populations = chain.from_iterable(stage.populations for stage in order)
        self.neurons = [p.dynamics for p in populations if isinstance(p.dynamics, Neurons)]
        for neurons in self.neurons:
            first = self.neurons[0]
            check_trial_durations(first.label, first.trial_duration, neurons.label, neurons.trial_duration)
        self.trial_duration = self.neurons[0].trial_duration if self.neurons else math.inf

    def check(self, stop: float) -> None:
        """Check before a run to ``stop`` (ms) that learning has all it needs, and loops delays that can be told from 0.

        Raises
        ------
        ValueError
            If targets run out before ``stop``, or feedback comes from a population without targets or goes to one
            with targets, or the delay of a loop is too short.
        """
        for stage in self.stages:
            stage.check(stop)
        for neurons in self.neurons:
            check_learning(
                neurons.label,
                stop,
                self.trial_duration,
                given=neurons.targets.shape[1],
                feedback_from=((p.source.label, bool(p.source.dynamics.targets.size)) for p in neurons.feedback),
                regularised=bool(neurons.rho.any()),
                plastic=any(p.values("learning_rate").any() for p in neurons.inputs),
            )
            check_timed(neurons)

    def advance(self, after: float, now: float, stop: float) -> None:
        """Advance through everything that happens after ``after`` up to and including ``stop``, trial by trial.

        A spike at a multiple of the trial duration belongs to the trial that starts there.
        """
        if not self.neurons:
            self._advance_stretch(0.0, after, stop, stop)
            return
        trial = trial_index(now, self.trial_duration)
        last = trial_index(stop, self.trial_duration)
        while True:
            start = trial * self.trial_duration
            for neurons in self.neurons:
                neurons.prepare(trial)
            if trial == last:
                self._advance_stretch(start, after, stop, max(stop - start, 0.0))
                return
            until = math.nextafter((trial + 1) * self.trial_duration, -math.inf)
            self._advance_stretch(
                start, after, until, math.nextafter(self.trial_duration, -math.inf), to_trial_end=True
            )
            end_trial(self.neurons, trial)
            after = until
            trial += 1

    def _advance_stretch(
        self, start: float, after: float, until: float, end: float, to_trial_end: bool = False
    ) -> None:
        """Advance all populations within the trial that began at ``start``, to ``until`` = ``start + end``.

        What LIF_SFDFA neurons receive is timed from the start of the trial, with which they return to rest; what
        IF_curr_exp receives from that of the simulation.
        """
        for stage in self.stages:
            if stage.loop:
                self._advance_loop(stage, start, after, until, end, to_trial_end)
                continue
            (population,) = stage.populations
            dynamics = population.dynamics
            if isinstance(dynamics, Neurons):
                samples = population.recorder.samples_due(start, until, open_end=to_trial_end)
                in_trial = dynamics.advance(end, samples)
                population.recorder.keep(samples)
                _send(population, in_trial._replace(time=start + in_trial.time), in_trial)
            elif isinstance(dynamics, StockNeurons):
                samples = population.recorder.samples_due(0.0, until, open_end=to_trial_end)
                spikes = dynamics.advance(until, samples)
                population.recorder.keep(samples)
                _send(population, spikes, _in_trial(spikes, start, end))
            else:
                times, indices = dynamics.emit(after, until)
                spikes = Spikes(times, indices, np.zeros(times.size))
                _send(population, spikes, spikes._replace(time=times - start))

    def _advance_loop(
        self, stage: Stage, start: float, after: float, until: float, end: float, to_trial_end: bool
    ) -> None:
        """Advance the populations of a loop in turn, each by less than the smallest delay among them."""
        clocks = [start if isinstance(p.dynamics, Neurons) else 0.0 for p in stage.populations]
        due = [
            p.recorder.samples_due(clock, until, open_end=to_trial_end)
            for p, clock in zip(stage.populations, clocks, strict=True)
        ]
        taken = [0] * len(due)
        for reached in stage.ends(after, until):
            in_trial = end if reached == until else min(max(reached - start, 0.0), end)
            for k, population in enumerate(stage.populations):
                learns = isinstance(population.dynamics, Neurons)
                stop = in_trial if learns else reached
                first, time = taken[k], due[k].time
                taken[k] = time.size if reached == until else int(np.searchsorted(time, stop, "right"))
                spikes = population.dynamics.advance(stop, _part(due[k], first, taken[k]))
                if learns:
                    _send(population, spikes._replace(time=start + spikes.time), spikes)
                else:
                    _send(population, spikes, _in_trial(spikes, start, end))
        for population, samples in zip(stage.populations, due, strict=True):
            population.recorder.keep(samples)


def _part(samples: Samples, first: int, last: int) -> Samples:
    """Return the samples from ``first`` to before ``last``; what is written there is written here."""
    times = slice(first, last)
    return Samples(samples.time[times], samples.neuron, tuple(values[times] for values in samples.signals))


def _send(population: Any, spikes: Spikes, in_trial: Spikes) -> None:
    """Record spikes and send them off: to IF_curr_exp timed from t = 0, to LIF_SFDFA from the start of the trial."""
    population.recorder.keep_spikes(spikes.time, spikes.neuron)
    if spikes.time.size:
        for pathway in population.outgoing:
            pathway.depart(spikes if isinstance(pathway.target.dynamics, StockNeurons) else in_trial)


def _in_trial(spikes: Spikes, start: float, end: float) -> Spikes:
    return spikes._replace(time=np.minimum(spikes.time - start, end))  # rounding ends no trial early
