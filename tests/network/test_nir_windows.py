"""Networks of windows as NIR graphs, and back."""

from __future__ import annotations

import nir
import numpy as np
import pytest

from pynn_sfdfa import Convolution, Dense, Input, Local, Network, Pooling
from pynn_sfdfa.network.nir_graph import NIRError, from_nir, to_nir


def graph():
    layers = [Convolution(2, 3, padding=1), Pooling(2), Pooling((2, 1)), Convolution(3, 2, (1, 1)), Dense(4)]
    network = Network([Input((1, 8, 6)), *layers], seed=2)
    return network, to_nir(network)


def test_a_file_gives_a_network_of_windows_back(tmp_path):
    network, made = graph()
    nir.write(tmp_path / "network.nir", made)
    again = from_nir(nir.read(tmp_path / "network.nir"))
    assert again.layers == network.layers
    for found, expected in zip(again.weights, network.weights, strict=True):
        np.testing.assert_array_equal(found, expected)


def test_the_graph_has_the_nodes_of_nir_in_order():
    _, made = graph()
    kinds = [type(node).__name__ for node in made.nodes.values()]
    assert kinds == [
        "Input", "Conv2d", "CubaLIF", "SumPool2d", "SumPool2d", "Conv2d", "CubaLIF", "Flatten", "Linear", "CubaLIF",
        "Output",
    ]  # fmt: skip
    np.testing.assert_array_equal(made.nodes["input"].input_type["input"], [1, 8, 6])


def test_pooling_that_overlaps_is_refused():
    _, made = graph()
    made.nodes["pool_2_1"].stride = np.array([1, 1])
    with pytest.raises(NIRError, match="must be a SumPool2d of windows side by side"):
        from_nir(made)


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (Convolution(2, (2, 1)), "Layer 'hidden 1' .*nir has no Conv2d with the kernel"),
        (Local(2, 3), "Layer 'hidden 1' .*NIR has no windows with weights of their own. Train with Convolution"),
        (Pooling(2, weight=1.0, cell=Dense(1).cell), "Layer 'hidden 1' .*NIR has no pooling with a weight"),
    ],
)
def test_what_nir_cannot_say_is_refused(layer, message):
    with pytest.raises(NIRError, match=message):
        to_nir(Network([Input((1, 4, 4)), layer, Dense(2)]))
