"""What interactive Python shows of a network, its trainer, a history and an evaluation: one line with what matters."""

from __future__ import annotations

import numpy as np
from small_nets import random_trains

from pynn_sfdfa import DFA, SGD, Convolution, Dense, FeedForward, Input, Network, Pooling, Trainer
from pynn_sfdfa.training.history import History


def test_networks_say_their_sizes_and_what_their_layers_are():
    assert repr(FeedForward([20, 12, 3])) == (
        "FeedForward(20-12-3: Dense of LIF_SFDFA, Dense of LIF_SFDFA; 276 weights)"
    )
    net = Network([Input((1, 6, 6)), Convolution(2, kernel=3), Pooling(2), Dense(3)])
    assert repr(net) == "Network(36-32-3: Convolution of LIF_SFDFA, Pooling and Dense of LIF_SFDFA; 42 weights)"


def test_trainers_histories_and_evaluations_say_how_far_they_are():
    trains = random_trains(np.random.default_rng(1), 23, 20, n_classes=3)
    trainer = Trainer(
        FeedForward([20, 12, 3], hidden={"v_thresh": -69.0}), rule=DFA(), optimizer=SGD(1e-4), batch_size=5
    )
    assert repr(trainer) == "Trainer(20-12-3, dfa with SGD, batches of 5; History(no epoch finished))"
    history = trainer.fit(trains, epochs=2)
    best = history.best
    assert repr(history) == f"History(2 epochs, best score {100 * best.score:.2f} % in epoch {best.epoch})"
    assert repr(trainer) == f"Trainer(20-12-3, dfa with SGD, batches of 5; {history})"
    assert repr(History(history.records[:1])).startswith("History(1 epoch, best score ")
    evaluation = trainer.evaluate(trains)
    spikes = " + ".join(f"{mean:.0f}" for mean in evaluation.spikes_per_sample)
    score = f"{100 * evaluation.accuracy:.2f} % of 23 samples"
    assert repr(evaluation) == f"Evaluation({score}, loss {evaluation.loss:.3f}, spikes/sample {spikes})"
