"""How long a trial of a recurrent layer takes, and the learning from it, beside the same layer without loops.

One trial has 2,000 input spikes in 700 ms, as a spoken digit has; the processor's time of one thread.

    python benchmarks/recurrent_speed.py
"""

from __future__ import annotations

import argparse
import time

import numpy as np

import pynn_sfdfa.event as sim
from pynn_sfdfa import BP, LIF_SFDFA, SFDFA, Dense, Input, Network, Recurrent, SpikeCount, SpikeTrains

CELL = LIF_SFDFA(tau_m=64.0, tau_syn=32.0, cm=8.0, v_rest=-65.0, v_thresh=-62.0, trial_duration=700.0)


def samples(n: int, inputs: int, spikes: int) -> SpikeTrains:
    """Return trials of random spikes."""
    rng = np.random.default_rng(4)
    pairs = [(rng.uniform(0, 650, spikes).astype(np.float32), rng.integers(0, inputs, spikes)) for _ in range(n)]
    return SpikeTrains.from_samples(pairs, np.arange(n) % 10, inputs)


def fastest(run: object, repetitions: int, trials: int) -> float:
    """Return the least time of a trial in ms."""
    times = []
    for _ in range(repetitions):
        start = time.process_time()
        run()
        times.append(time.process_time() - start)
    return 1e3 * min(times) / trials


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--neurons", type=int, default=139)
    parser.add_argument("--trials", type=int, default=8)
    parser.add_argument("--repetitions", type=int, default=5)
    options = parser.parse_args()
    trains = samples(options.trials, 64, 2000)
    print(f"{'':<34}{'spikes a trial':>16}{'forward (ms)':>16}{'SFDFA (ms)':>14}{'BP (ms)':>12}")
    for name, loop in (
        ("without loops", None), ("a tenth of the pairs", Recurrent(p_connect=0.1)), ("all pairs", Recurrent()),
    ):  # fmt: skip
        layers = [Input((64,)), Dense(options.neurons, cell=CELL, recurrent=loop), Dense(10, cell=CELL)]
        network = Network(layers, weights=(-0.4, 0.4), max_spikes=300)
        run = sim.training_engine(network, threads=1)
        figures = [fastest(lambda run=run: run.respond(trains), options.repetitions, options.trials)]
        for rule in (SFDFA(), BP()):
            learning = sim.training_engine(network, rule, None, SpikeCount(), options.trials, 0, 1)
            figures.append(
                fastest(lambda learning=learning: learning.gradient(trains), options.repetitions, options.trials)
            )
        spikes = sum(run.respond(trains).spikes) / options.trials
        print(f"{name:<34}{spikes:>16,.0f}{figures[0]:>16.2f}{figures[1]:>14.2f}{figures[2]:>12.2f}")


if __name__ == "__main__":
    main()
