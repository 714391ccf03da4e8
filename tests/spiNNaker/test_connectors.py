"""Connectors onto LIF_SFDFA: PyNN's, where sPyNNaker's are given; and those that only sPyNNaker has."""

import numpy as np
import pytest
from pyNN import connectors, errors
from pyNN.core import IndexBasedExpression
from pyNN.random import NumpyRNG

CELL = {"tau_m": 52.0, "tau_syn": 26.0, "cm": 10.0, "v_rest": -70.0, "v_thresh": -68.0, "trial_duration": 40.0}


class Odd(IndexBasedExpression):
    def __call__(self, i, j):
        return (i + j) % 2


def wired(sim, connector, label=None, pre=slice(None), post=slice(None)):
    stimulus = sim.Population(4, sim.SpikeSourceArray(spike_times=[1.0]))
    cells = sim.Population(4, sim.LIF_SFDFA(**CELL))
    synapse = sim.StaticSynapse(weight=0.5, delay=1.0)
    ends = (group[part] if part != slice(None) else group for group, part in ((stimulus, pre), (cells, post)))
    projection = sim.Projection(*ends, connector, synapse, label=label)
    return [(i, j) for i, j, _ in projection.get("weight", format="list")]


def test_every_connector_remembers_that_of_pynn(sim):
    for name in ("AllToAllConnector", "OneToOneConnector"):
        assert type(getattr(sim, name)().of_pynn()) is getattr(connectors, name)
    fixed = sim.FixedNumberPostConnector(3, with_replacement=True, rng=NumpyRNG(3)).of_pynn()
    assert (fixed.n, fixed.with_replacement, fixed.allow_self_connections) == (3, True, True)
    by_probability = sim.FixedProbabilityConnector(0.25, False, verbose=False).of_pynn()
    assert (by_probability.p_connect, by_probability.allow_self_connections) == (0.25, False)


def test_indices_give_probabilities_as_function_or_as_text(mapped):
    mapped.setup(timestep=1.0)
    expected = [(i, j) for i in range(4) for j in range(4) if (i + j) % 2]
    for expression in (Odd(), "(i + j) % 2"):
        assert wired(mapped, mapped.IndexBasedProbabilityConnector(expression, rng=NumpyRNG(1))) == expected


def test_several_synapses_between_two_neurons_are_refused(mapped):
    mapped.setup(timestep=1.0)
    with pytest.raises(errors.ConnectionError, match="several synapses between two neurons; on SpiNNaker there is one"):
        wired(mapped, mapped.FixedTotalNumberConnector(100, rng=NumpyRNG(1)))


def test_what_only_spynnaker_connects(mapped):
    mapped.setup(timestep=1.0)
    kernel = {"shape_pre": (2, 2), "shape_post": (2, 2), "shape_kernel": (1, 1), "weight_kernel": np.array([[0.25]])}
    assert wired(mapped, mapped.KernelConnector(**kernel)) == [(i, i) for i in range(4)]
    with pytest.raises(errors.ConnectionError, match="'mine': KernelConnector .* connects whole populations"):
        wired(mapped, mapped.KernelConnector(**kernel), "mine", pre=slice(0, 2))
    with pytest.raises(errors.ConnectionError, match="'mine': ConvolutionConnector connects on the machine only"):
        wired(mapped, mapped.ConvolutionConnector(np.ones((1, 1))), "mine")
