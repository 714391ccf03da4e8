"""Words of the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from door_toml import KEYS, LAST
from fuzzing import Case, Door
from hostile import NUMBERS, TEXTS, VALUES

from pynn_sfdfa.cli import main

if TYPE_CHECKING:
    import random
    from pathlib import Path

RUN = ("--set", "--epochs", "--seed", "--threads", "--data", "--out", "--resume", "--json", "--simulator", "--timestep")

LINES = {
    "train": ("WORD", (*RUN, "--target", "--board", "--standalone"), ("--set", LAST)),
    "evaluate": ("WORD", ("--simulator", "--timestep", "--target", "--data", "--draws", "--json"), ()),
    "simulate": ("WORD", ("--sample", "--simulator", "--data", "--out", "--set"), ("--sample", "100000")),
    "export": ("WORD", ("--format", "--out", "--dt", "--samples"), ("--format", "nir")),
    "compare": ("WORD", ("--samples", "--on", "--data", "--json"), ("--on", "no-such")),
    "sweep": ("WORD", ("--workers", "--scheduler", "--data", "--out"), ("--workers", "1", "--scheduler", "x")),
    "reproduce": ("WORD", ("--seeds", "--held-out-seeds", "--workers", "--out", "--results"), ("--rules", "no-such")),
    "info": ("", ("--data",), ()),
    "spinnaker run": ("WORD", ("--board", "--out", "--data", "--set"), ("--board", "emulated", "--set", "x=1")),
    "benchmark": ("", ("--threads", "--samples", "--repetitions", "--data"), ("--peers", "--memory")),
    "portal": ("WORD", ("--hpc", "--out"), ("--no-such-option",)),
}
"""Of each command: whether it takes a word, some of its options, and what makes it do nothing if all else is sound."""


def word(rng: random.Random, folder: Path) -> str:
    kind = rng.choice(["text", "number", "value", "key", "path", "name"])
    if kind == "text":
        return rng.choice(TEXTS)
    if kind == "number":
        return str(rng.choice([*NUMBERS, "9" * 5000, "nan", "inf", "-inf", "1e400", "0x10", "1_0", "\u0661"]))
    if kind == "value":
        return rng.choice(VALUES)
    if kind == "key":
        return f"{rng.choice(KEYS)}={rng.choice(VALUES)}"
    if kind == "path":
        places = [
            folder,
            folder / "absent",
            "/dev/null",
            "/dev/zero",
            "",
            ".",
            "/" * 5000,
            "x" * 300,
            "\udcff",
            "~no-such",
        ]
        return str(rng.choice(places)) + rng.choice(["", ".toml", ".safetensors", ".npz", "/"])
    return rng.choice(["digits", "digts", "yin-yang", "event", "nest", "nir", "sfdfa,dfa"])


def make(rng: random.Random, folder: Path) -> Case:
    (folder / "empty.safetensors").touch()
    (folder / "empty.toml").touch()
    command = rng.choice(sorted(LINES))
    takes, options, last = LINES[command]
    words = command.split() if rng.random() < 0.95 else [rng.choice(TEXTS)]
    if takes:
        words.append(rng.choice(["digits", "digits", str(folder / "empty.safetensors"), word(rng, folder)]))
    for _ in range(rng.randrange(4)):
        words.append(rng.choice(options) if rng.random() < 0.9 else rng.choice(["--no-such", "-x", "--", "--set="]))
        if rng.random() < 0.9:
            words.append(word(rng, folder))
    words = [word.replace("\x00", "").replace("\ud800", "\udcff") for word in words]  # what no argument can hold
    words += last

    def enter() -> None:
        main(words, standalone_mode=False)

    return Case(" ".join(words)[:200], enter, tuple(words))


DOOR = Door("cli", make, (click.ClickException,))
