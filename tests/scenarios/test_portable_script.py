"""The script of the documentation that any simulator runs, as it stands there but for numbers."""

import numpy as np
from digits import TRIAL_DURATION, digit_spikes

N_TRIALS = 4


def portable_script(sim):
    spike_times, labels = digit_spikes(N_TRIALS)
    cell = {"tau_syn": 26.0, "tau_m": 52.0, "cm": 10.0, "trial_duration": TRIAL_DURATION}
    targets = [np.where(labels == k, 15.0, 3.0) for k in range(10)]
    generator = np.random.default_rng(1)

    sim.setup(timestep=0.1)
    stimulus = sim.Population(64, sim.SpikeSourceArray(spike_times=spike_times))
    hidden = sim.Population(100, sim.LIF_SFDFA(v_thresh=-68.0, rho=0.1, r_target=0.5, **cell), label="hidden")
    output = sim.Population(10, sim.LIF_SFDFA(v_thresh=-67.0, targets=targets, **cell), label="output")
    forward = sim.Projection(
        stimulus, hidden, sim.AllToAllConnector(),
        sim.SFDFASynapse(weight=generator.uniform(-1, 1, (64, 100)), learning_rate=1e-4),
    )  # fmt: skip
    readout = sim.Projection(
        hidden, output, sim.AllToAllConnector(),
        sim.SFDFASynapse(weight=generator.uniform(-1, 1, (100, 10)), learning_rate=1e-4),
    )  # fmt: skip
    feedback = sim.Projection(
        output,
        hidden,
        sim.AllToAllConnector(),
        sim.SFDFAFeedback(weight=0.0, learning_rate=0.01),
        receptor_type="error",
    )
    hidden.record(["spikes", "v"])
    before = [projection.get("weight", format="array") for projection in (forward, readout, feedback)]
    sim.run(N_TRIALS * TRIAL_DURATION)
    after = [projection.get("weight", format="array") for projection in (forward, readout, feedback)]
    data = hidden.get_data().segments[0]
    sim.end()
    return before, after, data


def test_the_portable_script_runs_and_learns(sim):
    before, after, data = portable_script(sim)
    assert [w.shape for w in after] == [(64, 100), (100, 10), (10, 100)]
    for old, new in zip(before, after, strict=True):
        assert np.isfinite(new).all()
        assert (new != old).any()
    assert sum(len(train) for train in data.spiketrains) > 50
    (v,) = data.analogsignals
    assert v.shape == (round(N_TRIALS * TRIAL_DURATION / 0.1) + 1, 100)
    assert np.isfinite(np.array(v)).all()
