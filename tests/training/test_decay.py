from __future__ import annotations

import signal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_nets import network, random_trains

from pynn_sfdfa import SGD, Adam, Callback, Decay, Trainer
from pynn_sfdfa.experiments import assembly, config
from pynn_sfdfa.training.optimizers.decay import DECAYS

ADAM, SLOPE = Adam(learning_rate=3e-3), SGD(learning_rate=1e-5)


@pytest.mark.parametrize(
    ("name", "middle"), [("linear", 0.5 * (1 + 0.04)), ("exponential", 0.2), ("cosine", 0.5 * (1 + 0.04))]
)
def test_from_the_whole_to_the_final_fraction(name, middle):
    decay = Decay(name, 5, 0.04)
    assert [decay.factor(epoch) for epoch in (1, 3, 5, 6, 100)] == pytest.approx([1.0, middle, 0.04, 0.04, 0.04])


def test_the_cosine_is_slow_at_both_ends():
    factors = [Decay("cosine", 5, 0.2).factor(epoch) for epoch in range(1, 6)]
    assert factors == pytest.approx([1.0, 0.6 + 0.4 * np.sqrt(0.5), 0.6, 0.6 - 0.4 * np.sqrt(0.5), 0.2])


def test_the_whole_rate_is_held():
    decay = Decay("linear", 6, 0.1, hold=4)
    assert [decay.factor(epoch) for epoch in (1, 3, 4, 5, 6, 7)] == pytest.approx([1.0, 1.0, 1.0, 0.55, 0.1, 0.1])
    assert [Decay("cosine", 5, 0.2, hold=1).factor(epoch) for epoch in range(1, 7)] == [
        Decay("cosine", 5, 0.2).factor(epoch) for epoch in range(1, 7)
    ]


def test_the_inverse_root_of_the_epoch_has_no_end():
    assert [Decay("inverse-sqrt").factor(epoch) for epoch in (1, 4, 9, 400)] == pytest.approx([1.0, 1 / 2, 1 / 3, 0.05])
    settings = config.load("digits", ["optimizer.decay={name='inverse-sqrt'}"])
    assert settings.optimizer.build().at(4).learning_rate == pytest.approx(5e-3 / 2)
    assert settings.settings()["optimizer"]["decay"] == {"name": "inverse-sqrt"}
    with pytest.raises(config.ConfigError, match=r"optimizer.decay: final is missing"):
        config.load("digits", ["optimizer.decay={name='linear', epochs=3}"])


@given(st.sampled_from(sorted(DECAYS)), st.integers(2, 200), st.floats(1e-6, 1.0), st.integers(1, 400), st.data())
def test_it_never_rises_and_stays_within_its_bounds(name, epochs, final, epoch, data):
    decay = Decay(name, epochs, final, data.draw(st.integers(1, epochs - 1)))
    here, there = decay.factor(epoch), decay.factor(epoch + 1)
    assert final * (1 - 1e-12) <= there <= here <= 1


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            ("step", 3, 0.1),
            "Decay: name = 'step' is not valid: choose one of cosine, exponential, linear, inverse-sqrt",
        ),
        (
            ("linear", 3),
            "Decay: final is missing .fraction .*; name = linear needs it, and inverse-sqrt alone does not",
        ),
        (("cosine",), "Decay: epochs and final are missing; name = cosine needs them, and inverse-sqrt alone does not"),
        (("cosine", None, 0.1), "Decay: epochs is missing .by whose end .*; name = cosine needs it"),
        (("inverse-sqrt", 3), "Decay: name = inverse-sqrt has no end and takes no epochs = 3; leave it out"),
        (("inverse-sqrt", None, 0.1), "Decay: name = inverse-sqrt has no end and takes no final = 0.1"),
        (("inverse-sqrt", None, None, 2), "Decay: name = inverse-sqrt takes no hold = 2; leave it out"),
        (("linear", 1, 0.1), "Decay: epochs = 1 is not valid: must be >= 2"),
        (("linear", 2.5, 0.1), "Decay: epochs = 2.5 is not valid"),
        (("linear", 3, 0.0), "Decay: final = 0.0 is not valid: must be > 0"),
        (("linear", 3, float("nan")), "Decay: final = nan is not valid"),
        (("linear", 3, 0.1, 3), "Decay: hold = 3 must be less than epochs = 3"),
        (("linear", 3, 0.1, 0), "Decay: hold = 0 is not valid"),
        (("linear", 3, 0.1, 1.5), "Decay: hold = 1.5 is not valid"),
    ],
)
def test_settings_that_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        Decay(*settings)


def test_an_optimizer_without_decay_is_the_same_in_every_epoch():
    assert ADAM.at(7) is ADAM


def trainer(optimizer, folder=None, callbacks=()):
    net = network([20, 8, 3], c=0.2)
    return Trainer(net, optimizer=optimizer, batch_size=7, seed=2, folder=folder, callbacks=callbacks)


def samples():
    return random_trains(np.random.default_rng(1), 23, 20, n_classes=3)


def weights_after(epochs, optimizer):
    one = trainer(optimizer)
    one.fit(samples(), epochs=epochs)
    return one.network.weights


@pytest.mark.parametrize(("kind", "rate"), [(Adam, 3e-3), (SGD, 1e-5)])
def test_every_epoch_learns_at_its_own_rate(kind, rate, tmp_path):
    decayed = weights_after(3, kind(rate, decay=Decay("linear", 3, 0.25)))
    for epoch, factor in enumerate((1.0, 0.625, 0.25), start=1):
        by_hand = trainer(kind(rate * factor), tmp_path)
        by_hand.fit(samples(), epochs=epoch, resume=epoch > 1)
    for got, wanted in zip(decayed, by_hand.network.weights, strict=True):
        np.testing.assert_array_equal(got, wanted)


@pytest.mark.parametrize("kind", [Adam, SGD])
def test_it_changes_nothing_in_the_first_epoch_and_something_in_the_second(kind):
    plain, decayed = kind(), kind(decay=Decay("cosine", 5, 0.1))
    for epochs, same in ((1, True), (2, False)):
        pairs = zip(weights_after(epochs, plain), weights_after(epochs, decayed), strict=True)
        assert all((a == b).all() for a, b in pairs) is same


class Stop(Callback):
    """Presses Ctrl-C after so many reports."""

    def __init__(self, reports):
        self.left = reports

    def on_batch_end(self, progress):
        self.left -= 1
        if self.left == 0:
            signal.raise_signal(signal.SIGINT)


def test_a_resumed_training_goes_on_at_the_rate_of_its_epoch(tmp_path):
    optimizer = Adam(decay=Decay("exponential", 3, 0.01))
    with pytest.raises(KeyboardInterrupt):
        trainer(optimizer, tmp_path, [Stop(3)]).fit(samples(), epochs=4)  # within the second epoch
    resumed = trainer(optimizer, tmp_path)
    resumed.fit(samples(), epochs=4, resume=True)
    for got, wanted in zip(resumed.network.weights, weights_after(4, optimizer), strict=True):
        np.testing.assert_array_equal(got, wanted)


def test_the_decay_of_an_experiment_reaches_its_optimizer():
    decay = 'optimizer.decay={name="cosine", epochs=30, final=0.02}'
    settings = config.load("mnist", [decay])
    net = network([20, 8, 3])
    one = assembly.build_trainer(settings, net)
    assert one._engine._given_optimizer == Adam(decay=Decay("cosine", 30, 0.02))
    assert settings.settings()["optimizer"]["decay"] == {"name": "cosine", "epochs": 30, "final": 0.02}
    assert config.differences(config.load("mnist"), settings) != []
    held = config.load("mnist", ['optimizer.decay={name="cosine", epochs=30, final=0.02, hold=20}'])
    assert assembly.build_trainer(held, net)._engine._given_optimizer.decay == Decay("cosine", 30, 0.02, hold=20)


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ('{name="step", epochs=3, final=0.1}', r"optimizer.decay.name = .step. is not valid.*cosine"),
        ('{name="linear", epochs=1, final=0.1}', "optimizer.decay.epochs = 1 is not valid: must be >= 2"),
        ('{name="linear", epochs=3, final=0.0}', "optimizer.decay.final = 0.0 is not valid: must be > 0"),
        ('{name="linear", epochs=3}', "optimizer.decay: final is missing"),
        ('{name="linear", epochs=3, final=0.1, hold=0}', "optimizer.decay.hold = 0 is not valid: must be >= 1"),
        ('{name="linear", epochs=3, final=0.1, hold=3}', "hold = 3 must be less than epochs = 3"),
    ],
)
def test_a_decay_that_is_refused(override, message):
    with pytest.raises(config.ConfigError, match=message):
        config.load("mnist", [f"optimizer.decay={override}"])
