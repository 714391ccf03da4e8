"""The exact step of membranes that currents drive, against matrix exponentials, at any ratio of time constants."""

import brian2
import numpy as np
import pytest
from scipy.linalg import expm

DT, STEPS = 0.1, 300
REST, THRESHOLD, RESET, REFRACTORY = -65.0, -50.0, -68.0, 2.0
E = 2.7182818284590451

RNG = np.random.default_rng(7)
TAU_M = np.concatenate([[10.0, 10.0, 10.0, 0.5, 20.0], RNG.uniform(1.0, 40.0, 15)])
TAU_E = np.concatenate([[10.0, 10.0 + 1e-9, 10.3, 40.0, 0.5], RNG.uniform(0.3, 40.0, 15)])
TAU_I = np.concatenate([[10.0, 5.0, 9.9, 0.5, 20.0], RNG.uniform(0.3, 40.0, 15)])
"""Equal ones, nearly equal ones, and others."""

START = {"exc": RNG.uniform(0.0, 8.0, TAU_M.size), "inh": RNG.uniform(-2.0, 0.0, TAU_M.size)}  # nA
OFFSET = RNG.uniform(0.0, 1.0, TAU_M.size)  # nA


def expected(alpha):
    """Return potentials (steps + 1, cells) of an integration of its own: one matrix for the step of each cell."""
    order = 2 if alpha else 1
    potentials = np.full((STEPS + 1, TAU_M.size), REST)
    for cell in range(TAU_M.size):
        system = np.zeros((2 + 2 * order, 2 + 2 * order))  # potential, currents (and what feeds them), a constant 1
        system[0, 0] = -1 / TAU_M[cell]
        system[0, -1] = REST / TAU_M[cell] + OFFSET[cell]
        state = np.zeros(len(system))
        state[0], state[-1] = REST, 1.0
        for k, (tau, start) in enumerate(((TAU_E[cell], START["exc"]), (TAU_I[cell], START["inh"]))):
            current, source = 1 + order * k, order * (k + 1)
            system[0, current] = 1.0  # of 1 nF
            system[current, current] = system[source, source] = -1 / tau
            if alpha:
                system[current, source] = E / tau
            state[source] = start[cell]
        step, held, last = expm(system * DT), system.copy(), -np.inf
        held[0] = 0.0
        refractory = expm(held * DT)
        for n in range(STEPS):
            state = (step if n - last >= round(REFRACTORY / DT) else refractory) @ state
            if state[0] > THRESHOLD:
                state[0], last = RESET, n
            potentials[n + 1, cell] = state[0]
    return potentials


def run(sim, celltype, start):
    """Return the potentials of a population that begins with some currents."""
    cells = sim.Population(TAU_M.size, celltype)
    for name, values in start.items():
        setattr(cells.brian2_group, name, values * brian2.nA)
    cells.record("v", sampling_interval=DT)
    sim.run(STEPS * DT)
    return cells.get_data().segments[0].analogsignals[0].magnitude


CELL = {"tau_m": TAU_M, "cm": 1.0, "v_rest": REST, "v_thresh": THRESHOLD, "v_reset": RESET, "tau_refrac": REFRACTORY,
        "i_offset": OFFSET}  # fmt: skip


@pytest.mark.parametrize("alpha", [False, True])
def test_cells_follow_their_equations_at_any_ratio_of_time_constants(sim, alpha):
    sim.setup(timestep=DT)
    celltype = (sim.IF_curr_alpha if alpha else sim.IF_curr_exp)(tau_syn_E=TAU_E, tau_syn_I=TAU_I, **CELL)
    names = ("ye", "yi") if alpha else ("ie", "ii")
    potentials = run(sim, celltype, dict(zip(names, START.values(), strict=True)))
    reference = expected(alpha)
    assert (reference.min(axis=0) == RESET).sum() > 5  # that many fire
    np.testing.assert_allclose(potentials, reference, rtol=1e-10)


def test_receptors_of_a_point_neuron_do_so_too(sim):
    sim.setup(timestep=DT)
    receptors = {"AMPA": TAU_E, "GABA": TAU_I}
    of_receptors = {name: sim.CurrExpPostSynapticResponse(tau_syn=tau) for name, tau in receptors.items()}
    potentials = run(
        sim,
        sim.PointNeuron(sim.LIF(**CELL), **of_receptors),
        {"iAMPA": START["exc"], "iGABA": START["inh"]},
    )
    np.testing.assert_allclose(potentials, expected(alpha=False), rtol=1e-10)


def test_membranes_without_synaptic_currents_follow_theirs(sim):
    sim.setup(timestep=DT)
    cells = sim.Population(3, sim.IF_curr_delta(tau_m=[5.0, 10.0, 20.0], cm=1.0, v_rest=-65.0, i_offset=1.0))
    cells.record("v", sampling_interval=DT)
    sim.run(5.0)
    times = np.arange(51)[:, np.newaxis] * DT
    taus = np.array([5.0, 10.0, 20.0])
    expected_here = -65.0 + taus * (1 - np.exp(-times / taus))
    np.testing.assert_allclose(cells.get_data().segments[0].analogsignals[0].magnitude, expected_here, rtol=1e-12)


def test_conductances_are_left_to_brian2(sim):
    from pynn_sfdfa.brian2.exact_step import exact_step
    from pynn_sfdfa.brian2.stock_cells import IF_cond_exp, IF_curr_exp, Izhikevich

    assert exact_step(IF_curr_exp.eqs) is not None
    assert exact_step(IF_cond_exp.eqs) is None
    assert exact_step(Izhikevich.eqs) is None
    assert exact_step(IF_curr_exp.eqs + brian2.Equations("dw/dt = -w/tau_m : amp")) is None
