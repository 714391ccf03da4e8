"""What a call of run() costs: scripts that loop over trials make thousands of them.

    python benchmarks/run_calls.py [--rounds N]

Processor time of a round of 5 ms of a 10-10 network with recorded spikes, on each simulator that is installed, PyNN's
own brian2 beside; milliseconds, the median of the rounds after the first.
"""

from __future__ import annotations

import argparse
import importlib
import logging
import time
from statistics import median

SIMULATORS = ("pynn_sfdfa.event", "pynn_sfdfa.brian2", "pyNN.brian2")


def cost(name: str, rounds: int) -> float:
    """Return the milliseconds of a round on a simulator."""
    sim = importlib.import_module(name)
    sim.setup(timestep=1.0)
    stimulus = sim.Population(10, sim.SpikeSourceArray(spike_times=[1.0, 2.0]))
    population = sim.Population(10, sim.IF_curr_exp())
    sim.Projection(stimulus, population, sim.AllToAllConnector(), sim.StaticSynapse(weight=1.0, delay=1.0))
    population.record("spikes")
    times = []
    for _ in range(rounds + 1):
        started = time.process_time()
        sim.run(5.0)
        times.append(time.process_time() - started)
    return 1e3 * median(times[1:])


def main() -> None:
    """Print the milliseconds of each simulator."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    logging.disable(logging.WARNING)
    for name in SIMULATORS:
        try:
            print(f"{name:<20}{cost(name, rounds):>10.2f} ms")
        except ImportError as error:
            print(f"{name:<20} is not here: {error}")


if __name__ == "__main__":
    main()
