"""What the recorders of all simulators share: when data are deleted, and how spikes are handed over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import neo
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["SafeClearing", "SpikesAsArrays"]


# The classes here are mixed in before PyNN's own, which mypy does not see behind super() and self.


class SafeClearing:
    """Mixed into the Recorder of a back end, before PyNN's.

    PyNN deletes the data of a variable while it is still collecting those of the others, and before it has written them
    to a file; and after a ``clear`` it forgets what the rest of a segment records when ``reset()`` is called.
    """

    clear_flag: bool

    def get(
        self,
        variables: Any,
        gather: bool = False,
        filter_ids: Any = None,
        clear: bool = False,
        annotations: dict[str, Any] | None = None,
        locations: Any = None,
    ) -> Any:
        """Return the recorded data as a Neo block, and delete them then if that is asked for.

        Before the first ``run()``, where PyNN fails, the block has no segment.
        """
        if not (self._simulator.state.running or list(self.cache)):  # type: ignore[attr-defined]
            return self._nothing(annotations)
        block = super().get(variables, gather, filter_ids, False, annotations, locations)  # type: ignore[misc]
        if clear:
            self.clear()
        return block

    def _nothing(self, annotations: dict[str, Any] | None) -> neo.Block:
        population = self.population  # type: ignore[attr-defined]
        block = neo.Block(name=population.label, description=population.describe())
        block.annotate(**self.metadata, **(annotations or {}))  # type: ignore[attr-defined]
        return block

    def write(
        self,
        variables: Any,
        file: Any = None,
        gather: bool = False,
        filter_ids: Any = None,
        clear: bool = False,
        annotations: dict[str, Any] | None = None,
        locations: Any = None,
    ) -> None:
        """Write the recorded data to a file, and delete them once they are written if that is asked for."""
        super().write(variables, file, gather, filter_ids, False, annotations, locations)  # type: ignore[misc]
        if clear:
            self.clear()

    def clear(self) -> None:
        """Delete all recorded data; neurons go on being recorded."""
        super().clear()  # type: ignore[misc]
        self.clear_flag = False

    def store_to_cache(self, annotations: dict[str, Any] | None = None) -> None:
        """Keep the data of the segment that ends, if there is any since the last ``clear``."""
        state = self._simulator.state  # type: ignore[attr-defined]
        self.clear_flag = not state.t > float(self._recording_start_time)  # type: ignore[attr-defined]
        super().store_to_cache(annotations)  # type: ignore[misc]


class SpikesAsArrays:
    """Mixed into the Recorder of a back end, before PyNN's: spikes go to PyNN as two arrays, cells and times.

    PyNN hands these to Neo as they are; of a list of times a cell it makes objects in a time that grows with the square
    of the number of cells, seconds for some thousand.
    """

    population: Any

    def all_spikes(self) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Return times (ms) and neurons of the spikes of recorded neurons."""
        raise NotImplementedError

    def _get_spiketimes(self, ids: Any, clear: bool = False) -> Any:
        these = np.array([int(cell) for cell in ids], np.int64)
        if not these.size:
            return {}  # of no cell; of arrays PyNN looks for the first one
        times, neurons = self.all_spikes()
        in_order = np.argsort(times, kind="stable")
        cells, times = neurons[in_order] + int(self.population.first_id), times[in_order]
        wanted = np.isin(cells, these)
        return cells[wanted], times[wanted]

    def _local_count(self, variable: Any, filter_ids: Any = None) -> dict[int, int]:
        counts = np.bincount(self.all_spikes()[1], minlength=self.population.size)
        first = int(self.population.first_id)
        ids = sorted(self.filter_recorded(variable, filter_ids))  # type: ignore[attr-defined]
        return {int(cell): int(counts[int(cell) - first]) for cell in ids}
