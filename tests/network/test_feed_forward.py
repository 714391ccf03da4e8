from __future__ import annotations

import numpy as np
import pytest
from pyNN.errors import InvalidParameterValueError

import pynn_sfdfa.event as sim
from pynn_sfdfa import LIF_SFDFA, Dense, FeedForward, Input, Network


def test_it_is_short_for_dense_layers():
    short = FeedForward([4, 3, 2], hidden={"v_thresh": -60.0}, output={"cm": 5.0}, delay=2.0, seed=3)
    dense = Dense(3, cell=LIF_SFDFA(v_thresh=-60.0)), Dense(2, cell=LIF_SFDFA(cm=5.0))
    network = Network([Input((4,)), *dense], delay=2.0, seed=3)
    assert (short.input, short.layers, short.sizes) == (network.input, network.layers, network.sizes)
    for one, other in zip(short.weights, network.weights, strict=True):
        np.testing.assert_array_equal(one, other)


def test_weights_are_uniform_and_determined_by_the_seed():
    net = FeedForward([300, 200, 5], weights=(-0.5, 2.0), seed=7)
    assert [w.shape for w in net.weights] == [(300, 200), (200, 5)]
    assert [w.dtype for w in net.weights] == [np.float32] * 2
    assert -0.5 <= net.weights[0].min() < -0.49 < 1.99 < net.weights[0].max() <= 2.0
    assert net.weights[0].mean() == pytest.approx(0.75, abs=0.02)
    np.testing.assert_array_equal(net.weights[0], FeedForward([300, 200, 5], weights=(-0.5, 2.0), seed=7).weights[0])
    assert (net.weights[0] != FeedForward([300, 200, 5], weights=(-0.5, 2.0), seed=8).weights[0]).all()
    assert [f.shape for f in net.feedback] == [(5, 200)]
    assert not net.feedback[0].any()


def test_layers_take_their_parameters():
    net = FeedForward((4, 3, 5, 2), hidden=[{"v_thresh": -60}, {"v_thresh": -55.0, "cm": 5.0}], output={"tau_m": 300})
    assert net.sizes == (4, 3, 5, 2)
    assert [layer.size for layer in net.layers] == [3, 5, 2]
    assert [layer.cell.v_thresh for layer in net.layers] == [-60.0, -55.0, -50.0]
    assert [layer.cell.cm for layer in net.layers] == [10.0, 5.0, 10.0]
    assert net.layers[2].cell.tau_m == 300.0
    assert net.trial_duration == 200.0
    assert net.layers[0].cell.threshold_current == pytest.approx(10 / (260 * 130 / (10 * 130)))


def test_one_mapping_serves_all_hidden_layers():
    net = FeedForward([4, 3, 3, 2], hidden={"v_thresh": -60.0})
    assert [layer.cell.v_thresh for layer in net.layers] == [-60.0, -60.0, -50.0]


def test_a_network_may_have_no_hidden_layer():
    net = FeedForward([64, 10])
    assert len(net.layers) == len(net.weights) == 1
    assert net.feedback == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"sizes": [4]}, r"sizes = \[4\] is not valid; give the neurons of input, hidden layers and output"),
        ({"sizes": [4, 0, 2]}, r"sizes = \[4, 0, 2\] is not valid"),
        ({"sizes": [4, 2.5]}, r"sizes = \[4, 2.5\] is not valid"),
        ({"sizes": [4, "ten"]}, r"sizes = \[4, 'ten'\] is not valid"),
        ({"gradient": "sharp"}, "gradient = 'sharp' is not valid; choose one of 'bounded', 'exact'"),
        ({"delay": -1.0}, "delay = -1.0 ms is not valid; it must be >= 0 and shorter than the trial"),
        ({"delay": float("nan")}, "delay = nan ms is not valid"),
        ({"delay": True}, "delay = True ms is not valid"),
        ({"delay": "1.0"}, "delay = '1.0' ms is not valid"),
        ({"delay": 200.0}, r"delay = 200.0 ms is not valid; it must be >= 0 and shorter than the trial \(200 ms\)"),
        ({"max_spikes": 0}, "max_spikes = 0 is not valid; it must be an integer >= 1"),
        ({"max_spikes": 2.5}, "max_spikes = 2.5 is not valid; it must be an integer >= 1"),
        ({"max_spikes": True}, "max_spikes = True is not valid"),
        ({"max_spikes": float("nan")}, "max_spikes = nan is not valid"),
        ({"weights": (1.0, -1.0)}, r"weights = \(1.0, -1.0\) is not valid; give \(lowest, highest\) in nA"),
        ({"weights": (0.0, float("inf"))}, r"weights = \(0.0, inf\) is not valid"),
        ({"seed": -3}, "seed = -3 is not valid; it must be an integer >= 0"),
        ({"hidden": [{}, {}]}, "hidden has parameters for 2 layers, but sizes has 1 hidden layers"),
        ({"hidden": {"tau": 3.0}}, "'tau' is no parameter of a layer; choose from tau_m, tau_syn, cm"),
        ({"output": {"targets": 3.0}}, "'targets' is no parameter of a layer"),
        ({"hidden": {"tau_m": "fast"}}, "tau_m = 'fast' is not valid; it must be a number"),
        (
            {"output": {"trial_duration": 100.0}},
            r"trial_duration must be the same in all layers, not \[100.0, 200.0\] ms",
        ),
    ],
)
def test_descriptions_that_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        FeedForward(**({"sizes": [4, 3, 2]} | arguments))


def test_a_simulator_in_the_description_is_answered_with_the_right_form():
    for arguments in ((sim, [4, 3, 2]), ([4, 3, 2], sim), (sim,)):
        with pytest.raises(TypeError, match=r"no simulator: write FeedForward\(\[64, 100, 10\], ...\), and give the"):
            FeedForward(*arguments)


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ({"tau_m": 100.0}, "tau_m = 100 ms is not valid; it must be greater than tau_syn = 130 ms"),
        ({"v_thresh": -80.0}, "v_thresh = -80 mV is not valid; it must be greater than v_rest = -70 mV"),
        ({"cm": 0.0}, "cm = 0 is not valid"),
    ],
)
def test_parameters_of_cells_are_checked_as_in_pynn(cell, message):
    with pytest.raises(InvalidParameterValueError, match=message):
        FeedForward([4, 3, 2], hidden=cell)


@pytest.mark.parametrize("given", [LIF_SFDFA(), LIF_SFDFA, [LIF_SFDFA(), LIF_SFDFA()], "tau_m", 260.0])
@pytest.mark.parametrize("where", ["hidden", "output"])
def test_cells_in_the_place_of_their_parameters_are_told_where_they_go(given, where):
    with pytest.raises(TypeError, match=rf"^{where} = .* by name, such as {where}=.*Dense\(100, cell=LIF_SFDFA"):
        FeedForward([4, 3, 3, 2], **{where: given})


def test_the_forms_that_messages_show_are_valid():
    FeedForward([4, 3, 2], hidden={"v_thresh": -55.0})
    Network([Input((64,)), Dense(100, cell=LIF_SFDFA(v_thresh=-55.0)), Dense(10)])
