"""How long the emulated board takes for a second of its time; results go to benchmarks/results/emulator.json.

python benchmarks/emulator.py [--cores 1 4 16] [--time 1000] [--repetitions 3]

One core sends the spikes of 100 inputs, 10 a second each; every further core holds 20 stock neurons (IF_curr_exp) with
100 static synapses each. What is timed is ``sim.run`` of a network that has run before, with nothing recorded: loading,
mapping and start-up are not in it. One more run, under a profiler and not timed, counts what the emulator did.
"""

from __future__ import annotations

import argparse
import contextlib
import cProfile
import io
import json
import pstats
import time
from pathlib import Path
from typing import Any

import numpy as np

from pynn_sfdfa.benchmark.machine import describe
from pynn_sfdfa.hardware.board import EmulatedBoard, emulated_board
from pynn_sfdfa.hardware.emulator.machine import Machine
from pynn_sfdfa.support import files

RESULTS = Path(__file__).parent / "results" / "emulator.json"
N_INPUTS, RATE, N_NEURONS = 100, 10, 20
PROGRAM = (0xE3A03501, 0xE5930000, 0xE2800001, 0xE5830000, 0xE0211000, 0xE2822004, 0xEAFFFFF9)
"""mov r3, #0x400000; 1: ldr r0, [r3]; add r0, r0, #1; str r0, [r3]; eor r1, r1, r0; add r2, r2, #4; b 1b"""


def build(sim: Any, n_cores: int, end: float) -> None:
    """One population of inputs and one population of neurons for each core."""
    rng = np.random.default_rng(0)
    n = int(end / 1000 * RATE)
    times = [
        np.sort(rng.choice(np.arange(1, int(end)), n, replace=False)).astype(float).tolist() for _ in range(N_INPUTS)
    ]
    inputs = sim.Population(N_INPUTS, sim.SpikeSourceArray(spike_times=times))
    for _ in range(n_cores):
        neurons = sim.Population(N_NEURONS, sim.IF_curr_exp())
        sim.Projection(inputs, neurons, sim.AllToAllConnector(), sim.StaticSynapse(weight=0.1, delay=1.0))


def instructions(board: EmulatedBoard) -> int:
    """All that the cores of a board have executed."""
    return sum(board.machine.instructions(*core) for core in board.machine.cores())


def calls(profile: cProfile.Profile, file: str, *functions: str) -> int:
    """How often functions of a file of the emulator were called."""
    stats: Any = pstats.Stats(profile)
    return sum(row[1] for (path, _, name), row in stats.stats.items() if Path(path).name == file and name in functions)


def native_share(profile: cProfile.Profile) -> float:
    """Part of the time under the profiler that was spent in compiled code: Unicorn and the hook at blocks."""
    stats: Any = pstats.Stats(profile)
    (native,) = (
        row[2] for (path, _, name), row in stats.stats.items() if (Path(path).name, name) == ("native.py", "run")
    )
    return float(native / stats.total_tt)


def measure(n_cores: int, milliseconds: float, repetitions: int) -> dict[str, Any]:
    """Seconds of wall and processor time for a second of the board's, and what was done in it."""
    with contextlib.redirect_stdout(io.StringIO()), emulated_board() as board:
        import pyNN.spiNNaker as sim

        sim.setup(timestep=1.0)
        build(sim, n_cores, 20 + (repetitions + 1) * milliseconds)
        sim.run(20)
        wall, processor = [], []
        for _ in range(repetitions):
            before, used = time.perf_counter(), time.process_time()
            sim.run(milliseconds)
            wall.append(time.perf_counter() - before)
            processor.append(time.process_time() - used)
        executed, profile = instructions(board), cProfile.Profile()
        profile.runcall(sim.run, milliseconds)
        executed = instructions(board) - executed
        sim.end()
    scale = 1000 / milliseconds
    return {
        "cores": n_cores,
        "wall_seconds": [round(value * scale, 3) for value in wall],
        "processor_seconds": [round(value * scale, 3) for value in processor],
        "instructions": round(executed * scale),
        "turns": round(calls(profile, "core.py", "run") * scale),
        "register_accesses": round(calls(profile, "processor.py", "read", "write") * scale),
        "native_share": round(native_share(profile), 2),
    }


def plain_speed() -> float:
    """Million instructions per second of processor time of a program that touches no device, once it is translated."""
    code = np.array(PROGRAM, "<u4").tobytes()
    header = np.array([2, 0, 32, len(code), 4, 0, 0, 0], "<u4").tobytes()
    machine = Machine(1, 1)
    machine.start(0, 0, [1], header + code, app_id=30)
    before, used = machine.instructions(0, 0, 1), time.process_time()
    machine.advance(microseconds=100_000)
    return (machine.instructions(0, 0, 1) - before) / (time.process_time() - used) / 1e6


def show(rows: list[dict[str, Any]]) -> None:
    """Print a table; the fastest of the repetitions, as other programs can only slow one down."""
    titles = ("cores with neurons", "wall s / s", "processor s / s", "instructions / s", "turns / s")
    print("| " + " | ".join((*titles, "register accesses / s", "native")) + " |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for row in rows:
        executed, turns, accesses = (row[name] for name in ("instructions", "turns", "register_accesses"))
        print(
            f"| {row['cores']} | {min(row['wall_seconds']):.2f} | {min(row['processor_seconds']):.2f} "
            f"| {executed / 1e6:.1f} M | {turns / 1e3:.1f} k | {accesses / 1e3:.0f} k | {row['native_share']:.0%} |"
        )


def main() -> None:
    """Measure, print, and keep."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cores", type=int, nargs="+", default=[1, 4, 16])
    parser.add_argument("--time", type=float, default=1000.0, help="milliseconds of the board's time per run")
    parser.add_argument("--repetitions", type=int, default=3)
    arguments = parser.parse_args()
    rows = [measure(n, arguments.time, arguments.repetitions) for n in arguments.cores]
    plain = [plain_speed() for _ in range(arguments.repetitions)]
    show(rows)
    print(f"Without devices: {max(plain):.0f} million instructions per second of processor time.")
    result = {"machine": describe(1), "rows": rows, "plain_instructions": [round(value * 1e6) for value in plain]}
    files.write_text(RESULTS, json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
