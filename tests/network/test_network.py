from __future__ import annotations

import re

import numpy as np
import pytest
from network_toys import Windows
from small_nets import network, random_trains

import pynn_sfdfa.event as sim
from pynn_sfdfa import LIF_SFDFA, Dense, Input, Network, Pooling, Recurrent, Trainer
from pynn_sfdfa.training.evaluator import Evaluator


def test_layers_have_names_shapes_and_numbers_of_neurons():
    net = Network([Input((2, 9)), Windows(3, 4, 2), Dense(5), Dense(2)])
    assert net.input == Input((2, 9))
    assert [layer.name for layer in net.layers] == ["hidden 1", "hidden 2", "output"]
    assert [layer.input_shape for layer in net.layers] == [(2, 9), (3, 3), (5,)]
    assert [layer.shape for layer in net.layers] == [(3, 3), (5,), (2,)]
    assert net.sizes == (18, 9, 5, 2)
    assert [w.shape for w in net.weights] == [(3, 8, 3), (9, 5), (5, 2)]
    assert [f.shape for f in net.feedback] == [(2, 9), (2, 5)]


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ([], "layers = [] is not valid; give an Input and at least one layer: Network([Input((784,)), Dense(800)"),
        ([Input((3,))], "is not valid; give an Input and at least one layer"),
        ([Dense(3), Dense(2)], "is not valid; give an Input and at least one layer"),
        ([Input((3,)), 100, Dense(2)], "Layer 'hidden 1' is 100; after the Input, give layers such as Dense(100)."),
        (
            [Input((3,)), Dense(2), Input((2,))],
            "Layer 'output' is Input(shape=(2,)); after the Input, give layers such",
        ),
        ([Input((1, 3)), Windows(2, 5), Dense(2)], "Layer 'hidden 1' (Windows of LIF_SFDFA) does not"),
        ([Input((1, 3)), Windows(2, 5), Dense(2)], "does not fit the layer below, of shape (1, 3): it needs (channels"),
        ([Input((1, 3)), Pooling(2), Dense(2)], "Layer 'output' (Pooling and Dense of LIF_SFDFA) does not fit the"),
        ([Input((1, 3, 3)), Dense(2), Pooling(2)], "The last layer is Pooling, which cannot be the output."),
        (
            [Input((3,)), Dense(2, cell=LIF_SFDFA(trial_duration=50.0)), Dense(2)],
            "trial_duration must be the same in all layers, not [50.0, 200.0] ms.",
        ),
    ],
)
def test_layers_that_do_not_fit_are_refused_by_name_and_shape(layers, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        Network(layers)


@pytest.mark.parametrize(
    ("layers", "largest"),
    [
        ([Input((64,)), Dense(10**7), Dense(10**7), Dense(10)], "Layer 'hidden 2' (Dense of"),
        ([Input((64,)), Dense(10**12), Dense(10)], "Layer 'hidden 1' (Dense of"),
        ([Input((64,)), Dense(10**8, recurrent=Recurrent(delay=1.0)), Dense(10)], "Layer 'hidden 1' (Dense of"),
        ([Input((1, 10**6, 10**6)), Pooling(2), Dense(10)], "Layer 'output' (Pooling and Dense of"),
    ],
)
def test_a_network_beyond_the_memory_is_refused_before_any_is_taken(layers, largest):
    with pytest.raises(ValueError, match=re.escape(largest)) as refused:
        Network(layers)
    assert str(refused.value).startswith("The network is too large: it would take ")
    assert str(refused.value).endswith(": make that layer smaller.")


def test_a_simulator_in_the_description_is_answered_with_the_right_form():
    layers = [Input((4,)), Dense(2)]
    for arguments in ((sim, layers), (layers, sim), (sim,)):
        with pytest.raises(TypeError, match=r"no simulator: write Network\(\[Input\(\(784,\)\), Dense\(800\), Dense"):
            Network(*arguments)


def test_restore_takes_weights_and_feedback_and_nothing_that_does_not_fit():
    source, target = network([5, 4, 3], c=0.2, seed=1), network([5, 4, 3], c=0.2, seed=2)
    source.feedback[0][...] = 7.0
    arrays = {"weights.0": source.weights[0], "weights.1": source.weights[1], "feedback.0": source.feedback[0]}
    target.restore({**arrays, "optimizer.mean.0": np.zeros(2)})
    for mine, theirs in zip(target.weights + target.feedback, source.weights + source.feedback, strict=True):
        np.testing.assert_array_equal(mine, theirs)
        assert not np.shares_memory(mine, theirs)
    other = network([5, 4, 3], c=0.2, seed=3)
    before = other.weights[0].copy()
    with pytest.raises(ValueError, match=r"feedback.0 is float32 \(2, 2\); this network needs float32 \(3, 4\)"):
        other.restore(arrays | {"feedback.0": np.zeros((2, 2), np.float32)})
    with pytest.raises(ValueError, match=r"There is no weights.1, only feedback.0, weights.0"):
        other.restore({name: array for name, array in arrays.items() if name != "weights.1"})
    np.testing.assert_array_equal(other.weights[0], before)


def wire(net):
    sim.setup()
    net.wire(sim, random_trains(np.random.default_rng(1), 1, 4))


def test_weights_that_somebody_changed_are_looked_at_before_they_are_used():
    def refused(weights, message):
        net = network([4, 3, 2], c=0.3)
        net.weights = weights(net.weights)
        for use in (Trainer, Evaluator, wire):
            with pytest.raises(ValueError, match=re.escape(message)):
                use(net)

    refused(lambda w: [w[0].T, w[1]], "network.weights[0] has the shape (3, 4); give an array of shape (4, 3).")
    refused(lambda w: [w[0].tolist(), w[1]], "; give an array of shape (4, 3).")
    refused(lambda w: w[:1], "network.weights has 1 arrays; give one for each of 2 layers.")
    refused(lambda w: [w[0], np.where(w[1] == w[1][0, 0], np.nan, w[1])], "1 of 6 network.weights[1] are not finite or")
    refused(lambda w: [w[0], 1e10 * np.sign(w[1])], "start from a new network, or from a checkpoint: pynn_sfdfa.load(")
