"""What is refused of PyNN's IF_curr_exp and its connections; what it does is among the cases of `rounds`."""

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


def test_parameters_and_synapses_that_stock_neurons_do_not_have(sim):
    with pytest.raises(errors.NonExistentParameterError, match="tau .*IF_curr_exp are: .*tau_m"):
        sim.IF_curr_exp(tau=1.0)
    stimulus, population = source(sim, [[1.0]]), sim.Population(2, sim.IF_curr_exp(**CELL))
    with pytest.raises(errors.ConnectionError, match="SFDFASynapse does not lead to IF_curr_exp neurons"):
        sim.Projection(stimulus, population, sim.AllToAllConnector(), sim.SFDFASynapse(weight=1.0, delay=1.0))
