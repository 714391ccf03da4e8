"""Brian2's objects are left alone in steps in which they have nothing to do; that changes no result."""

import numpy as np
import pytest

STEP, STEPS, TRIALS = 0.5, 40, 3
CELL = {"tau_m": 20.0, "tau_syn": 10.0, "cm": 1.0, "v_rest": -65.0, "v_thresh": -60.0, "trial_duration": STEP * STEPS}


def learned(sim, delay, reset):
    """A network that learns, run by run: what is recorded of it, and its weights."""
    sim.setup(timestep=STEP, seed=2)
    rng = np.random.default_rng(0)
    times = [np.sort(rng.choice(TRIALS * STEPS, 12, replace=False)) * STEP for _ in range(5)]
    stimulus = sim.Population(5, sim.SpikeSourceArray(spike_times=times))
    hidden = sim.Population(4, sim.LIF_SFDFA(**CELL, rho=0.1), label="hidden")
    output = sim.Population(2, sim.LIF_SFDFA(**CELL, targets=[[3.0] * TRIALS, [1.0] * TRIALS]), label="output")
    synapse = sim.SFDFASynapse(weight=0.9, learning_rate=1e-3, delay=delay)
    forward = [
        sim.Projection(*ends, sim.AllToAllConnector(), synapse) for ends in ((stimulus, hidden), (hidden, output))
    ]
    feedback = sim.SFDFAFeedback(weight=0.3, learning_rate=0.1)
    back = sim.Projection(output, hidden, sim.AllToAllConnector(), feedback, receptor_type="error")
    for population in (stimulus, hidden, output):
        population.record("spikes")
    if reset:
        sim.run(1.2 * STEPS * STEP)  # ends in a trial, with spikes under way
        sim.reset()
        for projection in (*forward, back):
            projection.set(weight=0.9 if projection is not back else 0.3)
    sim.run(1.3 * STEPS * STEP)
    sim.run((TRIALS - 1.3) * STEPS * STEP)
    trains = [np.array(t) for p in (stimulus, hidden, output) for t in p.get_data().segments[-1].spiketrains]
    return trains, [projection.get("weight", format="list", with_address=False) for projection in (*forward, back)]


@pytest.mark.slow
@pytest.mark.parametrize(("delay", "reset"), [(0.0, False), (1.5, True)])
def test_what_is_left_alone_would_have_done_nothing(sim, monkeypatch, delay, reset):
    from brian2.codegen.runtime.numpy_rt.numpy_rt import NumpyCodeObject

    from pynn_sfdfa.brian2 import idle

    run_block, calls = NumpyCodeObject.run_block, []

    def counted(code, block):
        if block == "run":
            calls.append(code.name.partition("_codeobject")[0])
        return run_block(code, block)

    with monkeypatch.context() as patch:
        patch.setattr(NumpyCodeObject, "run_block", counted)
        ours = learned(sim, delay, reset)
    if not reset:
        trains = ours[0]
        stimulus, hidden = (np.unique(np.concatenate(t)).size for t in (trains[:5], trains[5:9]))
        assert 10 < hidden < TRIALS * STEPS and stimulus < TRIALS * STEPS
        expected = {"1_learning": TRIALS, "1_eligibility": hidden, "1_pre": stimulus, "2_pre": hidden}
        assert {name: calls.count(f"forward_{name}") for name in expected} == expected
        assert calls.count("feedback_1_estimate") == TRIALS
    monkeypatch.setattr(idle, "_run_when", lambda brian_object, due: None)
    for one, other in zip(ours, learned(sim, delay, reset), strict=True):
        for values, always in zip(one, other, strict=True):
            np.testing.assert_array_equal(values, always)
