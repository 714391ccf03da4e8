"""Exact advance of one population over a stretch of a trial, with forward eligibilities (float64 kernels).

Every neuron is updated lazily: its state is that of its last event, and its next spike follows in closed form. At an
input it first emits the spikes that come before, then decays to the input and takes it. Nothing else moves the state,
so how often and until when a population is advanced changes no result by one bit.

Times are in ms from the start of the trial.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pynn_sfdfa.event.spike_times import growth_to_spike, may_reach, next_spike
from pynn_sfdfa.support.jit import jit

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["NEVER", "Afferents", "Cells", "Layer", "Samples", "Spikes", "State", "TooManySpikes", "advance", "values"]

NEVER = -1.0
"""Time of the last event where there has been none in this trial."""


class Cells(NamedTuple):
    """Constants of the neurons of a population, each of shape (n,)."""

    tau_m: NDArray[np.float64]
    tau_syn: NDArray[np.float64]
    v_rest: NDArray[np.float64]
    kappa: NDArray[np.float64]  # mV/nA
    c: NDArray[np.float64]  # threshold in nA
    group: NDArray[np.int64]  # neurons of a group share time constants, and so presynaptic traces


class State(NamedTuple):
    """State of the neurons of a population, each of shape (n,), at their last events."""

    time: NDArray[np.float64]
    A: NDArray[np.float64]
    B: NDArray[np.float64]
    D: NDArray[np.float64]
    n_spikes: NDArray[np.int64]
    directional: NDArray[np.float64]
    last_spike: NDArray[np.float64]  # time to which R of the neuron's synapses refers


class Afferents(NamedTuple):
    """All synapses onto a population: by presynaptic neuron, by postsynaptic neuron, and the presynaptic traces.

    Presynaptic neurons of all projections are counted through; ``traced`` marks those whose synapses have eligibility.
    """

    row_start: NDArray[np.int64]  # (n_pre + 1,); synapses of presynaptic neuron j: row_start[j] to row_start[j + 1]
    post: NDArray[np.int64]  # (n_synapses,)
    weight: NDArray[np.float64]  # (n_synapses,)
    column_start: NDArray[np.int64]  # (n + 1,); synapses of postsynaptic neuron i in the three arrays below
    pre: NDArray[np.int64]
    R: NDArray[np.float64]
    E: NDArray[np.float64]
    traced: NDArray[np.bool_]  # (n_pre,)
    TA: NDArray[np.float64]  # (n_groups, n_pre), at last_arrival
    TB: NDArray[np.float64]
    last_arrival: NDArray[np.float64]  # (n_pre,)


class Layer(NamedTuple):
    """Everything about one population that its advance reads and writes."""

    cells: Cells
    state: State
    afferents: Afferents
    group_tau_m: NDArray[np.float64]  # (n_groups,), time constants of the presynaptic traces
    group_tau_syn: NDArray[np.float64]
    perturbation: NDArray[np.float64]  # (n,), nA; what the first spike of the trial carries besides D
    exact: bool  # form of the spike-time derivative
    most_spikes: int  # that a neuron may emit in a trial
    slack: float  # ms, more than the rounding error of a time: how far beyond an input spikes are looked for


class Spikes(NamedTuple):
    """Spikes in order of time: when, whose, and the grade each carries."""

    time: NDArray[np.float64]
    neuron: NDArray[np.int64]
    grade: NDArray[np.float64]


class Samples(NamedTuple):
    """What to sample: rising times, neurons; and for each signal the array (n_times, n_neurons) that takes its values.

    The signals are those of the population: v and i_syn, or those of IF_curr_exp.
    """

    time: NDArray[np.float64]
    neuron: NDArray[np.int64]
    signals: tuple[NDArray[np.float64], ...]


class TooManySpikes(Exception):
    """Raised with the index of a neuron that would spike more often than ``most_spikes`` in a trial."""


@jit
def _learn_at_spike(layer: Layer, i: int, time: float) -> None:
    """Move E and R of the synapses of neuron i, which spikes at ``time`` (docs/algorithm.md, section 3).

    With the state just before the reset ``dt = f (TA - TB + R)``, ``E += dt`` and ``R += (c/tau_m) dt``; f is
    ``tau_m tau_syn/((tau_m - tau_syn) A)``, or for the exact form ``1/(A/tau_syn - B/tau_m)``.
    """
    cells, state, afferents = layer.cells, layer.state, layer.afferents
    tau_m, tau_syn, c = cells.tau_m[i], cells.tau_syn[i], cells.c[i]
    drive = state.A[i] * ((tau_m - tau_syn) / tau_syn)
    if layer.exact:
        drive -= c
    # A neuron that was set above threshold spikes at once, whatever its weights: its spike time does not move.
    f = tau_m / drive if drive > 0 else 0.0
    carry = math.exp((state.last_spike[i] - time) / tau_m)
    group = cells.group[i]
    for k in range(afferents.column_start[i], afferents.column_start[i + 1]):
        j = afferents.pre[k]
        arrival = afferents.last_arrival[j]
        if arrival >= 0:
            trace = afferents.TA[group, j] * math.exp((arrival - time) / tau_syn)
            trace -= afferents.TB[group, j] * math.exp((arrival - time) / tau_m)
            R = afferents.R[k] * carry
            moved = f * (trace + R)
            afferents.E[k] += moved
            afferents.R[k] = R + (c / tau_m) * moved
    state.last_spike[i] = time


@jit
def _fire_until(layer: Layer, i: int, end: float, spikes: list[tuple[float, int, float, float]]) -> None:
    """Emit the spikes of neuron i up to and including ``end``; each takes c off B (docs/algorithm.md, section 1)."""
    cells, state = layer.cells, layer.state
    while True:
        dt = next_spike(state.A[i], state.B[i], cells.c[i], cells.tau_m[i], cells.tau_syn[i], math.inf)
        time = state.time[i] + dt
        if dt < 0 or time > end:
            return
        if state.n_spikes[i] >= layer.most_spikes:
            raise TooManySpikes(i)
        state.A[i] *= math.exp(-dt / cells.tau_syn[i])
        state.time[i] = time
        _learn_at_spike(layer, i, time)
        if dt > 0:
            state.B[i] = state.A[i]  # at threshold B = A + c, and the reset takes c off
        else:
            state.B[i] -= cells.c[i]
        grade = state.D[i] + (layer.perturbation[i] if state.n_spikes[i] == 0 else 0.0)
        state.D[i] = 0.0
        state.directional[i] += grade
        state.n_spikes[i] += 1
        spikes.append((time, i, grade, state.A[i]))


@jit
def _value(cells: Cells, state: State, i: int, now: float) -> tuple[float, float]:
    """Return ``v = v_rest + kappa (B - A)`` and ``i_syn = A`` (mV, nA) of neuron i at a time that it has reached."""
    dt = now - state.time[i]
    A = state.A[i] * math.exp(-dt / cells.tau_syn[i])
    B = state.B[i] * math.exp(-dt / cells.tau_m[i])
    return cells.v_rest[i] + cells.kappa[i] * (B - A), A


@jit
def values(cells: Cells, state: State, now: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return v (mV) and i_syn (nA) of all neurons, to the last bit as samples have them; numpy's exp may differ."""
    v, i_syn = np.empty(state.A.size), np.empty(state.A.size)
    for i in range(state.A.size):
        v[i], i_syn[i] = _value(cells, state, i, now)
    return v, i_syn


@jit
def _take_sample(
    layer: Layer, samples: Samples, s: int, end: float, spikes: list[tuple[float, int, float, float]]
) -> None:
    """Write sample s of every sampled neuron; its spikes up to then are due and are emitted."""
    cells, state = layer.cells, layer.state
    for column in range(samples.neuron.size):
        i = samples.neuron[column]
        _fire_until(layer, i, min(samples.time[s], end), spikes)
        v, i_syn = samples.signals
        v[s, column], i_syn[s, column] = _value(cells, state, i, samples.time[s])


@jit
def _trace_arrival(layer: Layer, j: int, time: float) -> None:
    """Let the traces of presynaptic neuron j decay to ``time`` and jump by one (docs/algorithm.md, section 2).

    ``dTA/dt = -TA/tau_syn``, ``dTB/dt = -TB/tau_m``; an arrival adds 1 to both.
    """
    afferents = layer.afferents
    if afferents.last_arrival[j] >= 0:
        dt = time - afferents.last_arrival[j]
        for group in range(layer.group_tau_m.size):
            afferents.TA[group, j] *= math.exp(-dt / layer.group_tau_syn[group])
            afferents.TB[group, j] *= math.exp(-dt / layer.group_tau_m[group])
    for group in range(layer.group_tau_m.size):
        afferents.TA[group, j] += 1.0
        afferents.TB[group, j] += 1.0
    afferents.last_arrival[j] = time


@jit
def advance(
    layer: Layer, arrivals: Spikes, samples: Samples, end: float
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Advance a population through all arrivals and its own spikes up to and including ``end``.

    Parameters
    ----------
    layer : Layer
        State and synapses are changed in place.
    arrivals : Spikes
        Input in order of time, not later than ``end``; ``neuron`` counts the presynaptic neurons of all projections
        through.
    samples : Samples
        Filled in place, right-continuous: everything up to and including the time of a sample is in it.
    end : float
        ms from the start of the trial.

    Returns
    -------
    times, neurons, grades, currents : float64, int64, float64, float64
        The spikes emitted, not sorted, and the synaptic current (nA) at each.

    Raises
    ------
    TooManySpikes
        With the index of the neuron.
    """
    cells, state, afferents = layer.cells, layer.state, layer.afferents
    spikes = [(0.0, 0, 0.0, 0.0) for _ in range(0)]
    # In a dense population most neurons saw their last event together: their decays are computed once.
    known_dt, known_m, known_syn = NEVER, NEVER, NEVER
    decay_m, decay_syn, growth_limit = 1.0, 1.0, 0.0
    sample = 0
    for arrival in range(arrivals.time.size):
        time, j, grade = arrivals.time[arrival], arrivals.neuron[arrival], arrivals.grade[arrival]
        while sample < samples.time.size and samples.time[sample] < time:
            _take_sample(layer, samples, sample, end, spikes)
            sample += 1
        for k in range(afferents.row_start[j], afferents.row_start[j + 1]):
            i = afferents.post[k]
            dt = time - state.time[i]
            if dt > 0:
                tau_m, tau_syn = cells.tau_m[i], cells.tau_syn[i]
                if dt != known_dt or tau_m != known_m or tau_syn != known_syn:
                    known_dt, known_m, known_syn = dt, tau_m, tau_syn
                    decay_m, decay_syn = math.exp(-dt / tau_m), math.exp(-dt / tau_syn)
                    growth_limit = math.expm1((dt + layer.slack) / tau_m)
                if tau_m == tau_syn + tau_syn:
                    growth = growth_to_spike(state.A[i], state.B[i], cells.c[i])
                    may_spike = 0 <= growth <= growth_limit
                else:
                    may_spike = may_reach(state.A[i], state.B[i], cells.c[i], tau_m / tau_syn, decay_m, decay_syn)
                if may_spike:
                    _fire_until(layer, i, time, spikes)
                if time - state.time[i] == dt:
                    state.A[i] *= decay_syn
                    state.B[i] *= decay_m
                else:
                    state.A[i] *= math.exp((state.time[i] - time) / tau_syn)
                    state.B[i] *= math.exp((state.time[i] - time) / tau_m)
                state.time[i] = time
            weight = afferents.weight[k]
            state.A[i] += weight
            state.B[i] += weight
            state.D[i] += weight * grade
        if afferents.traced[j]:
            _trace_arrival(layer, j, time)
    while sample < samples.time.size:
        _take_sample(layer, samples, sample, end, spikes)
        sample += 1
    for i in range(state.time.size):
        _fire_until(layer, i, end, spikes)
    times, neurons = np.empty(len(spikes)), np.empty(len(spikes), np.int64)
    grades, currents = np.empty(len(spikes)), np.empty(len(spikes))
    for n in range(len(spikes)):
        times[n], neurons[n], grades[n], currents[n] = spikes[n]
    return times, neurons, grades, currents
