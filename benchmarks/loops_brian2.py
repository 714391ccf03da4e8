"""A recurrent network of 500 neurons on event, and on brian2 as its timestep shrinks.

A spike that is late by a little makes others late by more: two simulations of such a network agree for some time, and
then in their statistics only. So spike times are compared in the first 50 ms, and rates, regularity and correlation
after. Weights, delays and input are the same everywhere.

    python benchmarks/loops_brian2.py [--cell LIF_SFDFA] [--json]
"""

from __future__ import annotations

import argparse
import json
from types import ModuleType

import numpy as np

EARLY = 50.0
CELLS = {
    "IF_curr_exp": {"tau_refrac": 2.0, "v_reset": -65.0, "v_thresh": -55.0, "tau_syn_E": 5.0, "tau_syn_I": 5.0},
    "LIF_SFDFA": {"tau_syn": 5.0, "v_thresh": -55.0, "trial_duration": 10_000.0},
}
COMMON = {"tau_m": 10.0, "cm": 0.25, "v_rest": -65.0}


def simulate(
    sim: ModuleType, cell: str, duration: float, n: int = 500, inputs: int = 100, **setup: object
) -> list[np.ndarray]:
    """Return the spike times of each neuron of a random network, a fifth of which inhibits."""
    rng = np.random.default_rng(7)
    sim.setup(**setup)
    steps = [np.flatnonzero(rng.random(int(duration * 10)) < 0.004)[1:] for _ in range(inputs)]
    stimulus = sim.Population(inputs, sim.SpikeSourceArray(spike_times=[np.round(s * 0.1, 1) for s in steps]))
    neurons = sim.Population(n, getattr(sim, cell)(**COMMON, **CELLS[cell]), initial_values={"v": -65.0})
    signs = np.where(np.arange(n) < 0.8 * n, 1.0, -5.0)
    loops = (rng.random((n, n)) < 50 / n) * signs[:, np.newaxis] * rng.uniform(0.02, 0.06, (n, n))
    drive = (rng.random((inputs, n)) < 0.2) * rng.uniform(0.05, 0.15, (inputs, n))
    for pre, weights, delay in ((stimulus, drive, 1.0), (neurons, loops, 1.5)):
        kinds = (
            {"excitatory": weights > 0, "inhibitory": weights < 0} if cell == "IF_curr_exp" else {None: weights != 0}
        )
        for receptor_type, chosen in kinds.items():
            if chosen.any():
                pairs = [(i, j, weights[i, j]) for i, j in np.argwhere(chosen).tolist()]
                connector = sim.FromListConnector(pairs, column_names=["weight"])
                synapse = sim.StaticSynapse(delay=delay)
                sim.Projection(pre, neurons, connector, synapse, receptor_type=receptor_type)
    neurons.record("spikes")
    sim.run(duration)
    trains = [np.asarray(t.rescale("ms").magnitude) for t in neurons.get_data("spikes").segments[0].spiketrains]
    sim.end()
    return trains


def early(trains: list[np.ndarray], exact: list[np.ndarray], until: float = EARLY) -> dict[str, float]:
    """Return how far spikes before a time are from the exact ones, of neurons that fired as often."""
    pairs = [(a[a < until], b[b < until]) for a, b in zip(trains, exact, strict=True)]
    away = [a - b for a, b in pairs if a.size == b.size]
    late = np.concatenate(away)
    return {
        "neurons with another count": len(pairs) - len(away),
        "error of a spike, median (ms)": float(np.median(np.abs(late))),
        "error of a spike, 95 % (ms)": float(np.percentile(np.abs(late), 95)),
        "error of first spikes, mean (ms)": float(np.mean([abs(d[0]) for d in away if d.size])),
    }


def statistics(trains: list[np.ndarray], after: float, until: float, width: float = 5.0) -> dict[str, float]:
    """Return rate, mean CV of intervals, and mean correlation of counts between pairs of neurons, in a span of time."""
    within = [t[(t >= after) & (t < until)] for t in trains]
    gaps = [np.diff(t) for t in within if t.size > 3]
    counts = np.array([np.histogram(t, np.arange(after, until + width / 2, width))[0] for t in within])
    moving = counts[counts.std(axis=1) > 0]
    correlation = np.corrcoef(moving)
    return {
        "rate (Hz)": 1000.0 * sum(map(len, within)) / (len(trains) * (until - after)),
        "CV of intervals": float(np.mean([gap.std() / gap.mean() for gap in gaps])),
        f"correlation of counts in {width:g} ms": float(correlation[np.triu_indices(len(moving), 1)].mean()),
    }


def main() -> None:
    """Print the table."""
    import pynn_sfdfa.brian2 as brian2_sim
    import pynn_sfdfa.event as event_sim

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cell", choices=[*CELLS], default="LIF_SFDFA")
    parser.add_argument("--timesteps", type=float, nargs="+", default=[0.1, 0.05, 0.025])
    parser.add_argument("--duration", type=float, default=1000.0, metavar="MS")
    parser.add_argument("--target", choices=["cython", "numpy"], default="numpy")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    exact = simulate(event_sim, options.cell, options.duration, timestep=0.1)
    columns = {"event": {"spikes of all": float(sum(map(len, exact)))} | statistics(exact, EARLY, options.duration)}
    for dt in options.timesteps:
        found = simulate(brian2_sim, options.cell, options.duration, timestep=dt, target=options.target)
        own = {"spikes of all": float(sum(map(len, found)))} | early(found, exact)
        columns[f"brian2, {dt:g} ms"] = own | statistics(found, EARLY, options.duration)
    if options.json:
        print(json.dumps({"cell": options.cell, "duration": options.duration, "figures": columns}, indent=1))
        return
    print(f"{options.cell}; spikes before {EARLY:g} ms: {sum(int((t < EARLY).sum()) for t in exact)}")
    print(f"{'':<36}" + "".join(f"{name:>18}" for name in columns))
    for name in dict.fromkeys(name for column in columns.values() for name in column):
        values = (f"{column[name]:>18.4g}" if name in column else f"{'':>18}" for column in columns.values())
        print(f"{name:<36}" + "".join(values))


if __name__ == "__main__":
    main()
