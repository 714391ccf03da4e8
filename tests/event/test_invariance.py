"""What must not change a result: splitting runs, recording, the order of neurons, inputs without weight."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pynn_sfdfa.event as sim

DURATION = 50.0
N_TRIALS = 4
N_IN, N_HIDDEN, N_OUT = 6, 5, 2


def build(order=None, silent_input=False, ratio=2.0):
    """A learning network with delays and a Poisson input; ``order`` permutes the stimulus neurons."""
    sim.setup(timestep=0.1, seed=5)
    rng = np.random.default_rng(3)
    times = [np.sort(rng.uniform(0, N_TRIALS * DURATION, 12)) for _ in range(N_IN)]
    w_in = rng.uniform(-0.5, 1.5, (N_IN, N_HIDDEN))
    w_out = rng.uniform(-0.5, 1.0, (N_HIDDEN, N_OUT))
    if order is not None:
        times, w_in = [times[i] for i in order], w_in[order]
    stimulus = sim.Population(N_IN, sim.SpikeSourceArray(spike_times=times), label="stimulus")
    cell = {"tau_m": 13.0 * ratio, "tau_syn": 13.0, "cm": 1.0, "v_rest": -65.0, "trial_duration": DURATION}
    hidden = sim.Population(N_HIDDEN, sim.LIF_SFDFA(v_thresh=-55.0, rho=0.1, r_target=2.0, **cell), label="hidden")
    targets = [sim.Sequence(rng.integers(0, 6, N_TRIALS)) for _ in range(N_OUT)]
    output = sim.Population(N_OUT, sim.LIF_SFDFA(v_thresh=-60.0, targets=targets, **cell), label="output")
    noise = sim.Population(3, sim.SpikeSourcePoisson(rate=30.0), label="noise")
    everything = sim.AllToAllConnector()
    projections = [
        sim.Projection(stimulus, hidden, everything, sim.SFDFASynapse(weight=w_in, delay=1.3, learning_rate=1e-5)),
        sim.Projection(noise, hidden, everything, sim.StaticSynapse(weight=0.05, delay=0.4)),
        sim.Projection(hidden, output, everything, sim.SFDFASynapse(weight=w_out, delay=7.0, learning_rate=1e-5)),
        sim.Projection(output, hidden, everything, sim.SFDFAFeedback(weight=0.5, learning_rate=0.1)),
    ]
    if silent_input:
        extra = sim.Population(1, sim.SpikeSourceArray(spike_times=np.linspace(1.0, 190.0, 97)))
        sim.Projection(extra, hidden, everything, sim.SFDFASynapse(weight=0.0))
    return {"populations": [stimulus, hidden, output, noise], "projections": projections}


def result(net):
    """Everything that came out, as arrays of float64."""
    spikes = [np.array(t) for p in net["populations"] for t in p.get_data("spikes").segments[0].spiketrains]
    weights = [p.get("weight", format="array").ravel() for p in net["projections"]]
    eligibilities = [net["projections"][i].get("eligibility", format="array").ravel() for i in (0, 2)]
    return spikes + weights + eligibilities


def record(net):
    for population in net["populations"]:
        population.record("spikes")


def assert_identical(one, other):
    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(a, b)


def whole_run(until=N_TRIALS * DURATION - 20.0, **options):
    net = build(**options)
    record(net)
    sim.run(until)
    return result(net)


@settings(deadline=None, derandomize=True, max_examples=25)
@given(
    cuts=st.lists(st.one_of(st.floats(0.0, 180.0), st.sampled_from([50.0, 100.0, 101.3, 150.0])), max_size=5),
    ratio=st.sampled_from([2.0, 3.0, 2.7]),
)
def test_splitting_a_run_changes_no_bit(cuts, ratio):
    expected = whole_run(180.0, ratio=ratio)
    assert sum(map(len, expected[N_IN : N_IN + N_HIDDEN + N_OUT])) > 20
    net = build(ratio=ratio)
    record(net)
    for cut in sorted(cuts):
        sim.run_until(cut)
    sim.run_until(180.0)
    assert_identical(result(net), expected)


def test_run_50_and_run_150_is_run_200():
    net = build()
    record(net)
    sim.run(50.0)
    sim.run(150.0)
    assert sim.get_current_time() == 200.0
    assert_identical(result(net), whole_run(200.0))


@pytest.mark.parametrize("interval", [0.1, 0.7])
def test_recording_changes_no_bit(interval):
    net = build()
    record(net)
    net["populations"][1][1:4].record(["v", "i_syn"], sampling_interval=interval)
    net["populations"][2].record("v", sampling_interval=interval)
    sim.run(180.0)
    assert_identical(result(net), whole_run())


def test_sampled_signals_do_not_depend_on_how_a_run_is_split():
    signals = []
    for cuts in ([], [33.3, 50.0, 77.77, 100.0]):
        net = build()
        net["populations"][1].record(["v", "i_syn"])
        for cut in cuts:
            sim.run_until(cut)
        sim.run_until(180.0)
        signals.append(net["populations"][1].get_data().segments[0].analogsignals)
    for one, other in zip(*signals, strict=True):
        assert one.shape == (1801, N_HIDDEN)
        np.testing.assert_array_equal(np.array(one), np.array(other))


def test_the_same_seed_gives_the_same_run():
    assert_identical(whole_run(), whole_run())


def test_restored_weights_give_the_identical_run():
    net = build()
    record(net)
    start = [p.get("weight", format="array") for p in net["projections"]]
    sim.run(180.0)
    first = result(net)
    assert any((p.get("weight", format="array") != w).any() for p, w in zip(net["projections"], start, strict=True))
    sim.reset()
    for projection, weights in zip(net["projections"], start, strict=True):
        projection.set(weight=weights)
    sim.run(180.0)
    block = [p.get_data("spikes") for p in net["populations"]]
    second = [np.array(t) for data in block for t in data.segments[1].spiketrains]
    assert_identical(second + result(net)[len(second) :], first)


def test_the_order_of_input_neurons_does_not_matter():
    order = [3, 1, 5, 0, 4, 2]
    expected, permuted = whole_run(), whole_run(order=order)
    for a, b in zip(expected[N_IN : N_IN + N_HIDDEN + N_OUT], permuted[N_IN : N_IN + N_HIDDEN + N_OUT], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-11)
    n_trains = N_IN + N_HIDDEN + N_OUT + 3
    w = expected[n_trains].reshape(N_IN, N_HIDDEN)[order]
    np.testing.assert_allclose(permuted[n_trains].reshape(N_IN, N_HIDDEN), w, rtol=1e-9)


def test_an_input_without_weight_does_not_matter():
    for a, b in zip(whole_run(), whole_run(silent_input=True), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12)
