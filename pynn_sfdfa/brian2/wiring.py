"""With which delays synapses may lead to LIF_SFDFA neurons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pynn_sfdfa.brian2 import simulator
from pynn_sfdfa.common.wiring import check_bounds, delay_steps, one_delay

if TYPE_CHECKING:
    import numpy as np

__all__ = ["common_delay"]


def common_delay(delays: np.ndarray, label: str) -> int:
    """Return the delay shared by all synapses of a projection, in time steps.

    Raises
    ------
    pyNN.errors.ConnectionError
        If delays differ, are no multiple of the timestep or out of the bounds given to setup().
    """
    if not delays.size:
        return 0
    delay = one_delay(delays, label)
    check_bounds(delay, label, simulator.contents.least_delay, simulator.contents.max_delay)
    return delay_steps(delay, float(simulator.state.dt), label)
