"""Target spike counts of all trials as one table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from pyNN import errors

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["target_table"]


def target_table(targets: Any) -> NDArray[np.float64]:
    """Return the targets as an array (n, trials), with as many trials as every neuron has a target for.

    Raises
    ------
    pyNN.errors.InvalidParameterValueError
        If some neurons have targets and others none.
    """
    rows = [np.ravel(getattr(sequence, "value", sequence)).astype(float) for sequence in targets]
    lengths = [row.size for row in rows]
    if min(lengths) == 0 < max(lengths):
        raise errors.InvalidParameterValueError(
            f"LIF_SFDFA: neuron {int(np.argmin(lengths))} has no targets, others have up to {max(lengths)}; give every "
            "neuron a target for each trial, or none to a hidden population."
        )
    return np.array([row[: min(lengths)] for row in rows])
