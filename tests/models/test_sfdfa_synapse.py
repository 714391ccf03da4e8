"""The text of the synapses: a whole trial carried out event by event, against the float64 reference."""

from __future__ import annotations

import numpy as np
import pytest
from equations import carry_out, constants, integrate
from reference import Neuron, run_layer

from pynn_sfdfa.models import LIF_SFDFA, SFDFA_FEEDBACK, SFDFA_SYNAPSE

PARAMETERS = {"tau_syn": 130.0, "cm": 10.0, "v_rest": -70.0, "v_thresh": -66.0}
EXACT = {"bounded": 0, "exact": 1}


def run_text(parameters, gradient, weights, times, units, spikes, until):
    """Carry out one trial of one neuron with the given spike times; return its state and that of its synapses."""
    neuron = constants(LIF_SFDFA, parameters)
    neuron |= {"v": neuron["v_rest"], "i_syn": 0.0, "D": 0.0, "count": 0, "directional": 0.0, "perturbation": 0.0}
    fixed = {"tau_m_post": neuron["tau_m"], "tau_syn_post": neuron["tau_syn"], "c_post": neuron["c"]}
    fixed["exact_post"] = EXACT[gradient]
    synapses = [fixed | {"TA": 0.0, "TB": 0.0, "R": 0.0, "E": 0.0} for _ in weights]
    moving = SFDFA_SYNAPSE.presynaptic_state + SFDFA_SYNAPSE.state
    events = sorted([(t, j) for t, j in zip(times, units, strict=True)] + [(t, None) for t in spikes] + [(until, -1)])
    now = 0.0
    for time, j in events:
        if time > now:
            neuron = integrate(LIF_SFDFA.state, neuron, time - now)
            synapses = [integrate(moving, s, time - now) for s in synapses]
            now = time
        if j is None:
            assert neuron["v"] == pytest.approx(neuron["v_thresh"], abs=1e-7)
            post = {"i_syn_post": neuron["i_syn"]}
            synapses = [carry_out(SFDFA_SYNAPSE.on_postsynaptic_spike, s | post) for s in synapses]
            neuron = carry_out(LIF_SFDFA.on_spike, neuron)
        elif j >= 0:
            neuron = carry_out(LIF_SFDFA.on_input_spike, neuron | {"weight": weights[j], "arriving_grade": 0.0})
            synapses[j] = carry_out(SFDFA_SYNAPSE.on_presynaptic_spike, synapses[j])
    return neuron, synapses


@pytest.mark.parametrize("gradient", ["bounded", "exact"])
@pytest.mark.parametrize("tau_m", [260.0, 420.0])
def test_eligibilities_of_a_trial(gradient, tau_m):
    rng = np.random.default_rng(4)
    weights = rng.uniform(-0.2, 0.8, 4)
    times, units = np.sort(rng.uniform(0, 100, 9)), rng.integers(0, 4, 9)
    parameters = PARAMETERS | {"tau_m": tau_m}
    c = constants(LIF_SFDFA, parameters)["c"]
    response = run_layer(Neuron(tau_m, 130.0, c, 200.0, gradient == "exact"), weights[:, np.newaxis], times, units)
    spikes = response.times[0]
    assert len(spikes) >= 3
    neuron, synapses = run_text(parameters, gradient, weights, times, units, spikes, until=200.0)
    assert neuron["count"] == len(spikes)
    E = np.array([s["E"] for s in synapses])
    np.testing.assert_allclose(E, response.forward[:, 0], rtol=1e-7)
    for j, s in enumerate(synapses):  # the traces are sums over the arrivals of the neuron before
        ages = 200.0 - times[units == j]
        assert s["TA"] == pytest.approx(np.exp(-ages / 130.0).sum(), rel=1e-9)
        assert s["TB"] == pytest.approx(np.exp(-ages / tau_m).sum(), rel=1e-9)


def test_where_v_was_not_rising_nothing_is_learned():
    fixed = {"tau_m_post": 20.0, "tau_syn_post": 10.0, "c_post": 0.5, "exact_post": 0, "TA": 1.0, "TB": 1.0}
    for i_syn in (0.0, -1.0):
        state = fixed | {"i_syn_post": i_syn, "R": 0.25, "E": 3.0}
        after = carry_out(SFDFA_SYNAPSE.on_postsynaptic_spike, state)
        assert (after["f"], after["R"], after["E"]) == (0.0, 0.25, 3.0)


def test_the_trial_end_descends_and_empties():
    before = {"weight": 0.5, "learning_rate": 0.1, "error_post": -2.0, "E": 3.0, "R": 1.0, "TA": 1.0, "TB": 1.0}
    after = carry_out(SFDFA_SYNAPSE.on_trial_end, before)
    assert after["weight"] == pytest.approx(0.5 + 0.1 * 2.0 * 3.0)
    assert [after[name] for name in ("E", "R", "TA", "TB")] == [0, 0, 0, 0]


@pytest.mark.parametrize(("count", "moves"), [(0, False), (1, True), (4, True)])
def test_feedback_gathers_the_error_and_then_moves(count, moves):
    before = {"projected_error_post": 0.25, "weight": 0.5, "error_pre": 3.0, "learning_rate": 0.1}
    post = {"perturbation_post": -0.7, "directional_pre": 2.0, "count_post": count}
    after = carry_out(SFDFA_FEEDBACK.on_trial_end, carry_out(SFDFA_FEEDBACK.on_errors, before | post))
    assert after["projected_error_post"] == pytest.approx(0.25 + 0.5 * 3.0)
    assert after["weight"] == pytest.approx(0.5 + 0.1 * (-0.7 * 2.0 - 0.5) if moves else 0.5)


def test_declared_parameters():
    assert {p.name: (p.default, p.unit) for p in SFDFA_SYNAPSE.parameters} == {
        "weight": (0.0, "nA"), "delay": (0.0, "ms"), "learning_rate": (0.0, "nA^2/ms"),
    }  # fmt: skip
    assert {p.name: (p.default, p.unit) for p in SFDFA_FEEDBACK.parameters} == {
        "weight": (0.0, ""), "learning_rate": (0.0, ""),
    }  # fmt: skip
    assert SFDFA_SYNAPSE.readable == ("weight", "delay", "learning_rate", "eligibility")
    assert SFDFA_SYNAPSE.receptor_type == "input"
    assert SFDFA_FEEDBACK.receptor_type == "error"
    for model in (SFDFA_SYNAPSE, SFDFA_FEEDBACK):
        for name in ("delay", "learning_rate") if model is SFDFA_SYNAPSE else ("learning_rate",):
            assert not model.parameter(name).accepts(-1e-9)
        assert model.parameter("weight").accepts(-5.0)
