"""Yin-Yang learned by the kernels for chips: one sample at a time in fixed point, at 1 ms, by timed SFDFA.

python benchmarks/yin_yang_cores.py

trains with the kernels compiled for this machine, and --emulated samples of the first epoch with those for SpiNNaker2's
Cortex-M4F in Unicorn, too: weights that are not the same bit for bit end it. What was found is kept in
benchmarks/results/yin_yang_cores.json after each epoch. Needs arm-none-eabi-gcc and unicorn.

python benchmarks/yin_yang_cores.py --choose 1e-4 --choose 3e-4 --choose 1e-3

only prints how well each learning rate does: so many epochs of nine tenths of the training samples, scored on the rest.
"""

from __future__ import annotations

import json
import time
from pathlib import Path

import click
import numpy as np
from oracles.fixed_point_network import FixedPointNetwork, LearningParameters
from toolchain.build import build_for_core, build_for_host
from toolchain.core import CoreKernels
from toolchain.host import HostKernels
from toolchain.processors import CORTEX_M4F
from toolchain.training import EPOCH, train_in_c

from pynn_sfdfa import LIF_SFDFA, Dense, Input, Network, SpikeCount, datasets
from pynn_sfdfa.encoding import time_coded
from pynn_sfdfa.experiments import config
from pynn_sfdfa.support import files

RESULT = Path(__file__).parent / "results" / "yin_yang_cores.json"
RATE = 3e-4  # nA^2/ms, of plain gradient descent; chosen on held-out samples (--choose, 15 epochs)


def network(seed):
    """Return the network of the experiment `yin-yang`."""
    settings = config.load("yin-yang").network
    hidden, output = (LIF_SFDFA(**settings.cell_parameters(layer)) for layer in ("hidden", "output"))
    layers = [Input((5,)), Dense(settings.hidden_sizes[0], cell=hidden), Dense(3, cell=output)]
    return Network(layers, weights=settings.weights, seed=seed)


def encoded(part):
    """Return samples as the experiment has them, on whole milliseconds."""
    return time_coded(part.values, part.labels, t_min=0.0, t_max=150.0, bias_time=0.0, resolution=1.0)


def same(one, other):
    return all(np.array_equal(a, b) for a, b in zip([*one[0], *one[1]], [*other[0], *other[1]], strict=True))


def settings(rate):
    return LearningParameters(rate, feedback_learning_rate=0.01, timed=True)


def right(fixed, part):
    return float((fixed.counts(part)[-1].argmax(axis=1) == part.labels).mean())


def choose_from(rates, kernels, samples, epochs, seed):
    """Print the accuracy on a tenth of the samples after epochs of the others, for each rate."""
    rng = np.random.default_rng(seed)
    learned, held_out = np.split(rng.permutation(len(samples)), [len(samples) * 9 // 10])
    orders = [rng.permutation(learned) for _ in range(epochs)]
    goals = SpikeCount(15.0, 3.0).targets(samples.labels, 3)
    for rate in rates:
        fixed = FixedPointNetwork(network(seed), seed=seed)
        for epoch, order in enumerate(orders):
            fixed.weights, fixed.feedback, *_ = train_in_c(
                kernels, fixed, samples.select(order), goals[order], settings(rate), epoch * len(order)
            )
        click.echo(f"rate {rate:g}: held out {right(fixed, samples.select(held_out)):.2%}")


@click.command(help=__doc__.splitlines()[0])
@click.option("--epochs", default=15, show_default=True)
@click.option("--emulated", default=5000, show_default=True, help="Samples that the emulated core learns from, too.")
@click.option("--seed", default=1, show_default=True)
@click.option("--choose", type=float, multiple=True, help="Only score this learning rate on held-out samples.")
def main(epochs: int, emulated: int, seed: int, choose: tuple[float, ...]) -> None:
    """Train, and compare."""
    data = datasets.load("yin-yang")
    train, test = encoded(data.train), encoded(data.test)
    here = HostKernels(build_for_host(extra=(EPOCH,)))
    if choose:
        choose_from(choose, here, train, epochs, seed)
        return
    fixed, parameters = FixedPointNetwork(network(seed), seed=seed), settings(RATE)
    core = CoreKernels(build_for_core(extra=(EPOCH,), processor=CORTEX_M4F), processor=CORTEX_M4F)
    goals, rng = SpikeCount(15.0, 3.0).targets(train.labels, 3), np.random.default_rng(seed)
    found = {"epochs": [], "emulated samples": emulated, "seed": seed, "processor": CORTEX_M4F.name}
    for epoch in range(epochs):
        order, first = rng.permutation(len(train)), epoch * len(train)
        if epoch == 0:
            few = order[:emulated]
            started = time.process_time()
            on_core = train_in_c(core, fixed, train.select(few), goals[few], parameters)
            found["seconds a sample, emulated"] = round((time.process_time() - started) / emulated, 4)
            if not same(on_core, train_in_c(here, fixed, train.select(few), goals[few], parameters)):
                raise click.ClickException("The emulated core has learned other weights than this machine.")
            click.echo(f"{CORTEX_M4F.name}: after {emulated} samples all weights as on this machine")
        trained = train_in_c(here, fixed, train.select(order), goals[order], parameters, first)
        fixed.weights, fixed.feedback, counts, _ = trained
        accuracy = right(fixed, test)
        found["epochs"].append(
            {"test accuracy": accuracy, "hidden spikes a sample": float(counts[:, :-3].sum(1).mean())}
        )
        files.write_text(RESULT, json.dumps(found, indent=1) + "\n")
        click.echo(f"epoch {epoch + 1}: test {accuracy:.2%}, hidden spikes a sample {counts[:, :-3].sum(1).mean():.0f}")


if __name__ == "__main__":
    main()
