"""The units that the models declare, carried through every expression of the text."""

from __future__ import annotations

import pytest
import quantities as pq
from equations import constants, evaluate

from pynn_sfdfa.models import LIF_SFDFA, SFDFA_SYNAPSE, UNITS


def quantity(unit, value=1.0):
    """One of that unit, with PyNN's spelling of products."""
    return value * pq.Quantity(1.0, unit.replace("^", "**") or "dimensionless")


def neuron_quantities():
    """All names of the neuron's text with their units; the values are arbitrary, but tau_m differs from tau_syn."""
    values = {p.name: quantity(p.unit, 2.0 + k) for k, p in enumerate(LIF_SFDFA.parameters) if p.name != "targets"}
    values |= {s.name: quantity(s.unit, 0.3) for s in LIF_SFDFA.state}
    return constants(LIF_SFDFA, values)


def assert_unit(value, unit):
    assert (value / quantity(unit)).simplified.dimensionality == pq.dimensionless.dimensionality


def test_abbreviations_of_the_neuron():
    values = neuron_quantities()
    for name, unit, _ in LIF_SFDFA.constants:
        # kappa is declared in ms/nF, which is mV/nA.
        assert_unit(values[name], unit)
    assert_unit(values["kappa"], "mV/nA")


@pytest.mark.parametrize("variable", [s for s in LIF_SFDFA.state if s.derivative], ids=lambda s: s.name)
def test_derivatives_of_the_neuron(variable):
    assert_unit(evaluate(variable.derivative, neuron_quantities()), f"{variable.unit}/ms")


def test_what_an_arriving_spike_adds():
    values = neuron_quantities() | {name: quantity(name) for name in UNITS}
    values |= {c.name: quantity(c.unit, 0.7) for c in LIF_SFDFA.carried}
    values["weight"] = quantity(SFDFA_SYNAPSE.parameter("weight").unit, 0.6)
    for effect in LIF_SFDFA.on_input_spike.effects:
        exec(effect, {}, values)  # sums of different dimensions raise
    for c in LIF_SFDFA.carried:
        assert c.unit == {s.name: s.unit for s in LIF_SFDFA.state}[c.variable]


def test_derivatives_and_events_of_the_synapse():
    neuron = neuron_quantities()
    values = {f"{name}_post": value for name, value in neuron.items()} | {"exact_post": quantity("", 0.5)}
    states = SFDFA_SYNAPSE.presynaptic_state + SFDFA_SYNAPSE.state
    values |= {s.name: quantity(s.unit, 0.4) for s in states}
    values |= {p.name: quantity(p.unit, 0.6) for p in SFDFA_SYNAPSE.parameters}
    for variable in states:
        if variable.derivative:
            assert_unit(evaluate(variable.derivative, values), f"{variable.unit or 'dimensionless'}/ms")
    for event in (SFDFA_SYNAPSE.on_postsynaptic_spike, SFDFA_SYNAPSE.on_trial_end):
        values["error_post"] = quantity("")
        for effect in event.effects:
            # Sums of different dimensions raise; what an effect adds or subtracts must have the unit of its target.
            exec(effect, {}, values)
    for variable in SFDFA_SYNAPSE.state:
        value = values[variable.name]
        assert value == 0 or (value / quantity(variable.unit)).dimensionality == pq.dimensionless.dimensionality
    for name, unit in SFDFA_SYNAPSE.on_postsynaptic_spike.divisors:
        assert_unit(values[name], unit)
