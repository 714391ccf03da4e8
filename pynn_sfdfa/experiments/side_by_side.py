"""One trained network on several simulators, in PyNN's own cells: the same samples, what each makes of them."""

from __future__ import annotations

import importlib
import importlib.util
import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pynn_sfdfa.training.responses import OutputSpikes, Responses

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from pynn_sfdfa.encoding.spikes import SpikeTrains
    from pynn_sfdfa.network.network import Network
    from pynn_sfdfa.training.readouts import Readout

__all__ = ["KINDS", "Answers", "Place", "show"]


@dataclass(frozen=True)
class Kind:
    """A simulator, with the package that it needs, its usual steps (ms) and arguments of its ``setup()``."""

    module: str
    package: str | None
    steps: tuple[float, ...]
    setup: dict[str, Any]


KINDS = {
    "event": Kind("pynn_sfdfa.event", None, (0.1,), {}),
    "brian2": Kind("pynn_sfdfa.brian2", "brian2", (0.1, 1.0), {}),
    "nest": Kind("pyNN.nest", "nest", (0.1, 1.0), {"spike_precision": "on_grid"}),
    "nest-off-grid": Kind("pyNN.nest", "nest", (1.0,), {"spike_precision": "off_grid"}),
    "spiNNaker": Kind("pynn_sfdfa.spiNNaker", "spynnaker", (1.0,), {"board": "emulated", "time_scale_factor": 10}),
}
"""By name. NEST as PyNN sets it up is ``nest-off-grid``: its neurons spike between steps, its inputs on steps.
SpiNNaker is ten times slower than real time, for cores that cannot keep up with spikes drop them."""

_PIECES = 20  # in which samples are shown, to tell how far it is; a board is loaded anew for each

_MOST_STEPS = 10_000_000
"""Of a trial: Brian2 and NEST take 10 us or more for each, whatever happens in it."""

_EXTRAS = {"spynnaker": "spinnaker"}


@dataclass(frozen=True)
class Place:
    """A simulator with a step in ms."""

    name: str
    timestep: float

    def obstacle(self, network: Network) -> str | None:
        """Return why a network in stock cells cannot be shown there, or None."""
        package = KINDS[self.name].package
        if package is not None and importlib.util.find_spec(package) is None:
            return f"not installed; run: pip install 'pynn-sfdfa[{_EXTRAS.get(package, package)}]'"
        if not 0 < self.timestep < math.inf:
            return f"timestep = {self.timestep:g} ms is not valid; it must be a finite number > 0 ms"
        trial = network.trial_duration
        if package is not None and trial / self.timestep > _MOST_STEPS:
            return (
                f"a trial of {trial:g} ms has {trial / self.timestep:.3g} steps of {self.timestep:g} ms, which would "
                f"take hours; choose {trial / _MOST_STEPS:g} ms or more"
            )
        steps = network.delay / self.timestep
        if package == "nest" and (steps < 1 or abs(steps - round(steps)) > 1e-9 * steps):
            return (
                f"the network's delay of {network.delay:g} ms must be one step or several, not {steps:g} steps of "
                f"{self.timestep:g} ms"
            )
        shortest = min(layer.cell.tau_refrac for layer in network.layers)
        if self.name == "nest-off-grid" and shortest < self.timestep:
            return f"its cells need a tau_refrac of a step or more, not {shortest:g} ms"
        return None


@dataclass(frozen=True, eq=False)
class Answers:
    """What a simulator made of the samples.

    Attributes
    ----------
    counts : list of int64 arrays, shape (samples, neurons)
        Spikes of each layer.
    answers : int64, shape (samples,)
    building, running : float
        Seconds: to make the network, and to run all samples.
    """

    counts: list[NDArray[np.int64]]
    answers: NDArray[np.int64]
    building: float
    running: float


def show(
    network: Network,
    later: list[float],
    place: Place,
    samples: SpikeTrains,
    readout: Readout,
    report: Callable[[int], None],
) -> Answers:
    """Show samples to a network in stock cells.

    Parameters
    ----------
    network : Network
    later : list of float
        By how many ms each layer answers later, see `pynn_sfdfa.network.stock.in_stock_cells`.
    place : Place
    samples : SpikeTrains
    readout : Readout
    report : callable
        Told now and then how many more samples have been shown.
    """
    kind = KINDS[place.name]
    sim = importlib.import_module(kind.module)
    started = time.perf_counter()
    # NEST counts spikes of its inputs from the least delay on, which therefore must be known.
    sim.setup(timestep=place.timestep, **({"min_delay": network.delay} if kind.package == "nest" else {}), **kind.setup)
    wiring = network.wire(sim, samples)
    for population in wiring.populations:
        population.record("spikes")
    built = time.perf_counter()
    for number in _pieces(len(samples), 1 if kind.package == "spynnaker" else _PIECES):
        sim.run(number * wiring.duration / len(samples))
        report(number)
    if later[-1]:
        sim.run(later[-1])
    ran = time.perf_counter()
    counts = [wiring.counts(population, ms) for population, ms in zip(wiring.populations, later, strict=True)]
    output = None
    if readout.of_times:
        output = OutputSpikes(*wiring.spikes(wiring.populations[-1], later[-1]), wiring.trial_duration)
    sim.end()
    answers = readout.decide(Responses(counts[-1].astype(np.int32), output))
    return Answers(counts, answers, built - started, ran - built)


def _pieces(n: int, pieces: int) -> list[int]:
    """Return whole numbers, as equal as can be and none of them 0, whose sum is n."""
    bounds = np.linspace(0, n, min(n, pieces) + 1).round().astype(int)
    return [int(number) for number in np.diff(bounds)]
