"""Eligibilities beside each other under the same feedback: scikit-learn's digits, learned online inside Brian2.

python benchmarks/eligibility.py run [--seeds 3]   # what is missing of the table; goes on where it was stopped
python benchmarks/eligibility.py                   # the table of what has been run

Settings are those of pynn_sfdfa/experiments/digits-online.toml, in steps of 2 ms: the same weights, samples and order
for all, and the same number of presentations. Figures are written to results/eligibility.json run by run, the table to
results/eligibility.md.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from statistics import mean, stdev
from typing import Any

from pynn_sfdfa.common.simulators import set_up
from pynn_sfdfa.experiments import assembly, config
from pynn_sfdfa.experiments.schema import Experiment
from pynn_sfdfa.support import files

RESULTS = Path(__file__).parent / "results"
EPOCHS = 1
STEP = 2.0  # ms
SURROGATE = '{{name="surrogate",derivative="{}",slope={}}}'
ELIGIBILITIES = {
    "spike times (SFDFA)": '{name="spike-times"}',
    "triangle (e-prop)": SURROGATE.format("triangle", 1.0),
    "fast sigmoid (SuperSpike)": SURROGATE.format("fast-sigmoid", 10.0),
}
FEEDBACK = {
    "symmetric": '{name="symmetric"}',
    "random": '{name="fixed",weights=[-0.2,0.2]}',  # with -1 to 1 the outputs fall silent at this learning rate
    "estimated": '{name="estimated",learning_rate=0.01}',
}


def settings(eligibility: str, feedback: str, seed: int) -> Experiment:
    """Return the experiment of one run."""
    parts = (
        f'{{transport={{name="direct"}},local_gradient={ELIGIBILITIES[eligibility]},feedback={FEEDBACK[feedback]},'
        "rho=0.1,r_target=0.5}"
    )
    changes = {"learning.rule": "compared", "rules.compared": parts, "training.seed": seed}
    return config.load("digits-online", [f"{name}={value}" for name, value in changes.items()])


def learned(experiment: Experiment) -> dict[str, Any]:
    """Learn, and return the test accuracy, the loss of the last epoch and the spikes of a sample in it."""
    sim = set_up("brian2", {"timestep": STEP})
    network, data = assembly.build(experiment, None, sys.stderr)
    trainer = assembly.build_trainer(experiment, network, sim)
    record = trainer.fit(data.train, epochs=EPOCHS).records[-1]
    return {
        "test_accuracy": trainer.evaluate(data.test).accuracy,
        "train_loss": record.train_loss,
        "spikes_per_sample": list(record.spikes_per_sample),
    }


def read() -> dict[str, Any]:
    """Return the results so far."""
    path = RESULTS / "eligibility.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found


def run(seeds: int) -> None:
    """Run what is missing, one seed of everything after the other, and write each figure when it is there."""
    for seed in range(1, seeds + 1):
        for eligibility in ELIGIBILITIES:
            for feedback in FEEDBACK:
                key, made_with = f"{eligibility}, {feedback}, seed {seed}", {"epochs": EPOCHS, "step_ms": STEP}
                done = read()
                if done.get(key, {}).get("settings") == made_with:
                    continue
                began = time.process_time()
                done[key] = {"settings": made_with, **learned(settings(eligibility, feedback, seed))}
                files.write_text(RESULTS / "eligibility.json", json.dumps(done, indent=2) + "\n")
                seconds = time.process_time() - began
                print(f"{key}: {done[key]['test_accuracy']:.1%}, {seconds:.0f} s of processor time", flush=True)


def table(results: dict[str, Any]) -> str:
    """Return the table in Markdown."""
    lines = [f"| eligibility | {' | '.join(FEEDBACK)} |", f"| --- |{' ---: |' * len(FEEDBACK)}"]
    for eligibility in ELIGIBILITIES:
        cells = []
        for feedback in FEEDBACK:
            found = [r["test_accuracy"] for k, r in results.items() if k.startswith(f"{eligibility}, {feedback}, ")]
            spread = f" ± {100 * stdev(found):.1f}" if len(found) > 1 else ""
            cells.append(f"{100 * mean(found):.1f}{spread} ({len(found)})" if found else "-")
        lines.append(f"| {eligibility} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


HEAD = f"""# Eligibility and feedback

    python benchmarks/eligibility.py run

scikit-learn's digits, 64-100-10, learned online inside Brian2 (`digits-online` in steps of {STEP:g} ms, plain gradient
descent): test accuracy in % after {EPOCHS} epoch(s) of 1,437 samples, mean ± SD, number of seeds in brackets. All begin
with the same weights, see the same samples in the same order and have the same learning rate, which was chosen for
SFDFA on `event`.

"""


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["run", "table"], nargs="?", default="table")
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    if options.what == "run":
        run(options.seeds)
    text = table(read())
    files.write_text(RESULTS / "eligibility.md", HEAD + text)
    print(text, end="")


if __name__ == "__main__":
    main()
