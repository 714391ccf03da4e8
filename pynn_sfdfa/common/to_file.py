"""Recorded data that go to files: ``record_v()`` and the like, and what ``end()`` writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyNN.recording import get_io

from pynn_sfdfa.common.documented import TO_FILE, documented

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["build_record_v", "write_recorded"]


def build_record_v(record: Callable[..., Any]) -> Callable[[Any, str], Any]:
    """Return ``record_v()`` of a simulator with this ``record()``."""

    @documented(TO_FILE)
    def record_v(source: Any, filename: str) -> Any:
        """Record the membrane potential of a cell or population to a file."""
        return record(["v"], source, filename)

    return record_v


def write_recorded(state: Any) -> None:
    """Write the data of populations that were recorded ``to_file``; ``state`` is the one of a simulator of PyNN."""
    while state.write_on_end:
        population, variables, filename = state.write_on_end[0]
        population.write_data(get_io(filename), variables)
        state.write_on_end.pop(0)
