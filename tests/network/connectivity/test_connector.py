"""Layers of windows in scripts of PyNN: a list of synapses for any simulator."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import correlate

from pynn_sfdfa import Convolution, Dense

IMAGE = (2, 5, 6)


def script(sim, weights):
    """Spike counts of cells that add up what a convolution brings from cells that fire once or not at all."""
    fired = np.arange(60) % 3 == 0
    conv = Convolution(3, (2, 3), padding=(1, 0))
    sim.setup(timestep=0.1, min_delay=0.1)
    pre = sim.Population(60, sim.SpikeSourceArray(spike_times=[[2.0] if one else [] for one in fired]))
    post = sim.Population(int(np.prod(conv.output_shape(IMAGE))), sim.IF_curr_exp(v_thresh=1000.0))
    connector = conv.connector(sim, IMAGE, weights)
    sim.Projection(pre, post, connector, sim.StaticSynapse(delay=1.0), receptor_type="excitatory")
    post.record("v")
    sim.run(10.0)
    v = post.get_data("v").segments[0].analogsignals[0].magnitude
    sim.end()
    return fired, v[-1] - v[0]


@pytest.mark.parametrize("name", ["event", "brian2"])
def test_potentials_are_the_correlation_of_image_and_kernels(name):
    sim = pytest.importorskip(f"pynn_sfdfa.{name}")
    kernels = np.random.default_rng(0).uniform(0.01, 0.1, (3, 2, 2, 3))
    weights = kernels.reshape(3, -1).T
    fired, rise = script(sim, weights)
    image = np.pad(fired.reshape(IMAGE).astype(float), ((0, 0), (1, 1), (0, 0)))
    wanted = np.array([correlate(image, kernel, mode="valid")[0] for kernel in kernels]).ravel()
    assert rise.max() > 0
    np.testing.assert_allclose(rise / rise.max(), wanted / wanted.max(), rtol=1e-5)


def test_weights_of_another_shape_are_refused():
    sim = pytest.importorskip("pynn_sfdfa.event")
    with pytest.raises(ValueError, match=r"weights have the shape \(4, 3\); here they have \(12, 3\)"):
        Convolution(3, (2, 3)).connector(sim, IMAGE, np.zeros((4, 3)))
    with pytest.raises(ValueError, match=r"here they have \(60, 4\)"):
        Dense(4).connector(sim, IMAGE, np.zeros((4, 3)))
