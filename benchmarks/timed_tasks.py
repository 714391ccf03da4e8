"""Tasks in which only the times of spikes tell classes apart, learned by published and by timed SFDFA.

python benchmarks/timed_tasks.py event
python benchmarks/timed_tasks.py spiNNaker --seed 2 --test 100 --epochs 8

In every sample of a task every input fires once, so that counts say nothing.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import click
import numpy as np

from pynn_sfdfa import BP, LIF_SFDFA, SFDFA, SGD, Dense, Input, Network, SpikeCount, SpikeTrains, Trainer
from pynn_sfdfa.common.simulators import set_up
from pynn_sfdfa.training.health import CannotLearnError

if TYPE_CHECKING:
    from numpy.typing import NDArray

LAST = 26  # ms; on a grid of 1 ms, in a trial of 40 ms
HIDDEN = 40
CELL = {"tau_m": 52.0, "tau_syn": 26.0, "cm": 10.0, "v_rest": -70.0, "trial_duration": 40.0}
RULES = {
    "published": SFDFA(feedback_learning_rate=0.01, rho=0.1, r_target=0.5),
    "timed": SFDFA(feedback_learning_rate=0.01, rho=0.1, r_target=0.5, timed=True),
    "BP": BP(),
}
PLACES = {
    "event": ("event", {}),
    "brian2": ("brian2", {"timestep": 1.0}),
    "spiNNaker": ("spiNNaker", {"timestep": 1.0, "board": "emulated"}),
}


def order(labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """Three groups of ten inputs fire one after the other; classes are the six orders."""
    turns = np.argsort(list(itertools.permutations(range(3))), axis=1)
    return np.repeat(3.0 + 9.0 * turns[labels], 10, axis=1)


def parity(bits: int, labels: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Groups of six inputs are early or late, one is always early; is the number of late ones even?"""
    late = rng.integers(0, 2, (labels.size, bits))
    late[:, -1] = (labels - late[:, :-1].sum(axis=1)) % 2
    return np.repeat(np.column_stack([4.0 + 10.0 * late, np.full(labels.size, 2.0)]), 6, axis=1)


def patterns(labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """Each of twenty classes is a random time for each of twenty inputs."""
    times: NDArray[np.float64] = np.random.default_rng(99).uniform(2, 24, (20, 20))[labels]
    return times


TASKS = {
    "order": (6, 3.0, lambda labels, rng: order(labels)),
    "parity-2": (2, 1.5, lambda labels, rng: parity(2, labels, rng)),
    "parity-3": (2, 1.5, lambda labels, rng: parity(3, labels, rng)),
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


def accuracies(task, rule, rate, seed, n, n_test, epochs, place):
    """Return the test accuracy after each epoch, in percent; none once the output layer has fallen silent."""
    (train, classes), (test, _) = samples(task, n, 1), samples(task, n_test, 2)
    hidden, output = (LIF_SFDFA(v_thresh=v_thresh, **CELL) for v_thresh in (-68.0, -67.0))
    layers = [Input((train.n_units,)), Dense(HIDDEN, cell=hidden), Dense(classes, cell=output)]
    network = Network(layers, weights=(-0.5, 1.0), seed=seed)
    learning = {"rule": RULES[rule], "optimizer": SGD(rate), "loss": SpikeCount(15.0, 3.0)}
    trainer = Trainer(network, set_up(*place), batch_size=1, seed=seed, **learning)
    try:
        return [100 * record.score for record in trainer.fit(train, test=test, epochs=epochs).records]
    except CannotLearnError:
        return []


@click.command()
@click.argument("place", type=click.Choice(list(PLACES)))
@click.option("--task", type=click.Choice(list(TASKS)), default="parity-3", show_default=True)
@click.option("--rule", "rules", type=click.Choice(list(RULES)), multiple=True, default=["published", "timed"])
@click.option("--seed", "seeds", type=int, multiple=True, default=[1, 2, 3], show_default=True)
@click.option("--samples", default=600, show_default=True)
@click.option("--test", default=200, show_default=True, help="Test samples.")
@click.option("--epochs", default=20, show_default=True)
@click.option("--rate", default=1e-4, show_default=True, help="Learning rate.")
def main(place, task, rules, seeds, samples, test, epochs, rate) -> None:
    """Train at PLACE, and print a row of test accuracies in percent, epoch by epoch, for each rule and seed."""
    for rule, seed in itertools.product(rules, seeds):
        found = accuracies(task, rule, rate, seed, samples, test, epochs, PLACES[place])
        cells = [f"{each:.0f}" for each in found] or ["silent"]
        click.echo(f"| {rule} | {place} | {seed} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
