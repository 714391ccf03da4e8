"""Random networks are alike on all simulators: their synapses, their weights, and their spikes but for the time grid.

There are 20 networks; ``make parity`` takes 200 and prints what was compared.
"""

import os
from dataclasses import dataclass

import numpy as np
import pytest
from random_networks import RANDOM_CONNECTORS, TRIAL, TRIALS, drawn
from side_by_side import outcomes
from simulators import load
from spike_windows import Kind, windows

ASKED = os.environ.get("PARITY_NETWORKS")

NETWORKS = int(ASKED or 20)

TOGETHER = 20
"""Networks in one set-up, at most."""

RUNS = {
    "event": ("event", 1.0),
    "brian2": ("brian2", 1.0),
    "brian2, 0.1 ms": ("brian2", 0.1),
    "spiNNaker": ("spiNNaker", 1.0),
}
"""Simulators, and their steps in ms; with other steps than 1 ms every fifth network is run."""

ENDS = {"event": 0.0, "brian2": 1.0, "brian2, 0.1 ms": 0.1, "spiNNaker": 1.0}
"""ms from the recorded time of a spike to the reset, and to its arrival if there were no delay."""

WEIGHT = 2.0**-28
"""nA: half of what SpiNNaker's weights are multiples of."""

ROUNDING = 1e-6
"""ms: of times that are exact but for float64."""

WIDE = 3
"""Steps: a spike whose window is wider grazes the threshold, or follows from one that does."""


def fixed_point(cells, weights):
    """Return the error in nA of B - A in SpiNNaker's arithmetic (docs/arithmetic.md) after arrivals in a trial."""
    unit, spikes = 2.0**-21, 30
    of_arrivals = weights.size * (WEIGHT + 2.0**-16)
    of_decays = sum(unit / 2 / -np.expm1(-1.0 / tau) for tau in (cells.tau_m, cells.tau_syn))
    of_constants = 2 * TRIAL * 2.0**-33 * (np.abs(weights).sum() + spikes * cells.threshold)
    of_thresholds = (1 + spikes) * unit / 2
    return of_arrivals + of_decays + of_constants + of_thresholds


KINDS = {
    "event": Kind(0.0, 0.0),
    "brian2": Kind(1.0, 1.0),
    "brian2, 0.1 ms": Kind(0.1, 0.1),
    "spiNNaker": Kind(1.0, 1.0, fixed_point),
}
"""Each simulator by itself."""

PAIRS = {
    ("event", "brian2"): Kind(0.0, 1.0),
    ("event", "brian2, 0.1 ms"): Kind(0.0, 0.1),
    ("event", "spiNNaker"): Kind(0.0, 1.0, fixed_point),
    ("brian2", "spiNNaker"): Kind(1.0, 1.0, fixed_point),
}
"""Two simulators and all between them."""


class Parity:
    """The networks, and what became of them on the simulators that have been asked for."""

    def __init__(self, folder):
        self.folder, self.networks, self.known = folder, drawn(NETWORKS), {}

    def outcomes(self, run):
        """Return the outcomes by number of the network."""
        if run not in self.known:
            name, timestep = RUNS[run]
            sim, found = load(name), {}
            numbers = range(0, NETWORKS, 1 if timestep == 1.0 else 5)
            with pytest.MonkeyPatch.context() as patch:
                patch.chdir(self.folder)
                for first in range(0, len(numbers), TOGETHER):
                    chosen = numbers[first : first + TOGETHER]
                    found.update(zip(chosen, outcomes(sim, [self.networks[n] for n in chosen], timestep), strict=True))
            self.known[run] = found
        return self.known[run]

    def synapses(self, number):
        """Return for each wire of a network indices within the populations, weight once it is set, and delay."""
        tables, network = [], self.networks[number]
        for wire, found in zip(network.wires, self.outcomes("event")[number].synapses, strict=True):
            table, ends = found.copy(), network.neurons(wire)
            where = tuple(found[:, :2].astype(int).T)
            for end in (0, 1):
                table[:, end] = ends[end][where[end]]
            new = wire.new_weights([end.size for end in ends], len(table))
            if new is not None:
                table[:, 2] = new[where] if wire.set_as == "array" else new
            tables.append(table)
        return tables


@pytest.fixture(scope="module")
def parity(scratch):
    return Parity(scratch)


@dataclass
class Tally:
    """How many spikes were compared and how many excluded; how far apart two simulators were, in ms."""

    compared: int = 0
    excluded: int = 0
    apart: float = 0.0


def compare(parity, runs, kind):
    """Assert that the spikes of all networks lie within their windows on each of some runs; return a tally."""
    found, tally = [parity.outcomes(run) for run in runs], Tally()
    for number in sorted(set.intersection(*map(set, found))):
        network = parity.networks[number]
        limits = windows(network, parity.synapses(number), TRIAL, TRIALS, kind)
        for p, cells in enumerate(network.layers, len(network.stimuli)):
            for i in range(cells.size):
                trains = [by_trial(outcome[number].spikes[p][i], run) for outcome, run in zip(found, runs, strict=True)]
                for trial in range(TRIALS):
                    first, last = limits[p, i, trial]
                    for run, train in zip(runs, trains, strict=True):
                        where = f"{run}: neuron {i} of population {p}, trial {trial} of network {number}, {network}"
                        assert_within(train[trial], first, last, where)
                    narrow = np.flatnonzero(last - first <= WIDE * (kind.late or 1.0))
                    tally.compared += narrow.size
                    tally.excluded += first.size - narrow.size
                    if narrow.size:
                        tally.apart = max(tally.apart, np.ptp([train[trial][narrow] for train in trains], axis=0).max())
    return tally


def by_trial(train, run):
    """Return for each trial, from its beginning, when the spikes have an effect."""
    times = train + ENDS[run]
    trial = np.ceil((times - ROUNDING) / TRIAL) - 1
    return [times[trial == k] - k * TRIAL for k in range(TRIALS)]


def assert_within(times, first, last, where):
    assert np.isfinite(last).sum() <= times.size <= first.size, (where, times, first, last)
    n = times.size
    assert ((first[:n] - ROUNDING <= times) & (times <= last[:n] + ROUNDING)).all(), (where, times, first, last)


def close(values, run):
    """Return weights as they may come back: on SpiNNaker in its format, elsewhere but for a conversion of units."""
    return pytest.approx(values, rel=1e-14, abs=WEIGHT if run == "spiNNaker" else 0.0, nan_ok=True)


def test_networks_of_all_kinds_are_compared(parity):
    wires = [wire for network in parity.networks for wire in network.wires]
    kinds = {wire.connector for wire in wires}
    assert kinds >= {
        "AllToAllConnector",
        "ArrayConnector",
        "FromListConnector",
        "OneToOneConnector",
        *RANDOM_CONNECTORS,
    }
    for views in ({type(wire.pre_neurons) for wire in wires}, {type(wire.post_neurons) for wire in wires}):
        assert views == {type(None), slice, list}
    assert {len(network.layers) for network in parity.networks} == {1, 2, 3}
    assert any(len({(w.pre, w.post) for w in network.wires}) < len(network.wires) for network in parity.networks)


@pytest.mark.slow
@pytest.mark.parametrize("run", ["brian2", "spiNNaker"])
def test_the_same_neurons_are_connected_with_the_same_weights_and_delays(parity, run):
    for number, outcome in parity.outcomes(run).items():
        tables = parity.outcomes("event")[number].synapses, outcome.synapses
        for wire, expected, found in zip(parity.networks[number].wires, *tables, strict=True):
            assert np.array_equal(found[:, :2], expected[:, :2]), wire
            assert found[:, 2] == close(expected[:, 2], run), wire
            assert found[:, 3] == pytest.approx(expected[:, 3], rel=1e-14), wire


@pytest.mark.parametrize("run", ["event", "brian2", "spiNNaker"])
def test_weights_that_are_set_come_back_in_both_formats(parity, run):
    for number, outcome in parity.outcomes(run).items():
        network = parity.networks[number]
        tables = parity.synapses(number), outcome.synapses, outcome.weights
        for wire, given, before, found in zip(network.wires, *tables, strict=True):
            assert found[0] == close(given[:, 2].tolist(), run), wire
            matrix = np.full([end.size for end in network.neurons(wire)], np.nan)
            matrix[tuple(before[:, :2].astype(int).T)] = given[:, 2]
            assert found[1] == close(matrix, run), wire


@pytest.mark.slow
@pytest.mark.parametrize("run", RUNS)
def test_spikes_are_those_of_the_equations_at_the_steps_of_the_simulator(parity, run):
    tally = compare(parity, [run], KINDS[run])
    assert tally.compared > 20 * len(parity.outcomes(run))
    assert tally.excluded <= 0.01 * tally.compared


@pytest.mark.parametrize("pair", PAIRS, ids=" and ".join)
def test_two_simulators_spike_alike_but_for_what_their_steps_leave_open(parity, pair, capsys):
    kind, tally = PAIRS[pair], compare(parity, pair, PAIRS[pair])
    numbers = set.intersection(*(set(parity.outcomes(run)) for run in pair))
    if ASKED:
        synapses = sum(len(table) for number in numbers for table in parity.synapses(number))
        with capsys.disabled():
            print(
                f"\n{' and '.join(pair)}: {len(numbers)} networks, {synapses} synapses, {tally.compared} spikes, "
                f"{tally.excluded} excluded; at most {tally.apart / kind.late:.2f} steps of {kind.late:g} ms apart"
            )
    assert tally.compared > 20 * len(numbers)
    assert tally.excluded <= 0.1 * tally.compared
