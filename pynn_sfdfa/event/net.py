"""A feed-forward network of connected populations: in which order it is advanced, and its trials."""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from pynn_sfdfa.event.learning import end_trial
from pynn_sfdfa.event.neurons import Neurons
from pynn_sfdfa.event.online import Spikes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Net", "at_trial_end", "connected_nets", "trial_index"]


def at_trial_end(t: float, trial_duration: float) -> bool:
    """Return whether ``t`` is a multiple of the trial duration, but for rounding."""
    return math.isfinite(trial_duration) and math.isclose(t, round(t / trial_duration) * trial_duration, rel_tol=1e-12)


def trial_index(t: float, trial_duration: float) -> int:
    """Return the index of the trial that runs at time ``t`` (ms); at a multiple of the duration it is the next one."""
    return round(t / trial_duration) if at_trial_end(t, trial_duration) else math.floor(t / trial_duration)


def connected_nets(populations: Iterable[Any]) -> list[Net]:
    """Split populations into networks, each in an order in which signals travel."""
    order: list[Any] = []
    net_of: dict[Any, set[Any]] = {}

    def visit(population: Any) -> None:
        if population in net_of:
            return
        net_of[population] = {population}
        for pathway in population.incoming:
            if pathway.projection.receptor_type == "input":
                visit(pathway.source)
        order.append(population)

    for population in populations:
        visit(population)
    for population in order:
        for pathway in population.incoming:
            merged = net_of[population] | net_of[pathway.source]
            for member in merged:
                net_of[member] = merged
    members = [[p for p in order if p in net] for net in {id(net): net for net in net_of.values()}.values()]
    return [Net(populations) for populations in members]


class Net:
    """Populations that are connected with each other, in the order in which signals travel.

    Raises
    ------
    ValueError
        If their trials differ in length, or learning is wired in a way that cannot work.
    """

    def __init__(self, populations: Sequence[Any]) -> None:
        self.populations = populations
        self.neurons = [p.dynamics for p in populations if isinstance(p.dynamics, Neurons)]
        for neurons in self.neurons:
            if neurons.trial_duration != self.neurons[0].trial_duration:
                raise ValueError(
                    f"Populations '{self.neurons[0].label}' and '{neurons.label}' are connected, but have "
                    f"trial_duration = {self.neurons[0].trial_duration:g} ms and {neurons.trial_duration:g} ms. "
                    "Give all populations of a network the same trial_duration."
                )
        self.trial_duration = self.neurons[0].trial_duration if self.neurons else math.inf

    def check(self, stop: float) -> None:
        """Check before a run to ``stop`` (ms) that learning has all it needs.

        Raises
        ------
        ValueError
            If targets run out before ``stop``, or feedback comes from a population without targets or goes to one
            with targets.
        """
        needed = trial_index(stop, self.trial_duration) if self.neurons else 0
        for neurons in self.neurons:
            given = neurons.targets.shape[1]
            if given and neurons.feedback:
                raise ValueError(
                    f"Population '{neurons.label}' has targets and feedback: it cannot be output and hidden population "
                    "at once. Remove its targets, or the SFDFAFeedback projection onto it."
                )
            if 0 < given < needed:
                raise ValueError(
                    f"Population '{neurons.label}' has targets for {given} trials, but running to {stop:g} ms "
                    f"completes {needed} trials of {self.trial_duration:g} ms. Give more targets, or run to "
                    f"{given * self.trial_duration:g} ms at most."
                )
            for pathway in neurons.feedback:
                if not pathway.source.dynamics.targets.size:
                    raise ValueError(
                        f"Feedback from population '{pathway.source.label}' to '{neurons.label}' carries no error, "
                        f"because '{pathway.source.label}' has no targets. Set its targets (spike counts per trial)."
                    )
            if not given and not neurons.feedback and not neurons.rho.any():
                self._warn_if_plastic(neurons)

    def _warn_if_plastic(self, neurons: Neurons) -> None:
        if any(p.values("learning_rate").any() for p in neurons.inputs):
            warnings.warn(
                f"The synapses onto population '{neurons.label}' have a learning_rate but nothing to learn from: it "
                "has no targets, no SFDFAFeedback projection and rho = 0. Their weights will not change.",
                stacklevel=2,
            )

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
        """Advance all populations within the trial that began at ``start``, to ``until`` = ``start + end``."""
        for population in self.populations:
            if isinstance(population.dynamics, Neurons):
                samples = population.recorder.samples_due(start, until, open_end=to_trial_end)
                spikes = population.dynamics.advance(end, samples)
                population.recorder.keep(samples)
                population.recorder.keep_spikes(start + spikes.time, spikes.neuron)
            else:
                times, indices = population.dynamics.emit(after, until)
                population.recorder.keep_spikes(times, indices)
                spikes = Spikes(times - start, indices, np.zeros(times.size))
            if spikes.time.size:
                for pathway in population.outgoing:
                    pathway.depart(spikes)
