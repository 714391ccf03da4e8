"""A run through all kernels on tiny networks: ``python all_kernels.py OUT.npz`` saves what they compute.

`test_interpreted` runs it twice, compiled and as plain Python.
"""

from __future__ import annotations

import itertools
import sys

import numpy as np
import small_nets

import pynn_sfdfa.event as sim
from pynn_sfdfa import Input, Network, Recurrent, Trainer
from pynn_sfdfa.encoding import PoissonGrid
from pynn_sfdfa.network.cells import LIF_SFDFA, IF_curr_exp
from pynn_sfdfa.network.connectivity import Convolution, Dense, Local, Pooling
from pynn_sfdfa.rules import BP, DFA, HM2BP, SFDFA
from pynn_sfdfa.training.optimizers import SGD, Adam


def trained(tau_syn, gradient, rule, optimizer, delay):
    """Spike counts and weights of a network of several blocks after training, its cap on spikes reached at times."""
    network = small_nets.network(
        [12, 9, 5, 3],
        c=0.3,
        tau_syn=tau_syn,
        gradient=gradient,
        delay=delay,
        weights=(-0.6, 0.9),
        max_spikes=9,
        seed=3,
    )
    trains = small_nets.random_trains(np.random.default_rng(5), 7, 12, grid=5.0)
    trainer = Trainer(network, rule=rule, optimizer=optimizer, batch_size=3, seed=2, threads=2)
    trainer.fit(trains, epochs=2)
    counts = trainer.evaluate(trains).counts
    return [counts, *network.weights, *network.feedback]


def potentials(tau_refrac):
    """The same of a network of stock cells, whose outputs inhibit each other, by HM2-BP."""
    cell = IF_curr_exp(tau_m=40.0, tau_syn=8.0, cm=4.0, v_thresh=-62.0, tau_refrac=tau_refrac, trial_duration=200.0)
    layers = [Input((12,)), Dense(9, cell=cell), Dense(3, cell=cell, inhibition=0.2)]
    network = Network(layers, delay=1.0, weights=(-0.4, 1.2), max_spikes=30, seed=3)
    trains = small_nets.random_trains(np.random.default_rng(5), 7, 12, grid=5.0)
    trainer = Trainer(network, rule=HM2BP(silent_target_spikes=9), optimizer=Adam(0.1), batch_size=3, seed=2, threads=2)
    trainer.fit(trains, epochs=2)
    return [trainer.evaluate(trains).counts, *network.weights]


def windowed(conv, rule, optimizer):
    """The same of a network of layers that see windows."""
    cell = small_nets.network([1, 1], c=0.3).layers[0].cell
    layers = [Input((1, 4, 4)), conv(3, 2, padding=1, cell=cell), Pooling(5), Dense(4, cell=cell), Dense(3, cell=cell)]
    network = Network(layers, delay=1.0, weights=(-0.4, 1.2), max_spikes=60, seed=3)
    trains = small_nets.random_trains(np.random.default_rng(5), 5, 16, grid=5.0)
    trainer = Trainer(network, rule=rule, optimizer=optimizer, batch_size=3, seed=2, threads=2)
    trainer.fit(trains, epochs=1)
    return [trainer.evaluate(trains).counts, *network.weights, *network.feedback]


def looped(cell, rule):
    """The same of a network of recurrent layers."""
    options = {"tau_m": 40.0, "tau_syn": 8.0, "cm": 4.0, "v_rest": -65.0, "v_thresh": -62.0, "trial_duration": 120.0}
    cell, loops = cell(**options), (Recurrent(1.5, 0.6, (-0.5, 0.6)), Recurrent(3.0, 1.0, (-0.3, 0.3)))
    layers = [Dense(n, cell=cell, recurrent=own) for n, own in zip((7, 3), loops, strict=True)]
    network = Network([Input((12,)), *layers], delay=1.0, weights=(-0.4, 1.2), max_spikes=30, seed=3)
    trains = small_nets.random_trains(np.random.default_rng(5), 5, 12, grid=5.0)
    trainer = Trainer(network, rule=rule, optimizer=Adam(0.05), batch_size=3, seed=2, threads=2)
    trainer.fit(trains, epochs=1)
    return [trainer.evaluate(trains).counts, *network.weights]


def simulated(tau_syn):
    """Spike times, potential, eligibility and weights of a PyNN script that learns online."""
    sim.setup(timestep=1.0)
    rng = np.random.default_rng(8)
    cell = {"tau_m": 20.0, "tau_syn": tau_syn, "cm": 1.0, "v_rest": -65.0, "v_thresh": -62.0, "trial_duration": 40.0}
    times = [np.sort(rng.choice(np.arange(1.0, 120.0), 9, replace=False)) for _ in range(6)]
    stimulus = sim.Population(6, sim.SpikeSourceArray(spike_times=times))
    noise = sim.Population(3, sim.SpikeSourcePoisson(rate=40.0))
    hidden = sim.Population(4, sim.LIF_SFDFA(**cell, rho=0.1, r_target=2.0))
    output = sim.Population(2, sim.LIF_SFDFA(**cell, targets=[3.0, 1.0, 2.0]))
    plastic = [
        sim.Projection(
            pre,
            post,
            sim.AllToAllConnector(),
            sim.SFDFASynapse(weight=rng.uniform(0.0, 2.0, (pre.size, post.size)), learning_rate=1e-6, delay=delay),
        )
        for pre, post, delay in ((stimulus, hidden, 0.0), (noise, hidden, 2.0), (hidden, output, 1.0))
    ]
    sim.Projection(
        output,
        hidden,
        sim.AllToAllConnector(),
        sim.SFDFAFeedback(weight=0.1, learning_rate=0.01),
        receptor_type="error",
    )
    hidden.record(["spikes", "v"])
    sim.run(115.0)
    segment = hidden.get_data().segments[0]
    spikes = [train.rescale("ms").magnitude for train in segment.spiketrains]
    arrays = [np.concatenate(spikes), segment.analogsignals[0].magnitude]
    for projection in plastic:
        arrays += [projection.get(name, format="array") for name in ("weight", "eligibility")]
    sim.end()
    return arrays


def stock(tau_syn_I):
    """Spike times and recorded signals of a PyNN script with stock cells."""
    sim.setup(timestep=1.0)
    rng = np.random.default_rng(9)
    times = [np.sort(rng.uniform(0.0, 60.0, 8)) for _ in range(6)]
    stimulus = sim.Population(6, sim.SpikeSourceArray(spike_times=times))
    cell = {"tau_syn_I": tau_syn_I, "cm": 0.3, "i_offset": [0.0, 0.3, -0.1], "tau_refrac": [0.0, 1.0, 5.0]}
    cells = sim.Population(3, sim.IF_curr_exp(**cell))
    for weight, receptor_type in ((0.9, "excitatory"), (-0.4, "inhibitory")):
        synapse = sim.StaticSynapse(weight=weight, delay=1.0)
        sim.Projection(stimulus, cells, sim.AllToAllConnector(), synapse, receptor_type=receptor_type)
    cells.record(["spikes", "v", "isyn_exc", "isyn_inh"])
    sim.run(70.0)
    segment = cells.get_data().segments[0]
    spikes = [train.rescale("ms").magnitude for train in segment.spiketrains]
    sim.end()
    return [np.concatenate(spikes), *(s.magnitude for s in sorted(segment.analogsignals, key=lambda s: s.name))]


def drawn():
    """Times, units and ends of spikes on a grid, of some words and a part of one."""
    images = np.random.default_rng(10).choice([0, 1, 50, 128, 254, 255], (5, 8))
    encoder = PoissonGrid(p_max=1.0, duration=150.0, seed=6, redraw=True)
    trains = encoder.draw(images, np.arange(5), np.array([3, 70000, 2, 9, 0]), presentation=4)
    return [trains.times, trains.units, trains.offsets]


def main(path):
    results = {"drawn on a grid": drawn()}
    for tau_syn, gradient in itertools.product((130.0, 100.0), ("bounded", "exact")):
        results[f"sfdfa, {tau_syn} ms, {gradient}"] = trained(tau_syn, gradient, SFDFA(rho=0.1), Adam(), delay=0.0)
    results["dfa"] = trained(130.0, "bounded", DFA(rho=0.1), SGD(1e-5), delay=3.0)
    for tau_syn in (130.0, 100.0):
        results[f"sfdfa, {tau_syn} ms, timed"] = trained(tau_syn, "bounded", SFDFA(timed=True), Adam(), delay=3.0)
    results["bp"] = trained(130.0, "bounded", BP(), Adam(), delay=3.0)[:-2]  # it has no feedback for two hidden layers
    results["sites, bp"] = windowed(Convolution, BP(), Adam())[:-2]
    results["sites, timed"] = windowed(Local, SFDFA(timed=True), SGD(1e-5))
    results["sites, layer-wise"] = windowed(Convolution, SFDFA(feedback="layer-wise"), SGD(1e-5))
    results["sites, hm2bp"] = windowed(Convolution, HM2BP(silent_target_spikes=9), Adam(0.1))[:-2]
    for cell, rule in ((LIF_SFDFA, SFDFA()), (LIF_SFDFA, BP()), (IF_curr_exp, HM2BP(silent_target_spikes=9))):
        results[f"recurrent, {rule.name}"] = looped(cell, rule)
    for tau_refrac in (0.0, 3.0):
        results[f"hm2bp, {tau_refrac} ms"] = potentials(tau_refrac)
    for tau_syn in (10.0, 8.0):
        results[f"simulated, {tau_syn} ms"] = simulated(tau_syn)
    for tau_syn_I in (5.0, 8.0):
        results[f"stock, {tau_syn_I} ms"] = stock(tau_syn_I)
    np.savez(path, **{f"{name}: {k}": array for name, arrays in results.items() for k, array in enumerate(arrays)})


if __name__ == "__main__":
    main(sys.argv[1])
