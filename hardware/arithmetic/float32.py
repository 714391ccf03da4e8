"""SFDFA in float32: what a core with a floating-point unit computes, each operation rounded once and none fused.

The steps are those of `neuron`, `replay`, `timed` and `feedback`, without fixed point: weights and currents are in nA,
errors in spikes. Nothing is limited: float32 holds 1e-38 to 3e38, and 24 bits of a number wherever its point is.
Functions take and change arrays of one number a neuron; the kernels in ``hardware/c/float32`` give the same bits.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.network.cells import Cell

    Floats = NDArray[np.float32]
    Indices = NDArray[np.integer]

__all__ = [
    "FloatConstants",
    "FloatReplay",
    "FloatState",
    "advance",
    "arrive",
    "begin_replay",
    "change_row",
    "constants_of",
    "factors",
    "feed_back",
    "fire",
    "hidden_error",
    "improve_feedback",
    "output_error",
    "pull_decay",
    "replay_decay",
    "replay_spikes",
    "take_up",
    "timed_spikes",
]


class FloatConstants(NamedTuple):
    """Constants of a layer.

    Attributes
    ----------
    keep_syn, keep_m : float32
        exp(-timestep/tau).
    threshold : float32
        c, in nA.
    reach : float32
        (tau_m - tau_syn)/tau_syn.
    exact : int
        1 for the exact, 0 for the bounded form of the spike-time derivative.
    max_spikes : int
        A neuron that has fired as often in a trial fires no more.
    """

    keep_syn: np.float32
    keep_m: np.float32
    threshold: np.float32
    reach: np.float32
    exact: int
    max_spikes: int


class FloatState(NamedTuple):
    """Neurons of a layer during a trial, as `NeuronState`, in float32 but for ``count``."""

    A: Floats
    B: Floats
    D: Floats
    directional: Floats
    count: NDArray[np.int32]  # type: ignore[assignment]  # hides the method of tuples, which a record does not need
    total: Floats
    graded: Floats


class FloatReplay(NamedTuple):
    """Neurons of a layer while a trial is replayed, as `ReplayState`; ``change`` is the pull of output neurons."""

    S1: Floats
    S2: Floats
    delta: Floats
    change: Floats


def constants_of(cell: Cell, timestep: float, gradient: str, max_spikes: int) -> FloatConstants:
    """Return the constants of a cell for a timestep in ms, each rounded once from float64."""
    return FloatConstants(
        keep_syn=np.float32(math.exp(-timestep / cell.tau_syn)),
        keep_m=np.float32(math.exp(-timestep / cell.tau_m)),
        threshold=np.float32(cell.threshold_current),
        reach=np.float32((cell.tau_m - cell.tau_syn) / cell.tau_syn),
        exact=int(gradient == "exact"),
        max_spikes=max_spikes,
    )


def arrive(row: Floats, grade: np.float32 | None, state: FloatState) -> None:
    """Add one event, with the grade of its packet if that has one, to the sums that the coming tick takes up."""
    state.total[:] += row
    if grade is not None:
        state.graded[:] += row * grade


def take_up(state: FloatState) -> None:
    """Step 1 of a tick: A, B and D take up what has arrived."""
    state.A[:] += state.total
    state.B[:] += state.total
    state.D[:] += state.graded
    state.total[:] = state.graded[:] = 0


def advance(state: FloatState, constants: FloatConstants) -> Indices:
    """Steps 2 and 3: decay, then the spike test; return the neurons that fire."""
    state.A[:] *= constants.keep_syn
    state.B[:] *= constants.keep_m
    reached = np.greater_equal(state.B - state.A, constants.threshold)
    return np.flatnonzero(reached & (state.count < constants.max_spikes))


def factors(A: Floats, constants: FloatConstants) -> Floats:
    """Return ``c/drive`` of neurons that fire; 0 where the drive is not positive."""
    drive = A * constants.reach
    if constants.exact:
        drive = drive - constants.threshold
    found = np.zeros_like(drive)
    np.divide(constants.threshold, drive, out=found, where=drive > 0)
    return found


def fire(state: FloatState, fired: Indices, perturbation: Floats, constants: FloatConstants) -> Floats:
    """Step 4: reset the neurons that fire and return the grades of their spikes."""
    D = state.D[fired]
    grade = np.where(state.count[fired] == 0, D + perturbation[fired], D)
    state.directional[fired] += grade
    state.D[fired] = 0
    state.B[fired] -= constants.threshold
    state.count[fired] += 1
    return grade


def begin_replay(error: Floats, gain: np.float32) -> FloatReplay:
    """Return the state after the last tick of a trial: S1 = S2 = 0, and delta from the errors."""
    zero = np.zeros((3, error.size), np.float32)
    return FloatReplay(zero[0], zero[1], -(error * gain), zero[2])


def replay_spikes(state: FloatReplay, neurons: Indices, factor: Floats, own: Floats | None = None) -> None:
    """Take back the spikes of a tick, at most one a neuron; ``own`` is what is taken from delta for each."""
    delta = state.delta[neurons] if own is None else state.delta[neurons] - own
    gamma = factor * (delta + state.S2[neurons])
    state.S1[neurons] += gamma
    state.S2[neurons] += gamma


def replay_decay(state: FloatReplay, constants: FloatConstants) -> None:
    """Step back from the end of a tick to its beginning."""
    state.S1[:] *= constants.keep_syn
    state.S2[:] *= constants.keep_m
    state.change[:] = state.S1 - state.S2


def change_row(row: Floats, change: Floats) -> None:
    """Change the weights from one input, in place, by one of its events."""
    row[:] += change


def pull_decay(state: FloatReplay, constants: FloatConstants) -> None:
    """As `replay_decay`, for output neurons whose pull on the layer below is wanted."""
    replay_decay(state, constants)
    state.change[:] += state.S1 * constants.reach


def timed_spikes(
    state: FloatReplay,
    neurons: Indices,
    factor: Floats,
    feedback: Floats,
    pull: Floats,
    timed_gain: np.float32,
) -> None:
    """Take back the spikes of a tick, each with the error that feedback of shape (outputs, hidden) gives it."""
    error = np.zeros(len(neurons), np.float32)
    for row, of_output in zip(feedback[:, neurons], pull, strict=True):
        error += row * of_output
    replay_spikes(state, neurons, factor, error * timed_gain)


def output_error(target: Floats, count: NDArray[np.int32]) -> Floats:
    """Return ``e_o = target_o - n_o``."""
    return target - count.astype(np.float32)


def feed_back(row: Floats, error: np.float32, total: Floats) -> None:
    """Add the feedback of one output neuron to that of the hidden neurons."""
    total[:] += row * error


def hidden_error(total: Floats, count: NDArray[np.int32], rho: np.float32, r_target: np.float32) -> Floats:
    """Return ``e_i = total_i + rho (r_target - n_i)``."""
    return total + rho * (r_target - count.astype(np.float32))


def improve_feedback(
    row: Floats, perturbation: Floats, directional: np.float32, count: NDArray[np.int32], rate: np.float32
) -> None:
    """Move the weights from one output neuron by ``eta_B (v_i d_o - Bfb[o, i])`` where i fired, in place."""
    moved = row + rate * (perturbation * directional - row)
    np.copyto(row, moved, where=count != 0)
