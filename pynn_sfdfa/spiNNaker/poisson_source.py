"""The vertex of a SpikeSourcePoisson: its spikes follow from the seed of ``setup()``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pynn_sfdfa.common.poisson import check_poisson
from pynn_sfdfa.spiNNaker.simulator import state
from pynn_sfdfa.spiNNaker.spynnaker_names import SpikeSourcePoissonVertex, SpynnakerDataView, plan_for_rate
from pynn_sfdfa.spiNNaker.values import Values

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

__all__ = ["PoissonVertex"]

_FOREVER = float(0xFFFFFFFF)
"""ms; the machine's longest duration, and its latest start."""


def _on_machine(values: Mapping[str, NDArray[np.float64]]) -> dict[str, list[float]]:
    """Return what the machine takes: nothing before time 0, nothing beyond its longest time."""
    start = np.maximum(values["start"], 0.0)
    stop = np.maximum(values["start"] + values["duration"], start)
    return {
        "rate": values["rate"].tolist(),
        "start": np.minimum(start, _FOREVER).tolist(),
        "duration": np.minimum(stop - start, _FOREVER).tolist(),
    }


class PoissonVertex(Values, SpikeSourcePoissonVertex):
    """The vertex of a population.

    Parameters
    ----------
    n : int
    label : str
    model : SpikeSourcePoisson
    values : dict of str to float64, shape (n,)
        ``rate`` in Hz, ``start`` and ``duration`` in ms.
    seed : int, optional
        Without it, the spikes follow from the seed of ``setup()`` and the order in which populations were created.
    neurons_per_core, max_rate, splitter, n_colour_bits
        As in sPyNNaker.
    """

    records_all = True

    def __init__(
        self, n: int, label: str, model: Any, values: dict[str, NDArray[np.float64]], seed: int | None,
        neurons_per_core: Any, max_rate: float | None, splitter: Any, n_colour_bits: Any,
    ) -> None:  # fmt: skip
        check_poisson(values)
        if seed is None:
            seed = int(np.random.SeedSequence([state.seed, len(state.groups)]).generate_state(1)[0])
        self.values = values
        super().__init__(
            n, label, seed, neurons_per_core, model, **_on_machine(values), max_rate=max_rate, splitter=splitter,
            n_colour_bits=n_colour_bits,
        )  # fmt: skip
        state.groups.append(self)

    @property
    def splitter(self) -> Any:
        """How it is split over cores; sPyNNaker chooses at each mapping, and fails if it has chosen before."""
        return super().splitter

    @splitter.setter
    def splitter(self, chosen: Any) -> None:
        if not self.has_splitter:
            SpikeSourcePoissonVertex.splitter.fset(self, chosen)

    def set_values(self, changes: Mapping[str, Any], indices: NDArray[np.int64]) -> None:
        """Change parameters of some neurons from the present time on."""
        values = self.changed(changes, indices)
        check_poisson(values)
        self.values = values
        for name, on_machine in _on_machine(values).items():
            self.set_parameter_values(name, on_machine)
        if not state.running:
            plan_for_rate(self, float(values["rate"].max()))
            SpynnakerDataView.set_requires_mapping()
