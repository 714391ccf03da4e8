"""Loops of IF_curr_exp and static synapses: exact in continuous time, whatever the order of populations and runs."""

from __future__ import annotations

import importlib

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from reference_if_curr_exp import Neuron, trace
from reference_recurrent import Synapses, arrivals_at, integrated, network

import pynn_sfdfa.event as sim
from pynn_sfdfa.event.stock_neurons import StockNeurons

errors = sim.errors
END = 40.0


def trains(population):
    return [np.array(train) for train in population.get_data("spikes").segments[-1].spiketrains]


def signal(population, name):
    return np.array(next(s for s in population.get_data(name).segments[-1].analogsignals if s.name == name))


def build(neurons, synapses, sources, timestep=0.5):
    """Return one population for each neuron, and connect them by one projection for each synapse."""
    sim.setup(timestep=timestep)
    cells = [sim.Population(1, sim.IF_curr_exp(**n.parameters), initial_values={"v": n.v}) for n in neurons]
    inputs = {pre: sim.Population(1, sim.SpikeSourceArray(spike_times=times)) for pre, times in sources.items()}
    for s in synapses:
        pre, synapse = inputs[s.pre] if s.pre < 0 else cells[s.pre], sim.StaticSynapse(weight=s.weight, delay=s.delay)
        receptor_type = "inhibitory" if s.inhibitory else "excitatory"
        sim.Projection(pre, cells[s.post], sim.AllToAllConnector(), synapse, receptor_type=receptor_type)
    for cell in cells:
        cell.record(["spikes", "v", "isyn_exc", "isyn_inh"])
    return cells


NEURONS = st.builds(
    Neuron,
    tau_m=st.sampled_from([20.0, 7.0]),
    tau_syn_E=st.sampled_from([5.0, 2.5]),
    tau_syn_I=st.sampled_from([5.0, 9.0]),
    cm=st.sampled_from([0.3, 1.0]),
    v_reset=st.sampled_from([-65.0, -70.0]),
    tau_refrac=st.sampled_from([0.0, 2.0]),
    i_offset=st.sampled_from([0.0, 0.8, 1.1]),
    v=st.sampled_from([-65.0, -52.0, -49.0]),
)


@st.composite
def networks(draw):
    """Draw up to four neurons, synapses among them all, and a source; where a delay is 0 no loop is without one."""
    neurons = draw(st.lists(NEURONS, min_size=1, max_size=4))
    synapses = []
    for pre in range(-1, len(neurons)):
        for post in range(len(neurons)):
            if draw(st.booleans()):
                inhibitory = draw(st.booleans())
                weight = draw(st.floats(0.1, 3.0)) * (-1.0 if inhibitory else 1.0)
                delays = [1.0, 0.3, draw(st.floats(0.05, 5.0))] + ([0.0] if pre < post else [])
                synapses.append(Synapses(pre, post, weight, draw(st.sampled_from(delays)), inhibitory))
    times = draw(st.lists(st.one_of(st.floats(0.0, 30.0), st.integers(0, 30).map(float)), max_size=5))
    return neurons, synapses, {-1: np.sort(times)}


@pytest.mark.slow
@settings(deadline=None, derandomize=True, max_examples=40)
@given(net=networks(), cuts=st.lists(st.floats(0.0, END), max_size=2), order=st.randoms(use_true_random=False))
def test_spikes_and_signals_are_those_of_a_queue_of_events(net, cuts, order):
    neurons, synapses, sources = net
    expected, margin = network(neurons, synapses, sources, END)
    assume(margin > 1e-4 and sum(train.size for train in expected) < 200)
    shuffled = list(synapses)
    order.shuffle(shuffled)
    cells = build(neurons, shuffled, sources)
    for cut in sorted(cuts):
        sim.run_until(cut)
    sim.run_until(END)
    found = [trains(cell)[0] for cell in cells]
    assert [train.size for train in found] == [train.size for train in expected]
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-7)
    t = np.arange(0.0, END + 0.25, 0.5)
    for i, cell in enumerate(cells):
        arrivals = arrivals_at(i, synapses, found, sources)
        np.testing.assert_allclose(signal(cell, "isyn_exc")[:, 0], arrivals.current(t, neurons[i], False), atol=1e-9)
        np.testing.assert_allclose(signal(cell, "isyn_inh")[:, 0], arrivals.current(t, neurons[i], True), atol=1e-9)
        clear = np.abs(np.subtract.outer(t, np.append(found[i], -1.0))).min(axis=1) > 1e-6
        np.testing.assert_allclose(
            signal(cell, "v")[clear, 0], trace(t, found[i], neurons[i], arrivals)[clear], atol=1e-6
        )


@settings(deadline=None, derandomize=True, max_examples=20)
@given(net=networks(), cuts=st.lists(st.floats(0.0, END), min_size=1, max_size=4))
def test_splitting_a_run_changes_no_bit(net, cuts):
    results = []
    for stops in ([], sorted(cuts)):
        cells = build(*net)
        try:
            for stop in (*stops, END):
                sim.run_until(stop)
        except RuntimeError as error:
            results.append([str(error)])
            continue
        results.append([x for c in cells for x in (*trains(c), signal(c, "v"), signal(c, "isyn_exc"))])
    for one, other in zip(*results, strict=True):
        np.testing.assert_array_equal(one, other)


def test_spikes_are_those_of_an_integration_of_the_differential_equations():
    rng = np.random.default_rng(6)
    neurons = [
        Neuron(tau_m=20.0 - 3 * i, tau_syn_I=8.0, cm=0.5, tau_refrac=0.0, i_offset=1.0 + 0.1 * i, v_reset=-66.0)
        for i in range(3)
    ]
    synapses = [
        Synapses(pre, post, (-1.0 if pre == post else 1.0) * rng.uniform(0.3, 1.5), 0.4 + pre + 0.3 * post, pre == post)
        for pre in range(3) for post in range(3)
    ]  # fmt: skip
    cells = build(neurons, synapses, {})
    sim.run(60.0)
    for cell, expected in zip(cells, integrated(neurons, synapses, 60.0), strict=True):
        assert expected.size > 4
        np.testing.assert_allclose(trains(cell)[0], expected, atol=1e-6)


def excitation_and_inhibition(simulator, **setup):
    """Return the spikes of two populations that excite and inhibit each other and themselves."""
    simulator.setup(**setup)
    rng = np.random.default_rng(3)
    times = [np.sort(rng.choice(np.arange(10, 1400), 30, replace=False)) * 0.1 for _ in range(20)]
    stimulus = simulator.Population(20, simulator.SpikeSourceArray(spike_times=times))
    cell = {"cm": 0.5, "tau_syn_E": 4.0, "tau_syn_I": 8.0, "v_reset": -68.0, "v_thresh": -55.0, "tau_refrac": 2.0}
    exc, inh = (simulator.Population(n, simulator.IF_curr_exp(i_offset=i, **cell)) for n, i in ((12, 0.15), (4, 0.0)))
    for pre, post, largest, delay in (
        (stimulus, exc, 0.45, 1.0), (exc, inh, 0.5, 1.0), (inh, exc, -0.8, 1.5), (exc, exc, 0.1, 2.0),
        (inh, inh, -0.3, 0.7),
    ):  # fmt: skip
        weights = largest * rng.uniform(0.0, 1.0, (pre.size, post.size))
        pairs = [(i, j, w) for (i, j), w in np.ndenumerate(weights) if pre is not post or i != j]
        connector = simulator.FromListConnector(pairs, column_names=["weight"])
        receptor_type = "excitatory" if largest > 0 else "inhibitory"
        simulator.Projection(pre, post, connector, simulator.StaticSynapse(delay=delay), receptor_type=receptor_type)
    for population in (exc, inh):
        population.record("spikes")
    simulator.run(150.0)
    found = [np.array(t.rescale("ms")) for p in (exc, inh) for t in p.get_data("spikes").segments[-1].spiketrains]
    simulator.end()
    return found


def test_spikes_are_those_of_nest_between_its_steps():
    pytest.importorskip("nest", reason="run: pip install 'pynn-sfdfa[nest]'")
    nest = importlib.import_module("pyNN.nest")
    expected = excitation_and_inhibition(nest, timestep=0.1, min_delay=0.1, spike_precision="off_grid")
    found = excitation_and_inhibition(sim)
    assert all(train.size > 5 for train in expected)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-9)


def layer(n=10, weight=-2.0, delay=1.0, **options):
    cells = sim.Population(n, sim.IF_curr_exp(i_offset=np.linspace(1.0, 1.6, n), **options), label="cells")
    lateral = sim.Projection(
        cells, cells, sim.AllToAllConnector(allow_self_connections=False), sim.StaticSynapse(weight=weight, delay=delay)
    )
    cells.record("spikes")
    return cells, lateral


def test_the_first_to_fire_silences_the_others():
    sim.setup()
    cells, lateral = layer(weight=-15.0)
    assert lateral.receptor_type == "inhibitory"
    sim.run(200.0)
    counts = [train.size for train in trains(cells)]
    assert counts[-1] > 10 and max(counts[:-1]) == 1  # the second was too near to be held back after the delay


def test_delays_and_weights_of_a_loop_can_be_changed_between_runs():
    sim.setup()
    cells, lateral = layer(n=2, weight=-0.5, delay=3.0)
    sim.run(50.0)
    before = [train.size for train in trains(cells)]
    with pytest.raises(errors.ConnectionError, match="'cells→cells' closes a loop.*delays are all 0 ms.*delay=1.0"):
        lateral.set(delay=0.0)
    lateral.set(delay=0.5)
    assert lateral.get("delay", format="list", with_address=False) == [0.5, 0.5]
    lateral.set(weight=-100.0)
    sim.run(50.0)
    assert [train.size for train in trains(cells)][0] == before[0]


def test_a_spike_may_go_round_without_delay_as_long_as_it_comes_back_late():
    sim.setup()
    a, b = (sim.Population(1, sim.IF_curr_exp(tau_refrac=3.0), label=label) for label in "ab")
    stimulus = sim.Population(1, sim.SpikeSourceArray(spike_times=[1.0]))
    static, everything = (lambda delay: sim.StaticSynapse(weight=60.0, delay=delay)), sim.AllToAllConnector()
    sim.Projection(stimulus, b, everything, static(0.0))
    sim.Projection(b, a, everything, static(0.0))
    sim.Projection(a, b, everything, static(10.0))
    a.record("spikes")
    sim.run(11.0)
    first = trains(a)[0].size
    sim.run(5.0)
    assert 0 < first < trains(a)[0].size
    with pytest.raises(errors.ConnectionError, match="'a→b' closes a loop through population '[ab]' whose delays are"):
        sim.Projection(a, b, everything, static(0.0))


def test_loops_beside_learning_neurons_go_on_where_their_trials_end():
    def built(duration):
        sim.setup(timestep=0.5)
        cells, _ = layer(n=5, weight=-0.1, delay=1.5)
        learning = sim.Population(2, sim.LIF_SFDFA(trial_duration=duration, v_thresh=-64.0, targets=[[3.0] * 10] * 2))
        synapse = sim.SFDFASynapse(weight=5.0, learning_rate=1e-4)
        sim.Projection(cells, learning, sim.AllToAllConnector(), synapse)
        learning.record("spikes")
        sim.run(120.0)
        return trains(cells), trains(learning)

    (whole, _), (cut, learned) = built(120.0), built(30.0)
    for one, other in zip(whole, cut, strict=True):
        np.testing.assert_array_equal(one, other)
    assert all(train.size for train in (*cut, *learned))


def test_after_reset_a_loop_begins_anew():
    sim.setup()
    cells, _ = layer(n=4, weight=-0.6)
    sim.run(80.0)
    sim.reset()
    sim.run(80.0)
    first, second = cells.get_data("spikes").segments
    for one, other in zip(first.spiketrains, second.spiketrains, strict=True):
        np.testing.assert_array_equal(np.array(one), np.array(other))


def test_an_interrupt_between_two_delays_ends_the_run(monkeypatch):
    sim.setup()
    cells, _ = layer(n=2)
    advance, turns = StockNeurons.advance, iter(range(5))

    def interrupted(*arguments):
        if next(turns, None) is None:
            raise KeyboardInterrupt
        return advance(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(StockNeurons, "advance", interrupted)
        with pytest.raises(KeyboardInterrupt):
            sim.run(100.0)
    with pytest.raises(RuntimeError, match=r"did not finish. Call reset\(\)"):
        sim.run(100.0)
    sim.reset()
    sim.run(100.0)
    assert trains(cells)[1].size > 0


def test_what_is_refused_in_loops():
    sim.setup()
    cells, _ = layer(n=2, delay=1e-15)
    everything = sim.AllToAllConnector()
    with pytest.raises(errors.ConnectionError, match="SFDFASynapse does not lead to IF_curr_exp"):
        sim.Projection(cells, cells, everything, sim.SFDFASynapse(weight=1.0, delay=1.0))
    with pytest.raises(errors.ConnectionError, match="delays are all 0 ms.*Give one of its projections a delay"):
        sim.Projection(cells, cells, everything, sim.StaticSynapse(weight=1.0))
    with pytest.raises(ValueError, match="through population 'cells' has a delay of 1e-15 ms, too short to be told"):
        sim.run(100.0)
    assert sim.get_current_time() == 0.0


def test_a_projection_without_synapses_closes_no_loop():
    sim.setup()
    cells = sim.Population(3, sim.IF_curr_exp(i_offset=1.0))
    sim.Projection(cells, cells, sim.FromListConnector([]), sim.StaticSynapse(weight=1.0))
    sim.run(10.0)
