"""What the kernels cost on cores of SpiNNaker and SpiNNaker2: instructions, counted in emulated ones, and bytes.

    python benchmarks/spinnaker_cost.py

writes benchmarks/results/spinnaker_cost.json and the tables in docs/arithmetic.md. Needs arm-none-eabi-gcc and unicorn.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from toolchain import layouts
from toolchain.build import build_float_for_core, build_for_core
from toolchain.core import CoreKernels
from toolchain.processors import ARM968, CORTEX_M4F, CORTEX_M4F_FLOAT, Processor

from pynn_sfdfa.hardware.arithmetic import Formats
from pynn_sfdfa.support import files

ROOT = Path(__file__).parents[1]
RESULT, PAGE = ROOT / "benchmarks" / "results" / "spinnaker_cost.json", ROOT / "docs" / "arithmetic.md"
BEGIN, END = "<!-- kernel costs: written by benchmarks/spinnaker_cost.py -->\n", "<!-- end of kernel costs -->"

BUDGET = 200_000  # instructions in a millisecond at 200 MHz, one a cycle
SHARE = 0.5  # assumed for the kernels: the rest for packets, DMA, interrupts, branches and waiting for memory
DTCM = 56 * 1024  # bytes: 64 KB less what stack and system are assumed to take
SPIKES, TICKS = 5, 40  # assumed: spikes of a neuron in a trial, and ticks of 1 ms
EVENTS = (1, 4, 8, 20, 40)  # that reach a core in a millisecond
INPUTS = (64, 784, 2048)  # each firing once in a trial
NEURONS = 100  # whose learning is timed
SMALL_WEIGHTS = Formats(weight=11, weight_bits=16, stochastic=True)


class Core:
    """Kernels on an emulated core with arrays for n neurons in a state as in a trial: nothing saturates."""

    def __init__(self, formats: Formats | None = None, processor: Processor = ARM968) -> None:
        self.kernels = CoreKernels(build_for_core(formats, processor=processor), True, processor)
        self.weight_type = np.int16 if formats and formats.weight_bits == 16 else np.int32

    outputs = 10
    feedback, pull = np.full(96 * 24, 1 << 20, np.int32), np.full(24, 1 << 16, np.int32)

    def count(self, n: int, name: str, fires: bool = False) -> int:
        neurons, replay = np.zeros(n, layouts.NEURON), np.zeros(n, layouts.REPLAY)
        neurons["A"], neurons["B"], neurons["count"] = 1 << 20, (1 << 20) + (1 << 22) * fires, 1
        replay["S1"], replay["S2"], replay["delta"] = 50_000, 40_000, 30_000
        constants = np.array([(16_000_000, 8_200_000, 1 << 20, 1 << 16, 0, 30)], layouts.CONSTANTS)
        spikes = np.zeros(n, layouts.SPIKE)
        spikes["neuron"], spikes["factor"] = np.arange(n), 1 << 24
        row, tally = np.full(n, 3000, self.weight_type), np.zeros(1, layouts.TALLY)
        words, wide = [np.full(n, 70_000, np.int32) for _ in range(3)], np.full(n, 1 << 20, np.int64)
        arguments = {
            "sfdfa_arrive": (row, words[0], n),
            "sfdfa_arrive_graded": (row, 70_000, words[0], wide, n),
            "sfdfa_take_up": (neurons, words[0], wide if fires else 0, n, tally),
            "sfdfa_tick": (constants, neurons, n, 3, spikes, words[0], tally),
            "sfdfa_output_error": (words[0], neurons, words[1], n, tally),
            "sfdfa_feed_back": (words[0], 70_000, wide, n),
            "sfdfa_hidden_error": (wide, neurons, 6554, 32768, words[1], n, tally),
            "sfdfa_replay_begin": (replay, words[0], 1_000_000, n, tally),
            "sfdfa_replay_spikes": (replay, spikes, n, 0, tally),
            "sfdfa_replay_decay": (replay, constants, words[0], n),
            "sfdfa_pull_begin": (replay, words[0], n, tally),
            "sfdfa_pull_spikes": (replay, spikes, n, 0, tally),
            "sfdfa_pull_decay": (replay, constants, words[0], n, tally),
            "sfdfa_timed_spikes": (replay, spikes, n, 0, self.feedback, n, self.pull, self.outputs, 1_000_000, tally),
            "sfdfa_change_row": (row, words[0], 1, n, tally),
            "sfdfa_improve_feedback": (words[0], neurons, 70_000, 20_000_000, n, tally),
            "sfdfa_rest": (neurons, n),
            "sfdfa_perturb": (neurons, n, 0, 12345),
        }
        self.kernels.call(name, *arguments[name])
        if tally["saturated"].any():
            raise RuntimeError(f"{name} saturated a value: the count is not that of a usual call.")
        return self.kernels.instructions

    def linear(self, name: str, fires: bool = False) -> tuple[float, float]:
        """Return instructions per neuron, and per call besides."""
        few, many = self.count(32, name, fires), self.count(96, name, fires)
        each = (many - few) / 64
        return each, few - 32 * each


class FloatCore(Core):
    """The kernels in float32 on the same core, with arrays as of a trial."""

    def __init__(self) -> None:
        self.kernels = CoreKernels(build_float_for_core(), True, CORTEX_M4F_FLOAT)

    def count(self, n: int, name: str, fires: bool = False) -> int:
        neurons, replay = np.zeros(n, layouts.FLOAT_NEURON), np.ones(n, layouts.FLOAT_REPLAY)
        neurons["A"], neurons["B"], neurons["count"] = 0.5, 0.5 + 2.0 * fires, 1
        constants = np.array([(0.96, 0.98, 0.5, 1.0, 0, 30)], layouts.FLOAT_CONSTANTS)
        learning, spikes = np.full(1, 0.1, np.float32).repeat(5), np.zeros(n, layouts.FLOAT_SPIKE)
        spikes["neuron"], spikes["factor"] = np.arange(n), 1.0
        row, other, more = (np.ones(n, np.float32) for _ in range(3))
        feedback, pull = np.ones(24 * n, np.float32), np.ones(24, np.float32)
        arguments = {
            "sfdfa_float_arrive": (row, other, n),
            "sfdfa_float_arrive_graded": (row, other, other, more, n),
            "sfdfa_float_take_up": (neurons, row, other if fires else 0, n),
            "sfdfa_float_tick": (constants, neurons, n, 3, spikes, other),
            "sfdfa_float_output_error": (row, neurons, other, n),
            "sfdfa_float_feed_back": (row, other, more, n),
            "sfdfa_float_hidden_error": (row, neurons, learning, other, n),
            "sfdfa_float_replay_begin": (replay, row, learning, n),
            "sfdfa_float_replay_spikes": (replay, spikes, n, 0),
            "sfdfa_float_replay_decay": (replay, constants, row, n),
            "sfdfa_float_pull_decay": (replay, constants, row, n),
            "sfdfa_float_timed_spikes": (replay, spikes, n, 0, feedback, n, pull, self.outputs, learning),
            "sfdfa_float_change_row": (row, other, n),
            "sfdfa_float_improve_feedback": (row, neurons, other, learning, n),
        }
        self.kernels.call(name, *arguments[name])
        return self.kernels.instructions


def measured(processor: Processor = ARM968) -> list[dict[str, Any]]:
    core, small = Core(None, processor), Core(SMALL_WEIGHTS, processor)
    rows = []

    def add(kernel: str, unit: str, cost: tuple[float, float] | None = None) -> None:
        cost = core.linear(kernel) if cost is None else cost
        rows.append({"kernel": kernel, "unit": unit, "each": round(cost[0], 1), "call": round(cost[1])})

    add("sfdfa_arrive", "synaptic event")
    add("sfdfa_arrive, 16-bit weights", "synaptic event", small.linear("sfdfa_arrive"))
    add("sfdfa_arrive_graded", "synaptic event with a grade")
    add("sfdfa_take_up, no grades", "neuron and tick with events", core.linear("sfdfa_take_up"))
    add("sfdfa_take_up", "neuron and tick with events", core.linear("sfdfa_take_up", fires=True))
    quiet, firing = core.linear("sfdfa_tick"), core.linear("sfdfa_tick", fires=True)
    add("sfdfa_tick", "neuron and tick", quiet)
    add("sfdfa_tick, more for a spike", "spike", (firing[0] - quiet[0], 0.0))
    add("sfdfa_output_error", "output neuron and trial")
    add("sfdfa_feed_back", "hidden and output neuron and trial")
    add("sfdfa_hidden_error", "hidden neuron and trial")
    add("sfdfa_replay_begin", "neuron and trial")
    add("sfdfa_replay_spikes", "spike")
    add("sfdfa_pull_begin", "output neuron and trial")
    add("sfdfa_pull_spikes", "output spike")
    add("sfdfa_pull_decay", "output neuron and tick")
    spike = core.linear("sfdfa_timed_spikes")
    core.outputs = 20
    output = (core.linear("sfdfa_timed_spikes")[0] - spike[0]) / 10
    add("sfdfa_timed_spikes", "spike", (spike[0] - 10 * output, spike[1]))
    add("sfdfa_timed_spikes, more for an output", "spike and output neuron", (output, 0.0))
    add("sfdfa_replay_decay", "neuron and tick")
    add("sfdfa_change_row", "synaptic event")
    add("sfdfa_change_row, 16-bit weights, stochastic", "synaptic event", small.linear("sfdfa_change_row"))
    add("sfdfa_improve_feedback", "hidden and output neuron and trial")
    add("sfdfa_rest", "neuron and trial")
    add("sfdfa_perturb", "hidden neuron and trial")
    return rows


def measured_in_float32() -> list[dict[str, Any]]:
    """Return the same of the kernels in float32, by the names of those in fixed point."""
    core, rows = FloatCore(), []

    def add(kernel: str, cost: tuple[float, float]) -> None:
        rows.append({"kernel": kernel, "each": round(cost[0], 1), "call": round(cost[1])})

    for name in ("arrive", "arrive_graded", "tick", "output_error", "feed_back", "hidden_error", "replay_begin",
                 "replay_spikes", "replay_decay", "pull_decay", "change_row", "improve_feedback"):  # fmt: skip
        add(f"sfdfa_{name}", core.linear(f"sfdfa_float_{name}"))
    add("sfdfa_take_up, no grades", core.linear("sfdfa_float_take_up"))
    add("sfdfa_take_up", core.linear("sfdfa_float_take_up", fires=True))
    quiet, firing = core.linear("sfdfa_float_tick"), core.linear("sfdfa_float_tick", fires=True)
    add("sfdfa_tick, more for a spike", (firing[0] - quiet[0], 0.0))
    spike = core.linear("sfdfa_float_timed_spikes")
    core.outputs = 20
    output = (core.linear("sfdfa_float_timed_spikes")[0] - spike[0]) / 10
    add("sfdfa_timed_spikes", (spike[0] - 10 * output, spike[1]))
    add("sfdfa_timed_spikes, more for an output", (output, 0.0))
    return rows


def bytes_per_neuron() -> int:
    """DTCM of a hidden neuron, learning: its structures, the arrays of the kernels, two row buffers, its spikes."""
    structures = layouts.NEURON.itemsize + layouts.REPLAY.itemsize + SPIKES * layouts.SPIKE.itemsize
    arrays = 4 * len(("total", "change", "error", "grade")) + 8 * len(("graded", "projected"))
    return structures + arrays + 2 * 4


def estimated(rows: list[dict[str, Any]]) -> dict[str, Any]:
    each = {row["kernel"]: row["each"] for row in rows}
    call = {row["kernel"]: row["call"] for row in rows}
    tick = each["sfdfa_tick"] + each["sfdfa_take_up"]
    keeps_up = {
        str(events): int((BUDGET * SHARE - events * call["sfdfa_arrive"]) / (tick + events * each["sfdfa_arrive"]))
        for events in EVENTS
    }
    holds = {str(n): (DTCM - n * layouts.SPIKE.itemsize) // bytes_per_neuron() for n in INPUTS}
    decays = TICKS * (NEURONS * each["sfdfa_replay_decay"] + call["sfdfa_replay_decay"])
    row = NEURONS * each["sfdfa_change_row"] + call["sfdfa_change_row"]
    replay = {str(n): round((decays + n * row) / (BUDGET * SHARE), 1) for n in INPUTS}
    return {"bytes_per_neuron": bytes_per_neuron(), "keeps_up": keeps_up, "holds": holds, "replay_ms": replay}


def page(result: dict[str, Any]) -> str:
    lines = ["| kernel | for each | instructions | and per call | in 1 ms at most |", "|---|---|---|---|---|"]
    lines += [
        f"| `{row['kernel'].split(',')[0]}`{''.join(row['kernel'].partition(',')[1:])} | {row['unit']} | "
        f"{row['each']:g} | {row['call']} | {BUDGET / row['each']:,.0f} |"
        for row in result["kernels"]
    ]
    lines += ["", *_both(result)]
    estimates = result["estimates"]
    memory, of_floats = result["image"], result["image of SpiNNaker2 in float32"]["code"]
    lines += [
        "",
        f"All kernels together take {memory['code']:,} bytes of ITCM (32 KB) and {memory['constants']} of constants; "
        f"those in float32, without random numbers, {of_floats:,} bytes.",
        "",
        "*Estimates*, not measurements. Bytes: "
        f"{estimates['bytes_per_neuron']} in DTCM for a hidden neuron that learns, "
        f"with {SPIKES} spikes in a trial and two row buffers, {layouts.SPIKE.itemsize} for each event of the trial, "
        f"{DTCM // 1024} KB free; in SDRAM 4 for each synapse. Speed: {SHARE:.0%} of {BUDGET:,} instructions in a "
        "millisecond for these kernels, one instruction a cycle, the rest for packets, DMA, interrupts and waiting.",
        "",
        "| events that reach the core in 1 ms | " + " | ".join(estimates["keeps_up"]) + " |",
        "|---" * (len(EVENTS) + 1) + "|",
        "| neurons that it keeps up with at 1 ms | " + " | ".join(map(str, estimates["keeps_up"].values())) + " |",
        "",
        "| inputs, each firing once in a trial | " + " | ".join(estimates["holds"]) + " |",
        "|---" * (len(INPUTS) + 1) + "|",
        "| neurons that DTCM holds | " + " | ".join(map(str, estimates["holds"].values())) + " |",
        f"| ms to learn after a trial of {TICKS} ticks, {NEURONS} neurons | "
        + " | ".join(map(str, estimates["replay_ms"].values()))
        + " |",
    ]
    return "\n".join(lines) + "\n"


SHOWN = {
    "synaptic event": "sfdfa_arrive",
    "neuron and tick": "sfdfa_tick",
    "spike": "sfdfa_tick, more for a spike",
    "replay, neuron and tick": "sfdfa_replay_decay",
    "replay, spike": "sfdfa_replay_spikes",
    "replay, spike with an error of its own, 10 outputs": "sfdfa_timed_spikes",
    "change of a weight": "sfdfa_change_row",
}


COLUMNS = {
    ARM968: "kernels",
    CORTEX_M4F: "kernels of SpiNNaker2",
    CORTEX_M4F_FLOAT: "kernels of SpiNNaker2 in float32",
}
"""Where the result has what was counted on a processor."""


def _both(result: dict[str, Any]) -> list[str]:
    """Return the table that has all processors side by side; estimates take an instruction for a cycle."""
    clocks = [(processor, clock) for processor in COLUMNS for clock in processor.megahertz]
    heading = [f"{processor.name}, instructions" for processor in COLUMNS]
    heading += [f"ns at {clock} MHz{', float32' * processor.float32} (estimate)" for processor, clock in clocks]
    lines = [f"| for each | {' | '.join(heading)} |", "|---" * (1 + len(heading)) + "|"]
    for what, kernel in SHOWN.items():
        cost = {}
        for processor, place in COLUMNS.items():
            each = {row["kernel"]: row["each"] for row in result[place]}
            more = 10 * each[f"{kernel}, more for an output"] if "10 outputs" in what else 0
            cost[processor] = each[kernel] + more
        cells = [f"{cost[processor]:.1f}" for processor in COLUMNS]
        cells += [f"{1000 * cost[processor] / clock:.0f}" for processor, clock in clocks]
        lines.append(f"| {what} | {' | '.join(cells)} |")
    return lines


def written(text: str, result: dict[str, Any]) -> str:
    """Return the page with the tables of a result between its two marks."""
    before, rest = text.split(BEGIN)
    return before + BEGIN + page(result) + END + rest.split(END, 1)[1]


def main() -> None:
    image, other = CoreKernels(), CoreKernels(processor=CORTEX_M4F)
    floats = CoreKernels(build_float_for_core(), processor=CORTEX_M4F_FLOAT)
    rows = measured()
    result = {
        "kernels": rows,
        "kernels of SpiNNaker2": measured(CORTEX_M4F),
        "kernels of SpiNNaker2 in float32": measured_in_float32(),
        "estimates": estimated(rows),
        "image": {"code": image.code_bytes, "constants": image.constant_bytes},
        "image of SpiNNaker2": {"code": other.code_bytes, "constants": other.constant_bytes},
        "image of SpiNNaker2 in float32": {"code": floats.code_bytes, "constants": floats.constant_bytes},
    }
    files.write_text(RESULT, json.dumps(result, indent=1) + "\n")
    files.write_text(PAGE, written(PAGE.read_text(), result))
    print(page(result))


if __name__ == "__main__":
    main()
