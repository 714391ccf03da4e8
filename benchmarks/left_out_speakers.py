"""Spoken digits by somebody who was never heard: fsdd-hm2bp with each speaker left out, as it is and with changes.

python benchmarks/left_out_speakers.py run --data DIR [NAME ...] [--epochs 4]   # what is missing, then the table
python benchmarks/left_out_speakers.py choose --data DIR [NAME ...]             # whether a change helps
python benchmarks/left_out_speakers.py                                          # the tables of all results again

A speaker who is left out chooses nothing: `choose` trains on four speakers and tests with the two of a pair, so that
what is best for a speaker is told by the other of the pair, with neither of them learned. Figures go to
results/left_out_speakers.json after each training, and are those after the last epoch.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING, Any

import numpy as np
from binomial import interval

from pynn_sfdfa import datasets
from pynn_sfdfa.datasets.kept import as_spikes
from pynn_sfdfa.encoding.lyon_bsa import LyonBSA
from pynn_sfdfa.encoding.spikes import SpikeTrains
from pynn_sfdfa.experiments import assembly, config
from pynn_sfdfa.support import files

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.encoding.recordings import Sound

RESULTS = Path(__file__).parent / "results"
PAIRS = (("george", "jackson"), ("lucas", "nicolas"), ("theo", "yweweler"))
SPEAKERS = tuple(speaker for pair in PAIRS for speaker in pair)
EACH = 500
"""Recordings of a speaker."""


@dataclass(frozen=True)
class Change:
    """What is otherwise than in fsdd-hm2bp: the power of the gains in `LevelledEar`, and settings."""

    power: float = 0.0
    overrides: tuple[str, ...] = ()


CHANGES = {
    "as it is": Change(),
    "channels levelled": Change(power=0.5),
    "100 neurons": Change(overrides=("network.hidden_sizes=[100]",)),
}


@dataclass(frozen=True, kw_only=True)
class LevelledEar(LyonBSA):
    """Lyon's ear with a gain for each channel of a recording, which is its mean there ** -power; the sum is kept.

    What microphone and voice do to all of a recording, a constant factor a channel, is so in part taken out.
    """

    name = "levelled-lyon-bsa"

    power: float = 0.5

    def cochleagram(self, sound: Sound) -> NDArray[np.float64]:
        frames = super().cochleagram(sound)
        own = frames.mean(axis=0)
        gain = (own + 0.05 * own.max()) ** -self.power
        return frames * gain * (own.sum() / (own * gain).sum())


def spikes_of(speaker: str, power: float, ear: LyonBSA, data: Path | None) -> SpikeTrains:
    """Return what a speaker's recordings become; they are encoded once, and kept."""
    sounds = datasets.load("fsdd", data, leave_out=speaker).test
    one = datasets.Dataset(f"fsdd, {speaker}", sounds, sounds, 10, "fsdd")
    return as_spikes(one, LevelledEar(**vars(ear), power=power) if power else ear).train


def together(parts: list[SpikeTrains]) -> SpikeTrains:
    """Return the samples of all parts."""
    samples = [part.sample(index) for part in parts for index in range(len(part))]
    return SpikeTrains.from_samples(samples, np.concatenate([part.labels for part in parts]), parts[0].n_units)


def learn(out: tuple[str, ...], change: Change, epochs: int, data: Path | None) -> dict[str, float]:
    """Train on all but some speakers; return the accuracy for each of these, and that of training."""
    settings = config.load("fsdd-hm2bp", [f"training.epochs={epochs}", "training.threads=1", *change.overrides])
    parts = {speaker: spikes_of(speaker, change.power, settings.encoding.build(), data) for speaker in SPEAKERS}
    train = together([part for speaker, part in parts.items() if speaker not in out])
    network = assembly.build_network(settings, train.n_units, 10)
    history = assembly.build_trainer(settings, network).fit(train, epochs=epochs)
    evaluator = assembly.build_evaluator(settings, network)
    accuracy = {speaker: evaluator.evaluate(parts[speaker]).accuracy for speaker in out}
    return {**accuracy, "training": history.records[-1].train_accuracy}


def table(known: dict[str, Any]) -> str:
    """Return the results in Markdown: what was chosen by, and how those are heard who were left out."""
    text = ""
    for kind, heading in (
        ("choose", "Both of a pair left out, four speakers learned"),
        ("run", "One speaker left out, five learned"),
    ):
        rows = ""
        for epochs, changes in known.get(kind, {}).items():
            for change, runs in changes.items():
                found = {name: value for one in runs.values() for name, value in one.items() if name != "training"}
                cells = [f"{100 * found[name]:.1f}" if name in found else "-" for name in SPEAKERS]
                if len(found) == len(SPEAKERS):
                    share = mean(found.values())
                    cells.append(f"{100 * share:.1f} ± {100 * interval(share, 6 * EACH):.1f}")
                else:
                    cells.append("-")
                cells.append(f"{100 * mean(one['training'] for one in runs.values()):.1f}")
                rows += f"| {change}, {epochs} epochs | {' | '.join(cells)} |\n"
        if rows:
            text += f"{heading}: accuracy in %, seed 1.\n\n"
            text += f"| | {' | '.join(SPEAKERS)} | mean | training |\n|{' --- |' + ' ---: |' * (len(SPEAKERS) + 2)}\n"
            text += rows + "\n"
    return text + (
        f"A speaker has {EACH} recordings. Behind ± is half the 95 % interval of a binomial share of all {6 * EACH:,}; "
        "it knows\nnothing of speakers, and another six would differ by more.\n"
    )


def main() -> None:
    """Train what is missing if asked to; write and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", nargs="?", choices=["run", "choose"])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(map(repr, CHANGES))}; else all")
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--data", type=Path)
    given = parser.parse_intermixed_args()
    unknown = set(given.names) - set(CHANGES)
    if unknown:
        sys.exit(f"There is no change {', '.join(sorted(unknown))}; there are {', '.join(CHANGES)}.")
    folds = PAIRS if given.command == "choose" else [(speaker,) for speaker in SPEAKERS]
    for change in (given.names or CHANGES) if given.command else ():
        for out in folds:
            where, fold = (given.command, str(given.epochs), change), "+".join(out)
            if fold in at(read(), *where):
                continue
            figures = learn(out, CHANGES[change], given.epochs, given.data)
            known = read()  # anew, for another process may have written meanwhile
            at(known, *where)[fold] = figures
            files.write_text(RESULTS / "left_out_speakers.json", json.dumps(known, indent=1) + "\n")
            print(f"{given.command}, {change}: {figures}", file=sys.stderr, flush=True)
    text = table(read())
    files.write_text(RESULTS / "left_out_speakers.md", text)
    print(text, end="")


def at(known: dict[str, Any], kind: str, epochs: str, change: str) -> dict[str, dict[str, float]]:
    """Return the figures of one kind of runs by who was left out, as a part of all results that may be added to."""
    runs: dict[str, dict[str, float]] = known.setdefault(kind, {}).setdefault(epochs, {}).setdefault(change, {})
    return runs


def read() -> dict[str, Any]:
    """Return the results so far."""
    file = RESULTS / "left_out_speakers.json"
    known: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return known


if __name__ == "__main__":
    main()
