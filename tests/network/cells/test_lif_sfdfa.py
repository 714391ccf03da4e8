from __future__ import annotations

from dataclasses import FrozenInstanceError, fields

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyNN.errors import InvalidParameterValueError

import pynn_sfdfa.event as sim
from pynn_sfdfa import LIF_SFDFA, models


def test_defaults_are_those_of_the_cell_type():
    cell = LIF_SFDFA()
    for field in fields(LIF_SFDFA):
        assert getattr(cell, field.name) == sim.LIF_SFDFA.default_parameters[field.name]
        assert isinstance(getattr(LIF_SFDFA(v_thresh=-60), field.name), float)
    with pytest.raises(FrozenInstanceError):
        cell.tau_m = 3.0


def test_it_subtracts_has_no_refractory_period_and_needs_nothing():
    cell = LIF_SFDFA()
    assert (cell.v_reset, cell.tau_refrac, cell.needs) == (None, 0.0, frozenset())


@given(
    tau_syn=st.floats(1e-2, 1e3), ratio=st.floats(1.01, 9.0), cm=st.floats(1e-3, 1e3), rest=st.floats(-90.0, 0.0),
    above=st.floats(1e-2, 90.0),
)  # fmt: skip
def test_kappa_and_c_are_those_of_the_equations_and_of_the_exact_simulator(tau_syn, ratio, cm, rest, above):
    parameters = {"tau_m": ratio * tau_syn, "tau_syn": tau_syn, "cm": cm, "v_rest": rest, "v_thresh": rest + above}
    cell = LIF_SFDFA(**parameters)
    kappa = cell.tau_m * tau_syn / (cm * (cell.tau_m - tau_syn))
    assert cell.kappa == kappa
    assert cell.threshold_current == (cell.v_thresh - rest) / kappa
    sim.setup()
    constants = sim.Population(2, sim.LIF_SFDFA(**parameters)).dynamics.cells
    assert constants.kappa.tolist() == [kappa] * 2
    assert constants.c.tolist() == [cell.threshold_current] * 2


def test_constants_are_no_place_for_names_that_are_no_parameters():
    with pytest.raises(NameError):
        models.LIF_SFDFA.values_of_constants({"tau_m": 3.0})


def test_parameters_are_checked_by_name_and_as_in_pynn():
    with pytest.raises(InvalidParameterValueError, match="cm = 0 is not valid"):
        LIF_SFDFA(cm=0.0)
    with pytest.raises(ValueError, match="tau_m = 'fast' is not valid; it must be a number"):
        LIF_SFDFA(tau_m="fast")
    with pytest.raises(ValueError, match="tau_m = True is not valid; it must be a number"):
        LIF_SFDFA(tau_m=True)
    with pytest.raises(ValueError, match="'tau' is no parameter of a layer; choose from tau_m, tau_syn, cm"):
        LIF_SFDFA.of({"tau": 3.0})
