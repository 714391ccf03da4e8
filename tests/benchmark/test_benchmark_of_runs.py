"""Scripts that measure runs that have been trained: how near their gradients come, and how fast they go on."""

from __future__ import annotations

import io
import runpy
from pathlib import Path

from pynn_sfdfa.experiments import config, run
from pynn_sfdfa.experiments.run_folder import RunFolder
from pynn_sfdfa.training import checkpoint

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def test_the_gradients_and_the_speed_that_a_run_has_left(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS)
    script = runpy.run_path(str(BENCHMARKS / "gradients_of_run.py"))
    layers = ["network.hidden_sizes=[20, 15]", "training.epochs=1", "training.threads=1"]
    rule = [f"rules.sfdfa.{key}" for key in ("feedback=layer-wise", "timed=true", "bias_correction=true")]
    for kind, changes in (("layer-wise", rule), ("exact", ["learning.rule=bp"])):
        settings, how = config.load("digits", [*layers, *changes]), {"data": None, "resume": False}
        run.train(settings, RunFolder(tmp_path / kind), simulator="event", stream=io.StringIO(), **how)
        rows = script["lines"](tmp_path / kind, 50, None)
        assert [row[:2] for row in rows] == [(kind, "best"), (kind, "last")]
        for _, _, gradients, feedback, sizes in rows:
            assert len(gradients.split()) == len(feedback.split()) == 2
            assert gradients == "1.00 1.00" or kind != "exact"
            assert len(sizes.split()) == (2 if kind == "layer-wise" else 0)
    before = (tmp_path / "exact" / "last.safetensors").read_bytes()
    script = runpy.run_path(str(BENCHMARKS / "end_of_training.py"))
    saved = checkpoint.load(tmp_path / "exact" / "last.safetensors")
    took = script["milliseconds"](tmp_path / "exact", saved, None, 100, 2)
    assert len(took) == 2
    assert min(took) > 0
    assert script["subnormal"](saved) == 0
    saved.arrays["optimizer.mean.1"][0, :3] = 1e-40
    kept = sum(
        values.size for name, values in saved.arrays.items() if name.startswith(("optimizer.mean", "optimizer.sq"))
    )
    assert script["subnormal"](saved) == 3 / kept
    assert (tmp_path / "exact" / "last.safetensors").read_bytes() == before
