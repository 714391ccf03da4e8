"""scikit-learn's digits on pynn_sfdfa.brian2: accuracy beside the exact simulator, and seconds per trial.

python benchmarks/brian2_digits.py accuracy                 # 12 epochs on both simulators, from the same weights
python benchmarks/brian2_digits.py accuracy --trial 200     # with the published time constants
python benchmarks/brian2_digits.py speed --code standalone  # how a trial's time grows with the hidden neurons
"""

from __future__ import annotations

import argparse
import time
from typing import Any

import numpy as np

from pynn_sfdfa import datasets
from pynn_sfdfa.encoding import latency
from pynn_sfdfa.losses import SpikeCount
from pynn_sfdfa.metrics import predict
from pynn_sfdfa.network import FeedForward
from pynn_sfdfa.optimizers import SGD
from pynn_sfdfa.rules import SFDFA
from pynn_sfdfa.spikes import SpikeTrains

RULE = SFDFA(rho=0.1, r_target=0.5, feedback_learning_rate=0.01)
SEED = 1


def digits(trial: float) -> tuple[SpikeTrains, SpikeTrains]:
    """Return training and test samples with input spikes in the first half of a trial, at whole ms."""
    loaded = datasets.load("digits", None)
    encoded = []
    for part in (loaded.train, loaded.test):
        trains = latency(part.values, part.labels, maximum=16.0, window=trial / 2)
        encoded.append(SpikeTrains(np.round(trains.times), trains.units, trains.offsets, trains.labels, trains.n_units))
    return encoded[0], encoded[1]


def network(sim: Any, hidden: int, trial: float) -> FeedForward:
    """Return the network; tau_syn is 0.65 trials long, tau_m twice that."""
    tau_syn = 0.65 * trial
    cm = 10.0
    kappa = 2 * tau_syn / cm
    cell = {"tau_m": 2 * tau_syn, "tau_syn": tau_syn, "cm": cm, "v_rest": -70.0, "trial_duration": trial}
    thresholds = [-70.0 + c / 0.26 * kappa for c in (0.1, 0.15)]
    hidden_cell, output_cell = ({**cell, "v_thresh": v_thresh} for v_thresh in thresholds)
    return FeedForward(sim, [64, hidden, 10], hidden=hidden_cell, output=output_cell, seed=SEED)


def accuracy(options: argparse.Namespace) -> None:
    """Train on both simulators with the same settings; print the test accuracies."""
    import pynn_sfdfa.brian2 as brian2_sim
    import pynn_sfdfa.event as event_sim

    train, test = digits(options.trial)
    rate = SGD(options.eta / 1000 * 200.0 / options.trial)
    orders = [
        np.random.default_rng(np.random.SeedSequence([SEED, epoch])).permutation(len(train))
        for epoch in range(1, options.epochs + 1)
    ]
    for name, sim in (("event", event_sim), ("brian2", brian2_sim)):
        if name == "brian2":
            sim.setup(timestep=1.0, **code(options.code))
        engine = sim.training_engine(network(sim, 100, options.trial), RULE, rate, SpikeCount(), 1, SEED)
        # A standalone program is compiled for each call: all epochs are one.
        calls = [np.concatenate(orders)] if options.code == "standalone" and name == "brian2" else orders
        started, done = time.perf_counter(), 0
        for order in calls:
            for _ in engine.train(train, order, done):
                pass
            done += order.size
            seconds = (time.perf_counter() - started) / done
            right = (predict(engine.respond(test)[0]) == test.labels).mean()
            print(f"{name:<8} {done / len(train):>4.0f} epochs  test {right:.2%}  {seconds:.4f} s/trial", flush=True)


def code(kind: str) -> dict[str, Any]:
    """Return the arguments of setup() for a kind of code."""
    return {"standalone": True} if kind == "standalone" else {"target": kind}


def speed(options: argparse.Namespace) -> None:
    """Print how long a trial takes while learning, without preparation and compilation."""
    import brian2

    import pynn_sfdfa.brian2 as sim

    train, _ = digits(options.trial)
    print(f"{options.code}, timestep 1 ms, trials of {options.trial:g} ms, learning")
    for hidden in options.hidden:
        shown = train.select(np.arange(options.trials))
        sim.setup(timestep=1.0, seed=SEED, **code(options.code))
        network(sim, hidden, options.trial).wire(
            shown,
            targets=SpikeCount().targets(shown.labels, 10),
            learning_rate=options.eta / 1000 * 200.0 / options.trial,
            feedback_learning_rate=RULE.feedback_learning_rate,
            rho=RULE.rho,
            r_target=RULE.r_target,
        )
        sim.run(options.trials * options.trial)
        seconds = brian2.device._last_run_time / options.trials
        print(f"64-{hidden}-10: {seconds * 1e3:.2f} ms/trial", flush=True)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["accuracy", "speed"])
    parser.add_argument("--code", choices=["cython", "numpy", "standalone"], default="cython")
    parser.add_argument("--trial", type=float, default=40.0, help="length of a trial in ms")
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--eta", type=float, default=0.02, help="learning rate for times in s and trials of 200 ms")
    parser.add_argument("--hidden", type=int, nargs="+", default=[100, 400, 1600])
    parser.add_argument("--trials", type=int, default=100, help="trials to time")
    options = parser.parse_args()
    {"accuracy": accuracy, "speed": speed}[options.what](options)


if __name__ == "__main__":
    main()
