"""The text of the neuron against the closed form (docs/algorithm.md, section 1), and its declarations."""

from __future__ import annotations

import numpy as np
import pytest
from equations import carry_out, constants, evaluate, integrate
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from pynn_sfdfa.models import LIF_SFDFA

DETERMINISTIC = settings(deadline=None, derandomize=True, max_examples=20)
PARAMETERS = st.fixed_dictionaries(
    {
        "tau_syn": st.floats(2.0, 200.0), "ratio": st.floats(1.05, 8.0), "cm": st.floats(0.1, 20.0),
        "v_rest": st.floats(-80.0, 10.0), "height": st.floats(1.0, 30.0),
    }
).map(
    lambda p: {
        "tau_syn": p["tau_syn"], "tau_m": p["ratio"] * p["tau_syn"], "cm": p["cm"], "v_rest": p["v_rest"],
        "v_thresh": p["v_rest"] + p["height"],
    }
)  # fmt: skip


def sums(values):
    """Return A and B of a state."""
    return values["i_syn"], values["i_syn"] + (values["v"] - values["v_rest"]) / values["kappa"]


@DETERMINISTIC
@given(parameters=PARAMETERS, v=st.floats(-20, 20), i_syn=st.floats(-5, 5), duration=st.floats(0.1, 3.0))
def test_between_events_two_sums_decay(parameters, v, i_syn, duration):
    start = constants(LIF_SFDFA, parameters) | {"v": parameters["v_rest"] + v, "i_syn": i_syn}
    dt = duration * parameters["tau_syn"]
    A, B = sums(start)
    A_after, B_after = sums(integrate(LIF_SFDFA.state, start, dt))
    size = abs(A) + abs(B)
    assert A_after == pytest.approx(A * np.exp(-dt / parameters["tau_syn"]), abs=1e-9 * size + 1e-12)
    assert B_after == pytest.approx(B * np.exp(-dt / parameters["tau_m"]), abs=1e-9 * size + 1e-12)


@DETERMINISTIC
@given(parameters=PARAMETERS, i_syn=st.floats(-5, 5), weight=st.floats(-3, 3), grade=st.floats(-2, 2))
def test_an_input_adds_its_weight_to_both_sums(parameters, i_syn, weight, grade):
    before = constants(LIF_SFDFA, parameters) | {"v": parameters["v_rest"] + 1.0, "i_syn": i_syn, "D": 0.3}
    after = carry_out(LIF_SFDFA.on_input_spike, before | {"weight": weight, "arriving_grade": grade})
    for old, new in zip(sums(before), sums(after), strict=True):
        assert new == pytest.approx(old + weight, abs=1e-12)
    assert after["D"] == pytest.approx(0.3 + weight * grade)
    assert after["v"] == before["v"]


@DETERMINISTIC
@given(parameters=PARAMETERS, drive=st.floats(1.2, 6.0))
def test_the_first_crossing_and_the_reset(parameters, drive):
    """From rest, with a current strong enough to spike: the crossing of the text is the root of the closed form."""
    values = constants(LIF_SFDFA, parameters)
    c, tau_m, tau_syn = values["c"], values["tau_m"], values["tau_syn"]
    ratio = tau_m / tau_syn
    peak = tau_m / (ratio - 1) * np.log(ratio)
    A = drive * c / (np.exp(-peak / tau_m) - np.exp(-peak / tau_syn))
    crossing = brentq(lambda t: A * (np.exp(-t / tau_m) - np.exp(-t / tau_syn)) - c, 0.0, peak, xtol=1e-14)
    start = values | {"v": values["v_rest"], "i_syn": A}
    early, late = (integrate(LIF_SFDFA.state, start, crossing * factor) for factor in (1 - 1e-6, 1 + 1e-6))
    assert not evaluate(LIF_SFDFA.threshold, early)
    assert evaluate(LIF_SFDFA.threshold, late)
    state = {"D": 0.7, "count": 0, "directional": 0.1, "perturbation": -0.4, "grade": 0.0}
    after = carry_out(LIF_SFDFA.on_spike, late | state)
    assert sums(after)[0] == sums(late)[0]
    assert sums(after)[1] == pytest.approx(sums(late)[1] - c, abs=1e-9 * A)


def test_spikes_carry_d_and_the_first_one_the_perturbation():
    state = {"v": 0.0, "v_thresh": 1.0, "v_rest": 0.0, "D": 0.7, "count": 0, "directional": 0.1, "perturbation": -0.4}
    first = carry_out(LIF_SFDFA.on_spike, state)
    assert (first["grade"], first["directional"], first["D"], first["count"]) == pytest.approx((0.3, 0.4, 0.0, 1))
    second = carry_out(LIF_SFDFA.on_spike, first | {"D": 2.0})
    assert (second["grade"], second["directional"], second["count"]) == pytest.approx((2.0, 2.4, 2))


def test_a_trial_starts_at_rest():
    names = [variable.name for variable in LIF_SFDFA.state]
    after = carry_out(LIF_SFDFA.on_trial_end, dict.fromkeys(names, 9.0) | {"v_rest": -65.0})
    assert {name: after[name] for name in names if name != "perturbation"} == {
        "v": -65.0, "i_syn": 0, "D": 0, "count": 0, "directional": 0, "grade": 0, "projected_error": 0,
    }  # fmt: skip


def test_errors_of_output_and_hidden_neurons():
    values = {"target": 15.0, "count": 4, "projected_error": -2.0, "rho": 0.1, "r_target": 0.5}
    assert evaluate(LIF_SFDFA.output_error, values) == 11.0
    assert evaluate(LIF_SFDFA.hidden_error, values) == pytest.approx(-2.0 + 0.1 * (0.5 - 4))


def test_the_constants_are_those_of_the_reference():
    values = constants(LIF_SFDFA, {"tau_m": 260.0, "tau_syn": 130.0, "cm": 10.0, "v_rest": -70.0, "v_thresh": -50.0})
    assert values["kappa"] == pytest.approx(26.0)  # tau_m/cm where tau_m = 2 tau_syn
    assert values["c"] == pytest.approx(20.0 / 26.0)


def test_declared_parameters():
    declared = {p.name: (p.default, p.unit) for p in LIF_SFDFA.parameters}
    assert declared == {
        "tau_m": (260.0, "ms"), "tau_syn": (130.0, "ms"), "cm": (10.0, "nF"), "v_rest": (-70.0, "mV"),
        "v_thresh": (-50.0, "mV"), "trial_duration": (200.0, "ms"), "rho": (0.0, ""), "r_target": (0.0, ""),
        "targets": ((), ""),
    }  # fmt: skip
    for p in LIF_SFDFA.parameters:
        assert all(p.accepts(value) for value in (p.default if isinstance(p.default, tuple) else (p.default,)))
    with pytest.raises(KeyError):
        LIF_SFDFA.parameter("tau")


@pytest.mark.parametrize(
    ("name", "value", "accepted", "words"),
    [
        ("tau_m", 0.0, False, "a finite number > 0 ms"),
        ("tau_m", 1e-9, True, "a finite number > 0 ms"),
        ("rho", 0.0, True, "a finite number >= 0"),
        ("rho", -1e-9, False, "a finite number >= 0"),
        ("v_rest", -1e6, True, "a finite number mV"),
        ("v_rest", float("nan"), False, "a finite number mV"),
        ("cm", float("inf"), False, "a finite number > 0 nF"),
    ],
)
def test_valid_ranges(name, value, accepted, words):
    parameter = LIF_SFDFA.parameter(name)
    assert parameter.accepts(value) is accepted
    assert parameter.valid_range() == words
