"""The network that the validation runs on the emulated board: ordinary PyNN for sPyNNaker."""

from __future__ import annotations

from types import SimpleNamespace

import exact
import numpy as np

TIME = 200  # ms
N_INPUTS, N = 10, 5
CELL = {
    "tau_m": 20.0,
    "cm": 1.0,
    "v_rest": -65.0,
    "v_reset": -70.0,
    "v_thresh": -55.0,
    "tau_refrac": 3.0,
    "tau_syn_E": 5.0,
    "tau_syn_I": 8.0,
    "i_offset": 0.1,
}
DELTA_CELL = {name: value for name, value in CELL.items() if not name.startswith("tau_syn")}
COND_CELL = CELL | {"e_rev_E": 0.0, "e_rev_I": -80.0}
SILENT_CELL = CELL | {"v_thresh": 0.0, "i_offset": 0.0}
PAIRS = {"tau_plus": 20.0, "tau_minus": 15.0, "A_plus": 0.05, "A_minus": 0.04, "w_min": 0.0, "w_max": 4.0}
RATE = 40.0  # Hz
N_POISSON = 50
POISSON_WEIGHT = 0.125


def spike_times():
    """Whole milliseconds, none twice, none so late that nothing arrives."""
    rng = np.random.default_rng(20)
    return [sorted(rng.choice(np.arange(2, TIME - 20), size=12, replace=False).astype(float)) for _ in range(N_INPUTS)]


def weights(seed, largest):
    """Multiples of 1/64, so that the machine's weights hold them exactly."""
    return np.random.default_rng(seed).integers(1, max(2, int(largest * 64)), size=(N_INPUTS, N)) / 64


def delays(seed, longest):
    return np.random.default_rng(seed).integers(1, longest + 1, size=(N_INPUTS, N)).astype(float)


def inputs(name, largest, longest):
    """What arrives at each tick at the population of this name, shape (TIME, 2, N)."""
    kinds = ((0, largest, longest), (1, largest / 4, 8))
    parts = [
        exact.arrivals(spike_times(), weights(len(name) + more, top), delays(len(name) + more, wait), TIME)
        for more, top, wait in kinds
    ]
    return np.stack(parts, axis=1)


def connect(sim, source, target, weight, delay, receptor="excitatory", synapse=None):
    rows = [(i, j, weight[i, j], delay[i, j]) for i in range(weight.shape[0]) for j in range(weight.shape[1])]
    return sim.Projection(
        source, target, sim.FromListConnector(rows), synapse or sim.StaticSynapse(), receptor_type=receptor
    )


PRE = [[10.0, 60.0, 110.0, 170.0], [25.0, 75.0, 130.0, 171.0], [15.0, 16.0, 90.0, 172.0], [41.0, 44.0, 140.0, 173.0]]
TEACHER = [[20.0, 70.0, 120.0], [13.0, 50.0, 95.0, 150.0]]
"""What drives the plastic synapses and their targets, ms. Weights are brought up to date at the last spikes of PRE."""


def plastic(sim, label, synapse_cores):
    """Two neurons that a teacher makes fire once at a time, with plastic synapses of four inputs."""
    net = SimpleNamespace()
    source = sim.Population(len(PRE), sim.SpikeSourceArray(spike_times=PRE), label=f"{label} input")
    teacher = sim.Population(len(TEACHER), sim.SpikeSourceArray(spike_times=TEACHER), label=f"{label} teacher")
    cell = sim.IF_curr_exp(**SILENT_CELL | {"v_thresh": -50.0, "tau_refrac": 20.0})
    net.target = sim.Population(len(TEACHER), cell, label=label, n_synapse_cores=synapse_cores)
    net.target.record("spikes")
    sim.Projection(teacher, net.target, sim.OneToOneConnector(), sim.StaticSynapse(weight=16.0, delay=1.0))
    timing = {name: PAIRS[name] for name in ("tau_plus", "tau_minus", "A_plus", "A_minus")}
    rule = sim.STDPMechanism(
        timing_dependence=sim.SpikePairRule(**timing),
        weight_dependence=sim.AdditiveWeightDependence(w_min=PAIRS["w_min"], w_max=PAIRS["w_max"]),
        weight=1.0,
        delay=1.0,
    )
    net.projection = sim.Projection(source, net.target, sim.AllToAllConnector(), rule)
    return net


def build(sim):
    """Populations of every kind that is validated, each with the recordings that its test needs."""
    net = SimpleNamespace()
    net.stimulus = sim.Population(N_INPUTS, sim.SpikeSourceArray(spike_times=spike_times()), label="stimulus")
    net.current = sim.Population(N, sim.IF_curr_exp(**CELL), label="current")
    net.conductance = sim.Population(N, sim.IF_cond_exp(**COND_CELL), label="conductance")
    net.delta = sim.Population(N, sim.IF_curr_delta(**DELTA_CELL), label="delta")
    net.delayed = sim.Population(N, sim.IF_curr_exp(**CELL), label="delayed")
    net.remote = sim.Population(N, sim.IF_curr_exp(**CELL), label="remote")
    net.split = sim.Population(N, sim.IF_curr_exp(**CELL), label="split", n_synapse_cores=1)
    for population, largest, longest in (
        (net.current, 3.0, 8),
        (net.delayed, 3.0, 100),
        (net.remote, 3.0, 8),
        (net.split, 3.0, 8),
        (net.delta, 8.0, 8),
        (net.conductance, 0.1, 8),
    ):
        seed = len(population.label)
        connect(sim, net.stimulus, population, weights(seed, largest), delays(seed, longest))
        connect(sim, net.stimulus, population, weights(seed + 1, largest / 4), delays(seed + 1, 8), "inhibitory")
        population.record(["v", "spikes"])
    net.remote.add_placement_constraint(x=2, y=1)

    net.poisson = sim.Population(N_POISSON, sim.SpikeSourcePoisson(rate=RATE), label="poisson", seed=7)
    net.driven = sim.Population(1, sim.IF_curr_exp(**SILENT_CELL), label="driven")
    sim.Projection(
        net.poisson, net.driven, sim.AllToAllConnector(), sim.StaticSynapse(weight=POISSON_WEIGHT, delay=1.0)
    )
    net.poisson.record("spikes")
    net.driven.record("v")
    net.combined_plastic = plastic(sim, "combined", 0)
    net.split_plastic = plastic(sim, "split", 1)
    return net
