"""A few handwritten digits as input spikes, for scenarios that learn."""

import numpy as np
from sklearn.datasets import load_digits

TRIAL_DURATION = 40.0
"""ms; all times of the reference settings divided by five."""


def digit_spikes(n_samples, classes=(0, 1)):
    """Return one array of spike times per pixel (ms, sample k in trial k, whole ms), and the labels."""
    data = load_digits()
    chosen = np.flatnonzero(np.isin(data.target, classes))[:n_samples]
    latencies = np.round(20.0 * (1 - data.data[chosen] / 16.0))
    trains = []
    for pixel in range(64):
        active = np.flatnonzero(data.data[chosen, pixel] > 0)
        trains.append(active * TRIAL_DURATION + latencies[active, pixel])
    return trains, data.target[chosen]
