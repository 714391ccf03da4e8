"""Stock binaries on the emulated board, against closed forms that were written independently of them.

One network holds all cases, since most of the time goes into mapping it.
"""

from __future__ import annotations

from types import SimpleNamespace

import exact
import networks
import numpy as np
import pytest

from pynn_sfdfa.hardware.board import emulated_board

pytest.importorskip("spynnaker")
pytest.importorskip("unicorn")
pytestmark = pytest.mark.slow

MILLIVOLTS = 0.01
WEIGHT_STEP = 1 / 512  # what the weights of the plastic projections are multiples of


def spikes_of(population):
    return [list(train.magnitude) for train in population.get_data("spikes").segments[0].spiketrains]


def v_of(population):
    return population.get_data("v").segments[0].analogsignals[0].magnitude


@pytest.fixture(scope="module")
def recorded():
    """What the network recorded: v, spikes and weights by population."""
    with emulated_board() as board:
        import pyNN.spiNNaker as sim

        sim.setup(timestep=1.0)
        net = networks.build(sim)
        sim.run(networks.TIME)
        found = {
            name: SimpleNamespace(v=v_of(population), spikes=spikes_of(population))
            for name, population in vars(net).items()
            if name in ("current", "conductance", "delta", "delayed", "remote", "split")
        }
        found["poisson"] = spikes_of(net.poisson)
        found["driven"] = v_of(net.driven)
        for name in ("combined_plastic", "split_plastic"):
            part = getattr(net, name)
            weights = np.array(part.projection.get("weight", format="array"))
            found[name] = SimpleNamespace(spikes=spikes_of(part.target), weights=weights)
        statuses = [board.machine.core_state(*core) for core in ((0, 0, 1), (2, 1, 1))]
        found["cores"] = [status.app_name for status in statuses]
        assert not board.machine.faults and not board.machine.dropped
        sim.end()
    return found


@pytest.mark.parametrize(
    ("name", "cell", "largest", "longest"),
    [
        ("current", networks.CELL, 3.0, 8),
        ("delayed", networks.CELL, 3.0, 100),
        ("remote", networks.CELL, 3.0, 8),
        ("split", networks.CELL, 3.0, 8),
        ("delta", networks.DELTA_CELL, 8.0, 8),
        ("conductance", networks.COND_CELL, 0.1, 8),
    ],
)
def test_membrane_and_spikes(recorded, name, cell, largest, longest):
    v, spikes = exact.lif(cell, networks.inputs(name, largest, longest))
    assert sum(len(train) for train in spikes) > 40
    assert recorded[name].spikes == spikes
    assert recorded[name].v.shape == v.shape
    assert np.abs(recorded[name].v - v).max() < MILLIVOLTS


def test_the_remote_population_was_on_another_chip(recorded):
    assert recorded["cores"][1] == "IF_curr_exp"
    assert recorded["cores"][0] == "reverse_iptag_m"  # the stimulus, on the first chip


def test_poisson_rate(recorded):
    expected = networks.N_POISSON * networks.RATE * networks.TIME / 1000
    assert abs(sum(len(train) for train in recorded["poisson"]) - expected) < 4 * np.sqrt(expected)


def test_every_poisson_spike_arrives(recorded):
    weights = np.full((networks.N_POISSON, 1), networks.POISSON_WEIGHT)
    arriving = exact.arrivals(recorded["poisson"], weights, np.ones_like(weights), networks.TIME)
    twice = [train for train in recorded["poisson"] if len(set(train)) < len(train)]
    assert twice  # two spikes in one tick travel as one packet with payload 2
    v, _ = exact.lif(networks.SILENT_CELL, np.stack([arriving, np.zeros_like(arriving)], axis=1))
    assert np.abs(recorded["driven"] - v).max() < MILLIVOLTS


@pytest.mark.parametrize("name", ["combined_plastic", "split_plastic"])
def test_pair_plasticity(recorded, name):
    found = recorded[name]
    assert found.spikes == [[time + 1.0 for time in times] for times in networks.TEACHER]
    for pre, row in zip(networks.PRE, found.weights, strict=True):
        for post, weight in zip(found.spikes, row, strict=True):
            expected = exact.paired_weight(1.0, networks.PAIRS, pre, post, delay=1.0)
            # Each spike changes the weight by whole steps.
            assert abs(weight - expected) < WEIGHT_STEP * (len(pre) + len(post))
    assert np.ptp(found.weights) > 40 * WEIGHT_STEP


def test_plasticity_on_combined_and_split_cores_is_the_same(recorded):
    assert np.array_equal(recorded["combined_plastic"].weights, recorded["split_plastic"].weights)
