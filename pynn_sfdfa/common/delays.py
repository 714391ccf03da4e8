"""The smallest delays of a simulation, by what ``setup()`` was given and by the synapses there are."""

from __future__ import annotations

__all__ = ["DelayBound"]


class DelayBound:
    """Mixed into the state of a back end, which knows the delays of its projections."""

    bound: float | None
    """The smallest delay in ms that ``setup()`` allows; None if it allows any."""

    @property
    def least_delay(self) -> float:
        """The smallest delay in ms that synapses may have."""
        return 0.0 if self.bound is None else self.bound

    @property
    def min_delay(self) -> float:
        """The smallest delay in ms: the bound that ``setup()`` was given, or that of the synapses there are."""
        return self._shortest_delay() if self.bound is None else self.bound

    def _shortest_delay(self) -> float:
        """Return the smallest delay in ms of the synapses there are; one time step if there are none."""
        raise NotImplementedError
