"""The text of synapses that learn from potentials, and what it has to do with the movement of spikes."""

from __future__ import annotations

import numpy as np
import pytest
from equations import constants, evaluate
from scipy.optimize import brentq

from pynn_sfdfa.models import DERIVATIVES, LIF_SFDFA, SURROGATE_SYNAPSES

CELL = {"tau_m": 52.0, "tau_syn": 26.0, "cm": 10.0, "v_rest": -70.0, "v_thresh": -68.0}


def eligibility(model, slope, weight, arrival, until, steps=400_000):
    """Integrate E of one synapse up to the first spike, at which the potential is far from threshold again."""
    neuron = constants(LIF_SFDFA, CELL)
    t = arrival + (np.arange(steps) + 0.5) * (until - arrival) / steps
    TA, TB = (np.exp(-(t - arrival) / neuron[tau]) for tau in ("tau_syn", "tau_m"))
    values = {f"{name}_post": value for name, value in neuron.items()} | {"slope": slope, "TA": TA, "TB": TB}
    values |= {"int": lambda true: true, "v_post": neuron["v_rest"] + neuron["kappa"] * weight * (TB - TA)}
    for name, _, expression in model.abbreviations:
        values[name] = evaluate(expression, values)
    return evaluate(model.state[0].derivative, values).sum() * (until - arrival) / steps


@pytest.mark.parametrize(("derivative", "tolerance"), [("triangle", 1e-3), ("fast-sigmoid", 0.02)])
def test_a_steep_surrogate_is_the_movement_of_the_spike(derivative, tolerance):
    neuron, weight, arrival = constants(LIF_SFDFA, CELL), 2.0, 3.0

    def above(t):
        rise = np.exp(-(t - arrival) / CELL["tau_m"]) - np.exp(-(t - arrival) / CELL["tau_syn"])
        return weight * rise - neuron["c"]

    spike = brentq(above, arrival, arrival + CELL["tau_syn"] * np.log(2) * 2)
    A, B = (weight * np.exp(-(spike - arrival) / CELL[tau]) for tau in ("tau_syn", "tau_m"))
    exact = (A - B) / weight / (A / CELL["tau_syn"] - B / CELL["tau_m"])  # docs/algorithm.md, section 3, first spike
    model = SURROGATE_SYNAPSES[derivative]
    steep, flat = (eligibility(model, slope, weight, arrival, spike) for slope in (3000.0, 1.0))
    assert exact < 0
    assert steep == pytest.approx(exact, rel=tolerance)
    assert flat < 0 and abs(flat / exact - 1) > 0.1


@pytest.mark.parametrize("derivative", DERIVATIVES)
@pytest.mark.parametrize("slope", [1.0, 10.0])
def test_below_threshold_a_derivative_integrates_to_one(derivative, slope):
    x = -np.geomspace(1e-9, 1e5, 400_001)
    values = {"int": lambda true: true, "slope": slope, "x": x}
    assert np.trapezoid(evaluate(DERIVATIVES[derivative], values), -x) == pytest.approx(1.0, rel=1e-4)


def test_it_shares_traces_and_arrivals_with_the_exact_one():
    from pynn_sfdfa.models import SFDFA_SYNAPSE

    for model in SURROGATE_SYNAPSES.values():
        assert model.presynaptic_state == SFDFA_SYNAPSE.presynaptic_state
        assert model.on_presynaptic_spike == SFDFA_SYNAPSE.on_presynaptic_spike
        assert not model.event_driven and SFDFA_SYNAPSE.event_driven
