"""How long the emulated board takes, beside another checkout of this repository, and whether both compute the same.

python benchmarks/emulator_speed.py [CASE ...] [--against CHECKOUT] [--repetitions 2]
python benchmarks/emulator_speed.py [CASE ...] --threads

Prints processor seconds per second of the board's time, and for learning per trial, of ``sim.run`` of a network that
has run before; for ``start``, of a whole process that emulates next to nothing. Each run is a process of its own, those
of the two checkouts in turns. Instructions that the cores have executed and a digest of what was recorded or learned
must agree, or the exit status is 1. Results go to benchmarks/results/emulator_speed.json, which keeps those of cases
that are not run.

With --threads it says instead how much faster threads could be, with the same results, in 12 ms in which all cores run.
A packet reaches another chip after 0.2 microseconds, so threads would have to wait for one another so often; between
two waits, chips are independent, while the cores of a chip share its memory. The bound is all instructions, without
those that were only waiting, over the sum of those of the busiest chip between two waits.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import io
import json
import os
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from pynn_sfdfa.support import files

RESULTS = Path(__file__).parent / "results" / "emulator_speed.json"
HERE = Path(__file__).parents[1]
SEED = 1
_WINDOWS, _LOOK = 60_000, 500
"""Times from one wait of threads for another to the next: in 12 ms, and in 100 microseconds of the board's time."""
Measured = Callable[[Any, Callable[[], Any], float, float], dict[str, Any]]


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


def shared_out(sim: Any, machine: Callable[[], Any], milliseconds: float, _units: float) -> dict[str, Any]:
    """Run for a fiftieth of the time, and return how many times faster a thread for each chip could be."""
    from pynn_sfdfa.hardware.emulator import CoreState
    from pynn_sfdfa.hardware.emulator.address_map import CYCLES_PER_MICROSECOND
    from pynn_sfdfa.hardware.emulator.turns import HOP_CYCLES

    board, window = machine(), HOP_CYCLES / CYCLES_PER_MICROSECOND
    cores, advance = board.cores(), board.advance
    chips = np.unique([core[:2] for core in cores], axis=0, return_inverse=True)[1].ravel()

    def executed() -> Any:
        return np.array([board.instructions(*core) - board.waited(*core) for core in cores])

    def running(core: tuple[int, int, int]) -> bool:
        return bool(board.core_state(*core).state == CoreState.RUNNING)

    paused, seen, windows, left = [core for core in cores if not running(core)], executed(), [], _WINDOWS

    def in_windows(until: Callable[[], bool] | None = None, microseconds: float = 1e6) -> bool:
        nonlocal seen, left
        end = board.microseconds + microseconds - window / 2
        while board.microseconds < end and left:
            if left % _LOOK == 0 and until is not None and until():
                return True
            if left == _WINDOWS and not all(map(running, paused)):
                advance(microseconds=min(100, end - board.microseconds))
                seen = executed()
                continue
            left -= 1
            advance(microseconds=window)
            now = executed()
            if (now != seen).any():
                windows.append(np.bincount(chips, now - seen))
            seen = now
        return advance(until, max(0, end - board.microseconds))

    board.advance = in_windows
    sim.run(milliseconds / 50)
    busy = np.array(windows)
    return {
        "chips": int(chips.max()) + 1,
        "windows": len(busy),
        "per_window": float(busy.sum() / len(busy)),
        "bound": float(busy.sum() / busy.max(axis=1).sum()),
    }


def trains(population: Any) -> list[Any]:
    """Return the spike trains that a population has recorded."""
    return [train.magnitude for train in population.get_data("spikes").segments[0].spiketrains]


def driven(milliseconds: float, measured: Measured, make: Callable[[Any], list[Any]], **setup: Any) -> dict[str, Any]:
    """Populations that 100 sources drive; the board runs as much slower as the time scale says."""
    from pynn_sfdfa.hardware.board import emulated_board

    with emulated_board() as board:
        import pyNN.spiNNaker as sim

        sim.setup(**setup)
        inputs = sim.Population(100, sim.SpikeSourceArray(spike_times=spike_times(100, 20 + milliseconds, 10)))
        populations = make(sim)
        for population in populations:
            sim.Projection(inputs, population, sim.AllToAllConnector(), sim.StaticSynapse(weight=0.2, delay=1.0))
            population.record("spikes")
        sim.run(20)
        seconds = milliseconds / 1000 * setup.get("time_scale_factor", 1)
        found = measured(sim, lambda: board.machine, milliseconds, seconds)
        found["digest"] = digest([train for population in populations for train in trains(population)])
        sim.end()
    return found


def cores(milliseconds: float, measured: Measured, spread: bool = False) -> dict[str, Any]:
    """One core that sends, and 16 that hold neurons, each of these on a chip of its own if they are spread."""

    def make(sim: Any) -> list[Any]:
        populations = [sim.Population(20, sim.IF_curr_exp()) for _ in range(16)]
        for i, population in enumerate(populations if spread else []):
            population.add_placement_constraint(x=1 + i % 4, y=1 + i // 4)
        return populations

    return driven(milliseconds, measured, make, timestep=1.0)


def spread(milliseconds: float, measured: Measured) -> dict[str, Any]:
    """As many cores on as many chips."""
    return cores(milliseconds, measured, spread=True)


def split(milliseconds: float, measured: Measured) -> dict[str, Any]:
    """Two populations, each on a core for its neurons and another one for its synapses, in steps of 0.1 ms."""

    def make(sim: Any) -> list[Any]:
        return [sim.Population(50, sim.IF_curr_exp(), n_synapse_cores=1) for _ in range(2)]

    return driven(milliseconds, measured, make, timestep=0.1, time_scale_factor=10)


def learning(trials: float, measured: Measured) -> dict[str, Any]:
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
        found = measured(sim, lambda: board.machine, int(trials) * duration, int(trials))
        found["digest"] = digest([projection.get("weight", format="array") for projection in wiring.projections])
        sim.end()
    return found


def board(n_cores: float, _measured: Measured) -> dict[str, Any]:
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


def start(microseconds: float, _measured: Measured) -> dict[str, Any]:
    """A core that goes round in a circle, in a process that has emulated nothing before, from its first moment on."""
    from pynn_sfdfa.hardware.emulator.machine import Machine

    fill, execute, branch_to_itself = 3, 4, 0xEAFF_FFFE
    machine = Machine(1, 1)
    machine.start(0, 0, [1], struct.pack("<8I", fill, 0, 4, branch_to_itself, execute, 0, 0, 0), app_id=30)
    machine.advance(microseconds=microseconds)
    found = {"processor_seconds": round(time.process_time(), 3), "instructions": machine.instructions(0, 0, 1)}
    return found | {"digest": digest([])}


CASES: dict[str, tuple[Callable[[float, Measured], dict[str, Any]], float]] = {
    "cores": (cores, 1000.0),
    "split": (split, 100.0),
    "learning": (learning, 5),
    "spread": (spread, 1000.0),
    "board": (board, 750),
    "start": (start, 1000.0),
}
"""What is run, and how much of it: milliseconds of the network's time, trials, cores, or microseconds."""
_SECOND = "board second"
UNITS = {
    "cores": _SECOND,
    "split": _SECOND,
    "learning": "trial",
    "spread": _SECOND,
    "board": "boot and 100 ms",
    "start": "start",
}
NAMED_ONLY = {"spread", "board", "start"}
FOR_THREADS = ("cores", "spread", "split")


@contextlib.contextmanager
def importable(checkout: Path) -> Iterator[str]:
    """Yield a folder in which the package of a checkout is as it is imported: two parts of it stand beside it there."""
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder) / "pynn_sfdfa"
        package.mkdir()
        for part in (*(checkout / "pynn_sfdfa").iterdir(), checkout / "models", checkout / "hardware"):
            (package / part.name).symlink_to(part)
        yield folder


def measure(case: str, package: str, *options: str) -> dict[str, Any]:
    """Run a case in a process of its own, with the package in a folder."""
    command = [sys.executable, __file__, "--only", case, *options]
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


def show_bounds(cases: Iterable[str]) -> None:
    """Print how many times faster the emulation could be, if all that is not forbidden took place at once."""
    print("| case | chips | waits | instructions between two | bound |")
    print("| --- | ---: | ---: | ---: | ---: |")
    with importable(HERE) as package:
        for case in cases:
            found = measure(case, package, "--threads")
            of_windows = f"{found['windows']} | {found['per_window']:.0f}"
            print(f"| {case} | {found['chips']} | {of_windows} | {found['bound']:.2f} |", flush=True)


def main() -> None:
    """Measure, print, and keep."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "cases",
        nargs="*",
        metavar="CASE",
        help=f"of {', '.join(CASES)}; all but {', '.join(sorted(NAMED_ONLY))} if none is given",
    )
    parser.add_argument("--against", type=Path, help="another checkout")
    parser.add_argument("--repetitions", type=int, default=2)
    parser.add_argument("--threads", action="store_true", help="how much faster threads could be, at most")
    parser.add_argument("--only", choices=CASES, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.only:
        run, amount = CASES[arguments.only]
        with contextlib.redirect_stdout(io.StringIO()):
            found = run(amount, shared_out if arguments.threads else timed)
        print(json.dumps(found))
        return
    if unknown := set(arguments.cases) - set(CASES):
        parser.error(f"there is no case {', '.join(sorted(unknown))}; there are {', '.join(CASES)}")
    if arguments.threads:
        if bad := set(arguments.cases) - set(FOR_THREADS):
            parser.error(f"there is no bound for {', '.join(sorted(bad))}; there is for {', '.join(FOR_THREADS)}")
        show_bounds(arguments.cases or FOR_THREADS)
        return
    if arguments.repetitions < 1:
        parser.error(f"--repetitions must be 1 or more, not {arguments.repetitions}")
    if arguments.against and not (arguments.against / "pynn_sfdfa").is_dir():
        parser.error(f"--against {arguments.against} is no checkout of this repository: it has no folder pynn_sfdfa")
    checkouts = {"this": HERE} | ({"other": arguments.against.resolve()} if arguments.against else {})
    results: dict[str, dict[str, list[dict[str, Any]]]] = {}
    with contextlib.ExitStack() as stack:
        packages = {name: stack.enter_context(importable(folder)) for name, folder in checkouts.items()}
        for case in arguments.cases or [case for case in CASES if case not in NAMED_ONLY]:
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
