"""What the recorders of all simulators share: data are deleted only once they are in the caller's hands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import neo
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

__all__ = ["SafeClearing", "spikes_of"]


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


def spikes_of(
    wanted: Iterable[Any], cells: NDArray[np.int64], times: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]] | dict[int, NDArray[np.float64]]:
    """Return those of some spikes, cell and time of each, that are of the cells wanted, in their order.

    As two arrays, which PyNN hands to Neo as they are: of a list of times a cell it makes objects in a time that grows
    with the square of the number of cells, seconds for some thousand. An empty dictionary where no cell is wanted, for
    PyNN looks for the first cell of arrays.
    """
    these = np.array([int(cell) for cell in wanted], np.int64)
    if not these.size:
        return {}
    of_these = np.isin(cells, these)
    return cells[of_these], times[of_these]
