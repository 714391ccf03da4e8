"""Gradients of spike times through two layers of IF_curr_exp: central differences, the equations, and the kernels.

The equations are written out in float64 as docs/algorithm.md, section 10, has them (carry at the end of a refractory
period), and held to differences of a simulation that shares nothing with them; the kernels are held to the equations.
"""

from __future__ import annotations

import numpy as np
import pytest
from stock_reference import Stock, spikes

import pynn_sfdfa.event as sim
from pynn_sfdfa import BP, DFA, SFDFA, SGD, Dense, Input, Network, SpikeCount, SpikeTrains
from pynn_sfdfa.network.cells import IF_curr_exp

DURATION, DELAY, N_IN, SIZES = 100.0, 1.0, 10, (8, 3)
CASES = [(0.0, -65.0, 64.0), (2.0, -65.0, 64.0), (2.0, -67.0, 64.0), (0.0, -67.0, 20.0), (9.0, -63.5, 20.0)]


@pytest.fixture(scope="module", params=CASES, ids=str)
def case(request):
    """Return a network, one sample, and its spikes and errors in float64."""
    tau_refrac, v_reset, tau_m = request.param
    cell = IF_curr_exp(
        tau_m=tau_m, tau_syn=8.0, cm=8.0, v_rest=-65.0, v_thresh=-62.0, v_reset=v_reset, tau_refrac=tau_refrac,
        trial_duration=DURATION,
    )  # fmt: skip
    layers = [Input((N_IN,)), *(Dense(size, cell=cell) for size in SIZES)]
    net = Network(layers, gradient="exact", delay=DELAY, weights=(-0.8, 2.4), max_spikes=200, seed=11)
    rng = np.random.default_rng(5)
    trains = SpikeTrains.from_samples([(np.sort(rng.uniform(0.0, 80.0, 60)), rng.integers(0, N_IN, 60))], [1], N_IN)
    found = Case(net, trains)
    assert all(np.mean([times.size for times in layer]) > 2 for layer in found.times)  # most fire several times
    return found


class Case:
    """A network and one sample, in float64."""

    def __init__(self, net, trains):
        self.net, self.trains = net, trains
        cell = net.layers[0].cell
        self.stock = Stock(cell.tau_m, cell.tau_syn, cell.cm, 3.0, cell.v_reset + 65.0, cell.tau_refrac, DURATION)
        self.weights = [w.astype(float) for w in net.weights]
        self.times, self.arriving = self.simulated(self.weights)
        counts = np.array([[times.size for times in self.times[-1]]], np.int32)
        self.error = SpikeCount(15.0, 3.0).error(counts, trains.labels)[0].astype(float)

    def simulated(self, weights):
        """Return the spikes of each layer, one array a neuron, and what arrives at each: times, units."""
        arriving, found = [(self.trains.times.astype(float) + DELAY, self.trains.units)], []
        for w in weights:
            times, units = arriving[-1]
            found.append([spikes(self.stock, w[units, i], times)[0] for i in range(w.shape[1])])
            units = np.repeat(np.arange(w.shape[1]), [own.size for own in found[-1]])
            times = np.concatenate(found[-1]) + DELAY
            order = np.argsort(times)
            arriving.append((times[order], units[order]))
        return found, arriving

    def weighted_times(self, weights):
        """Return sum_o e_o sum_k t_k; its derivative is the gradient of backpropagation."""
        found, _ = self.simulated(weights)
        for layer, expected in zip(found, self.times, strict=True):
            assert [a.size for a in layer] == [a.size for a in expected]  # no spike came or went
        return sum(e * times.sum() for e, times in zip(self.error, found[-1], strict=True))

    def backward(self, layer, deltas):
        """Return the gradient of a layer's weights and the errors of what arrived, for errors of its spikes."""
        (times, units), w, stock = self.arriving[layer], self.weights[layer], self.stock
        gradient, of_arrivals = np.zeros(w.shape), np.zeros(times.size)
        slow, fast, c = 1 / stock.tau_m, 1 / stock.tau_syn, stock.theta / stock.K
        for i, (fired, delta) in enumerate(zip(self.times[layer], deltas, strict=True)):

            def current(t, i=i):
                before = times <= t
                return (w[units[before], i] * np.exp((times[before] - t) * fast)).sum()

            events = [(t, 1, k) for k, t in enumerate(fired)] + [(t, 0, k) for k, t in enumerate(times)]
            events += [(t + stock.refractory, 2, k) for k, t in enumerate(fired)]  # at equal times: release, then spike
            S1 = S2 = carry = 0.0
            last = DURATION
            for t, kind, k in sorted(events, reverse=True):
                if t > DURATION:
                    continue
                S1, S2, last = S1 * np.exp((t - last) * fast), S2 * np.exp((t - last) * slow), t
                if kind == 2:
                    carry = S2 * (current(t) * (fast - slow) - stock.reset / stock.K * slow)
                    S1, S2 = S1 - S2, 0.0
                elif kind == 1:
                    A = current(t)
                    gamma = (delta[k] + carry) / (A * fast - (A + c) * slow)
                    S1, S2, carry = S1 + gamma, S2 + gamma, 0.0
                else:
                    gradient[units[k], i] += S1 - S2
                    of_arrivals[k] += w[units[k], i] * (S1 * fast - S2 * slow)
        return gradient, of_arrivals

    def backpropagated(self):
        """Return the gradients of both layers, the lower first."""
        upper, errors = self.backward(1, [np.full(t.size, e) for t, e in zip(self.times[1], self.error, strict=True)])
        _, units = self.arriving[1]  # sorted by time, so those of one neuron are in the order of its spikes
        lower, _ = self.backward(0, [errors[units == i] for i in range(SIZES[0])])
        return lower, upper


def close(found, expected):
    """Float32 against float64: 2e-4 of the largest element."""
    assert abs(expected).max() > 0.1
    np.testing.assert_allclose(found, expected, rtol=2e-3, atol=2e-4 * abs(expected).max())


@pytest.mark.parametrize("layer", [0, 1])
def test_the_equations_are_central_differences(case, layer):
    direction, step = np.random.default_rng(layer).normal(size=case.weights[layer].shape), 1e-6
    moved = [[w + sign * step * direction if k == layer else w for k, w in enumerate(case.weights)] for sign in (1, -1)]
    slope = (case.weighted_times(moved[0]) - case.weighted_times(moved[1])) / (2 * step)
    assert (case.backpropagated()[layer] * direction).sum() == pytest.approx(slope, rel=1e-6)


def test_backpropagation_is_the_equations(case):
    engine = sim.training_engine(case.net, BP(), SGD(1.0), SpikeCount(15.0, 3.0), 1, 0)
    for found, expected in zip(engine.gradient(case.trains), case.backpropagated(), strict=True):
        close(found, expected)


@pytest.mark.parametrize("rule", [SFDFA(), DFA()], ids=["sfdfa", "dfa"])
def test_with_direct_feedback_a_hidden_neuron_moves_all_its_spikes_alike(case, rule):
    engine = sim.training_engine(case.net, rule, SGD(1.0), SpikeCount(15.0, 3.0), 1, 0)
    feedback = np.linspace(-1.0, 1.0, 24, dtype=np.float32).reshape(SIZES[1], SIZES[0])
    state = engine.state()
    engine.load_state(state | {"feedback.0": feedback})
    counts = np.array([times.size for times in case.times[0]])
    error = case.error @ feedback + rule.rho * (rule.r_target - counts)
    lower, upper = engine.gradient(case.trains)
    each, _ = case.backward(0, [np.ones(n) for n in counts])
    close(lower, each * error)
    close(upper, case.backpropagated()[1])
