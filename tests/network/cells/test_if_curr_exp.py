from __future__ import annotations

import importlib
from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyNN.errors import InvalidParameterValueError
from pyNN.standardmodels.cells import IF_curr_exp as PyNNs

import pynn_sfdfa.event as event
from pynn_sfdfa import Dense, IF_curr_exp, Input, Network, SpikeTrains, Trainer
from pynn_sfdfa.common.needs import Need

TRAINS = SpikeTrains.from_samples([([3.0, 9.0, 9.0, 40.0], [0, 1, 2, 0]), ([5.0], [2])], [0, 1], 3)


def network(inhibition=0.0, delay=1.0, **cell):
    kind = IF_curr_exp(**{"v_rest": -66.0, "v_thresh": -65.5, "tau_refrac": 2.0, "trial_duration": 100.0} | cell)
    layers = [Input((3,)), Dense(5, cell=kind), Dense(2, cell=kind, inhibition=inhibition)]
    return Network(layers, weights=(0.5, 2.0), delay=delay)


def test_defaults_are_pynns_and_the_reset_is_to_rest():
    for name, value in asdict(IF_curr_exp()).items():
        if name not in ("tau_syn", "trial_duration"):
            assert value == PyNNs.default_parameters[name]
    assert IF_curr_exp().tau_syn == PyNNs.default_parameters["tau_syn_E"] == PyNNs.default_parameters["tau_syn_I"]
    assert IF_curr_exp(v_rest=-70).v_reset == -70.0
    assert IF_curr_exp(v_rest=-70, v_reset=-75).v_reset == -75.0


@pytest.mark.parametrize(
    "values, message",
    [
        ({"tau_m": 0.0}, "IF_curr_exp: tau_m = 0 is not valid; .* finite number > 0 ms"),
        ({"tau_syn": -1.0}, "IF_curr_exp: tau_syn = -1 is not valid"),
        ({"tau_refrac": -0.1}, "IF_curr_exp: tau_refrac = -0.1 is not valid; .* >= 0 ms"),
        ({"trial_duration": 0.0}, "IF_curr_exp: trial_duration = 0 is not valid"),
        ({"cm": float("nan")}, "IF_curr_exp: cm = nan is not valid"),
        ({"v_thresh": -65.0}, "v_thresh = -65 mV is not valid; it must be greater than v_rest = -65 mV"),
        ({"v_reset": -50.0}, "v_thresh = -50 mV is not valid; it must be greater than v_reset = -50 mV"),
        ({"tau_syn": 20.0}, "tau_m = 20 ms is not valid; .* greater than tau_syn = 20 ms .* any two time constants"),
        ({"i_offset": 0.75}, "i_offset = 0.75 nA .* = -50 mV, not below v_thresh = -50 mV.* less than 0.75 nA"),
    ],
)
def test_parameters_that_make_no_neuron_that_learns_are_refused(values, message):
    with pytest.raises(InvalidParameterValueError, match=message):
        IF_curr_exp(**values)


def test_what_is_no_number_is_refused():
    with pytest.raises(ValueError, match="tau_m = 'fast' is not valid; it must be a number"):
        IF_curr_exp(tau_m="fast")


@given(
    i_offset=st.floats(-2.0, 0.7), v_reset=st.floats(-80.0, -51.0), cm=st.floats(0.95, 5.0), ratio=st.floats(1.1, 9.0)
)
def test_the_threshold_current_counts_from_where_the_neuron_rests_and_the_reset_from_the_threshold(
    i_offset, v_reset, cm, ratio
):
    cell = IF_curr_exp(tau_syn=20.0 / ratio, cm=cm, i_offset=i_offset, v_reset=v_reset)
    rest = -65.0 + i_offset * 20.0 / cm
    assert cell.initial_values == {"v": pytest.approx(rest)}
    assert cell.threshold_current * cell.kappa == pytest.approx(-50.0 - rest)
    assert cell.reset_current * cell.kappa == pytest.approx(-50.0 - v_reset)


def test_it_says_what_it_needs_by_its_reset_and_its_refractory_period():
    assert IF_curr_exp().needs == {Need.HARD_RESET, Need.REFRACTORY}
    assert IF_curr_exp(tau_refrac=0.0).needs == {Need.HARD_RESET}
    assert network(inhibition=0.5).layers[-1].needs == {Need.HARD_RESET, Need.REFRACTORY, Need.INHIBITION}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["event", "brian2"])
def test_it_runs_where_pynn_has_it(name):
    pytest.importorskip("brian2", reason="run: pip install 'pynn-sfdfa[brian2]'")
    sim = importlib.import_module(f"pynn_sfdfa.{name}")
    sim.setup(timestep=0.5, **({"target": "numpy"} if name == "brian2" else {}))
    net = network(i_offset=0.01)
    wiring = net.wire(sim, TRAINS)
    for population in wiring.populations:
        population.record(["spikes", "v"])
    sim.run(wiring.duration)
    assert wiring.duration == 2 * (202.0 + 100.0)  # ten time constants and the refractory period, then a sample
    v = wiring.populations[0].get_data().segments[0].filter(name="v")[0]
    np.testing.assert_allclose(v.magnitude[:5], -65.8, rtol=1e-12)  # it rests, and not at PyNN's -65 mV, until a spike
    spikes = [np.asarray(train.magnitude) for train in wiring.populations[0].get_data().segments[0].spiketrains]
    assert sum(train.size for train in spikes) > 5
    assert min(np.diff(train).min(initial=np.inf) for train in spikes) >= 2.0 - 1e-9  # the refractory period
    sim.end()


def test_what_would_learn_within_a_simulation_is_refused():
    event.setup()
    with pytest.raises(ValueError, match=r"learning_rate = 0.1: synapses that lead to IF_curr_exp are static"):
        network().wire(event, TRAINS, learning_rate=0.1)
    with pytest.raises(ValueError, match="IF_curr_exp takes no targets: .* train the network with a Trainer"):
        network().wire(event, TRAINS, targets=np.ones((2, 2)))
    with pytest.raises(ValueError, match="IF_curr_exp takes no rho"):
        network().wire(event, TRAINS, rho=0.1)


def test_simulators_without_a_cell_name_those_that_have_it():
    with pytest.raises(
        AttributeError, match="pynn_sfdfa.event has no IF_cond_exp.*IF_cond_exp is in pynn_sfdfa.brian2"
    ):
        event.IF_cond_exp()


def test_engines_refuse_it_by_what_it_needs():
    brian2 = pytest.importorskip("pynn_sfdfa.brian2", reason="run: pip install 'pynn-sfdfa[brian2]'")
    with pytest.raises(
        ValueError,
        match=r"Layer 'hidden 1' \(Dense of IF_curr_exp, \(3,\) to \(5,\)\) cannot be trained or evaluated on brian2: "
        "it needs a reset of the potential to a value, and a refractory period",
    ):
        Trainer(network(), brian2)
