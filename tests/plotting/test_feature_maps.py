"""Pictures of maps and filters: what is drawn where."""

from __future__ import annotations

import numpy as np

from pynn_sfdfa import LIF_SFDFA, Convolution, Dense, FeedForward, Input, Network, Pooling
from pynn_sfdfa.plotting import LayerSpikes, feature_maps, filters, has_filters, has_maps


def images(figure):
    return [axes.images[0].get_array() for axes in figure.axes if axes.images]


def labels(figure):
    return [axes.get_ylabel() for axes in figure.axes if axes.images and axes.get_ylabel()]


def test_maps_show_how_often_and_how_early_each_neuron_spikes():
    times, units = np.array([5.0, 30.0, 8.0, 90.0]), np.array([0, 0, 3, 7])
    layers = [LayerSpikes("hidden 1", 8, times, units), LayerSpikes("output", 2, times[:0], units[:0])]
    figure = feature_maps(layers, [(2, 2, 2), (2,)], "title")
    counts, first = images(figure)[:2], images(figure)[2:]
    assert [image.tolist() for image in counts] == [[[2, 0], [0, 1]], [[0, 0], [0, 1]]]
    assert [image.tolist() for image in first] == [[[5.0, None], [None, 8.0]], [[None, None], [None, 90.0]]]
    assert labels(figure) == ["hidden 1\nspikes", "first spike (ms)"]
    assert "title" in figure.get_suptitle()


def test_of_many_maps_the_first_are_drawn_and_a_silent_layer_is_no_trouble():
    nothing = LayerSpikes("hidden 1", 40, np.zeros(0), np.zeros(0, int))
    figure = feature_maps([nothing], [(20, 1, 2)], "")
    assert len(images(figure)) == 2 * 16
    assert labels(figure)[0] == "hidden 1, 16 of 20 maps\nspikes"


def test_filters_are_the_weights_of_each_window_by_maps():
    first, second = Convolution(3, kernel=(2, 3), stride=(1, 2)), Convolution(4, kernel=(2, 1))
    net = Network([Input((2, 7, 7)), first, Pooling((3, 3)), second, Dense(3)])
    assert has_maps(net) and has_filters(net)
    drawn = images(filters(net, "title"))
    assert len(drawn) == 2 * 3 + 3 * 4
    first, second = net.weights[:2]
    np.testing.assert_array_equal(drawn[0], first[:6, 0].reshape(2, 3))  # of map 0 below
    np.testing.assert_array_equal(drawn[5], first[6:, 2].reshape(2, 3))
    np.testing.assert_array_equal(drawn[-1], second[4:, 3].reshape(2, 1))


def test_dense_networks_have_neither():
    net = FeedForward([8, 5, 3])
    assert not has_maps(net)
    assert not has_filters(net)


def test_pooling_neurons_have_maps_without_filters():
    net = Network([Input((1, 4, 4)), Pooling(2, weight=0.5, cell=LIF_SFDFA()), Dense(2)])
    assert has_maps(net)
    assert not has_filters(net)
