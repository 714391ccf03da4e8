"""PyNN's IF_curr_exp, which all simulators have, and its static synapses: cases of `rounds`."""

import numpy as np
import pytest
from rounds import case
from small_networks import count, source, spikes

CELL = {"tau_m": 20.0, "tau_syn_E": 4.0, "tau_syn_I": 8.0, "cm": 1.0, "v_rest": -65.0, "v_reset": -65.0,
        "v_thresh": -50.0, "tau_refrac": 3.0, "i_offset": 0.0}  # fmt: skip


def stock(sim, n=2, v=-65.0, **parameters):
    population = sim.Population(n, sim.IF_curr_exp(**{**CELL, **parameters}), initial_values={"v": v})
    population.record(["spikes", "v"])
    return population


def excite(sim, population, times, weight, receptor_type="excitatory"):
    return sim.Projection(
        source(sim, [times]), population, sim.AllToAllConnector(), sim.StaticSynapse(weight=weight, delay=1.0),
        receptor_type=receptor_type,
    )  # fmt: skip


def potential(population):
    (signal,) = population.get_data("v").segments[-1].analogsignals
    return np.asarray(signal.magnitude)


@case
def a_constant_current_makes_stock_neurons_fire(sim):
    population = stock(sim, i_offset=5.0)
    yield
    yield
    # 20 ln(100/85) = 3.25 ms from rest to threshold, and a refractory period of 3 ms
    expected = 3.25 + 6.25 * np.arange(3)
    for train in spikes(population):
        assert train[: expected.size] == pytest.approx(expected.tolist(), abs=3.1)
        assert min(np.diff(train)) >= 3.0


@case
def stock_neurons_without_input_stay_at_rest(sim):
    population = stock(sim)
    yield
    assert count(population) == 0
    assert potential(population) == pytest.approx(-65.0, abs=0.01)


@case
def excitation_and_inhibition_reach_stock_neurons(sim):
    excited, inhibited, both = (stock(sim, 1) for _ in range(3))
    for population in (excited, both):
        excite(sim, population, [2.0], 1.0)
    for population in (inhibited, both):
        excite(sim, population, [2.0], -0.5, "inhibitory")
    yield
    # From t = 3 ms on: w tau_m tau_s/(cm (tau_m - tau_s)) (exp(-t/tau_m) - exp(-t/tau_s))
    age = 6.0
    up = 5.0 * (np.exp(-age / 20.0) - np.exp(-age / 4.0))
    down = -20.0 / 3.0 * (np.exp(-age / 20.0) - np.exp(-age / 8.0))
    for population, change in ((excited, up), (inhibited, down), (both, up + down)):
        assert potential(population)[9, 0] == pytest.approx(-65.0 + change, abs=0.25)
        assert count(population) == 0


@case
def parameters_of_stock_neurons_are_set_between_runs(sim):
    population, plain = stock(sim, i_offset=5.0), stock(sim, i_offset=5.0)
    yield
    assert spikes(population) == spikes(plain)
    before = count(population)
    population.set(i_offset=0.0)
    assert population.get("i_offset") == pytest.approx(0.0)
    yield
    assert count(population) == before < count(plain)


@case
def an_initial_potential_is_where_stock_neurons_start(sim):
    population = stock(sim, v=-60.0)
    yield
    v = potential(population)
    assert v[0] == pytest.approx(-60.0, abs=1e-3)
    assert v[9] == pytest.approx(-65.0 + 5.0 * np.exp(-9.0 / 20.0), abs=0.2)


@case
def stock_neurons_are_read_cleared_and_gathered(sim):
    first, second = stock(sim, i_offset=5.0), stock(sim, i_offset=5.0)
    assembly = sim.Assembly(first, second)
    seen = []
    for _ in range(3):
        yield
        seen.append(count(assembly, clear=True))
        assert count(assembly) == 0
    assert all(seen) and count(first[0:1]) == 0


@case
def learning_neurons_drive_stock_neurons(sim):
    if sim.__name__.endswith("spiNNaker"):  # its own cells cannot receive graded spikes
        return
    cell = {"tau_m": 20.0, "tau_syn": 10.0, "cm": 10.0, "v_rest": -70.0, "v_thresh": -69.0, "trial_duration": 1000.0}
    learning = sim.Population(1, sim.LIF_SFDFA(**cell))
    sim.Projection(
        source(sim, [[1.0, 3.0]]), learning, sim.AllToAllConnector(), sim.StaticSynapse(weight=30.0, delay=1.0)
    )
    population = stock(sim)
    sim.Projection(learning, population, sim.AllToAllConnector(), sim.StaticSynapse(weight=9.0, delay=1.0))
    yield
    yield
    assert count(population) > 0
