"""The finished epochs of a training, and how checkpoints describe them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pynn_sfdfa.training.callbacks import EpochRecord

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["History", "as_record", "best_epoch"]


@dataclass
class History:
    """The finished epochs of a training.

    Attributes
    ----------
    records : list of EpochRecord
        In their order.
    """

    records: list[EpochRecord] = field(default_factory=list)

    def __repr__(self) -> str:
        if not self.records:
            return "History(no epoch finished)"
        epochs, best = len(self.records), self.best
        return f"History({epochs} epoch{'s'[: epochs > 1]}, best score {100 * best.score:.2f} % in epoch {best.epoch})"

    @property
    def best(self) -> EpochRecord:
        """That of `best_epoch`; ValueError before the first is finished."""
        if not self.records:
            raise ValueError("No epoch is finished yet, so none is the best.")
        return best_epoch(self.records)


def best_epoch(records: Sequence[EpochRecord]) -> EpochRecord:
    """Return the epoch with the best score, the first of several; there is one at least.

    The score is the accuracy on validation samples if there are any, else on test samples.
    """
    return max(records, key=lambda record: record.score)


def as_record(entry: dict[str, Any]) -> EpochRecord:
    """Return the record that a checkpoint describes; TypeError or ValueError if it is none."""
    from pydantic import TypeAdapter  # only now: it takes long to import, and is rarely needed

    EpochRecord(**entry)  # refuses further keys
    record: EpochRecord = TypeAdapter(EpochRecord).validate_json(json.dumps(entry), strict=True)
    return record
