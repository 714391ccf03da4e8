"""Sounds in folders of their classes: wav files with hostile bytes, formats and chunks."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from door_toml import LAST
from fuzzing import Case, Door
from hostile import NUMBERS, spoilt

from pynn_sfdfa.datasets import DatasetError, load

if TYPE_CHECKING:
    import random
    from pathlib import Path


def wav(rng: random.Random, data: bytes, hostile: bool) -> bytes:
    """Return a wav file of these samples, of 16 bits at 8 kHz unless it is to be hostile."""
    tag, channels, rate, block, bits = 1, 1, 8000, 2, 16
    chunks = [(b"fmt ", b""), (b"data", data)]
    kind, larger = b"RIFF", 0
    if hostile:
        tag = rng.choice([1, 1, 1, 3, 0, 2, 6, 7, 0x55, 0xFFFE])
        channels, block = rng.choice([1, 2, 0, 3, 65535]), rng.choice([2, 0, 1, 3, 4, 8, 65535])
        rate, bits = rng.choice(NUMBERS) % 2**32, rng.choice([16, 0, 1, 8, 12, 24, 32, 64, 128, 65535])
        chunks += [(rng.choice([b"LIST", b"fact", b"ds64", b"\x00" * 4]), bytes(rng.choice([0, 3, 28])))]
        rng.shuffle(chunks)
        kind, larger = rng.choice([b"RIFF", b"RIFX", b"RF64", b"RIFF"]), rng.choice([0, 0, 1, 2**31, 2**32 - 1])
    order = ">" if kind == b"RIFX" else "<"
    form = struct.pack(f"{order}HHIIHH", tag, channels, rate, rate * block % 2**32, block, bits)
    body = b"WAVE"
    for name, content in chunks:
        held = form if name == b"fmt " else content
        body += name + struct.pack(f"{order}I", (len(held) + larger) % 2**32) + held
    return kind + struct.pack(f"{order}I", (len(body) + larger) % 2**32) + body


def make(rng: random.Random, folder: Path) -> Case:
    for label in "01":
        (folder / "a b" / label).mkdir(parents=True)
        for name in "cd":
            (folder / "a b" / label / f"{name}.wav").write_bytes(wav(rng, rng.randbytes(400), hostile=False))
    content = wav(rng, rng.randbytes(rng.choice([0, 1, 2, 400, 4001])), hostile=rng.random() < 0.7)
    what = f"{content[:44].hex()}"
    if rng.random() < 0.5:
        what, content = spoilt(rng, content)
    (folder / "a b" / rng.choice("01") / "e.wav").write_bytes(content)
    name = f"sound:{folder / 'a b'}"
    words = ("train", "fsdd-sfdfa", "--set", f"data.name='{name}'", "--set", LAST, "--out", "run")
    return Case(what, lambda: load(name), words)


DOOR = Door("wav", make, (DatasetError,))
