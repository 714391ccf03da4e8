"""The arrays in which one batch of trials is laid out: events arriving at a layer, and spikes leaving it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pynn_sfdfa.jit import jit

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "Arrivals",
    "LayerConstants",
    "Spikes",
    "allocate_arrivals",
    "allocate_spikes",
    "flat_arrivals",
    "flat_spikes",
]


class LayerConstants(NamedTuple):
    """The constants of one layer, in float32 so that no kernel is promoted to float64.

    Times in ms; ``c`` is the threshold in nA, (v_thresh - v_rest)/kappa; ``reach`` is (tau_m - tau_syn)/tau_syn.
    ``exact`` is 1 for the exact and 0 for the bounded derivative. ``closed_form`` says that tau_m = 2 tau_syn.
    """

    tau_syn: np.float32
    tau_m: np.float32
    c: np.float32
    reach: np.float32
    exact: np.float32
    trial_duration: np.float32
    delay: np.float32
    max_spikes: np.int32
    closed_form: bool


class Arrivals(NamedTuple):
    """Events arriving at one layer, per trial; simultaneous events form a group, the unit in which time advances.

    The window of group g lasts from its time to that of group g + 1, or to the end of the trial.
    """

    unit: NDArray[np.int32]  # (trials, capacity): presynaptic neuron of each event
    source: NDArray[np.int32]  # (trials, capacity): which spike of the layer below it is; not set for input spikes
    grade: NDArray[np.float32]  # (trials, capacity)
    n_groups: NDArray[np.int32]  # (trials,)
    start: NDArray[np.int32]  # (trials, capacity + 1): first event of each group
    time: NDArray[np.float32]  # (trials, capacity): of each group, ms
    window: NDArray[np.float32]  # (trials, capacity): ms
    decay_syn: NDArray[np.float32]  # (trials, capacity): exp(-window/tau_syn)
    decay_m: NDArray[np.float32]  # (trials, capacity): exp(-window/tau_m)


class Spikes(NamedTuple):
    """Spikes of one layer, per trial, window by window; within a window neuron by neuron."""

    time: NDArray[np.float32]  # (trials, capacity): ms
    unit: NDArray[np.int32]  # (trials, capacity)
    grade: NDArray[np.float32]  # (trials, capacity)
    factor: NDArray[np.float32]  # (trials, capacity): f of section 3
    since_syn: NDArray[np.float32]  # (trials, capacity): exp(-(time since the last arrival)/tau_syn)
    since_m: NDArray[np.float32]  # (trials, capacity): the same with tau_m
    error: NDArray[np.float32]  # (trials, capacity): of each spike beside that of its neuron; set by later layers
    stop: NDArray[np.int32]  # (trials, groups): index after the last spike of each window
    counts: NDArray[np.int32]  # (trials, width): spikes of each neuron
    directional: NDArray[np.float32]  # (trials, width): sum of the grades of each neuron
    perturbation: NDArray[np.float32]  # (trials, width): v of neurons that fired, 0 for the others


def allocate_arrivals(trials: int, capacity: int) -> Arrivals:
    """Return uninitialised arrays for at most ``capacity`` events a trial."""
    columns = (trials, capacity)
    return Arrivals(
        unit=np.empty(columns, np.int32),
        source=np.empty(columns, np.int32),
        grade=np.empty(columns, np.float32),
        n_groups=np.empty(trials, np.int32),
        start=np.empty((trials, capacity + 1), np.int32),
        time=np.empty(columns, np.float32),
        window=np.empty(columns, np.float32),
        decay_syn=np.empty(columns, np.float32),
        decay_m=np.empty(columns, np.float32),
    )


def allocate_spikes(trials: int, width: int, max_spikes: int, groups: int) -> Spikes:
    """Return uninitialised arrays for at most ``max_spikes`` a neuron in at most ``groups`` windows a trial."""
    columns, neurons = (trials, width * max_spikes), (trials, width)
    return Spikes(
        time=np.empty(columns, np.float32),
        unit=np.empty(columns, np.int32),
        grade=np.empty(columns, np.float32),
        factor=np.empty(columns, np.float32),
        since_syn=np.empty(columns, np.float32),
        since_m=np.empty(columns, np.float32),
        error=np.empty(columns, np.float32),
        stop=np.empty((trials, groups), np.int32),
        counts=np.empty(neurons, np.int32),
        directional=np.empty(neurons, np.float32),
        perturbation=np.empty(neurons, np.float32),
    )


@jit
def flat_arrivals(arrivals: Arrivals) -> Arrivals:
    """Return the same memory with one axis each; trial t begins at t times the capacity."""
    return Arrivals(
        arrivals.unit.reshape(-1),
        arrivals.source.reshape(-1),
        arrivals.grade.reshape(-1),
        arrivals.n_groups,
        arrivals.start.reshape(-1),
        arrivals.time.reshape(-1),
        arrivals.window.reshape(-1),
        arrivals.decay_syn.reshape(-1),
        arrivals.decay_m.reshape(-1),
    )


@jit
def flat_spikes(spikes: Spikes) -> Spikes:
    """Return the same memory with one axis each; trial t begins at t times the capacity."""
    return Spikes(
        spikes.time.reshape(-1),
        spikes.unit.reshape(-1),
        spikes.grade.reshape(-1),
        spikes.factor.reshape(-1),
        spikes.since_syn.reshape(-1),
        spikes.since_m.reshape(-1),
        spikes.error.reshape(-1),
        spikes.stop.reshape(-1),
        spikes.counts.reshape(-1),
        spikes.directional.reshape(-1),
        spikes.perturbation.reshape(-1),
    )
