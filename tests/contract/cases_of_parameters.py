"""Every parameter that can be set takes effect, or setting it is refused: cases of `rounds`."""

import numpy as np
import pytest
from rounds import case
from small_networks import CELL, source

OTHER = {
    "tau_m": 40.0,
    "tau_syn": 5.0,
    "cm": 20.0,
    "v_rest": -71.0,
    "v_thresh": -60.0,
    "trial_duration": 500.0,
    "rho": 0.5,
    "r_target": 2.0,
    "targets": [1.0, 2.0, 3.0],
}
"""For each parameter of LIF_SFDFA a value that differs from that of `CELL`, and that neurons feel."""

FELT_IN_A_TRIAL = ("tau_m", "tau_syn", "cm", "v_rest", "v_thresh")


def driven(sim, **parameters):
    """Return neurons that get two spikes in the first round and two in the second, recorded."""
    stimulus = source(sim, [[1.0, 4.0, 11.0, 14.0]])
    population = sim.Population(2, sim.LIF_SFDFA(**{**CELL, **parameters}))
    sim.Projection(stimulus, population, sim.AllToAllConnector(), sim.StaticSynapse(weight=4.0, delay=1.0))
    population.record(["spikes", "v"])
    return population


def trace(population):
    block = population.get_data().segments[-1]
    spikes = [np.asarray(train.magnitude).round(6).tolist() for train in block.spiketrains]
    return np.asarray(block.analogsignals[0].magnitude), spikes


def same(a, b):
    (v, spikes), (other_v, other_spikes) = trace(a), trace(b)
    return spikes == other_spikes and np.allclose(v, other_v, atol=1e-9)


@case
def parameters_that_are_set_are_those_that_are_given(sim):
    pairs = {}
    for name, value in OTHER.items():
        later = driven(sim)
        try:
            later.set(**{name: value})
        except ValueError as error:
            assert name == "trial_duration" and "give it when the population is created" in str(error)
            continue
        pairs[name] = driven(sim, **{name: value}), later
    plain = driven(sim)
    yield
    for name, (given, later) in pairs.items():
        assert same(given, later), name
        assert same(given, plain) != (name in FELT_IN_A_TRIAL), name


@case
def parameters_that_are_set_between_runs_are_felt_or_refused(sim):
    populations = {name: driven(sim) for name in FELT_IN_A_TRIAL}
    plain = driven(sim)
    yield
    refused = set()
    for name, population in populations.items():
        assert same(population, plain)
        try:
            population.set(**{name: OTHER[name]})
        except RuntimeError as error:
            assert f"{name} of" in str(error) and "call reset() before" in str(error)
            assert population.get(name) == CELL[name]
            refused.add(name)
        else:
            assert population.get(name) == pytest.approx(OTHER[name])
    yield
    for name, population in populations.items():
        assert same(population, plain) == (name in refused), name
    assert refused in (set(), set(FELT_IN_A_TRIAL))


@case
def a_parameter_of_a_view_is_that_of_its_neurons(sim):
    population, plain = driven(sim), driven(sim)
    try:
        population[0:1].set(v_thresh=-60.0)
    except ValueError as error:
        assert "is not possible on SpiNNaker" in str(error)
        return
    assert population.get("v_thresh").tolist() == pytest.approx([-60.0, -69.0])
    yield
    spikes, others = trace(population)[1], trace(plain)[1]
    assert spikes[0] != others[0] and spikes[1] == others[1]


@case
def an_initial_potential_is_where_a_neuron_starts(sim):
    given, later = driven(sim), driven(sim)
    given.initialize(v=-69.5)
    later[0:2].initialize(v=-69.5)
    yield
    assert trace(given)[0][0].tolist() == pytest.approx([-69.5] * 2, abs=1e-3)
    assert same(given, later)
