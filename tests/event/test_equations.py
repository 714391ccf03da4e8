"""Spike times and potentials of the simulator against a numerical integration of the equations in ``models/``."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

import pynn_sfdfa.event as sim
from pynn_sfdfa import models

DURATION = 50.0
LIF = models.LIF_SFDFA


def integrate(parameters, times, weights, sample_times):
    """Integrate the equation text between events; return spike times and v at the sample times."""
    derivatives = {s.name: compile(s.derivative, s.name, "eval") for s in LIF.state if s.derivative}
    names = list(derivatives)
    threshold = compile(LIF.threshold.replace(">=", "-"), "threshold", "eval")
    state = {"v": parameters["v_rest"], "i_syn": 0.0, "D": 0.0, "count": 0, "directional": 0.0, "grade": 0.0}
    state |= {"perturbation": 0.0}

    def right_side(_, y):
        space = parameters | dict(zip(names, y, strict=True))
        return [eval(derivatives[name], {}, space) for name in names]

    def crossing(_, y):
        return eval(threshold, {}, parameters | dict(zip(names, y, strict=True)))

    crossing.terminal, crossing.direction = True, 1
    spikes, samples, now = [], np.empty(len(sample_times)), 0.0
    events = [*sorted(zip(times, weights, strict=True)), (DURATION, 0.0)]
    for time, weight in events:
        while now < time:
            options = {"method": "DOP853", "rtol": 1e-11, "atol": 1e-12, "max_step": 2.0, "dense_output": True}
            solution = solve_ivp(right_side, (now, time), [state[n] for n in names], events=crossing, **options)
            inside = (sample_times >= now) & (sample_times < solution.t[-1])
            if inside.any():
                samples[inside] = solution.sol(sample_times[inside])[names.index("v")]
            now = solution.t[-1]
            state |= dict(zip(names, solution.y[:, -1], strict=True))
            if solution.status == 1:
                spikes.append(now)
                for effect in LIF.on_spike.effects:
                    exec(effect, {}, space := parameters | state)
                    state |= {name: space[name] for name in state}
        for effect in LIF.on_input_spike.effects:
            exec(effect, {}, space := parameters | state | {"weight": weight, "arriving_grade": 0.0, **models.UNITS})
            state |= {name: space[name] for name in state}
    return spikes, samples


@pytest.mark.parametrize("ratio", [2.0, 1.2, 6.0])
@settings(deadline=None, derandomize=True, max_examples=15)
@given(seed=st.integers(0, 2**32 - 1), tau_syn=st.floats(2.0, 30.0), cm=st.floats(0.2, 3.0))
def test_spike_times_and_potential(ratio, seed, tau_syn, cm):
    rng = np.random.default_rng(seed)
    parameters = {"tau_m": ratio * tau_syn, "tau_syn": tau_syn, "cm": cm, "v_rest": -65.0, "v_thresh": -55.0}
    times = np.sort(rng.uniform(0, 40, 8))
    # Strong enough for a few spikes: a charge of tau_syn * weight / cm against a threshold of 10 mV.
    weights = rng.uniform(-8, 20, 8) * cm / tau_syn
    sample_times = np.arange(501) * 0.1
    expected, potential = integrate(parameters, times, weights, sample_times)

    sim.setup(timestep=0.1)
    stimulus = sim.Population(8, sim.SpikeSourceArray(spike_times=[[t] for t in times]))
    neuron = sim.Population(1, sim.LIF_SFDFA(trial_duration=2 * DURATION, **parameters))
    sim.Projection(stimulus, neuron, sim.AllToAllConnector(), sim.StaticSynapse(weight=weights[:, np.newaxis]))
    neuron.record(["spikes", "v"])
    sim.run(DURATION)
    segment = neuron.get_data().segments[0]
    spikes = np.array(segment.spiketrains[0])
    # The integration is good to about 1e-8 mV; where v rises slowly through the threshold that moves the crossing.
    assert len(spikes) == len(expected)
    np.testing.assert_allclose(spikes, expected, atol=1e-5)
    v = np.array(segment.analogsignals[0])[:, 0]
    near_event = np.min(abs(sample_times[:, np.newaxis] - np.array([*times, *expected])), axis=1) < 1e-4
    np.testing.assert_allclose(v[:-1][~near_event[:-1]], potential[:-1][~near_event[:-1]], atol=1e-4)


def test_a_known_case_has_spikes():
    """The property above must not hold merely because nothing happens."""
    parameters = {"tau_m": 20.0, "tau_syn": 10.0, "cm": 1.0, "v_rest": -65.0, "v_thresh": -55.0}
    spikes, _ = integrate(parameters, [1.0, 5.0], [4.0, 6.0], np.empty(0))
    assert len(spikes) >= 3
