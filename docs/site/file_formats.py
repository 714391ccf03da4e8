"""Reference page of what a run writes, made from a run of one epoch."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from pynn_sfdfa.cli import main
from pynn_sfdfa.training import checkpoint

HEAD = """# File formats

What `pynn-sfdfa train digits` writes to its folder. This page is made from such a run. All files are written whole
or not at all; nothing in them is code.

| file | format | holds |
| --- | --- | --- |
"""
HOLDS = {
    "config.toml": ("TOML", "the experiment with every setting, to be trained again; see [keys](experiment_keys.md)"),
    "metrics.jsonl": ("JSON, a line an epoch", "figures of each epoch, see below"),
    "summary.json": ("JSON", "figures of the run, see below"),
    "best.safetensors": ("safetensors", "checkpoint of the best epoch, see below"),
    "last.safetensors": ("safetensors", "checkpoint of the last epoch, from which the run goes on"),
    "learning_curve.png": ("PNG", "accuracy over the epochs"),
    "alignment.png": ("PNG", "cosine between feedback and forward weights over the epochs"),
    "confusion_matrix.png": ("PNG", "test samples by class and prediction, of the best epoch"),
    "raster.png": ("PNG", "spikes of every layer in one trial"),
    "spike_counts.png": ("PNG", "how often output neurons fire"),
    "accuracy_over_time.png": ("PNG", "accuracy if trials ended earlier: how early the decisions are right"),
    "report.html": ("HTML", "the run to look at, self-contained"),
}


def page() -> str:
    """Return the page.

    Raises
    ------
    LookupError
        If a run writes a file that is not described here.
    """
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        done = CliRunner().invoke(main, ["train", "digits", "--epochs", "1", "--out", str(run)])
        if done.exit_code != 0:
            raise RuntimeError(f"The run that file formats are shown by failed: {done.output}")
        return HEAD + _files(run) + _records(run) + _checkpoint(run) + INPUT


def _files(run: Path) -> str:
    text = ""
    for file in sorted(run.iterdir()):
        if file.name not in HOLDS:
            raise LookupError(f"docs/site/file_formats.py does not say what {file.name} holds.")
        kind, holds = HOLDS[file.name]
        text += f"| `{file.name}` | {kind} | {holds} |\n"
    return text


def _records(run: Path) -> str:
    text = ""
    for name in ("metrics.jsonl", "summary.json"):
        written = (run / name).read_text(encoding="utf-8")
        first = json.loads(written.splitlines()[0] if name.endswith("jsonl") else written)
        text += f"\n## `{name}`\n\n| key | for example |\n| --- | --- |\n"
        text += "".join(f"| `{key}` | `{_short(value)}` |\n" for key, value in first.items())
    return text


def _checkpoint(run: Path) -> str:
    saved = checkpoint.load(run / "best.safetensors")
    text = "\n## Checkpoints\n\nA safetensors file with a checksum. Its arrays:\n\n"
    text += "| array | type | shape |\n| --- | --- | --- |\n"
    text += "".join(f"| `{name}` | {array.dtype} | {array.shape} |\n" for name, array in sorted(saved.arrays.items()))
    text += "\nIts description, in JSON under the key `pynn_sfdfa` of the header, has these keys: "
    return text + ", ".join(f"`{key}`" for key in saved.metadata) + ".\n"


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


INPUT = """
## Samples of your own

An npz file, named by `data.name = "npz:PATH"`. Images or features: `x_train`, `y_train`, `x_test`, `y_test`, the
samples along the first axis. Spikes: `times_train` (ms), `units_train`, `offsets_train` (sample k is
`offsets[k]:offsets[k + 1]`) and `labels_train`, and the same with `_test`. Nothing in it may be a pickled object.
"""
