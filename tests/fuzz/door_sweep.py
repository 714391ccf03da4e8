"""Sweep files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from door_toml import KEYS
from fuzzing import Case, Door
from hostile import TEXTS, VALUES, spoilt

from pynn_sfdfa.campaign import sweep

if TYPE_CHECKING:
    import random
    from pathlib import Path

TEXT = """experiment = "digits"
seeds = [1, 2]
draws = 3
random_seed = 1
[set]
training.epochs = 1
[grid]
network.hidden.v_thresh = [-65, -60.0]
learning.rule = ["sfdfa", "dfa"]
[random]
rules.sfdfa.rho = { uniform = [0, 1] }
optimizer.learning_rate = { log_uniform = [1e-4, 1e-2] }
training.batch_size = { integers = [10, 20] }
network.hidden_sizes = { choice = [[10], [20, 10]] }
"""

DRAWN = (
    "{uniform=[-1e308, 1e308]}", "{uniform=[0, 1e-320]}", "{log_uniform=[1e-320, 1e308]}", "{log_uniform=[0, 1]}",
    "{integers=[-9223372036854775808, 9223372036854775807]}", "{integers=[1, 1180591620717411303424]}", "{choice=[]}",
    "{integers=[0, 1e9]}", "{uniform=[nan, inf]}", "{choice=[[[[]]], {a=1}, 1979-05-27]}", "{uniform=[1], choice=[1]}",
    "{uniform={choice=[1]}}", "{choice=[1000000000]}",
)  # fmt: skip


def make(rng: random.Random, folder: Path) -> Case:
    lines, content = TEXT.splitlines(), TEXT.encode()
    how = rng.choice(["bytes", "value", "value", "drawn", "key", "many", "seeds", "experiment"])
    at = rng.choice([number for number, line in enumerate(lines) if "=" in line])
    name, value = lines[at].split(" = ")[0], rng.choice(VALUES)
    if how == "drawn":
        at, value = lines.index("[random]") + rng.randrange(1, 5), rng.choice(DRAWN)
    elif how == "key":
        texts = [text for text in TEXTS if "\ud800" not in text]
        name = rng.choice([rng.choice(KEYS), f'"{rng.choice(texts)}"', "a." * 3000 + "a", "training.seed"])
    elif how == "many":
        at, name = (
            lines.index("[grid]") + 1,
            f"data.validation = {[*range(899)]}\nnetwork.delay = {[*range(899)]}\n{name}",
        )
        lines[2] = f"draws = {rng.choice([1, 10**9, 2**63 - 1])}"
    elif how == "seeds":
        at, name, value = (
            1,
            "seeds",
            rng.choice([f"{[*range(100_000)]}", "[-1]", "[1.0]", "[9223372036854775807]", "[[]]"]),
        )
    elif how == "experiment":
        at, name, value = (
            0,
            "experiment",
            rng.choice(['"a\\u0000.toml"', '"s.toml"', '"../x.toml"', f'"{"x" * 5000}.toml"']),
        )
    if how == "bytes":
        what, content = spoilt(rng, content)
    else:
        lines[at] = f"{name} = {value}"
        what, content = lines[at][-60:], "\n".join(lines).encode(errors="surrogatepass")
    path = folder / "s.toml"
    path.write_bytes(content)
    # What is sound in all else is refused for these two options, and nothing is trained.
    words = ("sweep", str(path), "--workers", "1", "--scheduler", "tcp://127.0.0.1:1", "--out", "out")
    return Case(f"{how}: {what}", lambda: sweep.load(path).runs(folder / "out"), words)


DOOR = Door("sweep", make, (sweep.SweepError,))
