"""Some trials of a tiny network, in several formats and in float64: ``python small_training.py OUT.npz`` saves the end.

`test_arithmetic_interpreted` runs it compiled and as plain Python.
"""

from __future__ import annotations

import sys

import numpy as np
import small_nets
from oracles.fixed_point_network import FixedPointNetwork, LearningParameters
from oracles.float_network import FloatNetwork

from pynn_sfdfa import SpikeTrains
from pynn_sfdfa.hardware.arithmetic import Formats


def main(path):
    rng = np.random.default_rng(2)
    samples = [(np.sort(rng.uniform(0, 35, 10)).astype(np.float32), rng.permutation(10)) for _ in range(3)]
    trains = SpikeTrains.from_samples(samples, [0, 1, 0], 10)
    results = {}
    for name, formats, gradient in (
        ("as specified", Formats(), "bounded"),
        ("timed", Formats(), "bounded"),
        ("exact", Formats(), "exact"),
        ("16 bits", Formats(weight=11, weight_bits=16), "bounded"),
        ("stochastic", Formats(weight=11, weight_bits=16, stochastic=True), "bounded"),
        ("saturating", Formats(weight=15, weight_bits=16, state=27, change=31), "bounded"),
        ("float", None, "bounded"),
    ):
        start = small_nets.network(
            [10, 8, 3], c=0.3, tau_m=52.0, tau_syn=26.0, duration=40.0, gradient=gradient, seed=1
        )
        start.weights = [np.abs(w) * 1.5 for w in start.weights]
        parameters = LearningParameters(1e-4, 0.05, rho=0.1, r_target=1.0, timed=name == "timed")
        network = FloatNetwork(start, 1.0, 7) if formats is None else FixedPointNetwork(start, 1.0, formats, 7)
        for sample in range(len(trains)):
            network.train(trains, sample, [4.0, 1.0, 1.0], parameters, sample)
        arrays = [*network.counts(trains), *network.weights, *network.feedback]
        if formats is not None:
            arrays.append(network.tally.counts)
        results |= {f"{name}: {k}": array for k, array in enumerate(arrays)}
    np.savez(path, **results)


if __name__ == "__main__":
    main(sys.argv[1])
