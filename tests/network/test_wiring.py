from __future__ import annotations

import numpy as np
import pytest
from small_nets import network, random_trains

import pynn_sfdfa.event as sim
from pynn_sfdfa import Dense, Input, Network, Recurrent, SpikeTrains

TARGETS = np.array([[5.0, 1.0], [1.0, 5.0], [5.0, 1.0]])


@pytest.fixture
def trains():
    return random_trains(np.random.default_rng(0), 3, 6, spikes=(10, 20))


def test_wiring_has_the_present_weights_and_feedback(trains):
    net = network([6, 4, 3, 2], c=0.1, delay=1.5, weights=(-0.2, 1.0))
    rng = np.random.default_rng(1)
    net.feedback = [rng.normal(size=f.shape).astype(np.float32) for f in net.feedback]
    before = net.weights + net.feedback
    sim.setup()
    learning = {"learning_rate": 1e-5, "feedback_learning_rate": 0.1, "rho": 0.2, "r_target": 2.0}
    wiring = net.wire(sim, trains, targets=TARGETS, **learning)
    assert [p.label for p in wiring.populations] == ["hidden 1", "hidden 2", "output"]
    assert [p.size for p in (wiring.stimulus, *wiring.populations)] == [6, 4, 3, 2]
    assert {p.get("delay", format="list", with_address=False)[0] for p in wiring.projections} == {1.5}
    assert wiring.populations[0].get("rho") == 0.2
    net.read(wiring)
    for old, new in zip(before, net.weights + net.feedback, strict=True):
        np.testing.assert_array_equal(old, new)
        assert new.dtype == np.float32
    sim.run(3 * net.trial_duration)
    net.read(wiring)
    for old, new in zip(before, net.weights + net.feedback, strict=True):
        assert (old != new).any()


def test_wiring_without_targets_shows_the_samples_and_learns_nothing(trains):
    net = network([6, 4, 2], c=0.1)
    net.feedback = [np.ones((2, 4), np.float32)]
    before = [w.copy() for w in net.weights + net.feedback]
    sim.setup()
    wiring = net.wire(sim, trains)
    wiring.populations[-1].record("spikes")
    sim.run(3 * net.trial_duration)
    assert sum(train.size for train in wiring.populations[-1].get_data().segments[0].spiketrains) > 0
    net.read(wiring)
    for old, new in zip(before, net.weights + net.feedback, strict=True):
        np.testing.assert_array_equal(old, new)


def test_wiring_refuses_what_does_not_fit(trains):
    net = network([6, 4, 2])
    sim.setup()
    with pytest.raises(ValueError, match="The spike trains have 7 units, the network 6 inputs"):
        net.wire(sim, random_trains(np.random.default_rng(0), 1, 7))
    with pytest.raises(
        ValueError, match=r"targets have the shape \(2, 3\); give one row for each of the 3 samples and "
    ):
        net.wire(sim, trains, targets=TARGETS.T)
    late = SpikeTrains.from_samples([([250.0], [1])], [0], 6)
    with pytest.raises(ValueError, match=r"trial_duration \(200.0 ms\) must exceed every spike time; sample 0 has"):
        net.wire(sim, late)


def test_a_recurrent_layer_is_wired_with_a_projection_to_itself_and_read_again(trains):
    loop = Recurrent(delay=1.5, p_connect=0.5, weights=(-0.3, 0.3))
    cells = [layer.cell for layer in network([1, 1, 1], c=0.1).layers]
    net = Network([Input((6,)), Dense(5, cell=cells[0], recurrent=loop), Dense(2, cell=cells[1])], weights=(-0.2, 1.0))
    sim.setup()
    before = [w.copy() for w in net.weights]
    made = net.wire(sim, trains, targets=np.ones((len(trains), 2)), learning_rate=1e-5, rho=1.0, r_target=9.0)
    assert before[0].shape == (11, 5) and made.within[1] is None
    assert made.within[0].get("delay", format="list", with_address=False) == [1.5] * int(loop.connected(5).sum())
    net.read(made)
    np.testing.assert_array_equal(net.weights[0], before[0])
    sim.run(made.duration)
    net.read(made)
    assert (net.weights[0][6:][loop.connected(5)] != before[0][6:][loop.connected(5)]).any()
    assert not net.weights[0][6:][~loop.connected(5)].any()
