"""The same network in float64, with the same ticks, perturbations and order of events: what to compare with.

Eligibilities are traced forwards, one R and one E a synapse (docs/algorithm.md, section 3), so that it also is an
independent check of the replay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from oracles.fixed_point_network import ticks_in
from oracles.spike_events import Events, arrivals, input_events

from pynn_sfdfa.hardware.arithmetic.random import perturbations
from pynn_sfdfa.support.jit import jit

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray
    from oracles.fixed_point_network import LearningParameters

    from pynn_sfdfa.encoding.spikes import SpikeTrains
    from pynn_sfdfa.hardware.arithmetic.formats import Integers
    from pynn_sfdfa.network.network import Network

    Floats = NDArray[np.float64]

__all__ = ["FloatNetwork"]

_FRACTION = 16
"""Of the perturbations, which are drawn as in fixed point."""


@jit
def _run_layer(
    arriving: Events,
    grades: Floats,
    weights: Floats,
    v: Floats,
    learning: bool,
    decay_syn: float,
    decay_m: float,
    c: float,
    tau_m: float,
    reach: float,
    exact: float,
    max_spikes: int,
) -> tuple[Events, Floats, Integers, Floats, Floats, Floats]:
    """Run a layer; return spikes, their grades, counts, directional sums, eligibilities and the last B - A."""
    n_pre, n = weights.shape
    ticks = arriving.offsets.size - 1
    A, B, D, directional, count = np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n, np.int64)
    TA, TB = np.zeros(n_pre), np.zeros(n_pre)
    E, R = np.zeros((n_pre, n)), np.zeros((n_pre, n))
    unit, offsets = np.empty(n * min(ticks, max_spikes), np.int64), np.zeros(ticks + 1, np.int64)
    grade = np.zeros(unit.size)
    end = 0
    for tick in range(ticks):
        for event in range(arriving.offsets[tick], arriving.offsets[tick + 1]):
            j = arriving.unit[event]
            for i in range(n):
                A[i] += weights[j, i]
                B[i] += weights[j, i]
                D[i] += weights[j, i] * grades[event]
            TA[j] += 1.0
            TB[j] += 1.0
        TA *= decay_syn
        TB *= decay_m
        if learning:
            R *= decay_m
        for i in range(n):
            A[i] *= decay_syn
            B[i] *= decay_m
            if B[i] - A[i] < c or count[i] >= max_spikes:
                continue
            if learning:
                drive = A[i] * reach - exact * c
                for j in range(n_pre):
                    moved = tau_m / drive * (TA[j] - TB[j] + R[j, i]) if drive > 0.0 else 0.0
                    E[j, i] += moved
                    R[j, i] += c / tau_m * moved
            grade[end] = D[i] + (v[i] if count[i] == 0 else 0.0)
            directional[i] += grade[end]
            D[i] = 0.0
            B[i] -= c
            count[i] += 1
            unit[end] = i
            end += 1
        offsets[tick + 1] = end
    none = np.zeros_like(unit)
    return Events(unit, none, none, offsets), grade, count, directional, E, B - A


class FloatNetwork:
    """A network that is simulated by ticks in float64 and offers what `FixedPointNetwork` does.

    Parameters
    ----------
    network : Network
    timestep : float
        ms.
    seed : int
        Seed of the perturbations, which are those of `FixedPointNetwork`.
    """

    def __init__(self, network: Network, timestep: float = 1.0, seed: int = 0) -> None:
        self.timestep, self.seed = timestep, seed
        self.ticks, self.delay = ticks_in(network.trial_duration, timestep), ticks_in(network.delay, timestep)
        self.layers, self.sizes = network.layers, network.sizes
        self._exact, self._max_spikes = float(network.gradient == "exact"), network.max_spikes
        self.weights = [w.astype(np.float64) for w in network.weights]
        self.feedback = [w.astype(np.float64) for w in network.feedback]

    def counts(self, trains: SpikeTrains) -> list[NDArray[np.int32]]:
        """Show all samples, not learning; return the spikes of each layer, shape (samples, neurons)."""
        counts = [np.empty((len(trains), layer.size), np.int32) for layer in self.layers]
        still = [np.zeros(layer.size) for layer in self.layers]
        for sample in range(len(trains)):
            for count, layer in zip(counts, self.run(trains, sample, still, learning=False), strict=True):
                count[sample] = layer[2]
        return counts

    def train(
        self, trains: SpikeTrains, sample: int, target: ArrayLike, parameters: LearningParameters, trial: int
    ) -> None:
        """Show one of the samples and learn from it, as `FixedPointNetwork.train`."""
        drawn = [
            perturbations(self.seed, k, trial, n, _FRACTION) * 2.0**-_FRACTION for k, n in enumerate(self.sizes[1:-1])
        ]
        record = self.run(trains, sample, [*drawn, np.zeros(self.sizes[-1])], learning=True)
        _, _, n_out, directional, E_out, _ = record[-1]
        error = np.asarray(target, np.float64) - n_out
        self.weights[-1] -= parameters.learning_rate * error * E_out
        for k, (feedback, v) in enumerate(zip(self.feedback, drawn, strict=True)):
            _, _, count, _, E, _ = record[k]
            hidden = error @ feedback + parameters.rho * (parameters.r_target - count)
            self.weights[k] -= parameters.learning_rate * hidden * E
            feedback += parameters.feedback_learning_rate * (v * directional[:, np.newaxis] - feedback) * (count > 0)

    def run(
        self, trains: SpikeTrains, sample: int, drawn: list[Floats], learning: bool
    ) -> list[tuple[Events, Floats, Integers, Floats, Floats, Floats]]:
        """Show one of the samples; return what `_run_layer` does, for each layer."""
        spikes, delay = input_events(*trains.sample(sample), self.timestep, self.ticks, sample), self.delay
        grades = np.zeros(spikes.unit.size)
        record = []
        for weights, v, layer in zip(self.weights, drawn, self.layers, strict=True):
            result = _run_layer(
                arrivals(spikes, delay),
                grades,
                weights,
                v,
                learning,
                float(np.exp(-self.timestep / layer.cell.tau_syn)),
                float(np.exp(-self.timestep / layer.cell.tau_m)),
                layer.cell.threshold_current,
                layer.cell.tau_m,
                (layer.cell.tau_m - layer.cell.tau_syn) / layer.cell.tau_syn,
                self._exact,
                self._max_spikes,
            )
            spikes, grades, delay = result[0], result[1], self.delay + 1
            record.append(result)
        return record
