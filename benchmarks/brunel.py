"""A balanced random network (Brunel 2000) on event and on NEST: rate, regularity and correlation of its neurons.

Four fifths of the neurons excite, one fifth inhibits, g times as strongly; each hears a tenth of all, and Poisson
spikes from outside at eta times the rate that alone takes it to threshold. Synapses are the same on both simulators;
the Poisson spikes are drawn by each, so that nothing but statistics can agree. NEST computes spikes between its steps.

    python benchmarks/brunel.py [--neurons 2500] [--json]       # NEST: pip install 'pynn-sfdfa[nest]'
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import sys
import time
from types import ModuleType

import numpy as np

CELL = {"tau_m": 20.0, "cm": 0.25, "v_rest": -65.0, "v_thresh": -45.0, "v_reset": -55.0, "tau_refrac": 2.0}
TAU_SYN, J, DELAY = 0.5, 0.4, 1.5  # ms, mV that an excitatory spike adds in the end, ms
EPSILON = 0.1
SETTLING = 100.0  # ms that do not count


def simulate(
    sim: ModuleType, n: int, g: float, eta: float, duration: float, setup: dict[str, object], seed: int = 3
) -> tuple[list[np.ndarray], float]:
    """Return the spike times of each neuron in ms, and how many seconds the run took once the network was built."""
    rng = np.random.default_rng(seed)
    exciting = int(0.8 * n)
    sim.setup(**setup)
    cell = sim.IF_curr_exp(tau_syn_E=TAU_SYN, tau_syn_I=TAU_SYN, **CELL)
    neurons = sim.Population(n, cell, initial_values={"v": rng.uniform(-65.0, -45.0, n)})
    weight = J * CELL["cm"] / TAU_SYN
    rate = 1000.0 * eta * (CELL["v_thresh"] - CELL["v_rest"]) / (J * CELL["tau_m"])
    outside = sim.Population(n, sim.SpikeSourcePoisson(rate=rate))
    synapse = sim.StaticSynapse(weight=weight, delay=DELAY)
    sim.Projection(outside, neurons, sim.OneToOneConnector(), synapse, receptor_type="excitatory")
    for first, last, receptor_type, strength in (
        (0, exciting, "excitatory", weight), (exciting, n, "inhibitory", -g * weight),
    ):  # fmt: skip
        pairs = np.argwhere(rng.random((last - first, n)) < EPSILON)
        connector = sim.FromListConnector([(i, j) for i, j in pairs.tolist()], column_names=[])
        synapse = sim.StaticSynapse(weight=strength, delay=DELAY)
        sim.Projection(neurons[first:last], neurons, connector, synapse, receptor_type=receptor_type)
    neurons.record("spikes")
    start = time.perf_counter()
    sim.run(SETTLING + duration)
    seconds = time.perf_counter() - start
    trains = [np.asarray(t.rescale("ms").magnitude) for t in neurons.get_data("spikes").segments[0].spiketrains]
    sim.end()
    return trains, seconds


def statistics(trains: list[np.ndarray], duration: float, width: float = 5.0, pairs_of: int = 500) -> dict[str, float]:
    """Return rate, mean CV of intervals and mean correlation of the counts of pairs, after the network has settled."""
    end = SETTLING + duration
    within = [t[(t >= SETTLING) & (t < end)] for t in trains]
    gaps = [np.diff(t) for t in within if t.size > 5]
    counts = np.array([np.histogram(t, np.arange(SETTLING, end + width / 2, width))[0] for t in within])
    moving = counts[counts.std(axis=1) > 0][:: max(1, len(counts) // pairs_of)]
    correlation = np.corrcoef(moving)
    return {
        "rate (Hz)": 1000.0 * sum(map(len, within)) / (len(trains) * duration),
        "CV of intervals": float(np.mean([gap.std() / gap.mean() for gap in gaps])),
        f"correlation of counts in {width:g} ms": float(correlation[np.triu_indices(len(moving), 1)].mean()),
        "deviation of the summed rate": float(counts.sum(axis=0).std() / counts.sum(axis=0).mean()),
    }


def main() -> None:
    """Print the table."""
    import pynn_sfdfa.event as event_sim

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--neurons", type=int, default=2500)
    parser.add_argument("--g", type=float, default=5.0)
    parser.add_argument("--eta", type=float, default=2.0)
    parser.add_argument("--duration", type=float, default=500.0, metavar="MS")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if importlib.util.find_spec("nest") is None:
        sys.exit("NEST is not installed, so there is nothing to compare with. Run: pip install 'pynn-sfdfa[nest]'")
    nest = importlib.import_module("pyNN.nest")
    off_grid = {"timestep": 0.1, "min_delay": 0.1, "spike_precision": "off_grid"}
    network = (options.neurons, options.g, options.eta, options.duration)
    columns = {}
    for name, sim, setup in (("event", event_sim, {"timestep": 0.1}), ("NEST", nest, off_grid)):
        trains, seconds = simulate(sim, *network, setup)
        columns[name] = statistics(trains, options.duration) | {"seconds": seconds}
    if options.json:
        print(
            json.dumps({"neurons": options.neurons, "g": options.g, "eta": options.eta, "figures": columns}, indent=1)
        )
        return
    print(f"{options.neurons} neurons, g = {options.g:g}, eta = {options.eta:g}, {options.duration:g} ms")
    print(f"{'':<36}" + "".join(f"{name:>12}" for name in columns))
    for name in columns["event"]:
        print(f"{name:<36}" + "".join(f"{column[name]:>12.4g}" for column in columns.values()))


if __name__ == "__main__":
    main()
