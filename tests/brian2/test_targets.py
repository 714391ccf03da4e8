"""The same results whatever Brian2 generates code for."""

import numpy as np
import pytest

CELL = {"tau_m": 20.0, "tau_syn": 10.0, "cm": 1.0, "v_rest": -70.0, "v_thresh": -62.0, "trial_duration": 20.0}


@pytest.fixture
def sim():
    brian2 = pytest.importorskip("brian2")
    import pynn_sfdfa.brian2 as simulator

    optimised = brian2.prefs.codegen.cpp.extra_compile_args_gcc
    brian2.prefs.codegen.cpp.extra_compile_args_gcc = ["-w", "-O0", "-std=c++17"]  # compiling takes all the time
    yield simulator
    brian2.prefs.codegen.cpp.extra_compile_args_gcc = optimised
    brian2.device.reinit()
    brian2.set_device("runtime")
    brian2.prefs.codegen.target = "auto"
    simulator.setup()


def two_trials(sim, **settings):
    """Weights, feedback, spike times and potentials after two trials of a network with delays."""
    generator = np.random.default_rng(7)
    sim.setup(timestep=0.5, seed=5, **settings)
    times = [np.sort(generator.choice(60, 4, replace=False)) * 0.5 for _ in range(10)]
    stimulus = sim.Population(10, sim.SpikeSourceArray(spike_times=times))
    hidden = sim.Population(6, sim.LIF_SFDFA(rho=0.1, r_target=2.0, **CELL))
    output = sim.Population(2, sim.LIF_SFDFA(targets=[[5.0, 1.0], [1.0, 5.0]], **CELL))
    synapses = [
        sim.SFDFASynapse(weight=generator.uniform(-0.3, 1.0, shape), delay=delay, learning_rate=1e-4)
        for shape, delay in (((10, 6), 0.5), ((6, 2), 1.0))
    ]
    connector = sim.AllToAllConnector()
    projections = [
        sim.Projection(stimulus, hidden, connector, synapses[0]),
        sim.Projection(hidden, output, connector, synapses[1]),
        sim.Projection(output, hidden, connector, sim.SFDFAFeedback(learning_rate=0.1)),
    ]
    hidden.record(["spikes", "v"])
    sim.run(40.0)
    segment = hidden.get_data().segments[0]
    spikes = np.concatenate([np.array(train) for train in segment.spiketrains])
    weights = [projection.get("weight", format="array") for projection in projections]
    assert sim.get_current_time() == 40.0
    return [*weights, spikes, np.array(segment.analogsignals[0])]


@pytest.mark.slow
@pytest.mark.parametrize("settings", [{"target": "cython"}, {"standalone": True}], ids=["cython", "standalone"])
def test_compiled_code_gives_what_numpy_gives(sim, settings):
    expected = two_trials(sim, target="numpy")
    assert expected[3].size > 20 and abs(expected[2]).max() > 0.05
    for found, right in zip(two_trials(sim, **settings), expected, strict=True):
        np.testing.assert_allclose(found, right, rtol=1e-9, atol=1e-12)


def test_numpy_says_that_it_is_slow(sim, caplog):
    sim.setup(target="numpy")
    assert "two to three times slower" in caplog.text
