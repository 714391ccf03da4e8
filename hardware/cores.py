"""On which cores a network fits, counted as the SpiNNaker back end lays it out; nothing of it is needed here.

What limits the neurons of a core is its own memory (`pynn_sfdfa.hardware.capacity`) and that it
takes no more than 256. Time is no limit of cores: the more neurons each has, the slower the machine has to run
(``setup(time_scale_factor=...)``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from pynn_sfdfa.hardware.arithmetic import Formats
from pynn_sfdfa.hardware.capacity import DTCM, MAX_OUTPUTS, dtcm, events
from pynn_sfdfa.hardware.cycles import cycles

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["BOARD_CORES", "MAX_NEURONS", "MAX_SOURCES", "LayerFit", "cores_needed", "input_cores", "layers_on_cores"]

BOARD_CORES = 48 * (18 - 2) - 1
"""Cores of a real board that are free for a network: of the 18 of each of its 48 chips, one monitors the chip and one
sends data out for sPyNNaker, and a core of the board gathers them. The emulated board needs neither: it has 49 more."""

MAX_NEURONS, MAX_SOURCES = 256, 500
"""Neurons, and sources of input spikes, that a core takes at most."""


class _Incoming(NamedTuple):
    rows: int
    delay_ticks: int
    from_neurons: bool
    learning_rate: float = 1.0


class _Layer(NamedTuple):
    outputs: int
    sources: int
    trial_ticks: int
    forward: tuple[_Incoming, ...]
    timed: object | None = None

    @property
    def rows(self) -> int:
        return sum(incoming.rows for incoming in self.forward)


def input_cores(sources: int) -> int:
    """Return the cores that so many sources of input spikes take."""
    return -(-sources // MAX_SOURCES)


def cores_needed(sizes: Sequence[int], trial_ticks: int, delay_ticks: int = 1) -> int:
    """Return the fewest cores on which a dense network learns with SFDFA, as published: timed feedback may take more.

    Parameters
    ----------
    sizes : sequence of int
        Units of each layer, from the input upwards.
    trial_ticks : int
        Time steps of a trial.
    delay_ticks : int
        Time steps from a spike to its arrival, at least 1.

    Raises
    ------
    ValueError
        If a layer fits on no number of cores; the message names it and the limit.
    """
    if sizes[-1] > MAX_OUTPUTS:
        raise ValueError(
            f"The errors of {sizes[-1]} output neurons are more than the {MAX_OUTPUTS} that a core adds up."
        )
    widest = max(sizes[:-1])
    if widest > Formats().max_events:
        raise ValueError(f"{widest} sources of a layer are more than the {Formats().max_events} that a core adds up.")
    cores = [input_cores(sizes[0]), *(-(-n // MAX_NEURONS) for n in sizes[1:])]
    while True:  # cores keep a list of those that send to them: more there may mean more here, and never fewer
        needed = [cores[0]]
        for number, n in enumerate(sizes[1:], start=1):
            is_output = number == len(sizes) - 1
            layer = _Layer(
                outputs=0 if is_output else sizes[-1],
                sources=cores[number - 1] + (0 if is_output else cores[-1]),
                trial_ticks=trial_ticks,
                forward=(_Incoming(sizes[number - 1], delay_ticks, from_neurons=number > 1),),
            )
            needed.append(-(-n // _most_neurons(layer, number)))
        if needed == cores:
            return sum(cores)
        cores = needed


def _most_neurons(layer: _Layer, number: int) -> int:
    fixed = events(layer)
    for neurons in range(MAX_NEURONS, 0, -1):
        if dtcm(layer, neurons) + fixed <= DTCM:
            return neurons
    raise ValueError(f"A neuron of layer {number}, with {layer.rows} sources, does not fit into a core's {DTCM} bytes.")


@dataclass(frozen=True)
class LayerFit:
    """A layer on cores with so many neurons each; sizes are those of a core.

    Attributes
    ----------
    neurons : int
        Of a core, at most.
    cores : int
    dtcm : int
        Bytes, of `pynn_sfdfa.hardware.capacity.DTCM` there are.
    sdram : int
        Bytes of weights and feedback weights.
    tick, trial_end : int
        Cycles (estimates).
    """

    neurons: int
    cores: int
    dtcm: int
    sdram: int
    tick: int
    trial_end: int


def layers_on_cores(
    sizes: Sequence[int], trial_ticks: int, delay_ticks: int = 1, timed: bool = False, per_core: int = 64
) -> list[LayerFit]:
    """Return how the layers of a dense network that learns lie on cores, whether they fit or not.

    Parameters
    ----------
    sizes, trial_ticks, delay_ticks
        As for `cores_needed`.
    timed : bool
        Whether feedback is timed.
    per_core : int
        Neurons of a core, at most.
    """
    cores = [input_cores(sizes[0]), *(-(-n // per_core) for n in sizes[1:])]
    found = []
    for number, n in enumerate(sizes[1:], start=1):
        is_output = number == len(sizes) - 1
        layer = _Layer(
            outputs=0 if is_output else sizes[-1],
            sources=cores[number - 1] + (0 if is_output else cores[-1] * (1 + timed)),
            trial_ticks=trial_ticks,
            forward=(_Incoming(sizes[number - 1], delay_ticks, from_neurons=number > 1),),
            timed="output" if timed and not is_output else None,
        )
        neurons = min(n, per_core)
        tick, end = cycles(layer, neurons)
        sdram = 4 * neurons * (layer.rows + layer.outputs)
        found.append(LayerFit(neurons, cores[number], dtcm(layer, neurons) + events(layer), sdram, tick, end))
    return found
