"""Tasks in which only the times of spikes tell classes apart, learned by published and by timed SFDFA.

python benchmarks/timed_tasks.py learn event --epochs 20       # the experiment `parity`; what is there goes on
python benchmarks/timed_tasks.py learn brian2 --seed 2
python benchmarks/timed_tasks.py learn spiNNaker --seed 2
python benchmarks/timed_tasks.py draw                          # docs/timed_parity.png and the table of its page
python benchmarks/timed_tasks.py other --task order            # tasks that the published form learns as fast

In every sample of a task every input fires once, so that counts say nothing. ``learn`` keeps what it has found in
benchmarks/results/timed_tasks.json after each epoch.
"""

from __future__ import annotations

import itertools
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np

from pynn_sfdfa import BP, LIF_SFDFA, SFDFA, SGD, Dense, Input, Network, SpikeCount, SpikeTrains, Trainer, plotting
from pynn_sfdfa.campaign.finished_run import read
from pynn_sfdfa.campaign.spec import make_spec
from pynn_sfdfa.common.simulators import set_up
from pynn_sfdfa.experiments import run, run_log
from pynn_sfdfa.experiments.run_folder import RunFolder
from pynn_sfdfa.plotting.style import COLOURS, clean, epoch_axis, legend_below, new_figure
from pynn_sfdfa.support import files
from pynn_sfdfa.training.callbacks import Callback
from pynn_sfdfa.training.health import CannotLearnError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from matplotlib.figure import Figure
    from numpy.typing import NDArray

ROOT = Path(__file__).parents[1]
RESULT, PICTURE = ROOT / "benchmarks" / "results" / "timed_tasks.json", ROOT / "docs" / "timed_parity.png"
PAGE = ROOT / "docs" / "spinnaker_learning.md"
BEGIN, END = "<!-- parity: written by benchmarks/timed_tasks.py -->\n", "<!-- end of parity -->"

FORMS = {"published": COLOURS[1], "timed": COLOURS[0]}
PLACES: dict[str, tuple[str, dict[str, Any]]] = {
    "event": ("event", {}),
    "brian2": ("brian2", {"timestep": 1.0}),
    "spiNNaker": ("spiNNaker", {"timestep": 1.0, "board": "emulated"}),
}
NAMES = {"event": "`event`", "brian2": "`brian2`, 1 ms", "spiNNaker": "emulated board, 1 ms"}

LAST = 26  # ms; on a grid of 1 ms, in a trial of 40 ms
HIDDEN = 40
CELL = {"tau_m": 52.0, "tau_syn": 26.0, "cm": 10.0, "v_rest": -70.0, "trial_duration": 40.0}
RULES = {
    "published": SFDFA(feedback_learning_rate=0.01, rho=0.1, r_target=0.5),
    "timed": SFDFA(feedback_learning_rate=0.01, rho=0.1, r_target=0.5, timed=True),
    "BP": BP(),
}

Results = dict[str, dict[str, dict[str, list[float]]]]
"""Test accuracies after each epoch by place, form and seed."""


def order(labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """Three groups of ten inputs fire one after the other; classes are the six orders."""
    turns = np.argsort(list(itertools.permutations(range(3))), axis=1)
    return np.repeat(3.0 + 9.0 * turns[labels], 10, axis=1)


def parity_of_two(labels: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Two groups of six inputs are early or late, a third is always early; are the two alike?"""
    late = rng.integers(0, 2, (labels.size, 2))
    late[:, -1] = (labels - late[:, 0]) % 2
    return np.repeat(np.column_stack([4.0 + 10.0 * late, np.full(labels.size, 2.0)]), 6, axis=1)


def patterns(labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """Each of twenty classes is a random time for each of twenty inputs."""
    times: NDArray[np.float64] = np.random.default_rng(99).uniform(2, 24, (20, 20))[labels]
    return times


TASKS = {
    "order": (6, 3.0, lambda labels, rng: order(labels)),
    "parity-2": (2, 1.5, parity_of_two),
    "patterns": (20, 3.0, lambda labels, rng: patterns(labels)),
}
"""Number of classes, standard deviation of each time in ms, and times by labels."""


def samples(task: str, n: int, seed: int) -> tuple[SpikeTrains, int]:
    """Return samples of a task and its number of classes."""
    rng = np.random.default_rng(seed)
    classes, jitter, times_of = TASKS[task]
    labels = rng.integers(0, classes, n)
    means = times_of(labels, rng)
    times = np.clip(np.round(means + rng.normal(0, jitter, means.shape)), 1, LAST)
    orders = np.argsort(times, axis=1, kind="stable")
    pairs = [(own[at].astype(np.float32), at) for own, at in zip(times, orders, strict=True)]
    return SpikeTrains.from_samples(pairs, labels, means.shape[1]), classes


def accuracies(task, rule, seed, n, n_test, epochs):
    """Return the test accuracy after each epoch, in percent; none once the output layer has fallen silent."""
    (train, classes), (test, _) = samples(task, n, 1), samples(task, n_test, 2)
    hidden, output = (LIF_SFDFA(v_thresh=v_thresh, **CELL) for v_thresh in (-68.0, -67.0))
    layers = [Input((train.n_units,)), Dense(HIDDEN, cell=hidden), Dense(classes, cell=output)]
    network = Network(layers, weights=(-0.5, 1.0), seed=seed)
    learning = {"rule": RULES[rule], "optimizer": SGD(1e-4), "loss": SpikeCount(15.0, 3.0)}
    trainer = Trainer(network, set_up("event"), batch_size=1, seed=seed, **learning)
    try:
        return [100 * record.score for record in trainer.fit(train, test=test, epochs=epochs).records]
    except CannotLearnError:
        return []


class Keep(Callback):
    """Keeps the results of a run after each of its epochs."""

    def __init__(self, folder: RunFolder, place: str, form: str, seed: int) -> None:
        self.folder, self.where = folder, (place, form, seed)

    def on_epoch_end(self, record) -> None:
        keep(self.folder, *self.where)


def keep(folder: RunFolder, place: str, form: str, seed: int) -> None:
    """Write what the folder of a run says of it into the results."""
    results = kept()
    curve = [round(entry.test_accuracy, 4) for entry in run_log.records(folder.metrics)]
    results.setdefault(place, {}).setdefault(form, {})[str(seed)] = curve
    files.write_text(RESULT, json.dumps(results, indent=1, sort_keys=True) + "\n")


def kept() -> Results:
    """Return the results so far."""
    return json.loads(RESULT.read_text(encoding="utf-8")) if RESULT.exists() else {}


def whole(results: Results) -> Results:
    """Return the results without runs that are not as long yet as the longest with the simulator."""
    found: Results = {}
    for place, forms in results.items():
        last = max(len(curve) for curves in forms.values() for curve in curves.values())
        for form, curves in forms.items():
            for seed, curve in curves.items():
                if len(curve) == last:
                    found.setdefault(place, {}).setdefault(form, {})[seed] = curve
    return found


def draw(results: Results) -> Figure:
    """Return learning curves of both forms, a panel a simulator: thin ones of each seed, and their mean."""
    figure = new_figure(10.5, 3.4)
    places = [place for place in PLACES if place in results]
    panels = figure.subplots(1, len(places), sharey=True, squeeze=False)[0]
    for axes, place in zip(panels, places, strict=True):
        for form, curves in sorted(results[place].items()):
            each = 100 * np.array(list(curves.values()))
            epochs, seeds = range(1, each.shape[1] + 1), f"{len(each)} seed{'s' * (len(each) > 1)}"
            axes.plot(epochs, each.T, color=FORMS[form], lw=0.7, alpha=0.5)
            axes.plot(epochs, each.mean(axis=0), color=FORMS[form], lw=2, marker="o", ms=3, label=f"{form}, {seeds}")
        clean(axes, NAMES[place].replace("`", ""))
        epoch_axis(axes, len(epochs))
        axes.set_ylim(40, 101)
        legend_below(figure, axes, 2)
    panels[0].set_ylabel("test accuracy (%)")
    return figure


def table(results: Results) -> str:
    """Return the accuracies as a table, each second epoch."""
    shown = range(2, 1 + max(len(curve) for *_, curve in rows(results)), 2)
    lines = [f"| simulator | form | seed | {' | '.join(f'epoch {epoch}' for epoch in shown)} |"]
    lines.append("| --- | --- | ---: |" + " ---: |" * len(shown))
    for place, form, seed, curve in rows(results):
        cells = [f"{100 * curve[epoch - 1]:.0f}" if epoch <= len(curve) else "" for epoch in shown]
        lines.append(f"| {NAMES[place]} | {form} | {seed} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def rows(results: Results) -> Iterator[tuple[str, str, str, list[float]]]:
    """Return place, form, seed and accuracies of each run, in the order of the table."""
    for place in PLACES:
        for form in FORMS:
            for seed, curve in sorted(results.get(place, {}).get(form, {}).items()):
                yield place, form, seed, curve


def written(text: str, results: Results) -> str:
    """Return the page with the table of some results between its two marks."""
    before, rest = text.split(BEGIN)
    return before + BEGIN + table(results) + END + rest.split(END, 1)[1]


@click.group(help=__doc__.splitlines()[0])
def main() -> None:
    """Read the command line."""


@main.command()
@click.argument("place", type=click.Choice(list(PLACES)))
@click.option("--form", "forms", type=click.Choice(list(FORMS)), multiple=True, default=list(FORMS))
@click.option("--seed", "seeds", type=int, multiple=True, default=[1, 2, 3], show_default=True)
@click.option("--epochs", default=8, show_default=True)
@click.option("--out", type=click.Path(path_type=Path), default=Path("runs/timed_tasks"), show_default=True)
def learn(place: str, forms: tuple[str, ...], seeds: tuple[int, ...], epochs: int, out: Path) -> None:
    """Train the experiment `parity` at PLACE in both forms; runs that were interrupted or are longer now go on."""
    simulator, setup = PLACES[place]
    for seed, form in itertools.product(seeds, forms):
        changes = [f"rules.sfdfa.timed={str(form == 'timed').lower()}", f"training.epochs={epochs}"]
        spec = make_spec("parity", changes, rule="sfdfa", seed=seed, folder=out / f"{place}-{form}-seed{seed}")
        folder = RunFolder(spec.folder)
        if read(spec) is None:
            how = {"simulator": simulator, "setup": setup, "data": None, "stream": sys.stderr}
            keeper = Keep(folder, place, form, seed)
            run.train(spec.settings, folder, resume=folder.config.exists(), callbacks=[keeper], **how)
        keep(folder, place, form, seed)
        curve = kept()[place][form][str(seed)]
        click.echo(f"{place}, {form}, seed {seed}: {' '.join(f'{100 * accuracy:.1f}' for accuracy in curve)} %")


@main.command(name="draw")
def draw_command() -> None:
    """Draw the picture and write the table from the results that are kept."""
    results = whole(kept())
    plotting.save(draw(results), PICTURE)
    files.write_text(PAGE, written(PAGE.read_text(encoding="utf-8"), results))
    click.echo(table(results), nl=False)


@main.command()
@click.option("--task", type=click.Choice(list(TASKS)), default="order", show_default=True)
@click.option("--rule", "rules", type=click.Choice(list(RULES)), multiple=True, default=["published", "timed"])
@click.option("--seed", "seeds", type=int, multiple=True, default=[1], show_default=True)
@click.option("--samples", default=600, show_default=True)
@click.option("--test", default=200, show_default=True, help="Test samples.")
@click.option("--epochs", default=10, show_default=True)
def other(task, rules, seeds, samples, test, epochs) -> None:
    """Train another task on `event`, and print test accuracies in percent, epoch by epoch, for each rule and seed."""
    for rule, seed in itertools.product(rules, seeds):
        found = accuracies(task, rule, seed, samples, test, epochs)
        click.echo(f"| {rule} | {seed} | {' | '.join([f'{each:.0f}' for each in found] or ['silent'])} |")


if __name__ == "__main__":
    main()
