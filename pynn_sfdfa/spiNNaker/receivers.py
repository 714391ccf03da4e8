"""What a population receives, and all else that its cores need to know of it: plain records, of which data are made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from pyNN import errors

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Incoming", "Learns", "Receiver", "TimedFrom", "check_rates"]


class Learns(Protocol):
    """A projection, as far as the rows need to know it that it fills."""

    label: str
    learning_rate: float


@dataclass(frozen=True, eq=False)
class Incoming:
    """Synapses from one whole population onto another, as the cores hold them: a row for each neuron of the source.

    Several projections share them if their delays are the same and no two of them connect the same two neurons.

    Attributes
    ----------
    source : vertex of sPyNNaker
    from_neurons : bool
        Whether the source is a population of LIF_SFDFA.
    delay_ticks : int
        From the sending of a packet to its arrival; 0 for errors.
    present : bool, shape (n_pre, n_post)
        Where there are synapses.
    words : int32, shape (n_pre, n_post)
        Weights in the machine's format, as last read or set; 0 where there is no synapse.
    projections : list of Learns
        At least one.
    timed : bool
        Whether it is feedback along which output spikes travel.
    """

    source: Any
    from_neurons: bool
    delay_ticks: int
    present: NDArray[np.bool_]
    words: NDArray[np.int32]
    projections: list[Learns]
    timed: bool = False

    @property
    def rows(self) -> int:
        """The neurons of the source."""
        return len(self.present)

    @property
    def cores(self) -> int:
        """The cores of the source."""
        return -(-int(self.source.n_atoms) // int(self.source.get_max_atoms_per_core()))

    @property
    def learning_rate(self) -> float:
        """That of all these synapses."""
        return self.projections[0].learning_rate


@dataclass(frozen=True, eq=False)
class TimedFrom:
    """The output population of timed feedback.

    Attributes
    ----------
    parameters : dict of str to float
        Of its neurons, in PyNN's units.
    lag_ticks : int
        From a spike of the hidden population to the tick in which the output takes it up.
    """

    parameters: dict[str, float]
    lag_ticks: int


@dataclass(frozen=True, eq=False)
class Receiver:
    """A population of LIF_SFDFA.

    Attributes
    ----------
    label : str
    n : int
        Neurons.
    per_core : int
        Neurons of a core, at most.
    layer : int
        Index among the LIF_SFDFA populations, in order of creation; it determines the perturbations.
    trial_ticks : int
    parameters : dict of str to float
        In PyNN's units; the targets are in ``targets``.
    exact : bool
        Whether learning takes the exact gradient.
    targets : float64, shape (n, trials)
    v, i_syn : float64, shape (n,)
        Initial values in mV and nA.
    colour_bits : int
        Low bits of the keys of its spikes that carry the time.
    forward, feedback : tuple of Incoming
        That end on receptor type "input" and on "error".
    timed : TimedFrom, optional
        Where feedback is timed.
    """

    label: str
    n: int
    per_core: int
    layer: int
    trial_ticks: int
    parameters: dict[str, float]
    exact: bool
    targets: NDArray[np.float64]
    v: NDArray[np.float64]
    i_syn: NDArray[np.float64]
    colour_bits: int
    forward: tuple[Incoming, ...]
    feedback: tuple[Incoming, ...]
    timed: TimedFrom | None = None

    @property
    def rows(self) -> int:
        """The neurons whose spikes may arrive: rows of weights of each core."""
        return sum(incoming.rows for incoming in self.forward)

    @property
    def outputs(self) -> int:
        """The output neurons whose errors may arrive."""
        return sum(incoming.rows for incoming in self.feedback)

    @property
    def sources(self) -> int:
        """The cores that send packets here."""
        return sum(incoming.cores * (1 + incoming.timed) for incoming in (*self.forward, *self.feedback))


def check_rates(received: Iterable[Incoming]) -> None:
    """Check the learning rates of what ends on one receptor type of a population.

    Raises
    ------
    pyNN.errors.ConnectionError
        If projections from the same source have different ones, or others have different ones that are not 0.
    """
    first: Learns | None = None
    of_source: dict[Any, Learns] = {}
    for incoming in received:
        for projection in incoming.projections:
            before = of_source.setdefault(incoming.source, projection)
            if projection.learning_rate != before.learning_rate:
                raise errors.ConnectionError(
                    f"{_two_rates(before, projection)} those between two populations share theirs."
                )
            if projection.learning_rate:
                first = first or projection
                if projection.learning_rate != first.learning_rate:
                    raise errors.ConnectionError(
                        f"{_two_rates(first, projection)} those onto one population share theirs (0 apart)."
                    )


def _two_rates(one: Learns, other: Learns) -> str:
    return (
        f"Projections '{one.label}' and '{other.label}' have learning rates of {one.learning_rate:g} and "
        f"{other.learning_rate:g}; on SpiNNaker"
    )
