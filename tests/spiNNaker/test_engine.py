"""A Trainer's engine on the emulated board."""

import numpy as np
import pytest
from click.testing import CliRunner

pytest.importorskip("spynnaker")

from oracles.fixed_point_network import FixedPointNetwork, LearningParameters

from pynn_sfdfa.cli import main
from pynn_sfdfa.encoding.spikes import SpikeTrains
from pynn_sfdfa.experiments import run
from pynn_sfdfa.network.feed_forward import FeedForward
from pynn_sfdfa.rules import BP, SFDFA
from pynn_sfdfa.spiNNaker.wiring import delay_in_ticks
from pynn_sfdfa.training.losses import SpikeCount
from pynn_sfdfa.training.optimizers import SGD, Adam

CELL = {"tau_m": 52.0, "tau_syn": 26.0, "cm": 10.0, "v_rest": -70.0, "trial_duration": 40.0}
RULE = SFDFA(rho=0.1, r_target=0.5, feedback_learning_rate=0.01)


def network(**options):
    layers = {"hidden": {**CELL, "v_thresh": -69.0}, "output": {**CELL, "v_thresh": -69.3}}
    return FeedForward((6, 5, 3), **layers, delay=1.0, weights=(-0.5, 1.0), seed=1, **options)


def samples():
    rng = np.random.default_rng(3)
    times = np.concatenate([np.sort(rng.integers(0, 20, 6)) for _ in range(3)]).astype(np.float32)
    units = np.concatenate([rng.permutation(6) for _ in range(3)]).astype(np.int32)
    return SpikeTrains(times, units, np.arange(0, 19, 6), np.array([0, 1, 2]), 6)


@pytest.mark.slow
def test_an_engine_learns_and_goes_on(emulated, capfd):
    """Two items of two trials each, as if the second had been resumed; then a response without learning."""
    trains, order = samples(), np.array([2, 0, 1, 2])
    specification = FixedPointNetwork(network(), timestep=1.0, seed=4)
    learning = LearningParameters(1e-4, 0.01, 0.1, 0.5)
    targets = SpikeCount().targets(trains.labels, 3)
    for k, sample in enumerate(order):
        if k == 2:  # between runs weights have the precision of float32
            specification.load(specification.float_weights(), specification.float_feedback())
        specification.train(trains, sample, targets[sample], learning, k)

    emulated.setup(timestep=1.0, board="emulated")
    first, second = (emulated.training_engine(network(), RULE, SGD(1e-4), SpikeCount(), 1, 4) for _ in range(2))
    capfd.readouterr()
    (figures,) = first.train(trains, order[:2], 0)
    assert capfd.readouterr().err == ""
    assert figures.samples == 2 and [layer.shape for layer in figures.spikes] == [(5,), (3,)]
    second.load_state(first.state())
    (_,) = second.train(trains, order[2:], 2)
    learned = [*specification.float_weights(), *specification.float_feedback()]
    for found, expected in zip([*second.weights(), *second.feedback()], learned, strict=True):
        np.testing.assert_allclose(found, expected, rtol=0, atol=2.0**-28)  # weights that never changed are as given
    response = second.respond(trains)
    counts, spikes = response.counts, response.spikes
    np.testing.assert_array_equal(counts, specification.counts(trains)[-1])
    assert len(spikes) == 2 and spikes[1] == counts.sum()
    assert second.state()["optimizer.step"] == 4


@pytest.mark.parametrize(
    ("rule", "optimizer", "batch_size", "threads", "options", "message"),
    [
        (
            BP(),
            SGD(1e-4),
            1,
            None,
            {},
            "rule bp cannot run on SpiNNaker: 'through-spike-times' in it needs .*"
            "Choose the simulator event; .*dfa, sfdfa run there",
        ),
        (
            SFDFA(feedback="layer-wise"),
            SGD(1e-4),
            1,
            None,
            {},
            "rule sfdfa cannot run on SpiNNaker: 'layer-wise' .*needs feedback to each layer from the one above it.*"
            "Choose the simulator event; .*dfa, sfdfa run there",
        ),
        (RULE, Adam(), 1, None, {}, "optimizer adam is not possible on SpiNNaker.*Choose sgd"),
        (RULE, SGD(1e-4), 20, None, {}, "batch_size = 20 is not possible.*Choose batch_size = 1"),
        (RULE, SGD(1e-4), 1, 2, {}, "threads = 2 is not possible"),
        (RULE, SGD(1e-4), 1, None, {"max_spikes": 40}, "max_spikes = 40 is not possible.*Choose max_spikes = 30"),
    ],
)
def test_what_the_machine_cannot_train(sim, rule, optimizer, batch_size, threads, options, message):
    with pytest.raises(ValueError, match=message):
        sim.training_engine(network(**options), rule, optimizer, SpikeCount(), batch_size, 1, threads)


def test_a_delay_beyond_the_field_of_a_packet_is_told_as_such(tmp_path, monkeypatch):
    """PyNN's error of synapses has the name of that of a network that does not answer."""

    def train(*_, **__):
        delay_in_ticks(20.0, 1.0, "input", False, "forward")

    monkeypatch.setattr(run, "train", train)
    words = [
        "train",
        "digits-online",
        "--simulator",
        "spiNNaker",
        "--board",
        "emulated",
        "--out",
        str(tmp_path / "run"),
    ]
    done = CliRunner().invoke(main, [*words, "--out", str(tmp_path / "run")])
    assert done.exit_code == 2
    assert "Projection 'forward' has a delay of 20 ms; from 'input' SpiNNaker's packets can take 1 to 14" in done.output
