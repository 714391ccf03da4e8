"""Learning with surrogate eligibilities in NumPy, in time steps, straight from the equations.

Nothing is shared with the package but the perturbations, which are drawn alike everywhere. Units are PyNN's.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from pynn_sfdfa.common.perturbation import perturbations


def psi(derivative, slope, x):
    """Return the function of the distance from threshold, which is -1 at rest."""
    if derivative == "triangle":
        return 2 * slope * np.maximum(0.0, 1 - slope * abs(x))
    return slope / (1 + slope * abs(x)) ** 2


@dataclass
class PlainNetwork:
    """One hidden layer; ``cells`` are parameters of hidden and output neurons, ``weights`` (n_pre, n_post) in nA."""

    cells: list[dict]
    weights: list[np.ndarray]
    feedback: np.ndarray  # (n_out, n_hidden)
    dt: float
    derivative: str
    slope: float
    rate: float
    symmetric: bool = False
    feedback_rate: float = 0.0
    rho: float = 0.0
    r_target: float = 0.0
    seed: int = 0
    trials: int = 0
    eligibilities: list[list[np.ndarray]] = field(default_factory=list)  # of every step of the last trial, each layer

    def learn(self, times, units, targets):
        """Show one sample, whose spikes are at multiples of the step, and learn from it; return the spike counts."""
        dt, n_in = self.dt, self.weights[0].shape[0]
        sizes = [w.shape[1] for w in self.weights]
        kappa = [c["tau_m"] * c["tau_syn"] / (c["cm"] * (c["tau_m"] - c["tau_syn"])) for c in self.cells]
        height = [c["v_thresh"] - c["v_rest"] for c in self.cells]
        syn, m = ([np.exp(-dt / c[tau]) for c in self.cells] for tau in ("tau_syn", "tau_m"))
        A, B, D, count, directional = ([np.zeros(n) for n in sizes] for _ in range(5))
        TA, TB = ([np.zeros(n) for n in (n_in, sizes[0])] for _ in range(2))
        E = [np.zeros_like(w) for w in self.weights]
        v_i = perturbations(self.seed, 0, self.trials, sizes[0]) if self.feedback_rate else np.zeros(sizes[0])
        self.eligibilities = []
        for step in range(round(self.cells[0]["trial_duration"] / dt)):
            now = units[np.round(times / dt).astype(int) == step]
            np.add.at(TA[0], now, 1)
            np.add.at(TB[0], now, 1)
            A[0], B[0] = (x + self.weights[0][now].sum(0) for x in (A[0], B[0]))
            spikes = []
            for k in range(2):
                A[k], B[k], TA[k], TB[k] = A[k] * syn[k], B[k] * m[k], TA[k] * syn[k], TB[k] * m[k]
                x = kappa[k] * (B[k] - A[k]) / height[k] - 1
                spikes.append(x >= 0)
                slope = psi(self.derivative, self.slope, x) / height[k]
                E[k] = E[k] - slope * kappa[k] * (TB[k] - TA[k])[:, None] * dt
            grades = []
            for k, fired in enumerate(spikes):
                grade = D[k] + (v_i if k == 0 else 0.0) * (count[k] == 0)
                grades.append(grade)
                directional[k] = directional[k] + grade * fired
                D[k] = np.where(fired, 0.0, D[k])
                B[k] = B[k] - height[k] / kappa[k] * fired
                count[k] = count[k] + fired
            fired = spikes[0]
            A[1], B[1] = (y + self.weights[1][fired].sum(0) for y in (A[1], B[1]))
            D[1] = D[1] + (grades[0][fired, None] * self.weights[1][fired]).sum(0)
            TA[1], TB[1] = TA[1] + fired, TB[1] + fired
            self.eligibilities.append([e.copy() for e in E])
        e_out = targets - count[1]
        if self.symmetric:
            self.feedback = self.weights[1].T.copy()
        errors = [e_out @ self.feedback + self.rho * (self.r_target - count[0]), e_out]
        self.weights = [w - self.rate * e * own for w, e, own in zip(self.weights, errors, E, strict=True)]
        moved = np.outer(directional[1], v_i) - self.feedback
        self.feedback = self.feedback + self.feedback_rate * moved * (count[0] > 0)
        self.trials += 1
        return count
