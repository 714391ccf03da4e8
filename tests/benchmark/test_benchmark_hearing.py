"""The scripts about spoken digits: they compare what they say, and their tables hold the figures of the runs."""

from __future__ import annotations

import importlib.util
import sys

import left_out_speakers
import numpy as np
import pytest
import recurrent_fsdd
from numpy.testing import assert_allclose, assert_array_equal

from pynn_sfdfa.encoding.lyon_bsa import LyonBSA
from pynn_sfdfa.encoding.recordings import Sound
from pynn_sfdfa.encoding.spikes import SpikeTrains
from pynn_sfdfa.experiments import assembly, config

needs_lyon = pytest.mark.skipif(importlib.util.find_spec("lyon") is None, reason="needs the library lyon")


def test_a_loop_has_as_many_weights_as_the_neurons_it_takes_the_place_of():
    weights = {}
    for name, overrides in recurrent_fsdd.NETWORKS.items():
        network = assembly.build_network(config.load("fsdd-hm2bp", overrides), 64, 10)
        weights[name] = sum(layer.size for layer in network.weights)
    loops = dict.fromkeys(("139 neurons and a loop", "139 neurons and a weak loop"), 29_607)
    assert weights == {"400 neurons": 29_600, **loops, "139 neurons": 10_286}
    assert all(f"{weights[name]:,}" in recurrent_fsdd.__doc__ for name in ("400 neurons", "139 neurons and a loop"))


def test_the_table_of_loops_has_mean_and_spread_of_the_seeds():
    def one(last):
        return {
            "weights": 29_600,
            "test_accuracy": [0.1, last],
            "train_accuracy": 0.95,
            "hidden_spikes": 3500.4,
            "ms": 1.53,
        }

    text = recurrent_fsdd.table({"5": {"400 neurons": {"1": one(0.9), "2": one(0.92)}, "139 neurons": {"1": one(0.8)}}})
    assert "| 400 neurons | 29,600 | 2 | 91.0 ± 1.4 % | 95.0 % | 3,500 | 1.5 |" in text
    assert "| 139 neurons | 29,600 | 1 | 80.0 % | 95.0 % | 3,500 | 1.5 |" in text
    assert "loop |" not in text


@needs_lyon
def test_a_levelled_ear_takes_out_gains_of_channels():
    wave = np.random.RandomState(1).randn(8000).astype(np.float32)
    plain = LyonBSA().cochleagram(Sound(wave, 8000))
    level = left_out_speakers.LevelledEar(power=0.5).cochleagram(Sound(wave, 8000))
    assert_allclose(level.sum(), plain.sum())
    heard = plain.mean(axis=0) > 0.01 * plain.mean(axis=0).max()
    ratio = (level / plain)[:, heard]
    assert_allclose(ratio, np.broadcast_to(ratio[0], ratio.shape), rtol=1e-6)  # a gain a channel, the same at all times
    assert level.mean(axis=0)[heard].std() < plain.mean(axis=0)[heard].std()
    assert_allclose(left_out_speakers.LevelledEar(power=0.0).cochleagram(Sound(wave, 8000)), plain)


def test_speakers_are_put_together_sample_by_sample():
    one = SpikeTrains.from_samples([([1.0], [0]), ([2.0, 3.0], [1, 2])], [4, 5], 3)
    other = SpikeTrains.from_samples([([], []), ([7.0], [1])], [6, 7], 3)
    both = left_out_speakers.together([one, other])
    assert both.labels.tolist() == [4, 5, 6, 7]
    assert_array_equal(both.times, [1, 2, 3, 7])
    assert both.offsets.tolist() == [0, 1, 3, 3, 4]


def test_the_table_of_speakers_has_a_mean_when_all_are_there():
    runs = {speaker: {speaker: 0.5, "training": 0.9} for speaker in left_out_speakers.SPEAKERS}
    whole = left_out_speakers.table({"run": {"4": {"as it is": runs}}})
    assert "| as it is, 4 epochs | 50.0 | 50.0 | 50.0 | 50.0 | 50.0 | 50.0 | 50.0 ± 1.8 | 90.0 |" in whole
    assert "Both of a pair" not in whole
    runs.pop("theo")
    part = left_out_speakers.table({"run": {"4": {"as it is": runs}}})
    assert "| as it is, 4 epochs | 50.0 | 50.0 | 50.0 | 50.0 | - | 50.0 | - | 90.0 |" in part


def test_nobody_in_a_pair_is_learned_and_each_change_is_known(monkeypatch, tmp_path):
    asked = []
    monkeypatch.setattr(left_out_speakers, "RESULTS", tmp_path)
    monkeypatch.setattr(
        left_out_speakers,
        "learn",
        lambda out, *rest: asked.append((out, *rest)) or dict.fromkeys((*out, "training"), 0.5),
    )
    command = ["left_out_speakers.py", "choose", "channels levelled", "--epochs", "2"]
    monkeypatch.setattr(sys, "argv", command)
    left_out_speakers.main()
    assert asked == [(pair, left_out_speakers.Change(power=0.5), 2, None) for pair in left_out_speakers.PAIRS]
    left_out_speakers.main()  # what is there is not trained again
    assert len(asked) == 3
    monkeypatch.setattr(sys, "argv", [*command[:2], "louder"])
    with pytest.raises(SystemExit, match="no change louder; there are as it is, channels levelled, 100 neurons"):
        left_out_speakers.main()
