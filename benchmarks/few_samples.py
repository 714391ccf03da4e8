"""The first samples: what networks have learned after a few thousand of them, and how near their gradients come.

python benchmarks/few_samples.py run --data DIR [--seeds 2] [NAME ...]     # what is missing of [[few]] in ablation.toml
python benchmarks/few_samples.py                                          # table and picture of all results again

Each run writes its figures to results/few_samples.json when it is done. A tenth of the training samples is
held out, and accuracies are on these, cosines between the gradient of the first layer and exact
backpropagation's on 200 of them. Test samples are never seen. The table becomes results/few_samples.md, the
picture docs/few_samples.png.
"""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np

import pynn_sfdfa.event as sim
from pynn_sfdfa import plotting
from pynn_sfdfa.experiments import assembly, config
from pynn_sfdfa.plotting import style
from pynn_sfdfa.support import files
from pynn_sfdfa.training.gradients import GradientAlignment
from pynn_sfdfa.training.metrics import feedback_alignment
from pynn_sfdfa.training.readouts import MostSpikes

HERE = Path(__file__).parent
SAMPLES = (500, 1000, 2500, 5000, 10_000)
"""After which figures are taken, beside the end of the first epoch."""
BATCHES = (10, 20, 50, 100, 200)
"""The same, in batches."""
COMPARED = 200


def trials(path: Path = HERE / "ablation.toml") -> list[dict[str, Any]]:
    """Return the trials in the order in which they were written down."""
    listed: list[dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8"))["few"]
    return listed


def run(trial: dict[str, Any], seed: int, data: Path | None) -> list[dict[str, Any]]:
    """Train for one epoch, and return the figures that were taken on the way."""
    settings = config.load(trial["experiment"], ["data.validation=0.1", f"training.seed={seed}", *trial["set"]])
    network, parts = assembly.build(settings, data, sys.stderr)
    train, held_out, batch = parts.train, parts.validation, settings.training.batch_sizes.at(1)
    rule, loss = settings.rule.build(), settings.loss.build()
    engine = sim.training_engine(network, rule, settings.optimizer.build(), loss, batch, seed)
    probe = GradientAlignment(network, rule, loss, held_out.select(np.arange(COMPARED)))
    stops = sorted({*SAMPLES, *(batch * number for number in BATCHES), len(train)})
    order, taken, layer_wise = (
        np.random.default_rng([seed, 1]).permutation(len(train)),
        [],
        rule.parts.transport.layer_wise,
    )
    for start, stop in zip([0, *stops], stops, strict=False):
        learned = list(engine.train(train, order[start:stop], start, 1))
        weights, feedback, responses = engine.weights(), engine.feedback(), engine.respond(held_out)
        n = sum(figures.samples for figures in learned)
        taken.append({
            "samples": stop,
            "batches": -(-stop // batch),
            "accuracy": float((MostSpikes().decide(responses) == held_out.labels).mean()),
            "output_silent": float((responses.counts.sum(axis=1) == 0).mean()),
            "gradient_cosine": probe.measure(weights, feedback)["gradient_cosine_1"],
            "alignment": list(feedback_alignment(network.paths(weights, layer_wise), feedback, layer_wise)),
            "spikes": [float(sum(f.spikes[k].sum() for f in learned)) / n for k in range(len(weights))],
        })  # fmt: skip
    return taken


def table(results: dict[str, dict[str, list[dict[str, Any]]]]) -> str:
    """Return the mean held-out accuracies in Markdown."""
    points = (1000, 2500, 5000, 10_000)
    lines = [("trial", "seeds", *(f"{n:,}" for n in points), "an epoch", "cosine after 10, 50, 200 batches")]
    lines.append(("---", *["---:"] * (len(lines[0]) - 1)))
    for trial in trials():
        seeds = list(results.get(trial["name"], {}).values())
        if not seeds:
            continue
        at = [mean(_at(taken, "samples", n)["accuracy"] for taken in seeds) for n in points]
        at.append(mean(taken[-1]["accuracy"] for taken in seeds))
        turned = [mean(_at(taken, "batches", n)["gradient_cosine"] for taken in seeds) for n in (10, 50, 200)]
        percent = (f"{100 * value:.1f} %" for value in at)
        lines.append((trial["name"], str(len(seeds)), *percent, " ".join(f"{value:.2f}" for value in turned)))
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _at(taken: list[dict[str, Any]], key: str, number: int) -> dict[str, Any]:
    return next(figures for figures in taken if figures[key] >= number)


def picture(results: dict[str, dict[str, list[dict[str, Any]]]], path: Path) -> None:
    """Draw accuracy, cosine of the gradient and cosine of the feedback on MNIST, over samples, with seed 1."""
    ran = {name: runs["1"] for name, runs in results.items() if name.startswith("mnist, ") and "1" in runs}
    named = {name.removeprefix("mnist, "): taken for name, taken in ran.items()}
    named = {name: taken for name, taken in named.items() if "corrected" not in name}
    figure = style.new_figure(9.0, 3.6)
    panels = zip(figure.subplots(1, 3), ("accuracy", "gradient_cosine", "alignment"), strict=True)
    titles = {
        "accuracy": "Held-out accuracy",
        "gradient_cosine": "Cosine of gradients",
        "alignment": "Cosine of feedback",
    }
    for axes, key in panels:
        style.clean(axes, titles[key])
        for k, (name, taken) in enumerate(named.items()):
            values = [one[key][0] if key == "alignment" else one[key] for one in taken]
            if any(values):  # what has no feedback is left out
                axes.plot([one["samples"] for one in taken], values, color=f"C{k}", label=name, linewidth=1.4)
        axes.set_xscale("log")
        ticks = (100, 1000, 10_000)
        axes.set_xticks(ticks, [f"{tick:,}" for tick in ticks])
        axes.set_xlabel("samples")
        axes.set_ylim(-0.1 if key != "accuracy" else 0.0, 1.02)
        if key == "accuracy":
            handles = axes.get_legend_handles_labels()
    figure.legend(*handles, loc="outside lower center", ncols=4, frameon=False, fontsize=9)
    plotting.save(figure, path)


def main(command: str | None, names: list[str], seeds: int, data: Path | None) -> None:
    """Run what is missing if asked to; write and print the table, and draw the picture."""
    file = HERE / "results" / "few_samples.json"
    known = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    unknown = set(names) - {trial["name"] for trial in trials()}
    if unknown:
        sys.exit(f"ablation.toml has no [[few]] named {', '.join(sorted(unknown))}.")
    for seed in range(1, seeds + 1) if command else ():
        for trial in trials():
            if names and trial["name"] not in names:
                continue
            runs = known.setdefault(trial["name"], {})
            if str(seed) in runs:
                continue
            runs[str(seed)] = run(trial, seed, data)
            files.write_text(file, json.dumps(known, indent=1) + "\n")
            print(
                f"{trial['name']}, seed {seed}: {100 * runs[str(seed)][-1]['accuracy']:.1f} %",
                file=sys.stderr,
                flush=True,
            )
    text = table(known)
    files.write_text(HERE / "results" / "few_samples.md", text)
    picture(known, HERE.parent / "docs" / "few_samples.png")
    print(text, end="")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", nargs="?", choices=["run"])
    parser.add_argument("names", nargs="*")
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--data", type=Path)
    given = parser.parse_intermixed_args()
    main(given.command, given.names, given.seeds, given.data)
