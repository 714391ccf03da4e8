"""Figures that were published, to be compared with: what they are of, and where they stand."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["NOTES", "PUBLISHED", "Published"]


@dataclass(frozen=True)
class Published:
    """A published test accuracy.

    Attributes
    ----------
    percent : float
        Mean over the runs, or the figure of the best one.
    sd : float, optional
        Standard deviation over the runs in percentage points; None for the best run alone.
    runs : int, optional
        How many there were, None where that is not said.
    epochs : int, optional
        Of each run; None where that is not said.
    of : str
        The epoch that the accuracy of a run is taken from.
    source : str
        Where the figure stands.
    note : str
        What else has to be said where it is compared; whole sentences.
    """

    percent: float
    sd: float | None
    runs: int | None
    epochs: int | None
    of: str
    source: str
    note: str = ""

    def entry(self) -> dict[str, Any]:
        """Return it as in the result file of a table: fractions, ``mean`` and ``seeds`` as for figures of our own."""
        own = asdict(self)
        percent, sd, runs = own.pop("percent"), own.pop("sd"), own.pop("runs")
        return {"mean": percent / 100, "sd": None if sd is None else sd / 100, "seeds": runs, **own}


def _bacho(percent: float, sd: float, epochs: int) -> Published:
    return Published(percent, sd, 5, epochs, "best epoch", "Bacho & Chu, arXiv:2403.08804")


def _jin(percent: float, sd: float, epochs: int, note: str) -> Published:
    return Published(percent, sd, None, epochs, "best epoch", "Jin, Zhang & Li, NeurIPS 2018, arXiv:1805.07866", note)


PUBLISHED: dict[tuple[str, str], Published] = {
    ("mnist", "sfdfa"): _bacho(98.56, 0.05, 30),
    ("mnist", "dfa"): _bacho(98.43, 0.07, 30),
    ("emnist47", "sfdfa"): _bacho(82.33, 0.11, 30),
    ("emnist47", "dfa"): _bacho(79.48, 0.12, 30),
    ("fashion-mnist", "sfdfa"): _bacho(89.73, 0.19, 50),
    ("fashion-mnist", "dfa"): _bacho(89.41, 0.14, 50),
    ("mnist-hm2bp", "hm2bp"): _jin(98.84, 0.02, 200, "Batches of 1; the best run has 98.93 %."),
    ("emnist47-hm2bp", "hm2bp"): _jin(85.41, 0.09, 20, "Batches of 1; the best run has 85.57 %."),
    ("mnist-conv-hm2bp", "hm2bp"): _jin(99.42, 0.11, 200, "Batches of 1, trials of 400 ms; the best run has 99.49 %."),
    ("fashion-mnist-hm2bp", "hm2bp"): Published(
        88.99, None, None, None, "best run", "a comparison of rules in doi:10.1155/2023/3135668, table 3",
        "Not in the article of the rule.",
    ),
}  # fmt: skip
"""By experiment and rule."""

_SPLIT = "The published figures are of the official split of EMNIST; emnist47 is split otherwise."

_FEW = (
    "The test samples are 300, of speakers that are known from training, and the settings were chosen on them. The "
    "95 % interval of Wilson of 97.3 %, 292 samples, is 94.8 to 98.6 %."
)

NOTES = {"emnist47": _SPLIT, "emnist47-hm2bp": _SPLIT, "fsdd-hm2bp": _FEW, "fsdd-sfdfa": _FEW}
"""What has to be said of a table as a whole, by experiment."""
