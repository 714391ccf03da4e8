"""What a simulation consists of besides sPyNNaker's own objects."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pynn_sfdfa.spiNNaker.projections import SFDFAProjection
    from pynn_sfdfa.spiNNaker.vertices import LIFVertex

__all__ = ["Contents", "clear", "contents"]


@dataclass
class Contents:
    """What was created since the last ``setup()``.

    Attributes
    ----------
    settings : dict
        Arguments of ``setup()`` besides the next two.
    seed : int
        Determines the perturbations and the rounding of weight changes.
    first_trial : int
        Index of the trial that begins at t = 0, for both.
    vertices : list of LIFVertex
        Of the LIF_SFDFA populations, in order of creation.
    projections : list of SFDFAProjection
    """

    settings: dict[str, Any] = field(default_factory=dict)
    seed: int = 0
    first_trial: int = 0
    vertices: list[LIFVertex] = field(default_factory=list)
    projections: list[SFDFAProjection] = field(default_factory=list)


_current = Contents()


def contents() -> Contents:
    """Return what was created since the last ``setup()``."""
    return _current


def clear(settings: dict[str, Any], seed: int, first_trial: int) -> None:
    """Forget everything."""
    global _current
    _current = Contents(settings, seed, first_trial)
