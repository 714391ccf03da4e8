"""What a ratio of time constants costs beside tau_m = 2 tau_syn, whose next spike has a closed form.

python benchmarks/any_ratio.py [--samples N] [--repetitions N] [--threads N] > benchmarks/results/any_ratio.md

One network a ratio, with the same weights and input; thresholds are chosen so that every network fires as often as
that of ratio 2. Everything runs in turn in one process, ratios are formed within a round, and their median is given.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from functools import partial

import numpy as np

import pynn_sfdfa.event as sim
from pynn_sfdfa import BP, SGD, Dense, Input, Network, SpikeCount, SpikeTrains
from pynn_sfdfa.benchmark.synthetic import synthetic_images
from pynn_sfdfa.benchmark.timing import Spread, alternate, clock, ratio
from pynn_sfdfa.encoding import Latency
from pynn_sfdfa.network.cells import LIF_SFDFA

RATIOS = {"2": 2.0, "2 + 1e-6": 2.000001, "8": 8.0, "2.7": 2.7, "1.3": 1.3}
"""The second fires as the first does, but is solved as any other."""
INPUTS, HIDDEN, OUTPUT = 784, 800, 10
PYNN_HIDDEN, PYNN_SAMPLES = 100, 4
LOSS = SpikeCount()


@dataclass(frozen=True)
class Task:
    """Input, time constant (ms), length of a trial (ms), and how often hidden and output neurons fire on average."""

    trains: SpikeTrains
    tau_syn: float
    duration: float
    rates: tuple[float, float]

    def network(self, ratio: float, thresholds: tuple[float, ...], hidden: int = HIDDEN) -> Network:
        """Return a network with these thresholds, in mV, of which a nA makes one where cm = tau_syn."""
        own = {"tau_m": ratio * self.tau_syn, "tau_syn": self.tau_syn, "cm": self.tau_syn, "v_rest": 0.0}
        cells = [LIF_SFDFA(v_thresh=v, trial_duration=self.duration, **own) for v in thresholds]
        layers = [Input((INPUTS,)), Dense(hidden, cell=cells[0]), Dense(OUTPUT, cell=cells[1])]
        return Network(layers, weights=(-1.0, 1.0), max_spikes=200, seed=1)

    def tuned(self, ratio: float) -> tuple[float, float]:
        """Return the thresholds with which both layers fire at the wanted rates, the lower layer's first."""
        thresholds, few = [1.0, 1.0], self.trains.select(np.arange(min(20, len(self.trains))))
        for layer, (size, rate) in enumerate(zip((HIDDEN, OUTPUT), self.rates, strict=True)):
            low, high = 1e-3, 1e4
            for _ in range(40):
                thresholds[layer] = float(np.sqrt(low * high))
                spikes = engine(self.network(ratio, tuple(thresholds)), 1).respond(few).spikes[layer]
                if spikes > rate * size * len(few):
                    low = thresholds[layer]
                else:
                    high = thresholds[layer]
        return thresholds[0], thresholds[1]


def engine(network: Network, threads: int) -> sim.BatchEngine:
    """Return a batch engine that learns by exact backpropagation, so slowly that spikes stay as many."""
    return sim.training_engine(network, BP(), SGD(1e-12), LOSS, 50, 0, threads)


def on_a_grid(n: int, duration: int) -> SpikeTrains:
    """Return images as Poisson trains on a grid of 1 ms, of up to one spike in 5.5 ms."""
    images, rng = synthetic_images(n, seed=1), np.random.default_rng(3)
    drawn = (np.nonzero(rng.random((duration, INPUTS)) < image.reshape(-1) / (5.5 * 255)) for image in images.values)
    return SpikeTrains.from_samples(list(drawn), images.labels, INPUTS)


def tasks(n: int) -> dict[str, Task]:
    """Return many input spikes on a grid for short time constants, and few spikes at any time for long ones."""
    return {
        "Poisson, 400 ms": Task(on_a_grid(n, 400), 8.0, 400.0, (6.0, 8.0)),
        "latency, 200 ms": Task(Latency()(*vars(synthetic_images(n, seed=1)).values()), 130.0, 200.0, (2.0, 8.0)),
    }


def in_pynn(task: Task, network: Network, learning_rate: float) -> float:
    """Return the seconds of some trials in PyNN's words."""
    few = task.trains.select(np.arange(PYNN_SAMPLES))
    sim.setup()
    network.wire(sim, few, targets=LOSS.targets(few.labels, OUTPUT), rho=0.1, r_target=2.0, learning_rate=learning_rate)
    return clock(lambda: sim.run(PYNN_SAMPLES * task.duration))


def measured(task: Task, repetitions: int, threads: int) -> list[tuple[str, dict[str, list[float]], float]]:
    """Return for each ratio the seconds of every work, and the spikes of a sample; ratio 2 first, then the floor."""
    cases = {name: (r, task.tuned(r)) for name, r in RATIOS.items()} | {"2, silent": (2.0, (1e9, 1e9))}
    order, runs, spikes = np.arange(len(task.trains)), {}, {}
    for name, case in cases.items():
        own, small = engine(task.network(*case), threads), task.network(*case, PYNN_HIDDEN)
        spikes[name] = sum(own.respond(task.trains).spikes) / len(task.trains)
        runs[name, "batch, response"] = partial(clock, partial(own.respond, task.trains))
        runs[name, "batch, training"] = partial(clock, lambda own=own: list(own.train(task.trains, order, 0)))
        runs[name, "PyNN, response"] = partial(in_pynn, task, small, 0.0)
        runs[name, "PyNN, learning"] = partial(in_pynn, task, small, 1e-9)
    seconds = alternate(runs, repetitions)
    works = list(dict.fromkeys(work for _, work in runs))
    return [(name, {work: seconds[name, work] for work in works}, spikes[name]) for name in cases]


def main() -> None:
    """Print a table for each task."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=200)
    parser.add_argument("--repetitions", type=int, default=7)
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args()
    for name, task in tasks(given.samples).items():
        (_, closed, base), *others = measured(task, given.repetitions, given.threads)
        print(f"## {name}\n")
        print(f"ms a sample at ratio 2, {base:.0f} spikes; for the others, how many times as long.\n")
        print(f"| tau_m/tau_syn | spikes | {' | '.join(closed)} |\n|---{'|---:' * (len(closed) + 1)}|")
        trials = [len(task.trains)] * 2 + [PYNN_SAMPLES] * 2
        ms = (Spread.of(s).median / n * 1e3 for s, n in zip(closed.values(), trials, strict=True))
        print(f"| 2 | {base:.0f} | {' | '.join(f'{x:.3g} ms' for x in ms)} |")
        for other, seconds, spikes in others:
            times = (f"{ratio(seconds[work], closed[work]).median:.2f}" for work in closed)
            print(f"| {other} | {spikes:.0f} | {' | '.join(times)} |", flush=True)
        print()


if __name__ == "__main__":
    main()
