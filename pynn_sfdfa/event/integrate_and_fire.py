"""Exact advance of a population of IF_curr_exp over a stretch of time (float64 kernels).

As with LIF_SFDFA (`pynn_sfdfa.event.advance`) every neuron is updated lazily, at its own events alone: arrivals, spikes
and ends of refractory periods. How often and until when a population is advanced changes no result by one bit.

Times are in ms from the start of the simulation.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pynn_sfdfa.event.advance import TooManySpikes
from pynn_sfdfa.event.membrane import Membrane, next_crossing, potential, psp
from pynn_sfdfa.support.jit import jit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.event.advance import Afferents, Samples, Spikes

__all__ = ["MOST_SPIKES", "MembraneState", "Membranes", "advance_membranes", "membrane_values"]

MOST_SPIKES = 1_000
"""Spikes that a neuron may emit within a millisecond; more means that the network has run away."""

_MARGIN = 1e-9  # relative, far more than the rounding of a potential: where it leaves doubt, the crossing is computed


class Membranes(NamedTuple):
    """Constants of the neurons of a population, each of shape (n,); potentials are counted from ``v_inf``."""

    tau_m: NDArray[np.float64]
    tau_E: NDArray[np.float64]
    tau_I: NDArray[np.float64]
    cm: NDArray[np.float64]
    v_inf: NDArray[np.float64]  # where v settles without synapses: v_rest + i_offset tau_m/cm
    threshold: NDArray[np.float64]
    reset: NDArray[np.float64]
    tau_refrac: NDArray[np.float64]


class MembraneState(NamedTuple):
    """State of the neurons of a population, each of shape (n,), at their last events."""

    time: NDArray[np.float64]
    w: NDArray[np.float64]  # v - v_inf
    i_E: NDArray[np.float64]
    i_I: NDArray[np.float64]
    release: NDArray[np.float64]  # v is held until then
    counted_from: NDArray[np.float64]  # the millisecond in which spikes are counted at present
    counted: NDArray[np.int64]


@jit
def _decay_currents(cells: Membranes, state: MembraneState, i: int, dt: float) -> None:
    state.i_E[i] *= math.exp(-dt / cells.tau_E[i])
    state.i_I[i] *= math.exp(-dt / cells.tau_I[i])


@jit
def _membrane(cells: Membranes, i: int) -> Membrane:
    return Membrane(cells.tau_m[i], cells.tau_E[i], cells.tau_I[i], cells.cm[i])


@jit
def _fire_until(cells: Membranes, state: MembraneState, i: int, end: float, spikes: list[tuple[float, int]]) -> None:
    """Emit the spikes of neuron i up to and including ``end``; after each it is held at its reset potential."""
    while True:
        if state.time[i] < state.release[i]:
            if state.release[i] > end:
                return
            _decay_currents(cells, state, i, state.release[i] - state.time[i])
            state.time[i] = state.release[i]
        dt = next_crossing(state.w[i], cells.threshold[i], state.i_E[i], state.i_I[i], _membrane(cells, i))
        time = state.time[i] + dt
        if dt < 0 or time > end:
            return
        if time > state.counted_from[i] + 1.0:
            state.counted_from[i], state.counted[i] = time, 0
        if state.counted[i] >= MOST_SPIKES:
            raise TooManySpikes(i)
        state.counted[i] += 1
        _decay_currents(cells, state, i, dt)
        state.time[i] = time
        state.w[i] = cells.reset[i]
        state.release[i] = time + cells.tau_refrac[i]
        spikes.append((time, i))


@jit
def _move(cells: Membranes, state: MembraneState, i: int, time: float) -> None:
    """Move neuron i, whose spikes up to then have been emitted, on to ``time``."""
    dt = time - state.time[i]
    if dt > 0:
        if time >= state.release[i]:
            state.w[i] = potential(dt, state.w[i], state.i_E[i], state.i_I[i], _membrane(cells, i))
        _decay_currents(cells, state, i, dt)
        state.time[i] = time


@jit
def _value(cells: Membranes, state: MembraneState, i: int, now: float) -> tuple[float, float, float]:
    """Return v (mV) and both currents (nA) of neuron i at a time that it has reached."""
    dt = now - state.time[i]
    w = (
        state.w[i]
        if state.time[i] < state.release[i]
        else potential(dt, state.w[i], state.i_E[i], state.i_I[i], _membrane(cells, i))
    )
    i_E, i_I = state.i_E[i] * math.exp(-dt / cells.tau_E[i]), state.i_I[i] * math.exp(-dt / cells.tau_I[i])
    return cells.v_inf[i] + w, i_E, i_I


@jit
def membrane_values(
    cells: Membranes, state: MembraneState, now: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return v (mV), isyn_exc and isyn_inh (nA) of all neurons, to the last bit as samples have them."""
    n = state.w.size
    v, i_E, i_I = np.empty(n), np.empty(n), np.empty(n)
    for i in range(n):
        v[i], i_E[i], i_I[i] = _value(cells, state, i, now)
    return v, i_E, i_I


@jit
def _take_sample(
    cells: Membranes, state: MembraneState, samples: Samples, s: int, end: float, spikes: list[tuple[float, int]]
) -> None:
    """Write sample s of every sampled neuron; its spikes up to then are due and are emitted."""
    for column in range(samples.neuron.size):
        i = samples.neuron[column]
        _fire_until(cells, state, i, min(samples.time[s], end), spikes)
        v, isyn_exc, isyn_inh = samples.signals
        v[s, column], isyn_exc[s, column], isyn_inh[s, column] = _value(cells, state, i, samples.time[s])


@jit
def advance_membranes(
    cells: Membranes,
    state: MembraneState,
    afferents: Afferents,
    inhibitory: NDArray[np.bool_],
    arrivals: Spikes,
    samples: Samples,
    end: float,
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Advance a population through all arrivals and its own spikes up to and including ``end``.

    Parameters
    ----------
    cells : Membranes
    state : MembraneState
        Changed in place.
    afferents : Afferents
    inhibitory : bool, shape (n_pre,)
        Which current the synapses of each presynaptic neuron feed; they are counted through all projections.
    arrivals : Spikes
        Input in order of time, not later than ``end``.
    samples : Samples
        Filled in place, right-continuous: everything up to and including the time of a sample is in it.
    end : float
        ms.

    Returns
    -------
    times, neurons : float64, int64
        The spikes emitted, not sorted.

    Raises
    ------
    TooManySpikes
        With the index of the neuron.
    """
    spikes = [(0.0, 0) for _ in range(0)]
    # In a dense population most neurons saw their last event together: what depends on time alone is computed once.
    known_dt, known_m, known_E, known_I = -1.0, -1.0, -1.0, -1.0
    decay_m, decay_E, decay_I, psp_E, psp_I = 1.0, 1.0, 1.0, 0.0, 0.0
    sample = 0
    for arrival in range(arrivals.time.size):
        time, j = arrivals.time[arrival], arrivals.neuron[arrival]
        while sample < samples.time.size and samples.time[sample] < time:
            _take_sample(cells, state, samples, sample, end, spikes)
            sample += 1
        for k in range(afferents.row_start[j], afferents.row_start[j + 1]):
            i = afferents.post[k]
            dt = time - state.time[i]
            if dt > 0:
                tau_m, tau_E, tau_I = cells.tau_m[i], cells.tau_E[i], cells.tau_I[i]
                if dt != known_dt or tau_m != known_m or tau_E != known_E or tau_I != known_I:
                    known_dt, known_m, known_E, known_I = dt, tau_m, tau_E, tau_I
                    decay_m, decay_E, decay_I = math.exp(-dt / tau_m), math.exp(-dt / tau_E), math.exp(-dt / tau_I)
                    psp_E, psp_I = psp(dt, tau_m, tau_E), psp(dt, tau_m, tau_I)
                i_E, i_I, w, cm = state.i_E[i], state.i_I[i], state.w[i], cells.cm[i]
                i_E_end, i_I_end = i_E * decay_E, i_I * decay_I
                if time < state.release[i]:
                    state.i_E[i], state.i_I[i], state.time[i] = i_E_end, i_I_end, time
                else:
                    certain = cells.threshold[i] - _MARGIN * (abs(cells.threshold[i]) + abs(w))
                    drive = max(i_E + i_I, 0.0) if tau_E == tau_I else max(i_E, 0.0) + max(i_I, 0.0)
                    w_end = w * decay_m + (i_E * psp_E + i_I * psp_I) / cm
                    silent = max(w, w * decay_m) + drive * dt / cm < certain
                    if not silent and tau_E == tau_I and w < certain and w_end < certain:
                        # Under one excitatory current w is highest at the end, unless it falls there.
                        silent = i_E + i_I > 0 and (i_E_end + i_I_end) * tau_m >= w_end * cm
                    if silent and state.release[i] <= state.time[i]:
                        state.w[i], state.i_E[i], state.i_I[i], state.time[i] = w_end, i_E_end, i_I_end, time
                    else:
                        _fire_until(cells, state, i, time, spikes)
                        _move(cells, state, i, time)
            if inhibitory[j]:
                state.i_I[i] += afferents.weight[k]
            else:
                state.i_E[i] += afferents.weight[k]
    while sample < samples.time.size:
        _take_sample(cells, state, samples, sample, end, spikes)
        sample += 1
    for i in range(state.time.size):
        _fire_until(cells, state, i, end, spikes)
    times, neurons = np.empty(len(spikes)), np.empty(len(spikes), np.int64)
    for n in range(len(spikes)):
        times[n], neurons[n] = spikes[n]
    return times, neurons
