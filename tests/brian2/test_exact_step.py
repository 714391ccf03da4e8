"""Exact steps: of membranes at any ratio of time constants, of LIF_SFDFA and traces as Brian2 finds them itself."""

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


def brian2_step(model):
    """Return the code of a step that Brian2 finds itself."""
    return brian2.StateUpdateMethod.stateupdaters["exact"](brian2.Equations(model))


def carry_out(code, values):
    """Return variables after abstract code."""
    space = {name: np.array(value) for name, value in values.items()}
    exec(code, {"exp": np.exp}, space)
    return space


TAU_SYN = RNG.uniform(0.5, 200.0, 30)
RATIO = np.concatenate([[1.0 + 1e-6, 1.001, 1.1, 2.0, 2.0, 50.0], RNG.uniform(1.05, 8.0, 24)])
"""Of tau_m to tau_syn, which is above 1 in LIF_SFDFA."""


@pytest.mark.parametrize("dt", [0.01, 1.0])
def test_lif_sfdfa_takes_the_step_of_its_equations(sim, dt):
    from pynn_sfdfa.brian2 import equations

    tau_m, c, rest = TAU_SYN * RATIO, RNG.uniform(0.1, 20.0, 30), RNG.uniform(-80.0, 10.0, 30)
    start = {"v": rest + RNG.uniform(-20.0, 20.0, 30), "i_syn": RNG.uniform(-5.0, 5.0, 30)}
    values = start | {"tau_m": tau_m, "tau_syn": TAU_SYN, "c_m": c, "v_rest": rest, "dt": dt}
    found = carry_out(equations.cell_step(), values)
    by_brian2 = carry_out(brian2_step(equations.cell_equations()), values)
    for cell in range(30):
        system = np.array(
            [[-1 / tau_m[cell], 1 / c[cell], rest[cell] / tau_m[cell]], [0, -1 / TAU_SYN[cell], 0], [0, 0, 0]]
        )
        exact = expm(system * dt) @ [start["v"][cell], start["i_syn"][cell], 1.0]
        distance = max(abs(tau_m[cell] / TAU_SYN[cell] - 1), 1e-16)  # digits are lost as the time constants meet
        assert found["v"][cell] == pytest.approx(exact[0], rel=1e-12, abs=1e-12 / distance)
        assert found["i_syn"][cell] == pytest.approx(exact[1], rel=1e-13)
    for name in start:
        np.testing.assert_allclose(found[name], by_brian2[name], rtol=1e-13)
    assert (found["v"] != start["v"]).all()


def synapses(sim):
    """Return models of synapses, each with the variables that change between events."""
    from pynn_sfdfa import models
    from pynn_sfdfa.brian2 import equations

    return {
        "SFDFA": (equations.synapse_equations(models.SFDFA_SYNAPSE), {"TA", "TB", "R"}),
        "STDP": (sim.STDPMechanism.eqs % {"weight_units": "amp"}, {"P", "M"}),
        "depression": (sim.TsodyksMarkramSynapse.eqs % {"weight_units": "amp"}, {"u", "y", "z"}),
    }


@pytest.mark.parametrize("kind", ["SFDFA", "STDP", "depression"])
def test_traces_come_to_an_event_as_brian2_brings_them(sim, kind):
    from pynn_sfdfa.brian2.exact_step import exact_events

    model, names = synapses(sim)[kind]
    plain, at_event = exact_events(model)
    assert "event-driven" not in plain
    taus = ("tau_m_post", "tau_syn_post", "tau_plus", "tau_minus", "tau_rec", "tau_facil", "tau_syn")
    values = {name: RNG.uniform(-2.0, 2.0, 30) for name in names} | {tau: RNG.uniform(0.5, 300.0, 30) for tau in taus}
    last, now = RNG.uniform(0.0, 50.0, 30), 60.0
    code = at_event("""
        seen = lastupdate
    """)
    found = carry_out(code, values | {"t": now, "lastupdate": last})
    by_brian2 = carry_out(brian2_step(model), values | {"dt": now - last})
    for name in names:
        np.testing.assert_allclose(found[name], by_brian2[name], rtol=1e-13)
        assert (found[name] != values[name]).all()
    assert (found["seen"] == last).all() and found["lastupdate"] == now
    assert set(brian2.Equations(plain).names) == set(brian2.Equations(model).names) | {"lastupdate"}


def test_what_is_no_exponential_is_left_to_brian2(sim):
    from pynn_sfdfa.brian2.exact_step import exact_events

    model = "dx/dt = -x/tau : 1 (event-driven)\ndy/dt = (1 - y)/tau : 1 (event-driven)\ntau : second"
    for untouched in (model, "weight : amp"):
        found, at_event = exact_events(untouched)
        assert found == untouched
        assert at_event("x += 1") == "x += 1"


def test_brian2_has_no_step_to_find(sim, monkeypatch):
    from brian2.stateupdaters.exact import LinearStateUpdater

    def find(*_):
        raise AssertionError("Brian2 looks for an exact step")

    monkeypatch.setattr(LinearStateUpdater, "__call__", find)
    sim.setup(timestep=0.5)
    source = sim.Population(2, sim.SpikeSourceArray(spike_times=[1.0]))
    learning = sim.Population(2, sim.LIF_SFDFA(trial_duration=10.0, targets=[[1.0]] * 2))
    stock = sim.Population(2, sim.IF_curr_exp())
    timing = sim.SpikePairRule(tau_plus=20.0, tau_minus=20.0, A_plus=0.01, A_minus=0.01)
    stdp = sim.STDPMechanism(timing, sim.AdditiveWeightDependence(0.0, 1.0), dendritic_delay_fraction=0, weight=0.5)
    for target, synapse in (
        (learning, sim.SFDFASynapse(weight=1.0, learning_rate=0.1)),
        (learning, sim.SurrogateSynapse(weight=1.0, learning_rate=0.1)),
        (stock, stdp),
        (stock, sim.TsodyksMarkramSynapse(weight=0.5, tau_facil=50.0)),
    ):
        sim.Projection(source, target, sim.AllToAllConnector(), synapse)
    sim.run(10.0)
    assert sim.get_current_time() == 10.0
