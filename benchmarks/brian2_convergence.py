"""How pynn_sfdfa.brian2 converges to the exact event-driven simulator as its timestep shrinks.

One trial of a 20-10-3 network with delays: the same weights, input and perturbations on both simulators.

    python benchmarks/brian2_convergence.py
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from types import ModuleType

import numpy as np

TRIAL_DURATION = 60.0
SIZES = (20, 10, 3)
SAMPLING = 0.1
CELL = {"tau_m": 20.0, "tau_syn": 10.0, "cm": 1.0, "v_rest": -70.0, "trial_duration": TRIAL_DURATION}


@dataclass(frozen=True, eq=False)
class Trial:
    """What one trial left behind; eligibilities are those of 1 ms before its end, weights those after it."""

    spikes: list[np.ndarray]
    v: np.ndarray
    eligibility: list[np.ndarray]
    weight_change: list[np.ndarray]
    feedback: np.ndarray

    @property
    def counts(self) -> list[int]:
        """Spikes of each neuron, hidden neurons first."""
        return [times.size for times in self.spikes]


def run_trial(
    sim: ModuleType, timestep: float, gradient: str = "bounded", timed: bool = False, **setup: object
) -> Trial:
    """Run one trial on a simulator."""
    generator = np.random.default_rng(7)
    inputs, hidden_size, outputs = SIZES
    times = [np.sort(generator.choice(np.arange(250), 3, replace=False)) * 0.1 for _ in range(inputs)]
    sim.setup(timestep=timestep, seed=5, **setup)
    stimulus = sim.Population(inputs, sim.SpikeSourceArray(spike_times=times), label="input")
    hidden = sim.Population(
        hidden_size, sim.LIF_SFDFA(gradient, v_thresh=-62.0, rho=0.1, r_target=2.0, **CELL), label="hidden"
    )
    output = sim.Population(
        outputs, sim.LIF_SFDFA(gradient, v_thresh=-60.0, targets=[[15.0], [3.0], [3.0]], **CELL), label="output"
    )
    weights = generator.uniform(-0.35, 0.6, (inputs, hidden_size)), generator.uniform(-0.3, 0.7, (hidden_size, outputs))
    forward = [
        sim.Projection(
            pre, post, sim.AllToAllConnector(), sim.SFDFASynapse(weight=weight, delay=delay, learning_rate=1e-4)
        )
        for pre, post, weight, delay in ((stimulus, hidden, weights[0], 0.5), (hidden, output, weights[1], 0.2))
    ]
    before = generator.uniform(-0.5, 0.5, (outputs, hidden_size))
    feedback = sim.Projection(
        output, hidden, sim.AllToAllConnector(), sim.SFDFAFeedback(weight=before, learning_rate=0.1, timed=timed)
    )
    hidden.record(["spikes"])
    hidden.record(["v"], sampling_interval=SAMPLING)
    output.record(["spikes"])
    sim.run(TRIAL_DURATION - 1.0)
    eligibility = [projection.get("eligibility", format="array") for projection in forward]
    segments = [population.get_data().segments[0] for population in (hidden, output)]
    sim.run(1.0)
    after = [projection.get("weight", format="array") for projection in forward]
    return Trial(
        spikes=[np.asarray(train) for segment in segments for train in segment.spiketrains],
        v=np.asarray(segments[0].analogsignals[0]),
        eligibility=eligibility,
        weight_change=[new - old for new, old in zip(after, weights, strict=True)],
        feedback=feedback.get("weight", format="array"),
    )


def largest(a: list[np.ndarray], b: list[np.ndarray]) -> float:
    """Return the largest difference, relative to the largest value of ``b``."""
    return max(float(abs(x - y).max() / abs(y).max()) for x, y in zip(a, b, strict=True))


def differences(trial: Trial, exact: Trial) -> dict[str, float]:
    """Return how far a trial is from the exact one; neurons whose spike counts differ are left out of the times."""
    pairs = [(a, b) for a, b in zip(trial.spikes, exact.spikes, strict=True) if a.size == b.size and a.size]
    return {
        "neurons with other count": sum(a != b for a, b in zip(trial.counts, exact.counts, strict=True)),
        "spike time (ms)": max(float(abs(a - b).max()) for a, b in pairs),
        "v, mean (mV)": float(abs(trial.v - exact.v).mean()),
        "E, relative": largest(trial.eligibility, exact.eligibility),
        "weight change, relative": largest(trial.weight_change, exact.weight_change),
        "feedback, relative": largest([trial.feedback], [exact.feedback]),
    }


def main() -> None:
    """Print the table."""
    import pynn_sfdfa.brian2 as brian2_sim
    import pynn_sfdfa.event as event_sim

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--timesteps", type=float, nargs="+", default=[0.1, 0.05, 0.025, 0.0125])
    parser.add_argument("--target", choices=["cython", "numpy"], default="numpy")
    options = parser.parse_args()
    for gradient, timed in ((gradient, timed) for gradient in ("bounded", "exact") for timed in (False, True)):
        exact = run_trial(event_sim, SAMPLING, gradient, timed)
        print(f"gradient = {gradient!r}, timed = {timed}; spikes of each neuron: {exact.counts}")
        rows = [
            differences(run_trial(brian2_sim, dt, gradient, timed, target=options.target), exact)
            for dt in options.timesteps
        ]
        print(f"{'timestep (ms)':<26}" + "".join(f"{dt:>10g}" for dt in options.timesteps))
        for name in rows[0]:
            print(f"{name:<26}" + "".join(f"{row[name]:>10.3g}" for row in rows))


if __name__ == "__main__":
    main()
