"""Layer-wise feedback: exact backpropagation at any depth, what is estimated, and who refuses it."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from laid_out import laid_out
from plain_rule import PlainTrial, layer_wise_by_neuron
from small_nets import network, random_trains, same_on_threads

import pynn_sfdfa.event as sim
from pynn_sfdfa import FeedForward, Input, Network, SpikeCount, Trainer
from pynn_sfdfa.common.needs import Need
from pynn_sfdfa.experiments import assembly, config
from pynn_sfdfa.network.cells import LIF_SFDFA
from pynn_sfdfa.network.connectivity import Convolution, Dense, Local, Pooling
from pynn_sfdfa.network.feedback import feedback_shapes
from pynn_sfdfa.rules import BP, SFDFA, Combination
from pynn_sfdfa.rules.parts.direct import Direct
from pynn_sfdfa.rules.parts.estimated import Estimated
from pynn_sfdfa.rules.parts.fixed import Fixed
from pynn_sfdfa.rules.parts.layer_wise import LayerWise
from pynn_sfdfa.training import checkpoint
from pynn_sfdfa.training.gradients import GradientAlignment
from pynn_sfdfa.training.metrics import feedback_alignment, sign_agreement
from pynn_sfdfa.training.optimizers import SGD, Adam

DEPTHS = ([20, 15, 4], [20, 12, 9, 4], [20, 12, 9, 10, 4])
DEEP = [20, 12, 9, 10, 4]
BY_NEURON = LayerWise("by neuron")


def gradients(net, rule, trains, feedback=None, threads=1):
    """Return the gradients of all layers with some feedback."""
    engine = sim.training_engine(net, rule, loss=SpikeCount(), batch_size=len(trains), threads=threads)
    given = {} if feedback is None else {f"feedback.{layer}": weights for layer, weights in enumerate(feedback)}
    engine.load_state(engine.state() | given)
    return engine.gradient(trains)


def transposed(net):
    return [np.ascontiguousarray(weights.T) for weights in net.weights[1:]]


@pytest.mark.parametrize("delay", [0.0, 7.0])
@pytest.mark.parametrize(("tau_syn", "gradient"), [(130.0, "bounded"), (130.0, "exact"), (90.0, "bounded")])
@pytest.mark.parametrize("sizes", DEPTHS, ids=lambda sizes: f"{len(sizes) - 2} hidden")
def test_with_forward_weights_as_feedback_it_is_exact_backpropagation_at_any_depth(sizes, tau_syn, gradient, delay):
    net = network(sizes, c=0.1, tau_syn=tau_syn, gradient=gradient, delay=delay, weights=(-0.4, 0.8), seed=3)
    trains = random_trains(np.random.default_rng(1), 5, 20, n_classes=4)
    rate = {"rho": 0.5, "r_target": 1.0}
    mine = gradients(net, Combination(LayerWise(), Fixed(), **rate), trains, transposed(net))
    exact = gradients(net, BP(**rate), trains)
    for own, true in zip(mine, exact, strict=True):
        assert abs(true).max() > 0
        np.testing.assert_array_equal(own, true)  # the same kernel with the same numbers


def test_errors_by_neuron_are_those_of_the_next_layer_through_the_feedback():
    net = network([20, 12, 9, 3], c=0.1, weights=(-0.4, 0.8), max_spikes=200, seed=5)
    trains = random_trains(np.random.default_rng(2), 6, 20, n_classes=3)
    rule = Combination(BY_NEURON, Fixed(), rho=2.0, r_target=1.0)
    rng = np.random.default_rng(1)
    feedback = [rng.normal(size=shape).astype(np.float32) for shape in ((9, 12), (3, 9))]
    trials = [PlainTrial(net, trains, sample) for sample in range(len(trains))]
    counts = [np.array([trial.counts(layer) for trial in trials]) for layer in range(3)]
    errors = SpikeCount().error(counts[-1].astype(np.int32), trains.labels).astype(float)
    offsets = [2.0 * (1.0 - count.mean(axis=0)) for count in counts[:-1]]
    expected = [np.zeros(weights.shape) for weights in net.weights]
    for trial, output in zip(trials, errors, strict=True):
        for layer, error in enumerate(layer_wise_by_neuron(trial, output, feedback, offsets)):
            expected[layer] += trial.gradient(layer, error) / len(trials)
    for own, plain in zip(gradients(net, rule, trains, feedback), expected, strict=True):
        np.testing.assert_allclose(own, plain, rtol=2e-3, atol=2e-5 * abs(plain).max())


def test_errors_by_neuron_are_direct_errors_through_the_product_of_the_feedback():
    net = network(DEEP, c=0.1, weights=(-0.4, 0.8), seed=3)
    trains = random_trains(np.random.default_rng(1), 5, 20, n_classes=4)
    feedback = [np.random.default_rng(k).normal(size=f.shape).astype(np.float32) for k, f in enumerate(transposed(net))]
    products = [feedback[2] @ feedback[1] @ feedback[0], feedback[2] @ feedback[1], feedback[2]]
    mine = gradients(net, Combination(BY_NEURON, Fixed()), trains, feedback)
    direct = gradients(net, Combination(Direct(), Fixed()), trains, products)
    for own, other in zip(mine, direct, strict=True):
        assert abs(other).max() > 0
        np.testing.assert_allclose(own, other, rtol=1e-3, atol=1e-5 * abs(other).max())


class Watched(LayerWise):
    """Keeps what the feedback is estimated from."""

    name = "watched-layer-wise"

    def assign(self, trials, feedback, regularisation):
        super().assign(trials, feedback, regularisation)
        hidden = range(trials.n_layers - 1)
        type(self).seen = [(trials.perturbation(k).astype(float), trials.directional(k)) for k in hidden]
        with pytest.raises(ValueError, match="feedback from the next one"):
            trials.directional()


@pytest.fixture(scope="module", params=([10, 6, 5, 3], [10, 6, 5, 4, 3]), ids=["2 hidden layers", "3 hidden layers"])
def frozen(request):
    """A frozen network that sees one sample many times, every neuron firing to the end of the trial."""
    net = network(request.param, c=0.3, weights=(-0.4, 1.0), max_spikes=200, seed=2)
    trains = random_trains(np.random.default_rng(0), 1, 10, spikes=(60, 61), last=190.0, n_classes=3)
    rule = Combination(Watched(), Estimated(0.0, bias_correction=True))
    engine = sim.training_engine(net, rule, SGD(learning_rate=1e-30), SpikeCount(), 150, 0, 1)
    batches = []
    for batch in range(2):
        list(engine.train(trains, np.zeros(150, int), 150 * batch))
        batches.append(Watched.seen)
    return net, engine.feedback(), batches


def test_perturbations_travel_to_the_next_layer_and_no_further(frozen):
    net, _, batches = frozen
    for seen in batches:
        for layer, (v, d) in enumerate(seen):
            np.testing.assert_allclose(d, v @ net.weights[layer + 1].astype(float), rtol=1e-5, atol=1e-5)


def test_bias_corrected_feedback_is_the_mean_of_all_batches_so_far(frozen):
    _, feedback, batches = frozen
    for layer, estimate in enumerate(feedback):
        mean = np.mean([d.T @ v / 150 for v, d in (seen[layer] for seen in batches)], axis=0)
        np.testing.assert_allclose(estimate, mean, rtol=1e-4, atol=1e-5)


def test_the_feedback_of_every_layer_converges_to_the_weights_to_the_next(frozen):
    net, feedback, _ = frozen
    for estimate, weights in zip(feedback, net.weights[1:], strict=True):
        noise = np.sqrt(((weights**2).sum(axis=0) + weights**2) / 300)  # each sum of the others' perturbations
        assert (abs(estimate.T - weights) < 5 * noise).all()
    assert min(feedback_alignment(net.weights, feedback, layer_wise=True)) > 0.9
    assert min(sign_agreement(net.weights, feedback, layer_wise=True)) > 0.8


@pytest.mark.parametrize("both_fired", [False, True])
def test_feedback_is_the_weights_times_how_often_spikes_are_followed_by_one(both_fired):
    """Of all trials in which the lower neuron fires, or of those in which the upper one fires, too."""
    net, samples, times = network([10, 8, 6, 3], c=0.4, weights=(-0.4, 1.0), max_spikes=200, seed=2), 6, 400
    trains = random_trains(np.random.default_rng(0), samples, 10, spikes=(20, 21), last=190.0, n_classes=3)
    rule = Combination(LayerWise(), Estimated(0.0, bias_correction=True, both_fired=both_fired))
    engine = sim.training_engine(net, rule, SGD(learning_rate=1e-30), SpikeCount(), samples * times // 3, 0, 1)
    list(engine.train(trains, np.tile(np.arange(samples), times), 0))
    responses = [PlainTrial(net, trains, sample).responses for sample in range(samples)]
    for layer, (estimate, weights) in enumerate(zip(engine.feedback(), net.weights[1:], strict=True)):
        fired, followed = np.zeros(weights.shape), np.zeros(weights.shape)
        for below, above in (response[layer : layer + 2] for response in responses):
            for j, own in enumerate(below.times):
                fired[j] += [len(own) > 0 and (len(later) > 0 or not both_fired) for later in above.times]
                followed[j] += [len(own) > 0 and len(later) > 0 and own[0] < later[-1] for later in above.times]
        heard = fired > 0
        noise = np.sqrt(((weights**2).sum(axis=0) + weights**2)[heard] / (fired[heard] * times))
        share, own, estimated = followed[heard] / fired[heard], weights[heard], estimate.T[heard]
        assert share.mean() > 0.95 if both_fired else 0.3 < share.mean() < 0.9
        assert (abs(estimated - share * own) < 5 * noise).all()
        assert (abs(estimated - own) > 5 * noise).any() or both_fired
        assert not estimate.T[~heard].any()


@pytest.mark.parametrize("layers", [[Dense(9), Dense(4)], [Convolution(2, 3), Convolution(2, 2)]], ids=str)
def test_feedback_that_learns_at_a_rate_of_0_stays_as_it_is(layers):
    cell = network([1, 1], c=0.1).layers[0].cell
    layers = [layer.with_cell(cell) for layer in [*layers, Dense(3)]]
    net = Network([Input((1, 5, 4)), *layers], weights=(-0.4, 0.9), max_spikes=200, seed=4)
    trains = random_trains(np.random.default_rng(3), 8, 20, spikes=(60, 61), n_classes=3)
    rule = SFDFA(feedback_learning_rate=0.0, both_fired=True, feedback="layer-wise")
    engine = sim.training_engine(net, rule, Adam(1e-3), batch_size=8)
    assert engine.respond(trains).counts.any()
    list(engine.train(trains, np.arange(8), 0))
    assert not any(feedback.any() for feedback in engine.feedback())


@pytest.mark.slow
@pytest.mark.parametrize(("timed", "accuracy", "cosine"), [(False, 0.9, 0.4), (True, 0.75, 0.9)])
def test_deep_networks_learn_digits_and_every_layer_finds_the_weights_above(timed, accuracy, cosine, digits):
    train, test = digits[0].select(np.arange(1000)), digits[1].select(np.arange(300))
    net = FeedForward([64, 60, 50, 40, 10], hidden={"v_thresh": -60.0}, output={"v_thresh": -55.0}, seed=1)
    rule = SFDFA(rho=0.1, r_target=0.5, feedback_learning_rate=1e-2, timed=timed, feedback="layer-wise")
    trainer = Trainer(net, rule=rule, optimizer=Adam(learning_rate=5e-3), batch_size=10, seed=1, threads=1)
    history = trainer.fit(train, test, epochs=8)
    assert history.best.test_accuracy > accuracy
    assert min(history.records[-1].alignment) > 0.6
    assert [f.shape for f in net.feedback] == [(50, 60), (40, 50), (10, 40)]
    cosines = GradientAlignment(net, rule, SpikeCount(), test).measure(net.weights, net.feedback)
    assert min(cosines[f"gradient_cosine_{layer}"] for layer in (1, 2, 3)) > cosine
    with pytest.raises(ValueError, match="feedback from layer to layer.*leave targets out.*simulator event"):
        net.wire(sim, test.select(np.arange(1)), targets=np.zeros((1, 10)))


def test_same_bits_on_any_number_of_threads():
    net = network([20, 30, 17, 4], c=0.2, weights=(-0.5, 1.0))
    trains = random_trains(np.random.default_rng(3), 24, 20, n_classes=4)
    settings = {"feedback": "layer-wise", "timed": True, "bias_correction": True, "both_fired": True}
    rule = SFDFA(rho=0.1, r_target=1.0, **settings)
    states = []

    def trained(threads):
        engine = sim.training_engine(net, rule, SGD(learning_rate=1e-5), SpikeCount(), 8, 0, threads)
        list(engine.train(trains, np.arange(24), 0))
        states.append(engine.state())
        return states[-1].values()

    same_on_threads(trained)
    assert all(states[0][f"feedback.{layer}"].any() for layer in range(2))


@pytest.mark.parametrize("both_fired", [False, True])
def test_a_training_goes_on_from_a_state_with_the_same_bits(both_fired):
    net = network([20, 30, 17, 4], c=0.2, weights=(-0.5, 1.0))
    trains = random_trains(np.random.default_rng(3), 24, 20, n_classes=4)
    rule = SFDFA(feedback="layer-wise", bias_correction=True, both_fired=both_fired)
    whole, first, second = (sim.training_engine(net, rule, Adam(1e-3), SpikeCount(), 8, 0, 1) for _ in range(3))
    list(whole.train(trains, np.arange(24), 0))
    list(first.train(trains, np.arange(16), 0))
    second.load_state(first.state())
    list(second.train(trains, np.arange(16, 24), 16))
    for name, array in whole.state().items():
        np.testing.assert_array_equal(array, second.state()[name])
    assert ("feedback_share.1" in first.state()) == both_fired
    other = sim.training_engine(net, SFDFA(feedback="layer-wise", both_fired=not both_fired), Adam(1e-3))
    with pytest.raises(ValueError, match=r"feedback_share\.0"):
        other.load_state(first.state())


def test_random_feedback_of_layers_of_one_size_differs():
    shapes = [(6, 6)] * 3
    first, second, _ = LayerWise().initial_feedback(Fixed(), shapes, seed=3)
    assert first.shape == (6, 6)
    assert (first != second).all()
    np.testing.assert_array_equal(first, LayerWise().initial_feedback(Fixed(), shapes, seed=3)[0])


def test_it_says_what_it_needs():
    assert LayerWise().all_needs == {Need.LAYER_FEEDBACK, Need.ALL_SPIKES}
    assert BY_NEURON.all_needs == {Need.LAYER_FEEDBACK}
    for settings in ({"bias_correction": True}, {"both_fired": True}):
        assert SFDFA(**settings).needs == {Need.PERTURBATIONS, Need.OWN_FEEDBACK}
    assert SFDFA(feedback="layer-wise").needs == {Need.PERTURBATIONS, Need.LAYER_FEEDBACK}


def test_a_network_takes_either_kind_of_feedback_from_a_checkpoint():
    net = network([5, 4, 6, 3], c=0.2)
    arrays = {f"weights.{k}": w for k, w in enumerate(net.weights)}
    chain = {"feedback.0": np.full((6, 4), 2.0, np.float32), "feedback.1": np.full((3, 6), 3.0, np.float32)}
    direct = chain | {"feedback.0": np.full((3, 4), 5.0, np.float32)}
    for given in (chain, direct):
        net.restore(arrays | given)
        for k, own in enumerate(net.feedback):
            np.testing.assert_array_equal(own, given[f"feedback.{k}"])


WINDOWS = {
    "convolutions": [Convolution(3, 3, padding=1), Convolution(2, 3), Dense(3)],
    "through pooling": [Convolution(3, 3, padding=1), Pooling(2), Convolution(2, 2), Pooling(2), Dense(5), Dense(3)],
    "fixed and local": [Convolution(2, 3, padding=1), Pooling(2, weight=0.8, cell=LIF_SFDFA()), Local(2, 2), Dense(3)],
}


@pytest.fixture(scope="module", params=WINDOWS.values(), ids=WINDOWS.keys())
def windowed(request):
    """Layers that see a part of the one below, samples, and any feedback."""
    cell = network([1, 1], c=0.15).layers[0].cell
    layers = [layer if isinstance(layer, Pooling) and layer.sums else layer.with_cell(cell) for layer in request.param]
    bounds = [None if isinstance(layer, Pooling) else (-0.4, 0.9) for layer in layers if layer not in [Pooling(2)]]
    net = Network([Input((1, 6, 6)), *layers], delay=3.0, weights=bounds, max_spikes=200, seed=4)
    rng = np.random.default_rng(6)
    trains = random_trains(rng, 4, 36, spikes=(30, 36), n_classes=3)
    shapes = feedback_shapes(net.layers, layer_wise=True)
    return net, trains, [rng.normal(size=shape).astype(np.float32) for shape in shapes]


def test_with_shared_weights_as_feedback_it_is_exact_backpropagation_too(windowed):
    net, trains, _ = windowed
    forward = [np.ascontiguousarray(path.T) for path in net.paths(net.weights, layer_wise=True)[1:]]
    mine = gradients(net, Combination(LayerWise(), Fixed()), trains, forward)
    for layer, own, true in zip(net.layers, mine, gradients(net, BP(), trains), strict=True):
        assert abs(true).max() > 0 or not layer.connectivity.learns
        np.testing.assert_array_equal(own, true)


def of_pairs(net, feedback):
    """Shared feedback as that of the dense network with the same weights, (n_next, n_hidden) per hidden layer."""
    for layer, own in zip(net.layers[1:], feedback, strict=True):
        shape = layer.connectivity.sites(layer.input_shape).weight_shape
        yield dense(layer.connectivity.matrix(layer.input_shape, own.T.reshape(shape)))


def dense(matrix):
    return np.ascontiguousarray((matrix if isinstance(matrix, np.ndarray) else matrix.toarray()).T, dtype=np.float32)


def test_errors_by_neuron_go_through_shared_feedback_as_through_that_of_each_pair(windowed):
    net, trains, feedback = windowed
    rule = Combination(BY_NEURON, Fixed(), rho=0.5, r_target=2.0)
    mine = gradients(net, rule, trains, feedback)
    flat, _ = laid_out(net)
    expected = gradients(flat, rule, trains, list(of_pairs(net, feedback)))
    for layer, own, other in zip(net.layers, mine, expected, strict=True):
        sites = layer.connectivity.sites(layer.input_shape)
        synapses = sites.synapses()
        summed = np.bincount(synapses.weight, other[synapses.pre, synapses.post], minlength=own.size)
        if layer.connectivity.learns:
            np.testing.assert_allclose(own.ravel(), summed, rtol=1e-3, atol=1e-4 * abs(summed).max())


class Seen(LayerWise):
    """Keeps what shared feedback is estimated from."""

    name = "seen-layer-wise"

    def assign(self, trials, feedback, regularisation):
        super().assign(trials, feedback, regularisation)
        hidden = range(trials.n_layers - 1)
        type(self).seen = [(trials.counts(k) > 0, trials.perturbation(k), trials.directional(k)) for k in hidden]


@pytest.mark.parametrize("both_fired", [False, True])
def test_shared_feedback_is_the_mean_over_all_pairs_that_share_it(windowed, both_fired):
    net, trains, _ = windowed
    rule = Combination(Seen(), Estimated(0.0, bias_correction=True, both_fired=both_fired))
    engine = sim.training_engine(net, rule, SGD(learning_rate=1e-30), SpikeCount(), len(trains), 0, 2)
    list(engine.train(trains, np.arange(len(trains)), 0))
    for layer, own, (fired, v, d) in zip(net.layers[1:], engine.feedback(), Seen.seen, strict=True):
        synapses = layer.connectivity.sites(layer.input_shape).synapses()
        products = (v[:, synapses.pre] * d[:, synapses.post]).sum(axis=0, dtype=float)
        sums = np.bincount(synapses.weight, products, minlength=own.size)
        counted = fired[:, synapses.pre] & ((d[:, synapses.post] != 0) | (not both_fired))
        pairs = np.bincount(synapses.weight, counted.sum(axis=0), minlength=own.size)
        assert pairs.max() > 0
        np.testing.assert_allclose(own.T.ravel(), sums / np.maximum(pairs, 1), rtol=1e-4, atol=1e-5)


def test_a_convolutional_network_learns_layer_by_layer_and_its_checkpoint_gives_all_back(tmp_path, digits):
    settings = [f"rules.sfdfa.{key}" for key in ("feedback=layer-wise", "bias_correction=true", "rho=0")]
    loaded = config.load("digits-conv", settings)
    built = assembly.build(loaded, None, sys.stderr)[0]
    train, test = digits[0].select(np.arange(1000)), digits[1].select(np.arange(100))
    rule, optimizer = loaded.rules["sfdfa"].build(), loaded.optimizer.build()
    options = {"rule": rule, "optimizer": optimizer, "batch_size": 20, "seed": 1, "threads": 2}
    history = Trainer(built, **options, folder=tmp_path).fit(train, test, epochs=4)
    assert history.records[-1].train_accuracy > 0.7
    assert min(history.records[-1].alignment) > 0.3
    assert [f.shape for f in built.feedback] == [(100, 16 * 9), (10, 100)]
    again = assembly.build(loaded, None, sys.stderr)[0]
    again.restore(checkpoint.load(tmp_path / "last.safetensors").arrays)
    for found, expected in zip(again.feedback, built.feedback, strict=True):
        np.testing.assert_array_equal(found, expected)
