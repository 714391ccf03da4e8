"""IF_curr_exp on the event-driven simulator, against an integration of its equations and where closed forms exist."""

import math

import numpy as np
import pytest
import quantities as pq
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from reference_if_curr_exp import Input, Neuron, spikes, trace

import pynn_sfdfa.event as sim

errors = sim.errors


def trains(population):
    return [np.array(train) for train in population.get_data("spikes").segments[-1].spiketrains]


def signal(population, name):
    signals = population.get_data(name).segments[-1].analogsignals
    return np.array(next(s for s in signals if s.name == name))


def drive(cells, arrivals, delay=0.0):
    """Let arrivals reach all of some cells, through one source for each arrival."""
    for inhibitory, receptor_type in ((False, "excitatory"), (True, "inhibitory")):
        mine = np.flatnonzero(arrivals.inhibitory == inhibitory)
        if mine.size:
            sources = sim.Population(mine.size, sim.SpikeSourceArray(spike_times=arrivals.times[mine, None] - delay))
            weights = np.repeat(arrivals.weights[mine, None], cells.size, axis=1)
            sim.Projection(
                sources, cells, sim.AllToAllConnector(), sim.StaticSynapse(weight=weights, delay=delay),
                receptor_type=receptor_type,
            )  # fmt: skip


def simulate(neuron, arrivals, end, delay=0.0, cuts=()):
    """Return spike times and sampled potential of one neuron."""
    sim.setup(timestep=0.5)
    cell = sim.Population(1, sim.IF_curr_exp(**neuron.parameters), initial_values={"v": neuron.v})
    drive(cell, arrivals, delay)
    cell.record(["spikes", "v"])
    for cut in sorted(cuts):
        sim.run_until(cut)
    sim.run_until(end)
    return trains(cell)[0], signal(cell, "v")[:, 0]


TAU = st.floats(1.0, 40.0)
NEURONS = st.builds(
    Neuron,
    tau_m=TAU,
    tau_syn_E=TAU,
    tau_syn_I=st.one_of(TAU, st.just(5.0)),
    cm=st.floats(0.2, 2.0),
    v_reset=st.sampled_from([-65.0, -70.0, -55.0]),
    tau_refrac=st.sampled_from([0.0, 0.1, 2.0, 11.0]),
    i_offset=st.sampled_from([0.0, -0.3, 0.8]),
    v=st.sampled_from([-65.0, -45.0, -80.0]),
)


@st.composite
def inputs(draw, end=60.0):
    """Draw arrivals, some of which coincide."""
    times = draw(st.lists(st.one_of(st.floats(2.0, end), st.integers(1, 10).map(lambda n: 5.0 * n)), max_size=12))
    excitatory = draw(st.lists(st.floats(0.0, 15.0), min_size=len(times), max_size=len(times)))
    inhibitory = np.array(draw(st.lists(st.booleans(), min_size=len(times), max_size=len(times))), bool)
    return Input(np.sort(np.array(times)), np.where(inhibitory, -1.0, 1.0) * np.array(excitatory), inhibitory)


@settings(deadline=None, derandomize=True, max_examples=60)
@given(
    neuron=NEURONS,
    arrivals=inputs(),
    delay=st.sampled_from([0.0, 1.5]),
    cuts=st.lists(st.floats(0.0, 59.0), max_size=3),
)
def test_spikes_and_potential_are_those_of_the_equations(neuron, arrivals, delay, cuts):
    for tau in (neuron.tau_syn_E, neuron.tau_syn_I):  # where they almost agree the reference rounds too much
        assume(tau == neuron.tau_m or abs(tau / neuron.tau_m - 1) > 1e-4)
    expected, margin = spikes(neuron, arrivals, 60.0)
    assume(margin > 1e-6 and expected.size < 200)
    times, v = simulate(neuron, arrivals, 60.0, delay, cuts)
    assert times.size == expected.size
    np.testing.assert_allclose(times, expected, atol=1e-7)
    samples = np.arange(0.0, 60.25, 0.5)
    clear = np.abs(np.subtract.outer(samples, np.append(expected, -1.0))).min(axis=1) > 1e-6
    np.testing.assert_allclose(v[clear], trace(samples, expected, neuron, arrivals)[clear], atol=1e-6)


@settings(deadline=None, derandomize=True, max_examples=15)
@given(neuron=NEURONS, arrivals=inputs(), cuts=st.lists(st.floats(0.0, 59.0), max_size=5))
def test_splitting_a_run_changes_no_bit(neuron, arrivals, cuts):
    times, v = simulate(neuron, arrivals, 60.0)
    times_of_parts, v_of_parts = simulate(neuron, arrivals, 60.0, cuts=cuts)
    np.testing.assert_array_equal(times_of_parts, times)
    np.testing.assert_array_equal(v_of_parts, v)


@pytest.mark.parametrize(("v_reset", "tau_refrac"), [(-65.0, 0.0), (-65.0, 2.0), (-70.0, 5.0)])
def test_a_constant_current_fires_at_the_exact_period(v_reset, tau_refrac):
    sim.setup()
    cell = sim.Population(1, sim.IF_curr_exp(i_offset=1.0, v_reset=v_reset, tau_refrac=tau_refrac))
    cell.record("spikes")
    sim.run(1000.0)
    # It would settle at -45 mV: tau_m ln((-45 - v_reset)/(-45 - v_thresh)) from reset to threshold.
    period = tau_refrac + 20.0 * math.log((-45.0 - v_reset) / 5.0)
    first = 20.0 * math.log(4.0)
    times = trains(cell)[0]
    assert times.size == 1 + math.floor((1000.0 - first) / period)
    np.testing.assert_allclose(times, first + period * np.arange(times.size), rtol=1e-12)


def test_a_current_that_settles_at_threshold_never_fires():
    sim.setup()
    cell = sim.Population(1, sim.IF_curr_exp(i_offset=0.75))  # 15 mV
    cell.record("spikes")
    sim.run(5000.0)
    assert trains(cell)[0].size == 0


def test_without_a_refractory_period_a_reset_to_rest_is_that_of_lif_sfdfa():
    sim.setup()
    rng = np.random.default_rng(2)
    times = [np.sort(rng.uniform(0.0, 300.0, 60)) for _ in range(20)]
    stimulus = sim.Population(20, sim.SpikeSourceArray(spike_times=times))
    shared = {"tau_m": 20.0, "cm": 0.7, "v_rest": -65.0, "v_thresh": -60.0}
    for tau_syn in (10.0, 3.0):
        hard = sim.Population(
            5, sim.IF_curr_exp(tau_syn_E=tau_syn, tau_syn_I=tau_syn, tau_refrac=0.0, v_reset=-65.0, **shared)
        )
        soft = sim.Population(5, sim.LIF_SFDFA(tau_syn=tau_syn, trial_duration=1000.0, **shared))
        weights = rng.normal(0.1, 0.3, (20, 5))
        everything = sim.AllToAllConnector()
        sim.Projection(stimulus, soft, everything, sim.StaticSynapse(weight=weights))
        for sign, receptor_type in ((1, "excitatory"), (-1, "inhibitory")):
            part = sign * np.maximum(sign * weights, 0.0)
            sim.Projection(stimulus, hard, everything, sim.StaticSynapse(weight=part), receptor_type=receptor_type)
        for population in (hard, soft):
            population.record("spikes")
        sim.run_until(300.0) if tau_syn == 3.0 else None
    for one, other in zip(trains(hard), trains(soft), strict=True):
        assert other.size > 10
        np.testing.assert_allclose(one, other, atol=1e-9)


def test_the_potential_is_held_while_the_currents_go_on():
    sim.setup(timestep=0.25)
    arrivals = Input(np.array([1.0, 4.0]), np.array([20.0, -3.0]), np.array([False, True]))
    cell = sim.Population(1, sim.IF_curr_exp(tau_refrac=6.0, v_reset=-68.0, tau_syn_I=10.0))
    drive(cell, arrivals)
    cell.record(["spikes", "v", "isyn_exc", "isyn_inh"])
    sim.run(12.0)
    t = np.arange(49) * 0.25
    (first, *_) = trains(cell)[0]
    held = (t >= first) & (t <= first + 6.0)
    assert held.sum() == 24 and signal(cell, "v")[held] == pytest.approx(-68.0, abs=1e-12)
    np.testing.assert_allclose(
        signal(cell, "isyn_exc")[:, 0], np.where(t >= 1, 20 * np.exp((1 - t) / 5), 0), rtol=1e-13
    )
    np.testing.assert_allclose(
        signal(cell, "isyn_inh")[:, 0], np.where(t >= 4, -3 * np.exp((4 - t) / 10), 0), rtol=1e-13
    )


def test_initial_values_are_taken_up_again_after_reset():
    sim.setup(timestep=1.0)
    cells = sim.Population(2, sim.IF_curr_exp(tau_refrac=50.0), initial_values={"v": -60.0, "isyn_exc": 2.0})
    cells[1:].initialize(v=-50.0, isyn_inh=-1.0)
    cells.record(["spikes", "v", "isyn_inh"])
    sim.run(10.0)
    sim.reset()
    sim.run(10.0)
    for segment in cells.get_data().segments:
        assert [train.tolist() for train in segment.spiketrains] == [[], [0.0]]
        first = {s.name: np.array(s)[0].tolist() for s in segment.analogsignals}
        assert first == {"v": [-60.0, -65.0], "isyn_inh": [0.0, -1.0]}  # the second one is reset at once


def test_present_values_can_be_set_and_a_refractory_neuron_keeps_them():
    sim.setup()
    cells = sim.Population(2, sim.IF_curr_exp(tau_refrac=20.0, i_offset=1.0), initial_values={"v": [-65.0, -50.0]})
    sim.run(10.0)
    cells.initialize(v=-61.0)
    assert cells.present_state()["v"].tolist() == [-61.0, -61.0]
    sim.run(5.0)
    assert cells.present_state()["v"] == pytest.approx([-45.0 - 16.0 * math.exp(-5.0 / 20.0), -61.0], rel=1e-14)
    sim.run(10.0)
    assert cells.present_state()["v"][1] == pytest.approx(-45.0 - 16.0 * math.exp(-5.0 / 20.0), rel=1e-14)


def test_parameters_that_are_set_hold_from_then_on():
    sim.setup()
    cells = sim.Population(3, sim.IF_curr_exp(i_offset=1.0, tau_refrac=0.0))
    cells.record("spikes")
    sim.run(10.0)
    before = cells.present_state()["v"]
    cells[1:2].set(i_offset=0.0)
    cells[2].v_thresh = -61.0
    assert cells.get("i_offset").tolist() == [1.0, 0.0, 1.0]
    assert cells.present_state()["v"] == pytest.approx(before, rel=1e-14)
    sim.run(90.0)
    going_on, stopped, lowered = trains(cells)
    assert going_on[0] == pytest.approx(20.0 * math.log(4.0), rel=1e-14)
    assert stopped.size == 0 and lowered[0] == 10.0
    assert cells.present_state()["v"][1] == pytest.approx(-65.0 + (before[1] + 65.0) * math.exp(-90.0 / 20.0))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"tau_m": 0.0}, "tau_m = 0 is not valid; tau_m .* must be a finite number > 0 ms"),
        ({"tau_syn_E": -1.0}, "tau_syn_E = -1 is not valid"),
        ({"tau_syn_I": math.nan}, "tau_syn_I = nan is not valid"),
        ({"cm": 0.0}, "cm = 0 is not valid; cm .* > 0 nF"),
        ({"tau_refrac": -0.1}, "tau_refrac = -0.1 is not valid; tau_refrac .* must be a finite number >= 0 ms"),
        ({"i_offset": math.inf}, "i_offset = inf is not valid"),
        ({"v_reset": -50.0}, "v_thresh = -50 mV is not valid; it must be greater than v_reset = -50 mV"),
        ({"v_thresh": [-50.0, -65.0]}, "v_thresh = -65 mV is not valid; it must be greater than v_reset = -65 mV"),
        ({"cm": 1.0 * pq.mV}, "cm = .* mV is not valid; give it in nF"),
    ],
)
def test_invalid_parameters_are_refused_and_change_nothing(change, message):
    sim.setup()
    with pytest.raises(errors.InvalidParameterValueError, match=message):
        sim.Population(2, sim.IF_curr_exp(**change))
    cells = sim.Population(2, sim.IF_curr_exp())
    with pytest.raises(errors.InvalidParameterValueError, match=message):
        cells.set(**change)
    (name,) = change
    assert cells.get(name) == sim.IF_curr_exp.default_parameters[name]


def test_what_else_is_refused():
    sim.setup()
    stimulus = sim.Population(2, sim.SpikeSourceArray(), label="stimulus")
    cells = sim.Population(2, sim.IF_curr_exp(), label="cells")
    learning = sim.Population(2, sim.LIF_SFDFA(), label="learning")
    everything = sim.AllToAllConnector()
    static = sim.StaticSynapse(weight=1.0)
    with pytest.raises(errors.NonExistentParameterError, match="tau_syn .*IF_curr_exp are: .*tau_syn_E"):
        sim.IF_curr_exp(tau_syn=5.0)
    with pytest.raises(errors.ConnectionError, match="SFDFASynapse does not lead to IF_curr_exp neurons; it leads to"):
        sim.Projection(stimulus, cells, everything, sim.SFDFASynapse(weight=1.0))
    with pytest.raises(
        errors.ConnectionError, match="error, receptor_types must be one of: 'excitatory', 'inhibitory'"
    ):
        sim.Projection(learning, cells, everything, static, receptor_type="error")
    with pytest.raises(errors.ConnectionError, match="Weights must be negative for current-based, inhibitory synapses"):
        sim.Projection(stimulus, cells, everything, static, receptor_type="inhibitory")
    for receptor_type in (None, "excitatory", "input"):
        with pytest.raises(
            errors.ConnectionError, match=r"common: 'cells' \(IF_curr_exp\), 'learning' \(LIF_SFDFA\)\. "
        ):
            sim.Projection(stimulus, sim.Assembly(cells, learning), everything, static, receptor_type=receptor_type)
    with pytest.raises(TypeError, match="No current can be injected into population 'cells'.*Use its i_offset"):
        cells.inject(stimulus)
    with pytest.raises(errors.InvalidParameterValueError, match="no state variable 'i_syn'.*v, isyn_exc, isyn_inh"):
        cells.initialize(i_syn=1.0)


def test_a_runaway_neuron_is_named():
    sim.setup()
    sim.Population(3, sim.IF_curr_exp(i_offset=[0.0, 1e9, 0.0], tau_refrac=0.0), label="wild")
    with pytest.raises(RuntimeError, match="Neuron 1 of population 'wild' spiked more than 1000 times within a milli"):
        sim.run(10.0)
    with pytest.raises(RuntimeError, match="did not finish"):
        sim.run(10.0)


def test_a_neuron_may_fire_as_long_as_it_likes():
    sim.setup()
    cell = sim.Population(1, sim.IF_curr_exp(i_offset=1000.0, tau_refrac=0.0))
    cell.record("spikes")
    sim.run(100.0)
    assert trains(cell)[0].size == math.floor(100.0 / (-20.0 * math.log1p(-15.0 / 20000.0)))


def test_assemblies_and_saved_data(tmp_path):
    sim.setup()
    one, other = sim.Population(2, sim.IF_curr_exp(i_offset=1.0)), sim.Population(2, sim.IF_curr_exp(i_offset=2.0))
    assembly = sim.Assembly(one, other[1:])
    assembly.record(["spikes", "v"])
    stimulus = sim.Population(1, sim.SpikeSourceArray(spike_times=[1.0]))
    projection = sim.Projection(
        stimulus, assembly, sim.AllToAllConnector(), sim.StaticSynapse(weight=[[1.0, 2.0, 3.0]])
    )
    assert assembly.receptor_types == ["excitatory", "inhibitory"]
    assert projection.receptor_type == "excitatory"
    sim.run(50.0)
    projection.set(weight=0.5)
    assert projection.get("weight", format="list") == [(0, 0, 0.5), (0, 1, 0.5), (0, 2, 0.5)]
    assert [n > 0 for n in assembly.get_spike_counts().values()] == [True] * 3
    assembly.write_data(str(tmp_path / "data.pkl"), clear=True)
    assert (tmp_path / "data.pkl").stat().st_size > 0
    assert sum(assembly.get_spike_counts().values()) == 0


def test_beside_learning_neurons_it_goes_on_where_their_trials_end():
    rng = np.random.default_rng(4)
    times = [np.sort(rng.uniform(0.0, 95.0, 40)) for _ in range(6)]
    learning = {"tau_syn": 5.0, "tau_m": 10.0, "cm": 1.0, "v_thresh": -62.0, "v_rest": -65.0, "trial_duration": 20.0}
    stock = {"tau_refrac": 3.0, "tau_syn_E": 8.0, "v_thresh": -60.0}
    everything = sim.AllToAllConnector()

    def layer(source, cell, weight):
        population = sim.Population(3, cell)
        sim.Projection(source, population, everything, sim.StaticSynapse(weight=weight, delay=2.5))
        population.record(["spikes", "v", population.celltype.recordable[2]])
        return population

    def source(spike_times):
        return sim.Population(len(spike_times), sim.SpikeSourceArray(spike_times=spike_times))

    sim.setup(timestep=0.5)
    first = layer(source(times), sim.LIF_SFDFA(**learning), 0.4)
    second = layer(first, sim.IF_curr_exp(**stock), 0.9)
    third = layer(second, sim.LIF_SFDFA(**learning), 2.0)
    sim.run(41.0)
    sim.run(59.0)
    found, v = [trains(p) for p in (first, second, third)], [signal(p, "v") for p in (first, second, third)]
    i_syn, isyn_exc = signal(first, "i_syn"), signal(second, "isyn_exc")
    assert all(len(train) > 3 for part in found for train in part)

    sim.setup(timestep=0.5)  # each layer by itself, its input given
    alone = [layer(source(found[0]), sim.IF_curr_exp(**stock), 0.9)]
    alone.append(layer(source(found[1]), sim.LIF_SFDFA(**learning), 2.0))
    sim.run(100.0)
    for population, expected, potential in zip(alone, found[1:], v[1:], strict=True):
        for one, other in zip(trains(population), expected, strict=True):
            np.testing.assert_allclose(one, other, atol=1e-10)
        np.testing.assert_allclose(signal(population, "v"), potential, atol=1e-8)
    assert (i_syn[40] == 0.0).all() and (isyn_exc[40] > 0.1).all()  # at the end of a trial


def test_learning_synapses_may_come_from_it():
    sim.setup()
    stock = sim.Population(2, sim.IF_curr_exp(i_offset=[1.0, 2.0]))
    output = sim.Population(1, sim.LIF_SFDFA(targets=[0.0, 0.0], trial_duration=50.0, v_thresh=-64.5))
    synapse = sim.SFDFASynapse(weight=4.0, learning_rate=1e-3)
    projection = sim.Projection(stock, output, sim.AllToAllConnector(), synapse)
    with pytest.raises(errors.ConnectionError, match="comes from an output population of LIF_SFDFA neurons, not from"):
        sim.Projection(stock, output, sim.AllToAllConnector(), sim.SFDFAFeedback())
    sim.run(100.0)
    assert (projection.get("weight", format="array") < 4.0).all()
