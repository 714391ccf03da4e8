"""A cell whose potential is reset to a value, in the batch engine: spikes and eligibilities against the reference."""

from __future__ import annotations

import numpy as np
import pytest
from kernels import decided, expected, neuron_of
from network_toys import HardReset
from reference import Neuron, replay, run_layer
from small_nets import random_trains
from test_batch_eligibility import eligibilities, tolerance

from pynn_sfdfa import Dense, Input, Network


@pytest.mark.parametrize("gradient", ["bounded", "exact"])
@pytest.mark.parametrize("v_reset", [-75.0, -70.0, -68.0])
@pytest.mark.parametrize("tau_syn", [130.0, 90.0])
def test_eligibilities_are_those_of_the_equations(gradient, v_reset, tau_syn):
    cell = HardReset(tau_syn=tau_syn, v_rest=-70.0, v_thresh=-65.0, v_reset=v_reset)
    layers = [Input((9,)), Dense(32, cell=cell)]
    net = Network(layers, gradient=gradient, delay=2.0, weights=(-0.8, 1.0), seed=4)
    trains = random_trains(np.random.default_rng(1), 1, 9, last=190.0, n_classes=1)
    (E,), response, neuron = eligibilities(net, trains), expected(net, trains, 0), neuron_of(net)
    assert (response.counts > 1).sum() > 5
    sure = decided(response)
    assert (abs(E - response.forward) <= tolerance(response, neuron))[:, sure].all()
    np.testing.assert_allclose(
        replay(neuron, response, *trains.sample(0), 9, 2.0), response.forward, rtol=1e-9, atol=1e-9
    )


def test_the_reference_moves_its_spikes_as_central_differences_do():
    rng = np.random.default_rng(3)
    neuron = Neuron(260.0, 130.0, 0.3, 200.0, exact=True, drop=0.5)
    weights, times, units = rng.uniform(0.0, 1.0, (6, 5)), np.sort(rng.uniform(0.0, 90.0, 12)), rng.integers(0, 6, 12)
    response, step = run_layer(neuron, weights, times, units), 1e-7
    assert (response.counts > 1).all()
    for j in range(6):
        moved = np.zeros((6, 5))
        moved[j] = step
        later, earlier = (run_layer(neuron, weights + sign * moved, times, units) for sign in (1.0, -1.0))
        slope = [(sum(a) - sum(b)) / (2 * step) for a, b in zip(later.times, earlier.times, strict=True)]
        np.testing.assert_allclose(response.forward[j], slope, rtol=1e-4, atol=1e-4)
