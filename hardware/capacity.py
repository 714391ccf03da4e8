"""What fits into the memory of a core's own; counted exactly as ``hardware/c/application`` allocates it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "DTCM",
    "MAX_DELAY",
    "MAX_OUTPUTS",
    "MAX_SPIKES",
    "Incoming",
    "Receiver",
    "capacities",
    "dtcm",
    "events",
]

MAX_DELAY = 14
"""Ticks from the sending of a packet to its arrival, at most: its key carries four bits of time."""

MAX_SPIKES = 30
"""A neuron that has fired as often in a trial fires no more: a core keeps every spike of a trial in its memory."""

DTCM = 54 * 1024
"""Bytes of a core's 64 KB that the application can allocate: the rest is for stacks, variables and messages."""

MAX_OUTPUTS = 256
"""Output neurons whose errors a hidden neuron can add up."""

_BLOCK = 16  # bytes lost in an allocation, at most
_BLOCKS = 36
_NEURON_BYTES = 24 + 4 + 8 + 4 + 8 * MAX_SPIKES  # state, what arrives, grades, spikes of a trial
_LEARNING_BYTES = 4 + 8 + 4 + 12  # errors, errors gathered, changes, replay
_TRANSFER_BYTES = 2 * 4 + 4 + 3 * 4  # rows under way, a sample, indices of recorded neurons
_PACKET_BYTES = 8 + 16 + 12 + 4  # received, under way, arriving, row
_EVENT_BYTES = 4 + 2
_SOURCE_BYTES = 16
_ERROR_BYTES = 8

_TIMED_BYTES = 8 * (MAX_SPIKES + 1) + 12 + 4 + 4  # of an output neuron: its spikes, replay, error, pull

_LEAST_PACKETS, _MOST_PACKETS = 32, 512


class Incoming(Protocol):
    """Synapses from one whole population onto another, as far as the memory of a core depends on them."""

    @property
    def rows(self) -> int:
        """Neurons of the source."""
        ...

    @property
    def delay_ticks(self) -> int:
        """From the sending of a packet to its arrival."""
        ...

    @property
    def learning_rate(self) -> float:
        """Of all these synapses; those of 0 do not learn."""
        ...

    @property
    def from_neurons(self) -> bool:
        """Whether the source is a population of LIF_SFDFA."""
        ...


class Receiver(Protocol):
    """A population of LIF_SFDFA, as far as the memory of its cores depends on it."""

    @property
    def rows(self) -> int:
        """The neurons whose spikes may arrive."""
        ...

    @property
    def outputs(self) -> int:
        """The output neurons whose errors may arrive."""
        ...

    @property
    def sources(self) -> int:
        """The cores that send packets here."""
        ...

    @property
    def trial_ticks(self) -> int:
        """Ticks of a trial."""
        ...

    @property
    def forward(self) -> Sequence[Incoming]:
        """What ends on receptor type "input"."""
        ...

    @property
    def timed(self) -> object | None:
        """Where timed feedback comes from, if that is what it has."""
        ...


def _power(packets: int) -> int:
    return max(_LEAST_PACKETS, min(_MOST_PACKETS, 1 << max(0, packets - 1).bit_length()))


def _packets(population: Receiver, neurons: int) -> int:
    """Return the packets that a core keeps: a power of two.

    If possible enough for a spike of every source in a tick, and, as far as there is memory, for all whose delay is not
    over yet when every source spikes in every tick.
    """
    least = _power(population.rows + 2 * population.outputs)
    most = _power(sum(incoming.rows * (incoming.delay_ticks - 1) for incoming in population.forward))
    room = DTCM - _besides_packets(population, neurons) - events(population)
    while most > least and most * _PACKET_BYTES > room:
        most //= 2
    return max(least, most)


def _besides_packets(population: Receiver, neurons: int) -> int:
    return (
        neurons * (_NEURON_BYTES + _LEARNING_BYTES + _TRANSFER_BYTES)
        + population.sources * _SOURCE_BYTES
        + population.outputs * (_ERROR_BYTES + (population.timed is not None) * (_TIMED_BYTES + 4 * neurons))
        + _BLOCKS * _BLOCK
    )


def dtcm(population: Receiver, neurons: int) -> int:
    """Return the bytes that a core needs besides the list of a trial's events."""
    return _besides_packets(population, neurons) + _packets(population, neurons) * _PACKET_BYTES


def events(population: Receiver) -> int:
    """Return the bytes for the events of a trial in which every source that learns fires once."""
    return _EVENT_BYTES * sum(incoming.rows for incoming in population.forward if incoming.learning_rate)


def _most_events(population: Receiver) -> int:
    """Return the events of a trial in which every source fires in every tick, or a neuron as often as it can."""
    ticks = population.trial_ticks
    return sum(
        incoming.rows * (min(ticks, MAX_SPIKES) if incoming.from_neurons else ticks)
        for incoming in population.forward
        if incoming.learning_rate
    )


def capacities(population: Receiver, neurons: int) -> dict[str, int]:
    """Return how many events of a trial and packets of a tick a core keeps."""
    room = (DTCM - dtcm(population, neurons)) // _EVENT_BYTES
    return {"max_events": min(room, _most_events(population)), "max_packets": _packets(population, neurons)}
