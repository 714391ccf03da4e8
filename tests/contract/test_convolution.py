"""Convolutions in scripts of PyNN: the same synapses on every simulator."""

import numpy as np
import pytest
from small_networks import CELL

from pynn_sfdfa.common.convolution import ConvolutionConnector

KERNELS = np.round(np.random.default_rng(2).uniform(-1, 1, (2, 2, 2, 3)), 2)


def by_hand():
    """Every synapse from two channels of 4 x 5 cells, with a row around them, to two of 3 x 2; strides are 2 and 1."""
    listed = {}
    for out, below, y, x, row, column in np.ndindex(2, 2, 3, 3, 2, 3):
        above, left = 2 * y + row - 1, x + column
        if 0 <= above < 4 and 0 <= left < 5:
            listed[(below * 4 + above) * 5 + left, (out * 3 + y) * 3 + x] = KERNELS[out, below, row, column]
    return [(*pair, weight) for pair, weight in sorted(listed.items())]


def test_a_convolution_connects_what_its_kernels_say(sim):
    pre, post = sim.Population(40, sim.SpikeSourceArray()), sim.Population(18, sim.LIF_SFDFA(**CELL))
    connector = ConvolutionConnector(KERNELS, (2, 4, 5), stride=(2, 1), padding=(1, 0))
    assert connector.output_shape == (2, 3, 3)
    projection = sim.Projection(pre, post, connector, sim.StaticSynapse(delay=1.0))
    assert projection.get("weight", format="list") == by_hand()
    with pytest.raises(ValueError, match=r"leads from 40 cells, \(2, 4, 5\), to 18, .* 18 presynaptic and 18"):
        sim.Projection(post, post, connector, sim.StaticSynapse(delay=1.0))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.ones(3), (4, 4)), r"kernels of the shape \(3,\) are not valid"),
        ((np.full((2, 2), np.nan), (4, 4)), "give finite weights"),
        ((np.ones((3, 3)), 16), r"shape = 16 is not valid; give that of the presynaptic population"),
        ((np.ones((3, 3)), (2, 4, 4)), r"the kernels have 1 channels below, and shape = \(2, 4, 4\) has 2"),
        ((np.ones((3, 3)), (2, 4)), "ConvolutionConnector: the vertical kernel 3 is larger than its height of 2"),
        ((np.ones((3, 3)), (4, 4), 2), "do not fit its height of 4 exactly"),
        ((np.ones((3, 3)), (5, 5), 0), "ConvolutionConnector: stride = 0 is not valid"),
    ],
)
def test_what_is_no_convolution_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        ConvolutionConnector(*arguments)
