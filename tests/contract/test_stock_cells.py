"""What is refused of PyNN's IF_curr_exp and its connections; what it does is among the cases of `rounds`."""

import numpy as np
import pytest
from cases_of_stock_cells import CELL
from pyNN import errors
from small_networks import source


def test_the_receptor_type_follows_from_the_sign_of_the_weight(sim):
    stimulus, population = source(sim, [[1.0]]), sim.Population(2, sim.IF_curr_exp(**CELL))
    everything = sim.AllToAllConnector()
    for weight, receptor_type in ((0.5, "excitatory"), (-0.5, "inhibitory")):
        synapse = sim.StaticSynapse(weight=weight, delay=1.0)
        if not sim.__name__.endswith("spiNNaker"):  # sPyNNaker takes the first one there is
            assert sim.Projection(stimulus, population, everything, synapse).receptor_type == receptor_type


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"tau_m": -3.0}, "IF_curr_exp: tau_m = -3 .*must be"),
        ({"v_thresh": -80.0}, "IF_curr_exp: v_thresh = -80 .*v_reset = -65"),
        ({"cm": np.array([1.0, 0.0])}, "IF_curr_exp: cm = 0 "),
    ],
)
def test_parameters_that_no_stock_neuron_can_have(sim, parameters, message):
    with pytest.raises(errors.InvalidParameterValueError, match=message):
        sim.IF_curr_exp(**{**CELL, **parameters})
    if not sim.__name__.endswith("spiNNaker"):  # whose cells are checked when they are made
        population = sim.Population(2, sim.IF_curr_exp(**CELL))
        with pytest.raises(errors.InvalidParameterValueError, match=message):
            population.set(**parameters)
        name = next(iter(parameters))
        assert population.get(name) == pytest.approx(CELL[name])


def test_parameters_and_synapses_that_stock_neurons_do_not_have(sim):
    with pytest.raises(errors.NonExistentParameterError, match="tau .*IF_curr_exp are: .*tau_m"):
        sim.IF_curr_exp(tau=1.0)
    stimulus, population = source(sim, [[1.0]]), sim.Population(2, sim.IF_curr_exp(**CELL))
    with pytest.raises(errors.ConnectionError, match="SFDFASynapse does not lead to IF_curr_exp neurons"):
        sim.Projection(stimulus, population, sim.AllToAllConnector(), sim.SFDFASynapse(weight=1.0, delay=1.0))
