"""How long the emulated board takes, beside another checkout of this repository, and whether both compute the same.

python benchmarks/emulator_speed.py [CASE ...] [--against CHECKOUT] [--repetitions 2]

Prints processor seconds per second of the board's time, and for learning per trial, of ``sim.run`` of a network that
has run before. Each run is a process of its own, those of the two checkouts in turns. Instructions that the cores have
executed and a digest of what was recorded or learned must agree, or the exit status is 1. Results go to
benchmarks/results/emulator_speed.json, which keeps those of cases that are not run.

Cases: cores (16 cores of 20 stock neurons with 100 inputs, 1 ms), split (neurons and synapses on cores of their own,
0.1 ms), learning (784-800-10, trials of 200 ms; needs arm-none-eabi-gcc), and, only if it is named, board (750 cores of
8 stock neurons: boot and 100 ms, mapping by sPyNNaker included; minutes, and 4 GB of memory).
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import io
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from pynn_sfdfa.support import files

RESULTS = Path(__file__).parent / "results" / "emulator_speed.json"
HERE = Path(__file__).parents[1]
SEED = 1


def digest(arrays: list[Any]) -> str:
    """Return a short digest of arrays."""
    found = hashlib.sha256()
    for array in arrays:
        found.update(np.ascontiguousarray(array).tobytes())
    return found.hexdigest()[:16]


def spike_times(n: int, end: float, rate: float) -> list[list[float]]:
    """Return times of n inputs in whole milliseconds."""
    rng = np.random.default_rng(SEED)
    n_each = int(end / 1000 * rate)
    return [np.sort(rng.choice(np.arange(1, int(end)), n_each, replace=False)).astype(float).tolist() for _ in range(n)]


def timed(sim: Any, machine: Callable[[], Any], milliseconds: float, units: float) -> dict[str, Any]:
    """Run, and return what it took for each unit of what was run, and how many instructions it had in all."""

    def instructions() -> int:
        return sum(machine().instructions(*core) for core in machine().cores())

    before = instructions()
    used = time.process_time()
    sim.run(milliseconds)
    used = time.process_time() - used
    return {"processor_seconds": round(used / units, 3), "instructions": instructions() - before}


def trains(population: Any) -> list[Any]:
    """Return the spike trains that a population has recorded."""
    return [train.magnitude for train in population.get_data("spikes").segments[0].spiketrains]


def cores(milliseconds: float) -> dict[str, Any]:
    """One core that sends, and 16 that hold neurons."""
    from pynn_sfdfa.hardware.board import emulated_board

    with emulated_board() as board:
        import pyNN.spiNNaker as sim

        sim.setup(timestep=1.0)
        inputs = sim.Population(100, sim.SpikeSourceArray(spike_times=spike_times(100, 20 + milliseconds, 10)))
        populations = [sim.Population(20, sim.IF_curr_exp()) for _ in range(16)]
        for population in populations:
            sim.Projection(inputs, population, sim.AllToAllConnector(), sim.StaticSynapse(weight=0.2, delay=1.0))
            population.record("spikes")
        sim.run(20)
        found = timed(sim, lambda: board.machine, milliseconds, milliseconds / 1000)
        found["digest"] = digest([train for population in populations for train in trains(population)])
        sim.end()
    return found


def split(milliseconds: float) -> dict[str, Any]:
    """Two populations, each on a core for its neurons and another one for its synapses, in steps of 0.1 ms."""
    from pynn_sfdfa.hardware.board import emulated_board

    with emulated_board() as board:
        import pyNN.spiNNaker as sim

        sim.setup(timestep=0.1, time_scale_factor=10)
        inputs = sim.Population(100, sim.SpikeSourceArray(spike_times=spike_times(100, 20 + milliseconds, 10)))
        populations = [sim.Population(50, sim.IF_curr_exp(), n_synapse_cores=1) for _ in range(2)]
        for population in populations:
            sim.Projection(inputs, population, sim.AllToAllConnector(), sim.StaticSynapse(weight=0.2, delay=1.0))
            population.record("spikes")
        sim.run(20)
        found = timed(sim, lambda: board.machine, milliseconds, milliseconds / 100)  # the board runs ten times slower
        found["digest"] = digest([train for population in populations for train in trains(population)])
        sim.end()
    return found


def learning(trials: float) -> dict[str, Any]:
    """A network of 784-800-10 that learns, trial after trial, from latency codes of 150 inputs each."""
    import pynn_sfdfa.spiNNaker as sim
    from pynn_sfdfa.encoding.spikes import SpikeTrains
    from pynn_sfdfa.hardware.board import emulated_board
    from pynn_sfdfa.network.feed_forward import FeedForward

    n, active, duration = 1 + int(trials), 150, 200.0
    rng = np.random.default_rng(SEED)
    times = np.sort(rng.integers(0, 100, (n, active)), axis=1).astype(np.float32)
    units = np.concatenate([rng.choice(784, active, replace=False) for _ in range(n)]).astype(np.int32)
    labels = rng.integers(0, 10, n)
    shown = SpikeTrains(times.ravel(), units, active * np.arange(n + 1), labels, 784)
    cell = {"tau_m": 52.0, "tau_syn": 26.0, "cm": 10.0, "v_rest": -70.0, "trial_duration": duration}
    network = FeedForward(
        (784, 800, 10),
        hidden={**cell, "v_thresh": -67.0},
        output={**cell, "v_thresh": -65.0},
        delay=1.0,
        weights=(-0.03, 0.1),
        seed=SEED,
    )
    targets = np.where(np.arange(10) == labels[:, None], 15.0, 3.0)
    with emulated_board() as board:
        sim.setup(timestep=1.0, seed=SEED, time_scale_factor=7)  # as many cycles as learning takes
        wiring = network.wire(
            sim, shown, targets=targets, learning_rate=1e-4, feedback_learning_rate=0.01, rho=0.1, r_target=0.5
        )
        sim.run(duration)
        found = timed(sim, lambda: board.machine, int(trials) * duration, int(trials))
        found["digest"] = digest([projection.get("weight", format="array") for projection in wiring.projections])
        sim.end()
    return found


def board(n_cores: float) -> dict[str, Any]:
    """All cores of a board with neurons but for one, from mapping and loading to the end of a run of 100 ms."""
    from pynn_sfdfa.hardware.board import emulated_board

    with emulated_board() as board:
        import pyNN.spiNNaker as sim

        sim.setup(timestep=1.0)
        inputs = sim.Population(100, sim.SpikeSourceArray(spike_times=spike_times(100, 100, 20)))
        population = sim.Population(8 * int(n_cores), sim.IF_curr_exp(), neurons_per_core=8)
        sim.Projection(inputs, population, sim.AllToAllConnector(), sim.StaticSynapse(weight=0.2, delay=1.0))
        population.record("spikes")
        used = time.process_time()
        sim.run(100)
        used = time.process_time() - used
        instructions = sum(board.machine.instructions(*core) for core in board.machine.cores())
        found = {"processor_seconds": round(used, 3), "instructions": instructions}
        found["digest"] = digest(trains(population))
        sim.end()
    return found


CASES = {"cores": (cores, 1000.0), "split": (split, 100.0), "learning": (learning, 5), "board": (board, 750)}
"""What is run, and how much of it: milliseconds of the network's time, trials, or cores."""
UNITS = {"cores": "board second", "split": "board second", "learning": "trial", "board": "boot and 100 ms"}
LONG = {"board"}


@contextlib.contextmanager
def importable(checkout: Path) -> Iterator[str]:
    """Yield a folder in which the package of a checkout is as it is imported: two parts of it stand beside it there."""
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder) / "pynn_sfdfa"
        package.mkdir()
        for part in (*(checkout / "pynn_sfdfa").iterdir(), checkout / "models", checkout / "hardware"):
            (package / part.name).symlink_to(part)
        yield folder


def measure(case: str, package: str) -> dict[str, Any]:
    """Run a case in a process of its own, with the package in a folder."""
    command = [sys.executable, __file__, "--only", case]
    path = os.pathsep.join([package, *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(command, env=os.environ | {"PYTHONPATH": path}, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{case} failed:\n{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def show(results: dict[str, dict[str, list[dict[str, Any]]]]) -> bool:
    """Print a table with the fastest of the repetitions; return whether all computed the same."""
    print("| case | checkout | processor s | per | instructions | digest |")
    print("| --- | --- | ---: | --- | ---: | --- |")
    same = True
    for case, checkouts in results.items():
        for name, runs in checkouts.items():
            least, first = min(run["processor_seconds"] for run in runs), runs[0]
            print(f"| {case} | {name} | {least:.2f} | {UNITS[case]} | {first['instructions']} | {first['digest']} |")
        same &= len({(run["instructions"], run["digest"]) for runs in checkouts.values() for run in runs}) == 1
    print("The same instructions and results." if same else "Instructions or results DIFFER.")
    return same


def main() -> None:
    """Measure, print, and keep."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "cases", nargs="*", metavar="CASE", help=f"of {', '.join(CASES)}; all but board if none is given"
    )
    parser.add_argument("--against", type=Path, help="another checkout")
    parser.add_argument("--repetitions", type=int, default=2)
    parser.add_argument("--only", choices=CASES, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.only:
        run, amount = CASES[arguments.only]
        with contextlib.redirect_stdout(io.StringIO()):
            found = run(amount)
        print(json.dumps(found))
        return
    if unknown := set(arguments.cases) - set(CASES):
        parser.error(f"there is no case {', '.join(sorted(unknown))}; there are {', '.join(CASES)}")
    checkouts = {"this": HERE} | ({"other": arguments.against.resolve()} if arguments.against else {})
    results: dict[str, dict[str, list[dict[str, Any]]]] = {}
    with contextlib.ExitStack() as stack:
        packages = {name: stack.enter_context(importable(folder)) for name, folder in checkouts.items()}
        for case in arguments.cases or [case for case in CASES if case not in LONG]:
            results[case] = {name: [] for name in checkouts}
            for _ in range(arguments.repetitions):
                for name, package in packages.items():
                    results[case][name].append(measure(case, package))
    same = show(results)
    kept = json.loads(RESULTS.read_text())["cases"] if RESULTS.exists() else {}
    command = "python benchmarks/emulator_speed.py" + " --against CHECKOUT" * bool(arguments.against)
    files.write_text(RESULTS, json.dumps({"command": command, "cases": kept | results}, indent=2) + "\n")
    sys.exit(0 if same else 1)


if __name__ == "__main__":
    main()
