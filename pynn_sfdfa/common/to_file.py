"""Recorded data that go to files: ``record_v()``, and what ``end()`` writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyNN.recording import get_io

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["build_end", "build_record_v", "write_recorded"]


def build_end(state: Any) -> Callable[..., None]:
    """Return ``end()`` of a simulator of PyNN with this state, for which it has nothing else to do."""

    def end(compatible_output: bool = True) -> None:
        """Write the data of populations that were recorded ``to_file``.

        Parameters
        ----------
        compatible_output : bool
            Of PyNN's interface; it changes nothing.
        """
        write_recorded(state)

    return end


def build_record_v(record: Callable[..., Any]) -> Callable[[Any, str], Any]:
    """Return ``record_v()`` of a simulator with this ``record()``."""

    def record_v(source: Any, filename: str) -> Any:
        """Record the membrane potential of a cell or population to a file.

        Parameters
        ----------
        source : Population, PopulationView or Assembly
        filename : str
            Its ending says which format; written at `end`.
        """
        return record(["v"], source, filename)

    return record_v


def write_recorded(state: Any) -> None:
    """Write the data of populations that were recorded ``to_file``; ``state`` is the one of a simulator of PyNN."""
    while state.write_on_end:
        population, variables, filename = state.write_on_end[0]
        population.write_data(get_io(filename), variables)
        state.write_on_end.pop(0)
