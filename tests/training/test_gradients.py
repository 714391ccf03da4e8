from __future__ import annotations

import json

import numpy as np
import pytest
from click.testing import CliRunner
from small_nets import network, random_trains

import pynn_sfdfa.event as sim
from pynn_sfdfa import BP, DFA, SFDFA, SGD, SpikeCount, Trainer
from pynn_sfdfa.cli import main
from pynn_sfdfa.training.gradients import GradientAlignment, angle, cosine

ETA = 1e3  # so large that the change dwarfs the weights, and their rounding does not matter
LOSS = SpikeCount()


def trials(n=12, seed=2):
    return random_trains(np.random.default_rng(seed), n, 20, n_classes=3)


def deep_network():
    return network([20, 12, 9, 3], c=0.3, weights=(-0.4, 0.8), max_spikes=100, seed=5)


def random_feedback():
    rng = np.random.default_rng(1)
    return [rng.normal(size=(3, hidden)).astype(np.float32) for hidden in (12, 9)]


def test_cosine_and_angle():
    a = np.array([[1.0, 0.0], [0.0, 0.0]], np.float32)
    b = np.array([[1.0, 1.0], [0.0, 0.0]], np.float32)
    assert angle(cosine(a, b)) == pytest.approx(45.0)
    assert angle(cosine(a, -3 * a)) == 180.0
    assert angle(cosine(a, np.zeros_like(a))) == 90.0


def test_backpropagation_is_aligned_with_itself():
    net = deep_network()
    figures = GradientAlignment(net, BP(rho=5.0, r_target=1.0), LOSS, trials()).measure(net.weights, net.feedback)
    for layer in (1, 2, 3):
        assert figures[f"gradient_cosine_{layer}"] == pytest.approx(1.0, abs=1e-12)
        assert figures[f"gradient_angle_{layer}"] < 1e-3


def changes(net, rule, trains, feedback):
    """Return what plain descent along the rule's gradient changes, one array per layer."""
    engine = sim.training_engine(net, rule, SGD(learning_rate=ETA), LOSS, len(trains), 0)
    engine.load_state(engine.state() | {f"feedback.{layer}": f for layer, f in enumerate(feedback)})
    list(engine.train(trains, np.arange(len(trains)), 0))
    return [after.astype(float) - before for before, after in zip(net.weights, engine.weights(), strict=True)]


@pytest.mark.parametrize("kind", [SFDFA, DFA])
def test_angles_are_those_between_the_changes_of_the_weights(kind):
    net, trains, feedback = deep_network(), trials(), random_feedback()
    figures = GradientAlignment(net, kind(rho=7.0), LOSS, trains).measure(net.weights, feedback)
    pairs = zip(changes(net, kind(rho=0.0), trains, feedback), changes(net, BP(), trains, feedback), strict=True)
    for layer, (mine, exact) in enumerate(pairs, start=1):
        by_hand = (mine * exact).sum() / np.sqrt((mine**2).sum() * (exact**2).sum())
        assert figures[f"gradient_cosine_{layer}"] == pytest.approx(by_hand, abs=1e-4)
        assert figures[f"gradient_angle_{layer}"] == pytest.approx(
            np.degrees(np.arccos(figures[f"gradient_cosine_{layer}"]))
        )
    assert figures["gradient_cosine_3"] == pytest.approx(1.0, abs=1e-6)  # the output's error is the same for all rules
    assert abs(figures["gradient_cosine_1"]) < 0.9
    assert set(figures) == {
        *(f"gradient_{kind}_{layer}" for kind in ("cosine", "angle") for layer in (1, 2, 3)),
        "sign_agreement_1",
        "sign_agreement_2",
    }


def test_it_needs_trials():
    with pytest.raises(ValueError, match="There are no trials to compare gradients on"):
        GradientAlignment(deep_network(), SFDFA(), LOSS, trials(0))


@pytest.mark.parametrize("rule", [SFDFA(rho=0.1), DFA(), BP()])
def test_measuring_changes_no_bit_of_the_training(rule):
    states, records = [], []
    for measured in (False, True):
        net = deep_network()
        probes = [GradientAlignment(net, rule, LOSS, trials(7))] if measured else []
        one = Trainer(net, rule=rule, loss=LOSS, batch_size=5, seed=3, probes=probes)
        records.append(one.fit(trials(23), epochs=3).records)
        states.append(one._engine.state())
    for name, array in states[0].items():
        np.testing.assert_array_equal(array, states[1][name], err_msg=name)
    assert [r.train_loss for r in records[0]] == [r.train_loss for r in records[1]]
    assert all(not r.extra for r in records[0])
    assert all(set(r.extra) > {"gradient_angle_1", "sign_agreement_1"} for r in records[1])


def train(out, samples):
    chosen = ["network.hidden_sizes=[20]", "training.epochs=2", "training.threads=1"]
    settings = [part for key in (*chosen, f"metrics.gradient_alignment={samples}") for part in ("--set", key)]
    return CliRunner().invoke(main, ["train", "digits", "--out", str(out), *settings], catch_exceptions=False)


def test_the_command_measures_on_request(tmp_path):
    assert train(tmp_path, 50).exit_code == 0
    records = [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    assert [len(record["extra"]) for record in records] == [5, 5]
    assert 0 < records[-1]["extra"]["gradient_angle_1"] < 90
    assert (tmp_path / "gradient_alignment.png").read_bytes().startswith(b"\x89PNG")


def test_more_samples_than_there_are_is_refused(tmp_path):
    result = train(tmp_path / "out", 5000)
    assert result.exit_code == 2
    assert "metrics.gradient_alignment = 5000 is not valid: there are " in result.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("probes", [GradientAlignment, "alignment", 3, [None], [GradientAlignment]])
def test_what_is_no_probe_is_refused(probes):
    with pytest.raises(TypeError, match=r"^probes = .* is not valid; give a list of objects that have measure"):
        Trainer(network([3, 4, 2]), probes=probes)
