"""A leaky integrate-and-fire cell as NIR's CubaLIF: times in seconds, potentials in units of dt/cm above rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    import nir

    from pynn_sfdfa.network.cells.cell import Cell
    from pynn_sfdfa.network.shapes import Shape

__all__ = ["cuba_lif", "parameters"]

_MS = 1e-3


def cuba_lif(cell: Cell, v_reset: float, shape: Shape, dt: float) -> nir.CubaLIF:
    """Return a layer of cells that are reset to ``v_reset`` mV, for a reader with steps of ``dt`` ms."""
    import nir

    values = {
        "tau_syn": cell.tau_syn * _MS,
        "tau_mem": cell.tau_m * _MS,
        "r": cell.tau_m / dt,
        "v_leak": 0.0,
        "v_threshold": (cell.v_thresh - cell.v_rest) * cell.cm / dt,
        "v_reset": (v_reset - cell.v_rest) * cell.cm / dt,
        "w_in": cell.tau_syn / dt,
    }
    return nir.CubaLIF(**{name: np.full(shape, value) for name, value in values.items()})


def parameters(node: nir.CubaLIF, known: Mapping[str, float]) -> dict[str, float]:
    """Return the parameters of the cell; ``known`` as in `Cell.from_nir`."""
    mV, v_rest = known["dt"] / known["cm"], known["v_rest"]
    return {
        "tau_m": _rounded(node.tau_mem.flat[0] / _MS),
        "tau_syn": _rounded(node.tau_syn.flat[0] / _MS),
        "cm": known["cm"],
        "v_rest": v_rest,
        "v_reset": _rounded(v_rest + node.v_reset.flat[0] * mV),
        "v_thresh": _rounded(v_rest + node.v_threshold.flat[0] * mV),
        "trial_duration": known["trial_duration"],
    }


def _rounded(value: float) -> float:
    """Undo the rounding of a change of units: no parameter has more than twelve digits."""
    return float(f"{value:.12g}")
