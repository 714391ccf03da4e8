"""The kernels of the baseline, written straight from docs/algorithm.md, sections 1 and 4."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numba import prange

from pynn_sfdfa.common.perturbation import perturbation
from pynn_sfdfa.support.jit import jit

if TYPE_CHECKING:
    from typing import TypeAlias

    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float32]

__all__ = ["Cell", "Inputs", "Spikes", "adam", "backward", "forward"]

_FAST = frozenset({"fast"})


class Cell(NamedTuple):
    """A layer's constants: times in ms, threshold c in nA."""

    tau_syn: np.float32
    tau_m: np.float32
    c: np.float32
    trial_duration: np.float32
    max_spikes: np.int64


class Inputs(NamedTuple):
    """The input spikes of every trial of a batch, sorted by time."""

    n: NDArray[np.int32]  # (trials,): spikes
    time: NDArray[np.float32]  # (trials, units): ms
    unit: NDArray[np.int64]  # (trials, units)


class Spikes(NamedTuple):
    """The spikes of one layer in every trial of a batch."""

    n: NDArray[np.int32]  # (trials, neurons): spikes
    time: NDArray[np.float32]  # (trials, neurons, max_spikes): ms
    A: NDArray[np.float32]  # (trials, neurons, max_spikes): A at the spike
    grade: NDArray[np.float32]  # (trials, neurons, max_spikes)
    v: NDArray[np.float32]  # (trials, neurons): perturbation of neurons that fired
    d: NDArray[np.float32]  # (trials, neurons): sum of the grades


@jit(fastmath=_FAST)
def _run_layer(
    times: Floats,
    units: NDArray[np.integer[Any]],
    grades: Floats,
    weights: Floats,
    cell: Cell,
    perturbed: bool,
    seed: int,
    trial: int,
    k: int,
    spikes: Spikes,
) -> None:
    """Run a layer through one trial, the k-th of its batch (docs/algorithm.md, section 1).

    Between events ``dA/dt = -A/tau_syn`` and ``dB/dt = -B/tau_m``; an input adds w to both, and where ``B - A`` reaches
    c the neuron spikes and B loses c.
    """
    n = weights.shape[1]
    A, B, D = np.zeros(n, np.float32), np.zeros(n, np.float32), np.zeros(n, np.float32)
    growth = np.zeros(n, np.float32)  # exp(time to the next spike/tau_m), 0 if there is none before the next event
    count, c, now = spikes.n[k], cell.c, np.float32(0)
    count[:] = 0
    spikes.v[k] = 0
    spikes.d[k] = 0
    for event in range(times.size):
        time = times[event]
        if time > cell.trial_duration:
            break
        end = min(times[event + 1], cell.trial_duration) if event + 1 < times.size else cell.trial_duration
        decay_syn, decay_m = np.exp((now - time) / cell.tau_syn), np.exp((now - time) / cell.tau_m)
        most = np.exp((end - time) / cell.tau_m)
        row, grade = weights[units[event]], grades[event]
        any_spike = False
        for i in range(n):
            a, b = A[i] * decay_syn + row[i], B[i] * decay_m + row[i]
            A[i], B[i] = a, b
            D[i] += row[i] * grade
            discriminant = b * b - np.float32(4) * a * c
            root = b + np.sqrt(max(discriminant, np.float32(0)))
            x = np.float32(2) * a / root
            found = (discriminant > 0) & (a > 0) & (root > 0) & (x >= 1) & (x <= most)
            growth[i] = x if found else np.float32(0)
            any_spike |= found
        if any_spike:
            for i in range(n):
                x = growth[i]
                while 0 < x <= most and count[i] < cell.max_spikes:
                    own = D[i]
                    D[i] = 0
                    if perturbed and count[i] == 0:
                        spikes.v[k, i] = perturbation(seed, 0, trial, i)
                        own += spikes.v[k, i]
                    spikes.time[k, i, count[i]] = time + cell.tau_m * np.log(x)
                    spikes.A[k, i, count[i]] = A[i] / (x * x)
                    spikes.grade[k, i, count[i]] = own
                    spikes.d[k, i] += own
                    count[i] += 1
                    B[i] -= c * x
                    discriminant = B[i] * B[i] - np.float32(4) * A[i] * c
                    root = B[i] + np.sqrt(max(discriminant, np.float32(0)))
                    earlier, x = x, np.float32(2) * A[i] / root
                    if discriminant <= 0 or root <= 0 or x < earlier:
                        break
        now = time


@jit
def _events(spikes: Spikes, k: int) -> tuple[Floats, NDArray[np.int32], Floats]:
    """Return the times, neurons and grades of a layer's spikes in one trial, sorted by time."""
    total = spikes.n[k].sum()
    time, unit, grade = np.empty(total, np.float32), np.empty(total, np.int32), np.empty(total, np.float32)
    m = 0
    for i in range(spikes.n.shape[1]):
        for spike in range(spikes.n[k, i]):
            time[m], unit[m], grade[m] = spikes.time[k, i, spike], i, spikes.grade[k, i, spike]
            m += 1
    order = np.argsort(time)
    return time[order], unit[order], grade[order]


@jit(fastmath=_FAST)
def _replay_layer(
    k: int,
    times: Floats,
    units: NDArray[np.integer[Any]],
    cell: Cell,
    spikes: Spikes,
    error: Floats,
    gradient: Floats,
) -> None:
    """Add error times eligibility of one trial to the gradient (docs/algorithm.md, section 4).

    ``E_j = sum over k of gamma_k (TA_j(t_k) - TB_j(t_k))``, with
    ``gamma_k = f_k (1 + (c/tau_m) sum over l > k of gamma_l exp(-(t_l - t_k)/tau_m))``.
    """
    n = error.size
    time, unit, _ = _events(spikes, k)
    seen, later, at = np.zeros(n, np.int32), np.zeros(n, np.float32), np.zeros(n, np.float32)
    gamma = np.empty(time.size, np.float32)
    for m in range(time.size - 1, -1, -1):
        i = unit[m]
        seen[i] += 1
        later[i] *= np.exp((time[m] - at[i]) / cell.tau_m)
        factor = cell.tau_m / spikes.A[k, i, spikes.n[k, i] - seen[i]]
        own = factor * (np.float32(1) + later[i] * cell.c / cell.tau_m)
        gamma[m] = own * error[i]
        later[i] += own
        at[i] = time[m]
    S1, S2 = np.zeros(n, np.float32), np.zeros(n, np.float32)
    m, now = time.size - 1, cell.trial_duration
    for event in range(times.size - 1, -1, -1):
        if times[event] > cell.trial_duration:
            continue
        decay_syn, decay_m = np.exp((times[event] - now) / cell.tau_syn), np.exp((times[event] - now) / cell.tau_m)
        for i in range(n):
            S1[i] *= decay_syn
            S2[i] *= decay_m
        while m >= 0 and time[m] >= times[event]:
            S1[unit[m]] += gamma[m] * np.exp((times[event] - time[m]) / cell.tau_syn)
            S2[unit[m]] += gamma[m] * np.exp((times[event] - time[m]) / cell.tau_m)
            m -= 1
        row = gradient[units[event]]
        for i in range(n):
            row[i] += S1[i] - S2[i]
        now = times[event]


@jit
def _forward_trial(
    latency: Floats,
    perturbed: bool,
    seed: int,
    trial: int,
    k: int,
    inputs: Inputs,
    W1: Floats,
    cell1: Cell,
    hidden: Spikes,
    W2: Floats,
    cell2: Cell,
    output: Spikes,
) -> None:
    n = np.isfinite(latency).sum()
    order = np.argsort(latency)
    inputs.n[k] = n
    inputs.unit[k] = order
    inputs.time[k] = latency[order]
    none = np.zeros(n, np.float32)
    _run_layer(inputs.time[k, :n], inputs.unit[k, :n], none, W1, cell1, perturbed, seed, trial, k, hidden)
    time, unit, grade = _events(hidden, k)
    _run_layer(time, unit, grade, W2, cell2, False, seed, trial, k, output)


@jit
def _backward_trial(
    k: int,
    inputs: Inputs,
    cell1: Cell,
    hidden: Spikes,
    error1: Floats,
    G1: Floats,
    cell2: Cell,
    output: Spikes,
    error2: Floats,
    G2: Floats,
) -> None:
    n = inputs.n[k]
    _replay_layer(k, inputs.time[k, :n], inputs.unit[k, :n], cell1, hidden, error1, G1)
    time, unit, _ = _events(hidden, k)
    _replay_layer(k, time, unit, cell2, output, error2, G2)


@jit(parallel=True)
def forward(
    threads: int,
    latencies: Floats,
    samples: NDArray[np.int64],
    W1: Floats,
    W2: Floats,
    cell1: Cell,
    cell2: Cell,
    perturbed: bool,
    seed: int,
    first_trial: int,
    inputs: Inputs,
    hidden: Spikes,
    output: Spikes,
) -> None:
    """Run a batch of trials; sample k of it is trial ``first_trial + k``."""
    for thread in prange(threads):
        for k in range(thread, samples.size, threads):
            latency, trial = latencies[samples[k]], first_trial + k
            _forward_trial(latency, perturbed, seed, trial, k, inputs, W1, cell1, hidden, W2, cell2, output)


@jit(parallel=True)
def backward(
    inputs: Inputs,
    hidden: Spikes,
    output: Spikes,
    cell1: Cell,
    cell2: Cell,
    error1: Floats,
    error2: Floats,
    G1: Floats,
    G2: Floats,
) -> None:
    """Add error times eligibility of a batch to the gradients, of which every thread has its own."""
    threads = G1.shape[0]
    for thread in prange(threads):
        for k in range(thread, error1.shape[0], threads):
            _backward_trial(k, inputs, cell1, hidden, error1[k], G1[thread], cell2, output, error2[k], G2[thread])


@jit(parallel=True, fastmath=_FAST)
def adam(
    weights: Floats,
    gradients: Floats,
    mean: Floats,
    square: Floats,
    rate: np.float32,
    beta1: np.float32,
    beta2: np.float32,
    epsilon: np.float32,
    step: int,
    n: int,
) -> None:
    """Adam on the mean of all threads' gradients, which are set to zero."""
    correction1, correction2 = np.float32(1 - beta1**step), np.float32(1 - beta2**step)
    for row in prange(weights.shape[0]):
        for i in range(weights.shape[1]):
            g = np.float32(0)
            for thread in range(gradients.shape[0]):
                g += gradients[thread, row, i]
                gradients[thread, row, i] = 0
            g /= n
            mean[row, i] = beta1 * mean[row, i] + (1 - beta1) * g
            square[row, i] = beta2 * square[row, i] + (1 - beta2) * g * g
            weights[row, i] -= rate * (mean[row, i] / correction1) / (np.sqrt(square[row, i] / correction2) + epsilon)
