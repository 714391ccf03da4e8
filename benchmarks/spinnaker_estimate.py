"""Estimates, from counted instructions: cores, boards, time and energy of a training on SpiNNaker at 1 ms.

    python benchmarks/spinnaker_estimate.py

Nothing here was measured on a board. Instructions come from ``results/spinnaker_cost.json`` (counted in an emulated
core, one a cycle assumed); power from SpiNNMachine 7.4.1, class ``VersionSpin1``: figures measured on boards.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path

import click

from pynn_sfdfa.hardware.cores import MAX_NEURONS, input_cores
from pynn_sfdfa.support import files

RESULTS = Path(__file__).parent / "results"

BUDGET = 200_000  # instructions of a core in a millisecond: 200 MHz
SHARE = 0.5  # of them for the kernels; the rest for packets, DMA, interrupts and waiting
DTCM = 54 * 1024  # bytes that the application can allocate
BURST = 4  # the busiest millisecond has so many times the mean number of input spikes
CORES_PER_CHIP, CHIPS_PER_BOARD = 16, 48  # for applications: of 18 cores, one is the monitor and one may be faulty

IDLE_CHIP, ACTIVE_CORE = 0.35, 0.034  # W
PACKET = 72 * 25e-12  # J a hop, with payload: 72 bits of 25 pJ
HOPS = 4  # of a packet, on the mean


@dataclass(frozen=True)
class Network:
    """Sizes from the input to the output, the length of a trial in ms, and its mean activity.

    ``active`` is the fraction of inputs that fire, once, within ``window`` ms; ``spikes`` counts those of a neuron in a
    trial.
    """

    sizes: tuple[int, ...]
    trial: int
    window: int
    active: float
    spikes: float


NETWORKS = (
    Network((64, 100, 10), 40, 20, 0.5, 5.0),
    Network((784, 100, 10), 200, 100, 0.19, 2.0),
    Network((784, 800, 10), 200, 100, 0.19, 0.3),
    Network((784, 400, 400, 10), 200, 100, 0.5, 2.3),
)
"""With the activity of trained networks: what ``pynn-sfdfa train`` prints as spikes per sample."""


def estimate(network: Network, cost: dict[str, tuple[float, float]], bytes_per_neuron: int) -> dict[str, float]:
    """Return cores, boards, the time of a trial with its learning, and energy."""
    cores, learning, packets = input_cores(network.sizes[0]), 0.0, network.active * network.sizes[0]
    for layer, (n_pre, n_post) in enumerate(zip(network.sizes[:-1], network.sizes[1:], strict=True)):
        graded = layer > 0
        events = network.active * n_pre if layer == 0 else network.spikes * n_pre
        peak = BURST * events / (network.window if layer == 0 else network.trial)
        held = int((DTCM - 8 * events) / bytes_per_neuron)
        per_core = min(n_post, held, keeps_up(peak, graded, cost), MAX_NEURONS)
        needed = math.ceil(n_post / per_core)
        cores += needed
        learning = max(learning, learning_ms(math.ceil(n_post / needed), events, network, cost))
        packets += network.spikes * n_post
    boards = math.ceil(cores / (CORES_PER_CHIP * CHIPS_PER_BOARD))
    chips = math.ceil(cores / CORES_PER_CHIP)
    seconds = (network.trial + learning) * 1e-3
    energy = seconds * (chips * IDLE_CHIP + cores * ACTIVE_CORE) + packets * HOPS * PACKET
    return {"cores": cores, "chips": chips, "boards": boards, "learning_ms": learning, "energy_mJ": energy * 1e3}


def keeps_up(events: float, graded: bool, cost: dict[str, tuple[float, float]]) -> int:
    """Return how many neurons of a core finish a tick in which so many events arrive."""
    arrive, arrive_call = cost["sfdfa_arrive_graded" if graded else "sfdfa_arrive"]
    fixed = events * arrive_call + cost["sfdfa_take_up"][1] + cost["sfdfa_tick"][1]
    each = events * arrive + cost["sfdfa_take_up"][0] + cost["sfdfa_tick"][0]
    return int((SHARE * BUDGET - fixed) / each)


def learning_ms(neurons: int, events: float, network: Network, cost: dict[str, tuple[float, float]]) -> float:
    """Return the time between two trials: replay of all ticks, and the rows of all events."""
    n_out = network.sizes[-1]
    instructions = (
        neurons * (cost["sfdfa_replay_begin"][0] + cost["sfdfa_rest"][0] + cost["sfdfa_perturb"][0])
        + neurons * n_out * (cost["sfdfa_feed_back"][0] + cost["sfdfa_improve_feedback"][0])
        + neurons * network.trial * cost["sfdfa_replay_decay"][0]
        + neurons * network.spikes * cost["sfdfa_replay_spikes"][0]
        + events * (neurons * cost["sfdfa_change_row"][0] + cost["sfdfa_change_row"][1])
    )
    return instructions / (SHARE * BUDGET)


@click.command()
def main() -> None:
    """Print the table and write results/spinnaker_estimate.json."""
    counted = json.loads((RESULTS / "spinnaker_cost.json").read_text())
    cost = {row["kernel"]: (row["each"], row["call"]) for row in counted["kernels"]}
    rows = []
    click.echo("| estimate at 1 ms | cores | chips | boards | learning after a trial | energy a trial |")
    click.echo("| --- | ---: | ---: | ---: | ---: | ---: |")
    for network in NETWORKS:
        row = estimate(network, cost, counted["estimates"]["bytes_per_neuron"])
        name = "-".join(map(str, network.sizes))
        click.echo(
            f"| {name}, {network.trial} ms | {row['cores']} | {row['chips']} | {row['boards']} "
            f"| {row['learning_ms']:.1f} ms | {row['energy_mJ']:.0f} mJ |"
        )
        rows.append({"network": name, "trial_ms": network.trial, **row})
    files.write_text(RESULTS / "spinnaker_estimate.json", json.dumps(rows, indent=2) + "\n")


if __name__ == "__main__":
    main()
