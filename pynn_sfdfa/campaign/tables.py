"""The published comparison as tables: which experiments, with which rules and seeds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pynn_sfdfa.campaign.spec import RunSpec, make_spec
from pynn_sfdfa.experiments.config import load

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

__all__ = ["HELD_OUT", "TABLES", "Table"]

HELD_OUT = 0.1
"""Share of the training samples that the epoch is chosen on in runs of their own."""


@dataclass(frozen=True)
class Table:
    """One experiment with several rules.

    Attributes
    ----------
    experiment : str
    reach : float, optional
        Test accuracy whose first epoch is told.
    only : tuple of str, optional
        Rules that are of interest with it; default: all that the experiment has settings for.
    on_request : bool
        Whether it is of another comparison, and left out unless it is asked for, or a rule that only such tables have.
    """

    experiment: str
    reach: float | None = None
    only: tuple[str, ...] | None = None
    on_request: bool = False

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that it is run with, in the order of the experiment."""
        return self.only or tuple(load(self.experiment).settings()["rules"])

    def runs(self, rules: Iterable[str], seeds: Sequence[int], out: Path) -> Iterator[RunSpec]:
        """Return the runs on all training samples with those of the rules that belong to the table, seed by seed."""
        for seed in seeds:
            for rule in rules:
                if rule in self.rules:
                    yield self._run(rule, seed, out, "", ())

    def held_out_runs(self, rules: Iterable[str], seeds: Sequence[int], out: Path) -> Iterator[RunSpec]:
        """Return the runs with held-out samples."""
        for seed in seeds:
            for rule in rules:
                if rule in self.rules:
                    yield self._run(rule, seed, out, "held-out-", (f"data.validation={HELD_OUT}",))

    def _run(self, rule: str, seed: int, out: Path, kind: str, overrides: Sequence[str]) -> RunSpec:
        folder = out / f"{self.experiment}-{rule}-{kind}seed{seed}"
        return make_spec(self.experiment, overrides, rule=rule, seed=seed, folder=folder)


TABLES = {
    "mnist": Table("mnist", reach=0.98),
    "emnist47": Table("emnist47"),
    "fashion-mnist": Table("fashion-mnist"),
    "yin-yang": Table("yin-yang"),
    "mnist-3x800": Table("mnist-3x800", reach=0.98),
    "mnist-best": Table("mnist-best", reach=0.98, only=("sfdfa", "bp")),
    "emnist47-best": Table("emnist47-best", only=("sfdfa", "bp")),
    "fashion-mnist-best": Table("fashion-mnist-best", only=("sfdfa", "bp")),
    "mnist-3x800-best": Table("mnist-3x800-best", reach=0.98, only=("sfdfa", "bp")),
    "mnist-hm2bp": Table("mnist-hm2bp", reach=0.98, only=("hm2bp",), on_request=True),
    "emnist47-hm2bp": Table("emnist47-hm2bp", only=("hm2bp",), on_request=True),
    "fashion-mnist-hm2bp": Table("fashion-mnist-hm2bp", only=("hm2bp",), on_request=True),
    "mnist-conv": Table("mnist-conv", reach=0.99, on_request=True),
    "fashion-mnist-conv": Table("fashion-mnist-conv", only=("bp",), on_request=True),
    "mnist-conv-hm2bp": Table("mnist-conv-hm2bp", reach=0.99, only=("hm2bp",), on_request=True),
    "fsdd-hm2bp": Table("fsdd-hm2bp", only=("hm2bp",), on_request=True),
    "fsdd-sfdfa": Table("fsdd-sfdfa", only=("spsp-estimated",), on_request=True),
    "parity": Table("parity", on_request=True),
}
"""By the name that ``pynn-sfdfa reproduce`` takes."""
