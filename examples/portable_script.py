"""Learn to tell handwritten zeros from ones, one trial after the other, inside the simulation."""

import numpy as np

import pynn_sfdfa.event as sim  # the only line that names a simulator
from pynn_sfdfa import datasets, encoding

TRIAL = 40.0  # ms
digits = datasets.load("digits").train
samples = encoding.latency(digits.values, digits.labels, window=20.0, maximum=16.0, resolution=1.0)
samples = samples.select(np.flatnonzero(samples.labels < 2)[:120])
targets = [np.where(samples.labels == digit, 15.0, 3.0) for digit in (0, 1)]  # spikes wanted of each output neuron
cell = {"tau_m": 52.0, "tau_syn": 26.0, "cm": 10.0, "v_rest": -70.0, "trial_duration": TRIAL}
rng = np.random.default_rng(1)

sim.setup(timestep=1.0)
stimulus = sim.Population(64, sim.SpikeSourceArray(spike_times=samples.spike_times(TRIAL)))
hidden = sim.Population(100, sim.LIF_SFDFA(v_thresh=-68.0, rho=0.1, r_target=0.5, **cell), label="hidden")
output = sim.Population(2, sim.LIF_SFDFA(v_thresh=-67.0, targets=targets, **cell), label="output")
to_hidden = sim.SFDFASynapse(weight=rng.uniform(-1, 1, (64, 100)), delay=1.0, learning_rate=1e-4)
to_output = sim.SFDFASynapse(weight=rng.uniform(-1, 1, (100, 2)), delay=1.0, learning_rate=1e-4)
estimated = sim.SFDFAFeedback(weight=0.0, learning_rate=0.01)
forward = sim.Projection(stimulus, hidden, sim.AllToAllConnector(), to_hidden)
readout = sim.Projection(hidden, output, sim.AllToAllConnector(), to_output)
feedback = sim.Projection(output, hidden, sim.AllToAllConnector(), estimated, receptor_type="error")
output.record("spikes")
sim.run(len(samples) * TRIAL)

trials = np.arange(len(samples) + 1) * TRIAL
counts = [np.histogram(train.magnitude, trials)[0] for train in output.get_data().segments[0].spiketrains]
correct = np.argmax(counts, axis=0) == samples.labels
print(f"correct in the first 20 trials: {correct[:20].mean():.0%}, in the last 20: {correct[-20:].mean():.0%}")
weights = [projection.get("weight", format="array") for projection in (forward, readout, feedback)]
sim.end()
